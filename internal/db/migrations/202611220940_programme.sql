-- +goose Up

-- A funding period decides emblem, statement and indicator set.
CREATE TABLE funding_period (
	code         TEXT PRIMARY KEY,
	name         TEXT NOT NULL,
	emblem       TEXT NOT NULL, -- file among the static ones
	emblem_alt_sv TEXT NOT NULL CHECK (emblem_alt_sv <> ''),
	emblem_alt_en TEXT NOT NULL CHECK (emblem_alt_en <> ''),
	statement_sv TEXT NOT NULL CHECK (statement_sv <> ''),
	statement_en TEXT NOT NULL CHECK (statement_en <> ''),
	indicator_set TEXT NOT NULL, -- the regulation and annex
	valid_from   TEXT NOT NULL CHECK (valid_from LIKE '____-__-__'),
	valid_to     TEXT CHECK (valid_to LIKE '____-__-__')
);
INSERT INTO funding_period (code, name, emblem, emblem_alt_sv, emblem_alt_en, statement_sv, statement_en, indicator_set, valid_from, valid_to) VALUES
	('2007-2013', 'Europeiska socialfonden 2007–2013', 'emblem/eu.svg', 'EU-flaggan', 'The EU flag', 'Projektet medfinansieras av Europeiska socialfonden', 'The project is co-financed by the European Social Fund', 'Regulation (EC) 1828/2006, Annex XXIII', '2007-01-01', '2014-01-01'),
	('2014-2020', 'Europeiska socialfonden 2014–2020', 'emblem/eu.svg', 'EU-flaggan', 'The EU flag', 'Projektet medfinansieras av Europeiska unionen, Europeiska socialfonden', 'The project is co-financed by the European Union, European Social Fund', 'Regulation (EU) 1304/2013, Annex I', '2014-01-01', '2021-01-01'),
	('2021-2027', 'Europeiska socialfonden+ 2021–2027', 'emblem/eu.svg', 'EU-flaggan', 'The EU flag', 'Medfinansieras av Europeiska unionen', 'Co-funded by the European Union', 'Regulation (EU) 2021/1057, Annex I', '2021-01-01', NULL);

CREATE TABLE programme_state (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO programme_state (name, ord) VALUES ('planned', 1), ('running', 2), ('last-stretch', 3), ('closing', 4), ('closed', 5);

CREATE TABLE programme (
	id             TEXT PRIMARY KEY,
	slug           TEXT NOT NULL UNIQUE CHECK (slug <> ''),
	name           TEXT NOT NULL CHECK (name <> ''),
	short_name     TEXT NOT NULL CHECK (short_name <> ''),
	purpose        TEXT NOT NULL DEFAULT '',
	overall_goal   TEXT NOT NULL DEFAULT '',
	appeal         TEXT NOT NULL DEFAULT '', -- a sentence below the state on the public page
	contact        TEXT NOT NULL DEFAULT '', -- how the public reaches the office
	funder_reference TEXT NOT NULL DEFAULT '',
	funding_period TEXT NOT NULL REFERENCES funding_period (code),
	state          TEXT NOT NULL REFERENCES programme_state (name),
	starts         TEXT NOT NULL CHECK (starts LIKE '____-__-__'), -- first day
	ends           TEXT NOT NULL CHECK (ends LIKE '____-__-__' AND ends >= starts), -- last day
	zone           TEXT NOT NULL CHECK (zone <> ''),
	published      INTEGER NOT NULL DEFAULT 0 CHECK (published BETWEEN 0 AND 1),
	version        INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq            BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);

CREATE TABLE goal_area (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	ord       INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 1000),
	name      TEXT NOT NULL CHECK (name <> ''),
	text      TEXT NOT NULL DEFAULT '',
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	UNIQUE (programme, ord)
);

CREATE TABLE phase (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	name      TEXT NOT NULL CHECK (name <> ''),
	starts    TEXT NOT NULL CHECK (starts LIKE '____-__-__'),
	ends      TEXT NOT NULL CHECK (ends LIKE '____-__-__' AND ends >= starts), -- last day
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000)
);
CREATE INDEX phase_programme ON phase (programme, starts, id);

-- The target group: all staff of these units of the tree.
CREATE TABLE target_unit (
	programme TEXT NOT NULL REFERENCES programme (id),
	unit      TEXT NOT NULL REFERENCES unit (id),
	PRIMARY KEY (programme, unit)
);

CREATE TABLE partner_role (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO partner_role (name, ord) VALUES ('owner', 1), ('partner', 2), ('co-financer', 3), ('cooperation', 4);

CREATE TABLE partner (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	role      TEXT NOT NULL REFERENCES partner_role (name),
	ord       INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 1000),
	name      TEXT NOT NULL CHECK (name <> ''),
	url       TEXT NOT NULL DEFAULT '',
	logo      TEXT REFERENCES file (id),
	logo_alt  TEXT NOT NULL DEFAULT '',
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	CHECK (logo IS NULL OR logo_alt <> '')
);
CREATE INDEX partner_programme ON partner (programme, role, ord, id);
