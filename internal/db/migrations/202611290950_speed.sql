-- +goose Up
-- A workplace's own page asks for its workshops alone.
CREATE INDEX workshop_place_workplace ON workshop_place (workplace, workshop);
