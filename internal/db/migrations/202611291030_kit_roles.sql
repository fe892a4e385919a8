-- +goose Up
-- What each role in a workshop is for, in the kit's words: whoever leads it reads theirs, and whoever takes notes.
ALTER TABLE kit_version ADD COLUMN leader_role TEXT NOT NULL DEFAULT '';
ALTER TABLE kit_version ADD COLUMN notes_role TEXT NOT NULL DEFAULT '';
