-- +goose Up
-- What a workplace will be known for, what it does about it, and what came of that.

-- One for each workplace and programme. Published, it is a page for all at its code, which also leads to the question to the users.
CREATE TABLE focus (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	workplace TEXT NOT NULL REFERENCES unit (id),
	published TIMESTAMP, -- since when; NULL: only the workplace sees it
	code      TEXT UNIQUE CHECK (length(code) = 7), -- given when it is published first, and kept
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000), -- of its last text
	UNIQUE (programme, workplace),
	CHECK (published IS NULL OR code IS NOT NULL)
);

-- Each text it has had, the present one last; never changed itself.
CREATE TABLE focus_text (
	focus     TEXT NOT NULL REFERENCES focus (id),
	version   INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000),
	statement TEXT NOT NULL CHECK (statement <> ''), -- what we will be known for
	body      TEXT NOT NULL DEFAULT '',
	question  TEXT NOT NULL DEFAULT '', -- to the users; '' for the usual one
	made_by   TEXT NOT NULL CHECK (made_by <> ''),
	made_at   TIMESTAMP NOT NULL,
	PRIMARY KEY (focus, version)
);

-- Who may write for a workplace beside those who lead its learning, as long as they work there.
CREATE TABLE plan_writer (
	programme TEXT NOT NULL REFERENCES programme (id),
	workplace TEXT NOT NULL REFERENCES unit (id),
	person    TEXT NOT NULL REFERENCES person (id),
	PRIMARY KEY (programme, workplace, person)
);

CREATE TABLE commitment_state (name TEXT PRIMARY KEY, ord INTEGER NOT NULL, ended INTEGER NOT NULL);
INSERT INTO commitment_state (name, ord, ended) VALUES ('open', 1, 0), ('on-the-way', 2, 0), ('changed', 3, 0), ('done', 4, 1), ('dropped', 5, 1);

-- When that happens, we do this. A person's own has no workplace, and its texts are sealed with the person's key.
CREATE TABLE commitment (
	id         TEXT PRIMARY KEY,
	programme  TEXT NOT NULL REFERENCES programme (id),
	workplace  TEXT REFERENCES unit (id),
	owner      TEXT NOT NULL REFERENCES person (id),
	state      TEXT NOT NULL REFERENCES commitment_state (name),
	stated     INTEGER NOT NULL CHECK (stated BETWEEN 1 AND 1000000000), -- the event that gave it its state
	goal       TEXT REFERENCES goal_area (id),
	starts     TEXT NOT NULL CHECK (starts LIKE '____-__-__'),
	due        TEXT NOT NULL CHECK (due LIKE '____-__-__' AND due >= starts),
	months     TEXT NOT NULL CHECK (months <> ''), -- after its start, when it is followed up: '3,6'
	next_check TEXT CHECK (next_check LIKE '____-__-__'), -- the day of the check that waits for an answer; NULL when it has ended
	shared     INTEGER NOT NULL DEFAULT 0 CHECK (shared BETWEEN 0 AND 1), -- other workplaces may see it and use it
	idea_of    TEXT REFERENCES commitment (id), -- whose wording it began with
	left_told  TIMESTAMP, -- when the leader was told that the owner no longer works there
	wording    INTEGER NOT NULL CHECK (wording BETWEEN 1 AND 1000000000), -- the present one
	version    INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000), -- and number of its last event
	seq        BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);
CREATE INDEX commitment_workplace ON commitment (workplace, programme, id);
CREATE INDEX commitment_programme ON commitment (programme, goal, state, workplace, next_check);
CREATE INDEX commitment_next ON commitment (programme, next_check, id);
CREATE INDEX commitment_owner ON commitment (owner, id);
CREATE INDEX commitment_idea ON commitment (idea_of) WHERE idea_of IS NOT NULL;

-- Each wording it has had; never changed itself.
CREATE TABLE commitment_text (
	commitment TEXT NOT NULL REFERENCES commitment (id),
	number     INTEGER NOT NULL CHECK (number BETWEEN 1 AND 1000000000),
	happens    TEXT NOT NULL, -- when this happens
	act        TEXT NOT NULL, -- we do this
	notice     TEXT NOT NULL, -- and the users notice this
	sealed     TEXT NOT NULL DEFAULT '', -- all three, of a person's own
	PRIMARY KEY (commitment, number)
);

