-- +goose Up
-- What is past its due date is counted and listed by that day, without reading what is done or dropped.
CREATE INDEX commitment_due ON commitment (programme, due, goal, state, next_check, workplace) WHERE state NOT IN ('done', 'dropped');
