-- +goose Up

CREATE TABLE activity_kind (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO activity_kind (name, ord) VALUES ('lecture', 1), ('course', 2), ('seminar', 3), ('conference', 4), ('workshop', 5), ('study-visit', 6), ('information', 7);

CREATE TABLE payer (name TEXT PRIMARY KEY);
INSERT INTO payer (name) VALUES ('project'), ('employer'), ('participant'), ('nobody');

-- What is offered.
CREATE TABLE activity (
	id          TEXT PRIMARY KEY,
	programme   TEXT NOT NULL REFERENCES programme (id),
	kind        TEXT NOT NULL REFERENCES activity_kind (name),
	title       TEXT NOT NULL CHECK (title <> ''),
	sort_key    TEXT NOT NULL DEFAULT '', -- of the title, see people.SortKey
	description TEXT NOT NULL DEFAULT '',
	series      TEXT REFERENCES activity (id), -- the activity that this one is a part of
	series_ord  INTEGER CHECK (series_ord BETWEEN 1 AND 1000),
	organiser   TEXT REFERENCES person (id),
	travel      TEXT NOT NULL DEFAULT 'employer' REFERENCES payer (name),
	meal        TEXT NOT NULL DEFAULT 'project' REFERENCES payer (name),
	substitute  TEXT NOT NULL DEFAULT 'employer' REFERENCES payer (name),
	published   INTEGER NOT NULL DEFAULT 0 CHECK (published BETWEEN 0 AND 1),
	version     INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq         BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);
CREATE INDEX activity_programme ON activity (programme, id);
CREATE INDEX activity_series ON activity (series, series_ord) WHERE series IS NOT NULL;

CREATE TABLE activity_goal (
	activity  TEXT NOT NULL REFERENCES activity (id),
	goal_area TEXT NOT NULL REFERENCES goal_area (id),
	PRIMARY KEY (activity, goal_area)
);
CREATE INDEX activity_goal_area ON activity_goal (goal_area, activity);

CREATE TABLE lecturer (
	id           TEXT PRIMARY KEY,
	activity     TEXT NOT NULL REFERENCES activity (id),
	ord          INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 1000),
	name         TEXT NOT NULL CHECK (name <> ''), -- published, so not kept apart
	organisation TEXT NOT NULL DEFAULT '',
	external     INTEGER NOT NULL CHECK (external BETWEEN 0 AND 1) -- or from the region
);
CREATE INDEX lecturer_activity ON lecturer (activity, ord);

-- Whom it is for: staff within any of the units, and in any of the roles. No row is no limit.
CREATE TABLE audience_unit (
	activity TEXT NOT NULL REFERENCES activity (id),
	unit     TEXT NOT NULL REFERENCES unit (id),
	PRIMARY KEY (activity, unit)
);
CREATE TABLE audience_role (
	activity   TEXT NOT NULL REFERENCES activity (id),
	staff_role TEXT NOT NULL REFERENCES staff_role (name),
	PRIMARY KEY (activity, staff_role)
);

-- What a person signs up to. The seq is raised by whoever locks it, and numbers who comes.
CREATE TABLE occasion (
	id        TEXT PRIMARY KEY,
	activity  TEXT NOT NULL REFERENCES activity (id),
	name      TEXT NOT NULL DEFAULT '', -- beside the activity's title: "hösten, Eskilstuna"
	leader    TEXT REFERENCES person (id), -- who holds this one, where it is not the activity's organiser: takes its attendance
	capacity  INTEGER NOT NULL CHECK (capacity BETWEEN 1 AND 10000),
	opens     TIMESTAMP NOT NULL, -- sign-up, UTC
	closes    TIMESTAMP NOT NULL CHECK (closes > opens),
	starts    TIMESTAMP, -- of the first meeting, UTC; NULL while there is none
	ends      TIMESTAMP, -- of the last meeting, UTC
	cancelled TIMESTAMP,
	seated    INTEGER NOT NULL DEFAULT 0 CHECK (seated BETWEEN 0 AND 10000), -- kept under the lock; doctor proves it equal to the rows
	waiting   INTEGER NOT NULL DEFAULT 0 CHECK (waiting BETWEEN 0 AND 1000000),
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq       BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);
CREATE INDEX occasion_activity ON occasion (activity, id);
CREATE INDEX occasion_starts ON occasion (starts, id);

