-- +goose Up
-- Which later lists changed the same people is asked on the page of each list that was carried out.
CREATE INDEX roster_undo_person ON roster_undo (person);
