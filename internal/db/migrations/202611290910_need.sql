-- +goose Up
-- What workplaces need to be able to do: a competence plan for each, topics that bring needs of many together, and the activities that answer them.

-- One for each workplace and programme. Its version is raised by whatever changes its needs, and when it is agreed on.
CREATE TABLE competence_plan (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	workplace TEXT NOT NULL REFERENCES unit (id),
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq       BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000),
	UNIQUE (programme, workplace)
);

-- Each time that it was agreed on; never changed.
CREATE TABLE plan_agreement (
	plan    TEXT NOT NULL REFERENCES competence_plan (id),
	number  INTEGER NOT NULL CHECK (number BETWEEN 1 AND 1000000),
	version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000), -- of the plan, by it
	on_date TEXT NOT NULL CHECK (on_date LIKE '____-__-__'), -- when the workplace did
	made_by TEXT NOT NULL CHECK (made_by <> ''),
	made_at TIMESTAMP NOT NULL,
	PRIMARY KEY (plan, number)
);

CREATE TABLE need_state (name TEXT PRIMARY KEY, ord INTEGER NOT NULL, ended INTEGER NOT NULL);
INSERT INTO need_state (name, ord, ended) VALUES ('open', 1, 0), ('met', 2, 1), ('dropped', 3, 1);
CREATE TABLE need_priority (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO need_priority (name, ord) VALUES ('high', 1), ('middle', 2), ('low', 3);
CREATE TABLE need_form (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO need_form (name, ord) VALUES ('lecture', 1), ('course', 2), ('study-visit', 3), ('practice', 4), ('other', 5);

-- What needs of many workplaces have in common, as the office of a programme names it.
CREATE TABLE need_topic (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	name      TEXT NOT NULL CHECK (name <> ''),
	words     TEXT NOT NULL DEFAULT '', -- that point to it
	retired   INTEGER NOT NULL DEFAULT 0 CHECK (retired BETWEEN 0 AND 1), -- no longer to choose; what has it keeps it
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	UNIQUE (programme, name)
);

-- A need of a workplace. Others read it, as it was worded then, from when a plan with it was agreed on.
CREATE TABLE need (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	workplace TEXT NOT NULL REFERENCES unit (id),
	state     TEXT NOT NULL REFERENCES need_state (name),
	stated    INTEGER NOT NULL CHECK (stated BETWEEN 1 AND 1000000000), -- the event that gave it its state
	wording   INTEGER NOT NULL CHECK (wording BETWEEN 1 AND 1000000000), -- the present one
	agreed    INTEGER CHECK (agreed BETWEEN 1 AND 1000000000), -- the wording that was agreed on last, NULL: none has been
	topic     TEXT REFERENCES need_topic (id),
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000), -- and number of its last event
	seq       BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);
CREATE INDEX need_workplace ON need (workplace, programme, id);
CREATE INDEX need_programme ON need (programme, id);
CREATE INDEX need_of_topic ON need (topic, id) WHERE topic IS NOT NULL;

-- Each wording it has had; never changed itself.
CREATE TABLE need_text (
	need     TEXT NOT NULL REFERENCES need (id),
	number   INTEGER NOT NULL CHECK (number BETWEEN 1 AND 1000000000),
	text     TEXT NOT NULL CHECK (text <> ''), -- what we need to be able to do
	why      TEXT NOT NULL DEFAULT '',
	priority TEXT NOT NULL REFERENCES need_priority (name),
	goal     TEXT REFERENCES goal_area (id),
	who      TEXT NOT NULL DEFAULT '', -- which of the staff, '' for all
	staff    INTEGER NOT NULL CHECK (staff BETWEEN 1 AND 10000), -- how many they are
	due      TEXT NOT NULL CHECK (due LIKE '____-__-__'), -- by when
	form     TEXT NOT NULL REFERENCES need_form (name), -- wished for
	made_by  TEXT NOT NULL CHECK (made_by <> ''),
	made_at  TIMESTAMP NOT NULL,
	PRIMARY KEY (need, number)
);
CREATE INDEX need_text_goal ON need_text (goal) WHERE goal IS NOT NULL;

-- What became of it, step by step; never changed. The last one's number is the need's version.
CREATE TABLE need_event (
	need    TEXT NOT NULL REFERENCES need (id),
	version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000),
	made_at TIMESTAMP NOT NULL,
	made_by TEXT NOT NULL CHECK (made_by <> ''),
	act     TEXT NOT NULL CHECK (act <> ''), -- 'create', 'change', 'state'
	state   TEXT NOT NULL REFERENCES need_state (name), -- after it
	wording INTEGER NOT NULL CHECK (wording BETWEEN 1 AND 1000000000), -- after it
	why     TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (need, version)
);

-- What was agreed on each time; never changed.
CREATE TABLE agreed_need (
	plan    TEXT NOT NULL,
	number  INTEGER NOT NULL,
	need    TEXT NOT NULL REFERENCES need (id),
	wording INTEGER NOT NULL,
	PRIMARY KEY (plan, number, need),
	FOREIGN KEY (plan, number) REFERENCES plan_agreement (plan, number),
	FOREIGN KEY (need, wording) REFERENCES need_text (need, number)
);
CREATE INDEX agreed_need_of ON agreed_need (need, plan, number);

-- Which activities answer a topic, and with it the needs that have it; and which answer a single need.
CREATE TABLE topic_activity (
	topic    TEXT NOT NULL REFERENCES need_topic (id),
	activity TEXT NOT NULL REFERENCES activity (id),
	made_by  TEXT NOT NULL CHECK (made_by <> ''),
	made_at  TIMESTAMP NOT NULL,
	PRIMARY KEY (topic, activity)
);
CREATE INDEX topic_activity_of ON topic_activity (activity, topic);
CREATE TABLE need_activity (
	need     TEXT NOT NULL REFERENCES need (id),
	activity TEXT NOT NULL REFERENCES activity (id),
	made_by  TEXT NOT NULL CHECK (made_by <> ''),
	made_at  TIMESTAMP NOT NULL,
	PRIMARY KEY (need, activity)
);
CREATE INDEX need_activity_of ON need_activity (activity, need);

-- The need that a commitment answers.
ALTER TABLE commitment ADD COLUMN need TEXT REFERENCES need (id);
CREATE INDEX commitment_need ON commitment (need, id) WHERE need IS NOT NULL;
