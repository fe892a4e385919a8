-- +goose Up
-- The day that a quotation is given with, as its author agreed to it; NULL without a yes, or where no day is told. Before this it was the one that the
-- reflection bore, which its author may change.
ALTER TABLE quotation ADD COLUMN day TEXT;
UPDATE quotation SET day = (SELECT r.date FROM reflection r WHERE r.id = quotation.reflection) WHERE state IN ('yes', 'yes-named');
