-- +goose Up
-- Rows in which something is wrong are handed out as they stand in the file, but where they belong was not noted from the beginning. Of lists with such rows
-- nothing is noted until they are read again: until then they are seen by who read them, and the office of all programmes. Those that were carried out
-- cannot be read again, and stay so.
DELETE FROM roster_site WHERE import IN (SELECT id FROM roster_import WHERE summary NOT LIKE '%"mistakes":0%');
