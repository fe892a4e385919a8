-- +goose Up
-- The first day of a workplace that a list of staff made is guessed, from those of whom the list tells: the next list may tell of someone who was there before.
-- What lists made is known for thirty days: of workplaces that came earlier the day counts as told.
ALTER TABLE unit ADD COLUMN guessed INTEGER NOT NULL DEFAULT 0 CHECK (guessed IN (0, 1));
UPDATE unit SET guessed = 1 WHERE id IN (SELECT row_id FROM roster_undo WHERE entity = 'unit' AND act = 'create');
