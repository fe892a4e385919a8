-- +goose Up
-- The organisation tree, employers, persons and their employments. What holds for a time stands in
-- dated rows, half-open: valid_from is the first day, valid_to the first day it no longer holds.

CREATE TABLE unit_kind (name TEXT PRIMARY KEY);
INSERT INTO unit_kind (name) VALUES ('region'), ('county'), ('municipality'), ('workplace');

CREATE TABLE workplace_kind (name TEXT PRIMARY KEY);
INSERT INTO workplace_kind (name) VALUES ('public-library'), ('branch-library'), ('hospital-library'), ('school-library'), ('mobile-library'), ('county-library'), ('other');

CREATE TABLE unit (
	id             TEXT PRIMARY KEY,
	kind           TEXT NOT NULL REFERENCES unit_kind (name),
	workplace_kind TEXT REFERENCES workplace_kind (name), -- of a workplace only
	code           TEXT NOT NULL DEFAULT '',              -- the official code of a county or municipality
	version        INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq            BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000),
	CHECK ((kind = 'workplace') = (workplace_kind IS NOT NULL))
);
CREATE UNIQUE INDEX unit_code ON unit (kind, code) WHERE code <> '';

-- What a unit was called and where it belonged. A unit without a row for a day did not exist then.
CREATE TABLE unit_period (
	unit       TEXT NOT NULL REFERENCES unit (id),
	valid_from TEXT NOT NULL CHECK (valid_from LIKE '____-__-__'),
	valid_to   TEXT CHECK (valid_to LIKE '____-__-__' AND valid_to > valid_from),
	parent     TEXT REFERENCES unit (id), -- NULL for the region
	name       TEXT NOT NULL CHECK (name <> ''),
	sort_key   TEXT NOT NULL, -- Swedish order, see people.SortKey
	folded     TEXT NOT NULL, -- for search, see people.Fold
	PRIMARY KEY (unit, valid_from)
);
CREATE INDEX unit_period_parent ON unit_period (parent, valid_from);

-- A workplace that has gone up in another, from a day.
CREATE TABLE unit_merge (
	unit      TEXT PRIMARY KEY REFERENCES unit (id),
	into_unit TEXT NOT NULL REFERENCES unit (id),
	on_date   TEXT NOT NULL CHECK (on_date LIKE '____-__-__')
);
CREATE INDEX unit_merge_into ON unit_merge (into_unit, on_date);

CREATE TABLE employer (
	id       TEXT PRIMARY KEY,
	name     TEXT NOT NULL CHECK (name <> ''),
	sort_key TEXT NOT NULL,
	folded   TEXT NOT NULL,
	org_number TEXT UNIQUE CHECK (org_number LIKE '______-____'), -- NULL until someone has told it
	version  INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000)
);

CREATE TABLE gender (name TEXT PRIMARY KEY);
INSERT INTO gender (name) VALUES ('woman'), ('man'), ('unknown');

CREATE TABLE person (
	id         TEXT PRIMARY KEY,
	given      TEXT NOT NULL CHECK (given <> ''),
	family     TEXT NOT NULL CHECK (family <> ''),
	sort_key   TEXT NOT NULL, -- of "family, given"
	folded     TEXT NOT NULL, -- of "given family"
	gender     TEXT NOT NULL DEFAULT 'unknown' REFERENCES gender (name),
	birth_year INTEGER CHECK (birth_year BETWEEN 1900 AND 2100),
	isced      INTEGER CHECK (isced BETWEEN 0 AND 8), -- highest completed level, NULL if not told
	email      TEXT NOT NULL DEFAULT '', -- lower case; several may share it
	phone      TEXT NOT NULL DEFAULT '',
	protected  INTEGER NOT NULL DEFAULT 0 CHECK (protected BETWEEN 0 AND 1),
	language   TEXT NOT NULL DEFAULT '' CHECK (language IN ('', 'sv', 'en')), -- of letters, and of pages once signed in; '' if not chosen
	version    INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq        BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);
CREATE INDEX person_sort ON person (sort_key, id);
CREATE INDEX person_email ON person (email) WHERE email <> '';

CREATE TABLE staff_role (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO staff_role (name, ord) VALUES ('manager', 1), ('librarian', 2), ('childrens-librarian', 3), ('school-librarian', 4), ('media-adviser', 5), ('assistant', 6), ('driver', 7), ('caretaker', 8), ('other', 9);

CREATE TABLE employment (
	id         TEXT PRIMARY KEY,
	person     TEXT NOT NULL REFERENCES person (id),
	employer   TEXT NOT NULL REFERENCES employer (id),
	workplace  TEXT NOT NULL REFERENCES unit (id),
	title      TEXT NOT NULL,
	staff_role TEXT NOT NULL REFERENCES staff_role (name),
	share      INTEGER NOT NULL CHECK (share BETWEEN 1 AND 1000), -- thousandths of full time
	valid_from TEXT NOT NULL CHECK (valid_from LIKE '____-__-__'),
	valid_to   TEXT CHECK (valid_to LIKE '____-__-__' AND valid_to > valid_from),
	follows    TEXT REFERENCES employment (id), -- the row it replaced when share, title or workplace changed
	version    INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000)
);
CREATE INDEX employment_person ON employment (person, valid_from);
CREATE INDEX employment_workplace ON employment (workplace, valid_from);
CREATE INDEX employment_follows ON employment (follows) WHERE follows IS NOT NULL; -- or whoever takes one away reads all

-- Personal identity numbers never leave this table unmasked, but for a sight that is recorded.
CREATE TABLE identity_number (
	person TEXT PRIMARY KEY REFERENCES person (id),
	sealed TEXT NOT NULL CHECK (sealed <> ''),
	hash   TEXT NOT NULL UNIQUE CHECK (hash <> ''), -- keyed, of the twelve digits
	masked TEXT NOT NULL CHECK (masked <> '')       -- ÅÅÅÅMMDD-****
);