-- What became of it, step by step; never changed. The last one's number is the commitment's version.
CREATE TABLE commitment_event (
	commitment TEXT NOT NULL REFERENCES commitment (id),
	version    INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000),
	made_at    TIMESTAMP NOT NULL,
	made_by    TEXT NOT NULL CHECK (made_by <> ''),
	act        TEXT NOT NULL CHECK (act <> ''), -- 'create', 'change', 'state'
	state      TEXT NOT NULL REFERENCES commitment_state (name), -- after it
	owner      TEXT NOT NULL, -- after it
	wording    INTEGER NOT NULL CHECK (wording BETWEEN 1 AND 1000000000), -- after it
	why        TEXT NOT NULL DEFAULT '',
	sealed     TEXT NOT NULL DEFAULT '', -- why, of a person's own
	PRIMARY KEY (commitment, version)
);

CREATE TABLE conditions_answer (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO conditions_answer (name, ord) VALUES ('yes', 1), ('partly', 2), ('no', 3);

-- The times at which it is asked how it goes. The last one waits for an answer as long as the commitment has not ended.
CREATE TABLE commitment_check (
	commitment   TEXT NOT NULL REFERENCES commitment (id),
	ord          INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 1000),
	due          TEXT NOT NULL CHECK (due LIKE '____-__-__'),
	told_at      TIMESTAMP, -- when the letter to the owner was written
	reminded_at  TIMESTAMP,
	answer       TEXT REFERENCES commitment_state (name),
	answered_at  TIMESTAMP,
	by_letter    INTEGER NOT NULL DEFAULT 0 CHECK (by_letter BETWEEN 0 AND 1),
	conditions   TEXT REFERENCES conditions_answer (name), -- whether there have been time and conditions, says who leads
	note         TEXT NOT NULL DEFAULT '',
	confirmed_by TEXT,
	PRIMARY KEY (commitment, ord),
	CHECK ((answer IS NULL) = (answered_at IS NULL)),
	CHECK ((conditions IS NULL) = (confirmed_by IS NULL))
);
CREATE INDEX commitment_check_open ON commitment_check (due, commitment) WHERE answer IS NULL;

-- What lets an owner answer a check without signing in: made when the letter is sent, and only its hash is kept.
CREATE TABLE follow_up_link (
	token      TEXT PRIMARY KEY CHECK (token <> ''),
	commitment TEXT NOT NULL REFERENCES commitment (id),
	ord        INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 1000),
	person     TEXT NOT NULL REFERENCES person (id),
	expiry     TIMESTAMP NOT NULL -- by the machine's clock
);
CREATE INDEX follow_up_link_expiry ON follow_up_link (expiry);

-- When commitments of a programme are followed up, where not at the usual times.
CREATE TABLE follow_up_plan (
	programme TEXT PRIMARY KEY REFERENCES programme (id),
	months    TEXT NOT NULL CHECK (months <> '')
);

CREATE TABLE sign_by (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO sign_by (name, ord) VALUES ('user', 1), ('staff', 2), ('partner', 3), ('school', 4), ('politician', 5), ('other', 6);

-- What somebody noticed, beside the focus or one of the commitments. No name: who noticed is a role.
CREATE TABLE observed_sign (
	id         TEXT PRIMARY KEY,
	programme  TEXT NOT NULL REFERENCES programme (id),
	workplace  TEXT NOT NULL REFERENCES unit (id),
	commitment TEXT REFERENCES commitment (id), -- NULL: of the focus
	noticed_by TEXT NOT NULL REFERENCES sign_by (name),
	noticed_on TEXT NOT NULL CHECK (noticed_on LIKE '____-__-__'),
	text       TEXT NOT NULL CHECK (text <> ''),
	made_by    TEXT NOT NULL CHECK (made_by <> ''),
	withdrawn  INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn BETWEEN 0 AND 1)
);
CREATE INDEX observed_sign_workplace ON observed_sign (workplace, programme, id);
CREATE INDEX observed_sign_programme ON observed_sign (programme, noticed_on, id);

CREATE TABLE noticed (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO noticed (name, ord) VALUES ('yes', 1), ('no', 2), ('unsure', 3);

-- What users answer to the one question. Nothing tells whose it is: no person, no address, no device, and the day but not the hour.
CREATE TABLE user_answer (
	id          TEXT PRIMARY KEY,
	focus       TEXT NOT NULL REFERENCES focus (id),
	noticed     TEXT NOT NULL REFERENCES noticed (name),
	text        TEXT NOT NULL DEFAULT '',
	answered_on TEXT NOT NULL CHECK (answered_on LIKE '____-__-__'),
	withdrawn   INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn BETWEEN 0 AND 1)
);
CREATE INDEX user_answer_focus ON user_answer (focus, answered_on, id);
