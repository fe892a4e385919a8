-- +goose Up
-- How people come in. Times in session, sign_in and attempt are the machine's, not the domain's.

CREATE TABLE account (
	person        TEXT PRIMARY KEY REFERENCES person (id),
	email         TEXT NOT NULL CHECK (email <> ''), -- lower case; several people may share an address
	password_hash TEXT NOT NULL DEFAULT '',          -- argon2id, '' if none is set
	disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled BETWEEN 0 AND 1),
	version       INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000)
);
CREATE INDEX account_email ON account (email);

CREATE TABLE role (name TEXT PRIMARY KEY);
INSERT INTO role (name) VALUES ('contact'), ('organiser'), ('office'), ('steering'), ('auditor'), ('administrator');

-- A role held by a person, in a programme or a part of the tree, for a time.
CREATE TABLE role_grant (
	id         TEXT PRIMARY KEY,
	person     TEXT NOT NULL REFERENCES person (id),
	role       TEXT NOT NULL REFERENCES role (name),
	programme  TEXT,                         -- NULL: not bound to one
	unit       TEXT REFERENCES unit (id),    -- of a contact: a workplace, or what holds several
	valid_from TEXT NOT NULL CHECK (valid_from LIKE '____-__-__'),
	valid_to   TEXT CHECK (valid_to LIKE '____-__-__' AND valid_to > valid_from)
);
CREATE INDEX role_grant_person ON role_grant (person);
CREATE INDEX role_grant_unit ON role_grant (unit) WHERE unit IS NOT NULL;
CREATE INDEX role_grant_role ON role_grant (role);

CREATE TABLE session (
	token  TEXT PRIMARY KEY, -- hashed
	data   TEXT NOT NULL,    -- JSON
	person TEXT NOT NULL DEFAULT '',
	expiry TIMESTAMP NOT NULL
);
CREATE INDEX session_expiry ON session (expiry);
CREATE INDEX session_person ON session (person);

-- A sign-in link and code asked for by someone who gave an address, known or not. Link and code
-- follow from the id and the master key, and are made only when the letter is sent; used once.
CREATE TABLE sign_in (
	id       TEXT PRIMARY KEY,
	token    TEXT NOT NULL UNIQUE,                 -- of the link, hashed
	code     TEXT NOT NULL,                        -- hashed with a key
	email    TEXT NOT NULL CHECK (email <> ''),    -- lower case
	purpose  TEXT NOT NULL CHECK (purpose <> ''),
	back     TEXT NOT NULL DEFAULT '',             -- the page of ours that the person was heading for
	tries    INTEGER NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 1000),
	made     TIMESTAMP NOT NULL,
	expiry   TIMESTAMP NOT NULL,
	used     TIMESTAMP
);
CREATE INDEX sign_in_email ON sign_in (email, made);

CREATE TABLE api_token (
	id      TEXT PRIMARY KEY,
	hash    TEXT NOT NULL UNIQUE,
	person  TEXT NOT NULL REFERENCES person (id),
	label   TEXT NOT NULL DEFAULT '', -- what its owner calls it
	made_at TIMESTAMP NOT NULL,
	revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked BETWEEN 0 AND 1)
);
