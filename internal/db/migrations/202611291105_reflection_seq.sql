-- +goose Up
-- What keeps the sharing of an entry, and what its author answers about quoting it, from happening at once.
ALTER TABLE reflection ADD COLUMN seq BIGINT NOT NULL DEFAULT 0 CHECK (seq BETWEEN 0 AND 1000000000000);
