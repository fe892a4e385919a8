-- +goose Up
-- Whom a row is about, or probably is, if the employer does not employ them, else '': they may be changed while the list waits.
ALTER TABLE roster_item ADD COLUMN person TEXT NOT NULL DEFAULT '';
CREATE INDEX roster_item_person ON roster_item (import, person) WHERE person <> '';
