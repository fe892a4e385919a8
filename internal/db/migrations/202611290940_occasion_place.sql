-- +goose Up
-- The workplaces that an occasion is held at by one of their own. Its leader leads as long as they work at one of these, or answer for
-- it; an occasion without any has a leader whom nothing but another choice ends.
CREATE TABLE occasion_place (
	occasion  TEXT NOT NULL REFERENCES occasion (id),
	workplace TEXT NOT NULL REFERENCES unit (id),
	PRIMARY KEY (occasion, workplace)
);
CREATE INDEX occasion_place_workplace ON occasion_place (workplace);
INSERT INTO occasion_place (occasion, workplace) SELECT w.occasion, p.workplace FROM workshop w JOIN workshop_place p ON p.workshop = w.id WHERE w.occasion IS NOT NULL;
