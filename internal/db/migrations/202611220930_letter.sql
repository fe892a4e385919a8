-- +goose Up

CREATE TABLE letter_state (name TEXT PRIMARY KEY);
INSERT INTO letter_state (name) VALUES ('waiting'), ('sending'), ('sent'), ('failed'), ('unknown');

-- One row for each letter and person. args and what was sent are enveloped with the recipient's key.
-- 'sending' is committed before the first byte goes out; if no answer came the fate is 'unknown'.
CREATE TABLE letter (
	id         TEXT PRIMARY KEY,
	person     TEXT NOT NULL DEFAULT '', -- the recipient; '' for an address that belongs to nobody yet
	address    TEXT NOT NULL DEFAULT '', -- enveloped; '' means the person's own at the time of sending
	template   TEXT NOT NULL CHECK (template <> ''),
	about_kind TEXT NOT NULL DEFAULT '', -- 'occasion', 'activity', 'programme'
	about      TEXT NOT NULL DEFAULT '',
	programme  TEXT NOT NULL DEFAULT '', -- whose emblem and statement it bears
	args       TEXT NOT NULL,            -- JSON, enveloped
	essential  INTEGER NOT NULL CHECK (essential BETWEEN 0 AND 1),
	message_id TEXT NOT NULL UNIQUE CHECK (message_id <> ''),
	state      TEXT NOT NULL REFERENCES letter_state (name),
	attempts   INTEGER NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 1000),
	made_at    TIMESTAMP NOT NULL,
	due        TIMESTAMP NOT NULL, -- machine time of the next attempt
	sent_at    TIMESTAMP,          -- domain time
	error      TEXT NOT NULL DEFAULT '',
	subject    TEXT NOT NULL DEFAULT '', -- as sent, enveloped, tokens masked
	body       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX letter_due ON letter (state, due, id);
CREATE INDEX letter_about ON letter (about_kind, about, person);
CREATE INDEX letter_person ON letter (person, id);
