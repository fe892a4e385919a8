-- +goose Up

-- Each time that a letter to participants was sent to them by e-mail. Who got it, the outbox tells.
CREATE TABLE mailing (
	publication TEXT NOT NULL,
	number      INTEGER NOT NULL CHECK (number BETWEEN 1 AND 1000000000), -- first, second: of two who send at once one is refused
	version     INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000), -- of the text that went out
	letters     INTEGER NOT NULL CHECK (letters BETWEEN 0 AND 1000000000),
	made_by     TEXT NOT NULL CHECK (made_by <> ''),
	made_at     TIMESTAMP NOT NULL,
	PRIMARY KEY (publication, number),
	FOREIGN KEY (publication, version) REFERENCES publication_text (publication, version)
);
