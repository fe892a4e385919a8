-- +goose Up
-- Self-assessment: the same questions, asked of all staff in rounds.

CREATE TABLE survey (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	title     TEXT NOT NULL CHECK (title <> ''),
	intro     TEXT NOT NULL DEFAULT '',
	anonymous INTEGER NOT NULL CHECK (anonymous BETWEEN 0 AND 1), -- nobody's answers are kept; never changed once a round has opened
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq       BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);
CREATE INDEX survey_programme ON survey (programme, id);

-- The steps of its scale, from 1. Those at the ends have words.
CREATE TABLE survey_step (
	survey TEXT NOT NULL REFERENCES survey (id),
	step   INTEGER NOT NULL CHECK (step BETWEEN 1 AND 7),
	word   TEXT NOT NULL,
	PRIMARY KEY (survey, step)
);

-- None comes or goes once a round has opened; a slip of the pen in its text may be mended.
CREATE TABLE survey_question (
	id     TEXT PRIMARY KEY,
	survey TEXT NOT NULL REFERENCES survey (id),
	ord    INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 100),
	goal   TEXT REFERENCES goal_area (id), -- NULL: of the whole
	text   TEXT NOT NULL CHECK (text <> ''),
	UNIQUE (survey, ord)
);

-- What a question said before it was mended.
CREATE TABLE survey_question_before (
	question   TEXT NOT NULL REFERENCES survey_question (id),
	number     INTEGER NOT NULL CHECK (number BETWEEN 1 AND 1000),
	text       TEXT NOT NULL CHECK (text <> ''),
	changed_by TEXT NOT NULL CHECK (changed_by <> ''),
	changed_at TIMESTAMP NOT NULL,
	PRIMARY KEY (question, number)
);

-- A time at which it is asked. Rounds of a survey follow each other and do not overlap.
CREATE TABLE survey_round (
	id         TEXT PRIMARY KEY,
	survey     TEXT NOT NULL REFERENCES survey (id),
	name       TEXT NOT NULL CHECK (name <> ''),
	first_day  TEXT NOT NULL CHECK (first_day LIKE '____-__-__'), -- that one may answer on
	last_day   TEXT NOT NULL CHECK (last_day LIKE '____-__-__' AND last_day >= first_day),
	grouped    TIMESTAMP, -- when its groups were fixed: with the first answer
	closed     TIMESTAMP, -- when the office closed it before its last day was over
	told_on    TEXT CHECK (told_on LIKE '____-__-__'), -- the last day on which letters about it went out
	tellings   INTEGER NOT NULL DEFAULT 0 CHECK (tellings BETWEEN 0 AND 1000), -- how many times they did
	version    INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq        BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);
CREATE INDEX survey_round_survey ON survey_round (survey, first_day);

-- Whose answers are counted together: workplaces with five staff or more, and the smaller ones together. Each round's are unions of those
-- that the round before showed, and never change.
CREATE TABLE survey_group (
	id    TEXT PRIMARY KEY,
	round TEXT NOT NULL REFERENCES survey_round (id),
	told  INTEGER NOT NULL DEFAULT 0 CHECK (told BETWEEN 0 AND 1) -- it has been shown in a round before, so that it is never joined with what has not
);
CREATE INDEX survey_group_round ON survey_group (round, id);

CREATE TABLE survey_group_place (
	round     TEXT NOT NULL REFERENCES survey_round (id),
	workplace TEXT NOT NULL REFERENCES unit (id),
	grouping  TEXT NOT NULL REFERENCES survey_group (id),
	PRIMARY KEY (round, workplace)
);
CREATE INDEX survey_group_place_group ON survey_group_place (grouping, workplace);

-- How many of a group have answered what. All rows of a group are written anew with each answer, so that none tells which of them it touched.
CREATE TABLE survey_tally (
	grouping TEXT NOT NULL REFERENCES survey_group (id),
	question TEXT NOT NULL REFERENCES survey_question (id),
	value    INTEGER NOT NULL CHECK (value BETWEEN 0 AND 7), -- a step; 0: does not know, or will not say
	n        INTEGER NOT NULL CHECK (n BETWEEN 0 AND 1000000000),
	PRIMARY KEY (grouping, question, value)
);

-- Who has answered; never what, and never when.
CREATE TABLE survey_answered (
	round  TEXT NOT NULL REFERENCES survey_round (id),
	person TEXT NOT NULL REFERENCES person (id),
	times  INTEGER NOT NULL DEFAULT 1 CHECK (times BETWEEN 1 AND 1000), -- more than 1 of who was found to be two persons that had both answered
	PRIMARY KEY (round, person)
);
CREATE INDEX survey_answered_person ON survey_answered (person, round);

-- A person's own answers, which they alone read, of a survey that is not anonymous.
CREATE TABLE survey_own (
	round    TEXT NOT NULL REFERENCES survey_round (id),
	person   TEXT NOT NULL REFERENCES person (id),
	grouping TEXT NOT NULL REFERENCES survey_group (id), -- in which they were counted
	sealed   TEXT NOT NULL CHECK (sealed <> ''),
	version  INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	PRIMARY KEY (round, person)
);
CREATE INDEX survey_own_person ON survey_own (person, round);
