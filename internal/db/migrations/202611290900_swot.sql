-- +goose Up
-- What a workplace sees in itself and around it before it plans: strengths, weaknesses, opportunities and threats, from the
-- programme's perspectives.

-- A programme that asks its workplaces for it.
CREATE TABLE swot_plan (
	programme TEXT PRIMARY KEY REFERENCES programme (id),
	years     INTEGER NOT NULL CHECK (years BETWEEN 1 AND 50), -- that one looks ahead
	opens     TEXT NOT NULL CHECK (opens LIKE '____-__-__'),
	closes    TEXT NOT NULL CHECK (closes LIKE '____-__-__' AND closes >= opens), -- the last day to agree; what comes later is late
	nudged    TEXT CHECK (nudged LIKE '____-__-__'), -- the last day on which leaders were reminded
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq       BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);

CREATE TABLE swot_perspective (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES swot_plan (programme),
	ord       INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 100),
	name      TEXT NOT NULL CHECK (name <> ''),
	question  TEXT NOT NULL DEFAULT '' -- what to think of
);
CREATE INDEX swot_perspective_programme ON swot_perspective (programme, ord, id);

CREATE TABLE swot_quadrant (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO swot_quadrant (name, ord) VALUES ('strength', 1), ('weakness', 2), ('opportunity', 3), ('threat', 4);

-- An analysis of a workplace. It can make another later; this one stays.
CREATE TABLE swot (
	id          TEXT PRIMARY KEY,
	programme   TEXT NOT NULL REFERENCES swot_plan (programme),
	workplace   TEXT NOT NULL REFERENCES unit (id),
	number      INTEGER NOT NULL CHECK (number BETWEEN 1 AND 1000),
	agreements  INTEGER NOT NULL DEFAULT 0 CHECK (agreements BETWEEN 0 AND 1000000), -- how often it has been agreed on
	agreed      INTEGER NOT NULL DEFAULT 0 CHECK (agreed BETWEEN 0 AND 1), -- the last agreement stands, and nothing changes
	-- Where it stands while it runs. It stands here, so that any browser can go on.
	code        TEXT UNIQUE CHECK (code <> ''), -- by which phones join; NULL while they cannot
	perspective TEXT REFERENCES swot_perspective (id), -- on the screen; NULL for the first
	hidden      INTEGER NOT NULL DEFAULT 0 CHECK (hidden BETWEEN 0 AND 1), -- notes are not shown yet
	turn        INTEGER NOT NULL DEFAULT 0 CHECK (turn BETWEEN 0 AND 1000000000), -- raised by each move of who presents
	seq         BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000), -- tells screens whether anything is new, and orders notes
	UNIQUE (programme, workplace, number)
);
CREATE INDEX swot_workplace ON swot (workplace, programme, number);

-- What someone has prepared alone, from one perspective: a row says nothing but whose it is.
CREATE TABLE swot_own (
	swot        TEXT NOT NULL REFERENCES swot (id),
	person      TEXT NOT NULL REFERENCES person (id),
	perspective TEXT NOT NULL REFERENCES swot_perspective (id),
	version     INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	sealed      TEXT NOT NULL, -- enveloped with the person's key
	PRIMARY KEY (swot, person, perspective)
);
CREATE INDEX swot_own_person ON swot_own (person, swot);

-- A note on the board. Nothing tells whose it is: while phones can join a hash lets the same one change its own, after that not even that.
CREATE TABLE swot_note (
	id          TEXT PRIMARY KEY,
	swot        TEXT NOT NULL REFERENCES swot (id),
	perspective TEXT NOT NULL REFERENCES swot_perspective (id),
	quadrant    TEXT NOT NULL REFERENCES swot_quadrant (name),
	body        TEXT NOT NULL, -- '' once it is taken away
	withdrawn   INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn BETWEEN 0 AND 1),
	same_as     TEXT REFERENCES swot_note (id), -- the one that says the same, and stands for both
	starred     INTEGER NOT NULL DEFAULT 0 CHECK (starred BETWEEN 0 AND 1), -- it weighs most, and goes on to the competence plan
	device      TEXT NOT NULL DEFAULT '', -- hashed; '' of what came from no phone
	key         TEXT NOT NULL, -- of the form that sent it: a repeated sending is stored once
	seq         BIGINT NOT NULL CHECK (seq BETWEEN 1 AND 1000000000000), -- the analysis': their order
	UNIQUE (swot, key)
);
CREATE INDEX swot_note_swot ON swot_note (swot, perspective, quadrant, seq);

-- Each time that a workplace agreed on an analysis, and what it then said; never changed.
CREATE TABLE swot_agreement (
	swot      TEXT NOT NULL REFERENCES swot (id),
	number    INTEGER NOT NULL CHECK (number BETWEEN 1 AND 1000000),
	agreed_on TEXT NOT NULL CHECK (agreed_on LIKE '____-__-__'),
	made_by   TEXT NOT NULL CHECK (made_by <> ''),
	made_at   TIMESTAMP NOT NULL,
	PRIMARY KEY (swot, number)
);

CREATE TABLE swot_agreed_note (
	swot        TEXT NOT NULL,
	number      INTEGER NOT NULL,
	note        TEXT NOT NULL REFERENCES swot_note (id),
	perspective TEXT NOT NULL REFERENCES swot_perspective (id),
	quadrant    TEXT NOT NULL REFERENCES swot_quadrant (name),
	body        TEXT NOT NULL CHECK (body <> ''),
	said        INTEGER NOT NULL CHECK (said BETWEEN 1 AND 1000000), -- how many notes said so
	starred     INTEGER NOT NULL CHECK (starred BETWEEN 0 AND 1),
	PRIMARY KEY (swot, number, note),
	FOREIGN KEY (swot, number) REFERENCES swot_agreement (swot, number)
);
