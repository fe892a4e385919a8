-- +goose Up
-- Where the author of a passage works, as far as the report may say it: the workplace beside a name or where five or more work, else the county. Settled
-- with the yes, which it is told to; NULL without one, or where too few work to say anything.
ALTER TABLE quotation ADD COLUMN place TEXT REFERENCES unit (id);
