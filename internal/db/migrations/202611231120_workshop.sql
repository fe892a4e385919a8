-- +goose Up

-- A plan for a workshop that workplaces hold themselves. Launched, it is an activity with an occasion for each workshop.
CREATE TABLE kit (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	activity  TEXT UNIQUE REFERENCES activity (id), -- NULL until it is launched
	seq       BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);
CREATE INDEX kit_programme ON kit (programme, id);

-- What a kit says. A draft until it is published, and never changed after that: workshops go on with the one that they were planned by.
CREATE TABLE kit_version (
	id            TEXT PRIMARY KEY,
	kit           TEXT NOT NULL REFERENCES kit (id),
	number        INTEGER NOT NULL CHECK (number BETWEEN 1 AND 10000),
	title         TEXT NOT NULL CHECK (title <> ''),
	purpose       TEXT NOT NULL DEFAULT '',
	preparation   TEXT NOT NULL DEFAULT '',
	materials     TEXT NOT NULL DEFAULT '',
	first_day     TEXT NOT NULL CHECK (first_day LIKE '____-__-__'), -- that a workshop may be held on
	last_day      TEXT NOT NULL CHECK (last_day LIKE '____-__-__' AND last_day >= first_day),
	least_minutes INTEGER NOT NULL CHECK (least_minutes BETWEEN 1 AND 1440), -- of all steps together
	most_minutes  INTEGER NOT NULL CHECK (most_minutes BETWEEN 1 AND 1440 AND most_minutes >= least_minutes),
	published     TIMESTAMP, -- NULL: a draft
	version       INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	UNIQUE (kit, number)
);

CREATE TABLE kit_step (
	id          TEXT PRIMARY KEY,
	kit_version TEXT NOT NULL REFERENCES kit_version (id),
	ord         INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 100),
	title       TEXT NOT NULL CHECK (title <> ''),
	minutes     INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
	least       INTEGER NOT NULL CHECK (least BETWEEN 1 AND 1440 AND least <= minutes), -- minutes that a leader may give it
	most        INTEGER NOT NULL CHECK (most BETWEEN 1 AND 1440 AND most >= minutes),
	optional    INTEGER NOT NULL DEFAULT 0 CHECK (optional BETWEEN 0 AND 1), -- a leader may leave it out
	method      TEXT NOT NULL DEFAULT '', -- "Enskilt, sedan två och två"
	guide       TEXT NOT NULL DEFAULT '', -- for the leader
	question    TEXT NOT NULL DEFAULT '', -- that all answer; '' for none
	UNIQUE (kit_version, ord)
);

-- A workshop of one workplace, or of several that hold it together. It is there, without a date, from the launch on.
CREATE TABLE workshop (
	id            TEXT PRIMARY KEY,
	kit           TEXT NOT NULL REFERENCES kit (id),
	kit_version   TEXT REFERENCES kit_version (id), -- that it was planned by; NULL before
	leader        TEXT REFERENCES person (id),
	note_taker    TEXT REFERENCES person (id),
	occasion      TEXT UNIQUE REFERENCES occasion (id), -- NULL before it has a date
	nudged        TEXT CHECK (nudged LIKE '____-__-__'), -- the last day on which its leader was reminded to set one
	version       INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000), -- of the plan
	-- How far it has come. It stands here, so that any browser can go on.
	code          TEXT UNIQUE CHECK (code <> ''), -- by which phones join while it runs
	began         TIMESTAMP,
	closed        TIMESTAMP,
	step          TEXT REFERENCES kit_step (id), -- the present one
	turn          INTEGER NOT NULL DEFAULT 0 CHECK (turn BETWEEN 0 AND 1000000000), -- raised by each move of who presents
	timer_seconds INTEGER NOT NULL DEFAULT 0 CHECK (timer_seconds BETWEEN -1000000000 AND 1000000000), -- left when it last started or stopped; below 0 it has run over
	timer_from    TIMESTAMP, -- since when it runs; NULL: it stands
	hidden        INTEGER NOT NULL DEFAULT 0 CHECK (hidden BETWEEN 0 AND 1), -- answers are not shown yet
	seq           BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000) -- tells screens whether anything is new, and orders answers
);
CREATE INDEX workshop_kit ON workshop (kit, id);
CREATE INDEX workshop_leader ON workshop (leader, id);

CREATE TABLE workshop_place (
	kit       TEXT NOT NULL REFERENCES kit (id),
	workplace TEXT NOT NULL REFERENCES unit (id),
	workshop  TEXT NOT NULL REFERENCES workshop (id),
	PRIMARY KEY (kit, workplace)
);
CREATE INDEX workshop_place_workshop ON workshop_place (workshop, workplace);

-- How a workshop departs from its kit.
CREATE TABLE workshop_step (
	workshop TEXT NOT NULL REFERENCES workshop (id),
	step     TEXT NOT NULL REFERENCES kit_step (id),
	minutes  INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
	skipped  INTEGER NOT NULL DEFAULT 0 CHECK (skipped BETWEEN 0 AND 1),
	PRIMARY KEY (workshop, step)
);

-- Answers that belong together, as the workshop sees it.
CREATE TABLE workshop_group (
	id       TEXT PRIMARY KEY,
	workshop TEXT NOT NULL REFERENCES workshop (id),
	step     TEXT NOT NULL REFERENCES kit_step (id),
	name     TEXT NOT NULL CHECK (name <> '')
);
CREATE INDEX workshop_group_workshop ON workshop_group (workshop, step, id);

-- What was said in a workshop. Nothing tells who said it: while it runs a hash lets the same phone change its answers, after that not even that.
CREATE TABLE workshop_answer (
	id        TEXT PRIMARY KEY,
	workshop  TEXT NOT NULL REFERENCES workshop (id),
	step      TEXT NOT NULL REFERENCES kit_step (id),
	body      TEXT NOT NULL, -- '' once it is taken back
	withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn BETWEEN 0 AND 1),
	grouping  TEXT REFERENCES workshop_group (id),
	device    TEXT NOT NULL DEFAULT '', -- hashed; '' of what the note-taker wrote
	key       TEXT NOT NULL, -- of the form that sent it: a repeated sending is stored once
	seq       BIGINT NOT NULL CHECK (seq BETWEEN 1 AND 1000000000000), -- the workshop's: their order
	UNIQUE (workshop, key)
);
CREATE INDEX workshop_answer_workshop ON workshop_answer (workshop, step, seq);
