-- +goose Up
-- Until when letters by which people sign in count against the next ones to the same address, known or not. Machine time. An ask that brings no letter changes
-- nothing here; whose it was has no letter to be read, and so no code (sign_in.code is '').
CREATE TABLE sign_in_pace (
	email  TEXT PRIMARY KEY CHECK (email <> ''), -- lower case
	spent  TIMESTAMP NOT NULL
);
