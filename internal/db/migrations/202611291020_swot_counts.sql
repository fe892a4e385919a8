-- +goose Up
-- How many notes an agreement has, and how many of them weigh most, without reading what they say.
CREATE INDEX swot_agreed_note_starred ON swot_agreed_note (swot, number, starred);
