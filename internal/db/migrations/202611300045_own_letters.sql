-- +goose Up
-- Letters that tell by whom they are to what their recipient has alone (who has not answered a self-assessment, who has undertaken something for themselves) leave
-- the office's outbox. Which programme's statement they bear stands among their arguments, as of questions about quoting.
UPDATE letter SET args = '{"programme":"' || programme || '"}', programme = ''
	WHERE template IN ('survey-open', 'survey-reminder') AND programme <> '' AND args = '';
UPDATE letter SET args = '{"programme":"' || programme || '",' || substr(args, 2), programme = ''
	WHERE template IN ('follow-up', 'follow-up-again') AND programme <> '' AND args LIKE '{"check":%' AND about IN (SELECT id FROM commitment WHERE workplace IS NULL);
