-- +goose Up
-- Lists of staff that employers send, and what became of them.

CREATE TABLE roster_state (name TEXT PRIMARY KEY);
INSERT INTO roster_state (name) VALUES ('received'), ('ready'), ('applied'), ('undone'), ('discarded'), ('failed');

-- One list taken in. The file and what is personal in the rows are sealed with a key of the import's own, which goes on delete_on.
CREATE TABLE roster_import (
	id            TEXT PRIMARY KEY,
	file_name     TEXT NOT NULL,
	file          TEXT REFERENCES file (id), -- NULL when it has been deleted, or was never kept
	state         TEXT NOT NULL REFERENCES roster_state (name),
	employer      TEXT REFERENCES employer (id), -- NULL until one that is new has been made
	employer_name TEXT NOT NULL DEFAULT '',
	on_date       TEXT CHECK (on_date LIKE '____-__-__'), -- the day that the list tells of
	choices       TEXT NOT NULL, -- JSON: see roster.Choices
	summary       TEXT NOT NULL, -- JSON: see roster.Summary
	view          TEXT NOT NULL, -- JSON: how the columns and workplaces were understood, see roster.View
	trouble       TEXT NOT NULL DEFAULT '', -- the fault for which it failed, and its arguments
	delete_on     TEXT NOT NULL CHECK (delete_on LIKE '____-__-__'),
	made_by       TEXT NOT NULL,
	made_at       TIMESTAMP NOT NULL,
	applied_by    TEXT,
	applied_at    TIMESTAMP,
	undone_by     TEXT,
	undone_at     TIMESTAMP,
	version       INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000)
);
CREATE INDEX roster_import_made ON roster_import (made_by, id);

-- A row of the difference, as it was shown; sealed is JSON of what is shown of it, with the identity number masked.
CREATE TABLE roster_item (
	import TEXT NOT NULL REFERENCES roster_import (id),
	ord    INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 1000000),
	kind   TEXT NOT NULL, -- see roster.Kind, and 'mistake'
	mark   TEXT NOT NULL, -- of everything in it, to be known again by
	choice TEXT NOT NULL DEFAULT '', -- what was said of it: yes, no, same, new
	sealed TEXT NOT NULL,
	PRIMARY KEY (import, ord)
);
CREATE INDEX roster_item_kind ON roster_item (import, kind, ord);

-- What was done, so that it can be undone: sealed is JSON of the row before.
CREATE TABLE roster_undo (
	import  TEXT NOT NULL REFERENCES roster_import (id),
	ord     INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 1000000),
	entity  TEXT NOT NULL,
	row_id  TEXT NOT NULL,
	person  TEXT NOT NULL, -- whom it is about, '' for a workplace
	act     TEXT NOT NULL,
	version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000), -- that it had when it was done
	sealed  TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (import, ord)
);
CREATE INDEX roster_undo_row ON roster_undo (entity, row_id);

-- How an employer's lists were understood the last time.
CREATE TABLE roster_memory (
	employer TEXT NOT NULL REFERENCES employer (id),
	headers  TEXT NOT NULL, -- what the columns were called, hashed
	choices  TEXT NOT NULL, -- JSON: the mapping and the workplaces of roster.Choices
	PRIMARY KEY (employer, headers)
);
