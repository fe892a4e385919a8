-- +goose Up
-- What every room leans on. A range with both ends is the check of type that both engines
-- understand: in SQLite a text is more than any number. Dates are TEXT 'YYYY-MM-DD', instants
-- TIMESTAMP in UTC, truths INTEGER 0 or 1. Sets of names are lookup tables.

-- One row for each setting that every process and node must agree on.
CREATE TABLE setting (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
);

-- Who did what to which row when, and why. detail is JSON without personal facts; what is
-- personal stands in sealed, enveloped with the key of the person in subject.
CREATE TABLE audit (
	id      TEXT PRIMARY KEY,
	at      TIMESTAMP NOT NULL,
	actor   TEXT NOT NULL CHECK (actor <> ''),
	act     TEXT NOT NULL CHECK (act <> ''),
	entity  TEXT NOT NULL CHECK (entity <> ''),
	row_id  TEXT NOT NULL,
	why     TEXT NOT NULL DEFAULT '',
	detail  TEXT NOT NULL DEFAULT '',
	subject TEXT NOT NULL DEFAULT '',
	sealed  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_row ON audit (entity, row_id, id);
CREATE INDEX audit_actor ON audit (actor, id);

-- The answer given to a form or call that may come twice.
CREATE TABLE once (
	key    TEXT PRIMARY KEY CHECK (key <> ''),
	actor  TEXT NOT NULL,
	answer TEXT NOT NULL,
	at     TIMESTAMP NOT NULL
);
CREATE INDEX once_at ON once (at);

-- A key of its own for each person, wrapped by the master key. Destroying it erases what it seals.
CREATE TABLE owner_key (
	owner   TEXT PRIMARY KEY CHECK (owner <> ''),
	wrapped TEXT NOT NULL CHECK (wrapped <> '')
);

CREATE TABLE job_state (name TEXT PRIMARY KEY);
INSERT INTO job_state (name) VALUES ('waiting'), ('running'), ('done'), ('failed'), ('cancelled');

-- Work done in the background. key keeps the same work from standing in the queue twice.
-- A lease is fenced by (id, attempt); its times are the machine's.
CREATE TABLE job (
	id       TEXT PRIMARY KEY,
	kind     TEXT NOT NULL CHECK (kind <> ''),
	key      TEXT NOT NULL,
	payload  TEXT NOT NULL,
	state    TEXT NOT NULL REFERENCES job_state (name),
	attempt  INTEGER NOT NULL DEFAULT 0 CHECK (attempt BETWEEN 0 AND 1000),
	run_at   TIMESTAMP NOT NULL,
	leased   TIMESTAMP,
	done     INTEGER NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND 1000000000),
	total    INTEGER NOT NULL DEFAULT 0 CHECK (total BETWEEN 0 AND 1000000000),
	error    TEXT NOT NULL DEFAULT '',
	made_by  TEXT NOT NULL,
	made_at  TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX job_once ON job (kind, key) WHERE state IN ('waiting', 'running');
CREATE INDEX job_due ON job (state, run_at, id);

-- A stored blob: the bytes stand in the file store under the id.
CREATE TABLE file (
	id      TEXT PRIMARY KEY,
	name    TEXT NOT NULL,
	media   TEXT NOT NULL CHECK (media <> ''),
	size    BIGINT NOT NULL CHECK (size BETWEEN 0 AND 10000000000),
	sha256  TEXT NOT NULL CHECK (length(sha256) = 64),
	purpose TEXT NOT NULL CHECK (purpose <> ''),
	made_by TEXT NOT NULL,
	made_at TIMESTAMP NOT NULL
);
