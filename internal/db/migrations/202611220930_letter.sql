-- +goose Up

CREATE TABLE letter_state (name TEXT PRIMARY KEY);
INSERT INTO letter_state (name) VALUES ('waiting'), ('sending'), ('sent'), ('failed'), ('unknown');

-- One row for each letter and person, sent to the person's own address at the time of sending. Its
-- Message-ID follows from the id. 'sending' is committed before the first byte goes out; if no
-- answer came the fate is 'unknown'.
CREATE TABLE letter (
	id         TEXT PRIMARY KEY,
	person     TEXT NOT NULL CHECK (person <> ''), -- the recipient
	template   TEXT NOT NULL CHECK (template <> ''),
	about_kind TEXT NOT NULL DEFAULT '', -- 'occasion', 'activity', 'goal_area', 'programme', 'publication'
	about      TEXT NOT NULL DEFAULT '',
	programme  TEXT NOT NULL DEFAULT '', -- whose statement it bears; '' for none
	args       TEXT NOT NULL DEFAULT '', -- JSON without personal facts
	essential  INTEGER NOT NULL CHECK (essential BETWEEN 0 AND 1), -- sent again if its fate is unknown
	state      TEXT NOT NULL REFERENCES letter_state (name),
	attempts   INTEGER NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 1000),
	made_at    TIMESTAMP NOT NULL,
	due        TIMESTAMP NOT NULL, -- machine time of the next attempt; of 'sending': when its lease ends
	sent_at    TIMESTAMP,          -- domain time
	error      TEXT NOT NULL DEFAULT '', -- a code, see package letter
	subject    TEXT NOT NULL DEFAULT '', -- as sent, enveloped with the recipient's key
	body       TEXT NOT NULL DEFAULT ''  -- likewise, tokens masked
);
CREATE INDEX letter_due ON letter (state, due, id);
CREATE INDEX letter_about ON letter (about_kind, about, person);
CREATE INDEX letter_told ON letter (programme, template, state, about_kind, about, person, sent_at);
CREATE INDEX letter_person ON letter (person, id);
CREATE INDEX letter_time ON letter (coalesce(sent_at, made_at), id);
