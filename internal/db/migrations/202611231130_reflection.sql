-- +goose Up

CREATE TABLE reflection_level (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO reflection_level (name, ord) VALUES ('me', 1), ('workplace', 2), ('programme', 3), ('public', 4);

-- An entry of someone's logbook. While it is theirs alone the row says nothing but whose it is and what it is about;
-- where it is shared, as what and since when is filled in only for as long as it is shared.
CREATE TABLE reflection (
	id             TEXT PRIMARY KEY,
	person         TEXT NOT NULL REFERENCES person (id),
	occasion       TEXT REFERENCES occasion (id), -- NULL: about nothing in particular
	date           TEXT NOT NULL CHECK (date LIKE '____-__-__'),
	version        INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000), -- of its last text
	level          TEXT NOT NULL DEFAULT 'me' REFERENCES reflection_level (name),
	shared         TEXT UNIQUE, -- what others know it by: from it nobody finds the row, or when it was made
	shared_version INTEGER CHECK (shared_version BETWEEN 1 AND 1000000000), -- of the text that others read
	shared_on      TEXT CHECK (shared_on LIKE '____-__-__'),
	programme      TEXT REFERENCES programme (id),
	workplace      TEXT REFERENCES unit (id),
	named          INTEGER NOT NULL DEFAULT 0 CHECK (named BETWEEN 0 AND 1),
	CHECK ((level = 'me') = (shared IS NULL)),
	CHECK ((level = 'me') = (shared_version IS NULL)),
	CHECK ((level = 'me') = (programme IS NULL)),
	CHECK (level <> 'me' OR (workplace IS NULL AND named = 0 AND shared_on IS NULL)),
	CHECK (level <> 'workplace' OR workplace IS NOT NULL)
);
CREATE INDEX reflection_person ON reflection (person, id);
CREATE INDEX reflection_programme ON reflection (programme, shared_on, shared) WHERE programme IS NOT NULL;

-- Each text it has had; never changed itself.
CREATE TABLE reflection_text (
	reflection TEXT NOT NULL REFERENCES reflection (id),
	version    INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000),
	sealed     TEXT NOT NULL, -- enveloped with the person's key
	made_at    TIMESTAMP NOT NULL,
	PRIMARY KEY (reflection, version)
);

-- What the office codes shared reflections with.
CREATE TABLE theme (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	name      TEXT NOT NULL CHECK (name <> ''),
	words     TEXT NOT NULL DEFAULT '', -- that point to it, with commas between
	retired   INTEGER NOT NULL DEFAULT 0 CHECK (retired BETWEEN 0 AND 1),
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	UNIQUE (programme, name)
);

-- A theme that a shared reflection has, or had until a time.
CREATE TABLE reflection_theme (
	id         TEXT PRIMARY KEY,
	reflection TEXT NOT NULL REFERENCES reflection (id),
	theme      TEXT NOT NULL REFERENCES theme (id),
	made_by    TEXT NOT NULL CHECK (made_by <> ''),
	made_at    TIMESTAMP NOT NULL,
	ended_at   TIMESTAMP
);
CREATE UNIQUE INDEX reflection_theme_now ON reflection_theme (reflection, theme) WHERE ended_at IS NULL;
CREATE INDEX reflection_theme_of ON reflection_theme (theme, reflection);

CREATE TABLE quotation_state (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO quotation_state (name, ord) VALUES ('asked', 1), ('yes', 2), ('yes-named', 3), ('no', 4), ('withdrawn', 5);

-- A passage that the office would quote, and what its author says to that. No answer is no.
CREATE TABLE quotation (
	id          TEXT PRIMARY KEY,
	reflection  TEXT NOT NULL REFERENCES reflection (id),
	programme   TEXT NOT NULL REFERENCES programme (id),
	passage     TEXT NOT NULL, -- enveloped with the author's key
	state       TEXT NOT NULL DEFAULT 'asked' REFERENCES quotation_state (name),
	asked_by    TEXT NOT NULL CHECK (asked_by <> ''),
	asked_at    TIMESTAMP NOT NULL,
	answered_at TIMESTAMP,
	used_in     TEXT NOT NULL DEFAULT '', -- a report that has been handed in with it
	version     INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000)
);
CREATE INDEX quotation_programme ON quotation (programme, id);
CREATE INDEX quotation_reflection ON quotation (reflection, id);

-- What a workplace has written down together of its learning.
CREATE TABLE learning_record (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	workplace TEXT NOT NULL REFERENCES unit (id),
	version   INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000), -- of its last text
	UNIQUE (programme, workplace)
);

-- Each text it has had, with who wrote it and when the workplace agreed on it; the text is never changed itself.
CREATE TABLE learning_record_text (
	record    TEXT NOT NULL REFERENCES learning_record (id),
	version   INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000),
	body      TEXT NOT NULL, -- Markdown
	made_by   TEXT NOT NULL CHECK (made_by <> ''),
	made_at   TIMESTAMP NOT NULL,
	agreed_on TEXT CHECK (agreed_on LIKE '____-__-__'),
	agreed_by TEXT,
	CHECK ((agreed_on IS NULL) = (agreed_by IS NULL)),
	PRIMARY KEY (record, version)
);