CREATE TABLE meeting (
	id          TEXT PRIMARY KEY,
	occasion    TEXT NOT NULL REFERENCES occasion (id),
	date        TEXT NOT NULL CHECK (date LIKE '____-__-__'), -- local; its month is the month of participation
	start_time  TEXT NOT NULL CHECK (start_time LIKE '__:__'),
	end_time    TEXT NOT NULL CHECK (end_time LIKE '__:__' AND end_time > start_time),
	zone        TEXT NOT NULL CHECK (zone <> ''),
	starts      TIMESTAMP NOT NULL, -- UTC, derived from date, time and zone
	ends        TIMESTAMP NOT NULL CHECK (ends > starts),
	minutes     INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440), -- countable: end - start - breaks
	month       TEXT NOT NULL CHECK (month LIKE '____-__'),
	place       TEXT NOT NULL DEFAULT '',
	address     TEXT NOT NULL DEFAULT '',
	online_link TEXT NOT NULL DEFAULT '', -- for the seated only
	unit        TEXT REFERENCES unit (id), -- the municipality where it is held
	version     INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	seq         BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000)
);
CREATE INDEX meeting_occasion ON meeting (occasion, starts, id);
CREATE INDEX meeting_starts ON meeting (starts, id);

CREATE TABLE meeting_break (
	meeting    TEXT NOT NULL REFERENCES meeting (id),
	start_time TEXT NOT NULL CHECK (start_time LIKE '__:__'),
	end_time   TEXT NOT NULL CHECK (end_time LIKE '__:__' AND end_time > start_time),
	PRIMARY KEY (meeting, start_time)
);

CREATE TABLE question_kind (name TEXT PRIMARY KEY);
INSERT INTO question_kind (name) VALUES ('text'), ('choice'), ('yes-no');

-- What the organiser asks at sign-up. Sensitive answers are seen only by the organiser
-- and deleted after the last meeting.
CREATE TABLE question (
	id        TEXT PRIMARY KEY,
	activity  TEXT NOT NULL REFERENCES activity (id),
	ord       INTEGER NOT NULL CHECK (ord BETWEEN 1 AND 1000),
	text      TEXT NOT NULL CHECK (text <> ''),
	kind      TEXT NOT NULL REFERENCES question_kind (name),
	options   TEXT NOT NULL DEFAULT '', -- a line each
	required  INTEGER NOT NULL DEFAULT 0 CHECK (required BETWEEN 0 AND 1),
	sensitive INTEGER NOT NULL DEFAULT 0 CHECK (sensitive BETWEEN 0 AND 1),
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000)
);
CREATE INDEX question_activity ON question (activity, ord, id);

CREATE TABLE signup_state (name TEXT PRIMARY KEY);
INSERT INTO signup_state (name) VALUES ('requested'), ('seated'), ('waiting'), ('offered'), ('declined'), ('cancelled');

CREATE TABLE signup (
	id        TEXT PRIMARY KEY,
	occasion  TEXT NOT NULL REFERENCES occasion (id),
	person    TEXT NOT NULL REFERENCES person (id),
	state     TEXT NOT NULL REFERENCES signup_state (name),
	seq       BIGINT NOT NULL CHECK (seq BETWEEN 1 AND 1000000000000), -- the occasion's, when they last came
	number    INTEGER NOT NULL CHECK (number BETWEEN 1 AND 1000000), -- of the person at this occasion, for ever
	UNIQUE (occasion, person),
	UNIQUE (occasion, seq),
	UNIQUE (occasion, number)
);
CREATE INDEX signup_person ON signup (person, occasion);
CREATE INDEX signup_queue ON signup (occasion, state, seq);

-- What became of a sign-up, a row for each change; never changed itself.
CREATE TABLE signup_event (
	id     TEXT PRIMARY KEY,
	signup TEXT NOT NULL REFERENCES signup (id),
	state  TEXT NOT NULL REFERENCES signup_state (name),
	seq    BIGINT NOT NULL CHECK (seq BETWEEN 1 AND 1000000000000), -- the occasion's: their order, which no clock tells
	at     TIMESTAMP NOT NULL,
	actor  TEXT NOT NULL CHECK (actor <> ''),
	why    TEXT NOT NULL DEFAULT '', -- a code, see activity.Why
	UNIQUE (signup, seq)
);

