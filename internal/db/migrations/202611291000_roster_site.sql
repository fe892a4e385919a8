-- +goose Up
-- Whose rights the difference was worked out with, the last time.
ALTER TABLE roster_import ADD COLUMN read_by TEXT NOT NULL DEFAULT '';
UPDATE roster_import SET read_by = made_by;

-- The units at which those work of whom a list tells: workplaces, and of new ones what they are put under. Who may edit the people of
-- them all sees the import. No reference: a workplace that came with an import goes when that is undone.
CREATE TABLE roster_site (
	import TEXT NOT NULL REFERENCES roster_import (id),
	unit   TEXT NOT NULL,
	PRIMARY KEY (import, unit)
);
