-- +goose Up
-- The code by which phones joined last, so that a phone that comes after the end is told that the workshop is over, not that it never was.
ALTER TABLE workshop ADD COLUMN last_code TEXT CHECK (last_code <> '');
CREATE INDEX workshop_last_code ON workshop (last_code) WHERE last_code IS NOT NULL;
