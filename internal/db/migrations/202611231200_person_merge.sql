-- +goose Up
-- An id under which a person stood until it was found that they stood twice. The row itself is gone; what referred to it
-- refers to the other, but for who did what.
CREATE TABLE person_merge (
	person      TEXT PRIMARY KEY CHECK (person <> ''),
	into_person TEXT NOT NULL REFERENCES person (id), -- who is there now, also if that one has gone up in another since
	at          TIMESTAMP NOT NULL
);
CREATE INDEX person_merge_into ON person_merge (into_person, at);
