-- +goose Up
-- A sign-up waits for the disk with each page that it touches: who gets a seat is in no queue, and the letters about a publication are
-- found among those of its programme.
DROP INDEX signup_queue;
CREATE INDEX signup_queue ON signup (occasion, seq) WHERE state = 'waiting';
DROP INDEX letter_about;
