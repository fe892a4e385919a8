-- +goose Up
-- Whether the answers to a step's question are to become commitments: who does what by when.
ALTER TABLE kit_step ADD COLUMN commits INTEGER NOT NULL DEFAULT 0 CHECK (commits BETWEEN 0 AND 1);
UPDATE kit_step SET commits = 1 WHERE question = 'Vem gör vad, till när?';

-- The answers of a workshop that a commitment began with. An answer has no author, and so neither has this. One that was taken back goes when the workshop
-- is closed, and the tie with it.
CREATE TABLE commitment_answer (
	commitment TEXT NOT NULL REFERENCES commitment (id),
	answer     TEXT NOT NULL REFERENCES workshop_answer (id) ON DELETE CASCADE,
	PRIMARY KEY (commitment, answer)
);
CREATE INDEX commitment_answer_of ON commitment_answer (answer, commitment);
