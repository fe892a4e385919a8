-- +goose Up
-- The day that a quotation is given with, as its author agreed to it; NULL without a yes, or where no day is told. Before this it was the one that the
-- reflection bore, which its author may change.
ALTER TABLE quotation ADD COLUMN day TEXT;
-- Without a name neither day nor place is told of what was held at single workplaces, or with fewer than five.
UPDATE quotation SET day = (SELECT r.date FROM reflection r WHERE r.id = quotation.reflection AND (quotation.state = 'yes-named' OR r.occasion IS NULL
		OR NOT EXISTS (SELECT 1 FROM occasion_place l WHERE l.occasion = r.occasion)
			AND (SELECT count(DISTINCT t.person) FROM meeting m JOIN attendance t ON t.meeting = m.id AND t.minutes > 0 WHERE m.occasion = r.occasion) >= 5))
	WHERE state IN ('yes', 'yes-named');
UPDATE quotation SET place = NULL WHERE state = 'yes' AND day IS NULL;
-- Nor is an office to quote, or to wait for leave to quote, what it may not read any more.
UPDATE quotation SET state = 'withdrawn', place = NULL, day = NULL, version = version + 1
	WHERE state IN ('asked', 'yes', 'yes-named') AND EXISTS (SELECT 1 FROM reflection r WHERE r.id = quotation.reflection
		AND (r.level NOT IN ('programme', 'public') OR r.programme <> quotation.programme));