-- When an occasion had no free seat for whoever came. Kept under the occasion's lock.
CREATE TABLE occasion_full (
	occasion   TEXT NOT NULL REFERENCES occasion (id),
	full_from  TIMESTAMP NOT NULL,
	full_to    TIMESTAMP, -- NULL: still
	PRIMARY KEY (occasion, full_from)
);

CREATE TABLE answer (
	signup   TEXT NOT NULL REFERENCES signup (id),
	question TEXT NOT NULL REFERENCES question (id),
	sealed   TEXT NOT NULL, -- enveloped with the person's key
	PRIMARY KEY (signup, question)
);

-- A workplace's word that it has passed the invitation on to its staff.
CREATE TABLE passed_on (
	activity  TEXT NOT NULL REFERENCES activity (id),
	workplace TEXT NOT NULL REFERENCES unit (id),
	at        TIMESTAMP NOT NULL,
	actor     TEXT NOT NULL CHECK (actor <> ''),
	PRIMARY KEY (activity, workplace)
);

CREATE TABLE absence_reason (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO absence_reason (name, ord) VALUES ('ill', 1), ('child-ill', 2), ('work', 3), ('other', 4), ('no-show', 5);

CREATE TABLE attendance_source (name TEXT PRIMARY KEY);
INSERT INTO attendance_source (name) VALUES ('organiser'), ('check-in'), ('import');

-- Minutes of one person at one meeting, under the employment that the time was given in.
CREATE TABLE attendance (
	meeting     TEXT NOT NULL REFERENCES meeting (id),
	person      TEXT NOT NULL REFERENCES person (id),
	employment  TEXT REFERENCES employment (id), -- NULL: not employed on the roster that day
	minutes     INTEGER NOT NULL CHECK (minutes BETWEEN 0 AND 1440),
	arrived     TEXT CHECK (arrived LIKE '__:__'), -- local; NULL: from the start
	departed    TEXT CHECK (departed LIKE '__:__'), -- local; NULL: to the end
	absence     TEXT REFERENCES absence_reason (name), -- of a person with 0 minutes
	source      TEXT NOT NULL REFERENCES attendance_source (name),
	recorded_by TEXT NOT NULL CHECK (recorded_by <> ''),
	recorded_at TIMESTAMP NOT NULL,
	attested_by TEXT,
	attested_at TIMESTAMP,
	version     INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000),
	PRIMARY KEY (meeting, person),
	CHECK (minutes = 0 OR absence IS NULL),
	CHECK ((attested_by IS NULL) = (attested_at IS NULL))
);
CREATE INDEX attendance_person ON attendance (person, meeting);
CREATE INDEX attendance_employment ON attendance (employment) WHERE employment IS NOT NULL;

-- What an attendance row said before it was corrected; never changed itself.
CREATE TABLE attendance_before (
	meeting     TEXT NOT NULL,
	person      TEXT NOT NULL,
	version     INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000),
	employment  TEXT,
	minutes     INTEGER NOT NULL CHECK (minutes BETWEEN 0 AND 1440),
	arrived     TEXT,
	departed    TEXT,
	absence     TEXT,
	source      TEXT NOT NULL,
	recorded_by TEXT NOT NULL,
	recorded_at TIMESTAMP NOT NULL,
	attested_by TEXT,
	attested_at TIMESTAMP,
	corrected_by TEXT NOT NULL CHECK (corrected_by <> ''),
	corrected_at TIMESTAMP NOT NULL,
	why         TEXT NOT NULL CHECK (why <> ''),
	PRIMARY KEY (meeting, person, version),
	FOREIGN KEY (meeting, person) REFERENCES attendance (meeting, person)
);

-- A printed sign-in sheet: its code leads a photo of it back to the meeting.
CREATE TABLE sheet (
	code    TEXT PRIMARY KEY CHECK (code <> ''),
	meeting TEXT NOT NULL REFERENCES meeting (id),
	made_by TEXT NOT NULL,
	made_at TIMESTAMP NOT NULL
);
CREATE INDEX sheet_meeting ON sheet (meeting);

CREATE TABLE sheet_scan (
	file     TEXT PRIMARY KEY REFERENCES file (id),
	sheet    TEXT NOT NULL REFERENCES sheet (code),
	filed_by TEXT NOT NULL,
	filed_at TIMESTAMP NOT NULL
);
CREATE INDEX sheet_scan_sheet ON sheet_scan (sheet);
