-- +goose Up
-- The commitments of a programme are counted by goal, state and day of the next check: in this order of the index without being sorted.
DROP INDEX commitment_programme;
CREATE INDEX commitment_programme ON commitment (programme, goal, state, next_check, workplace);
