-- +goose Up
-- What a workplace saw in itself that a need came from.
CREATE TABLE need_note (
	need TEXT NOT NULL REFERENCES need (id),
	note TEXT NOT NULL REFERENCES swot_note (id),
	PRIMARY KEY (need, note)
);
CREATE INDEX need_note_of ON need_note (note, need);
