-- +goose Up
-- Which text of its focus a user's answer is to: the question may be changed, and what was answered to another is no answer to it. What was answered before
-- this was kept is taken for an answer to the text that held at the end of the day, which may be one that was written later the same day; to the first if the day
-- is before all of them.
ALTER TABLE user_answer ADD COLUMN wording INTEGER NOT NULL DEFAULT 1 CHECK (wording BETWEEN 1 AND 1000000000);
UPDATE user_answer SET wording = coalesce((SELECT max(t.version) FROM focus_text t
	WHERE t.focus = user_answer.focus AND substr(CAST(t.made_at AS TEXT), 1, 10) <= user_answer.answered_on), 1);

-- Which wording of its commitment a sign was noted beside; NULL: it is of the focus. For those of before this was kept it is the one that held at the end of the
-- day on which it was noticed, or the first.
ALTER TABLE observed_sign ADD COLUMN wording INTEGER CHECK (wording BETWEEN 1 AND 1000000000);
UPDATE observed_sign SET wording = coalesce((SELECT e.wording FROM commitment_event e WHERE e.commitment = observed_sign.commitment
	AND e.version = (SELECT max(l.version) FROM commitment_event l WHERE l.commitment = observed_sign.commitment
		AND substr(CAST(l.made_at AS TEXT), 1, 10) <= observed_sign.noticed_on)), 1) WHERE commitment IS NOT NULL;
