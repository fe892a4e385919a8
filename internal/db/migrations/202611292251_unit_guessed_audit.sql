-- +goose Up
-- What lists made more than thirty days before the first day was known to be guessed is told by the audit, which is kept for ever: such a workplace was made by the same transaction,
-- so by the same one at the same instant, as a list was carried out.
UPDATE unit SET guessed = 1 WHERE kind = 'workplace' AND id IN (SELECT made.row_id FROM audit made JOIN audit list ON list.at = made.at AND list.actor = made.actor
	WHERE made.entity = 'unit' AND made.act = 'create' AND list.entity = 'roster_import' AND list.act = 'apply');
