-- +goose Up
-- Who leads single occasions is asked for by every start page.
CREATE INDEX occasion_leader ON occasion (leader, id);
