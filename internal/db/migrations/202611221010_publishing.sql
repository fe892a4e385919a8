-- +goose Up

CREATE TABLE publication_kind (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO publication_kind (name, ord) VALUES ('page', 1), ('post', 2), ('letter', 3), ('document', 4);

-- What a page is to the program itself, which points to some from where they matter.
CREATE TABLE publication_place (name TEXT PRIMARY KEY, ord INTEGER NOT NULL);
INSERT INTO publication_place (name, ord) VALUES ('description', 1), ('sharing', 2), ('contact', 3), ('other', 4);

-- What a programme tells the public. It is never removed: it can be taken down while the programme goes on.
CREATE TABLE publication (
	id        TEXT PRIMARY KEY,
	programme TEXT NOT NULL REFERENCES programme (id),
	kind      TEXT NOT NULL REFERENCES publication_kind (name),
	place     TEXT NOT NULL DEFAULT 'other' REFERENCES publication_place (name), -- of a page
	slug      TEXT NOT NULL CHECK (slug <> ''),
	ord       INTEGER NOT NULL DEFAULT 100 CHECK (ord BETWEEN 1 AND 1000), -- of a page among the others
	published TIMESTAMP, -- since when it has been shown; NULL: a draft
	version   INTEGER NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 1000000000), -- of its last text
	UNIQUE (programme, kind, slug)
);
CREATE UNIQUE INDEX publication_at ON publication (programme, place) WHERE place <> 'other';

-- Each text it has had, the present one last; never changed itself.
CREATE TABLE publication_text (
	publication TEXT NOT NULL REFERENCES publication (id),
	version     INTEGER NOT NULL CHECK (version BETWEEN 1 AND 1000000000),
	title       TEXT NOT NULL CHECK (title <> ''),
	summary     TEXT NOT NULL DEFAULT '',
	body        TEXT NOT NULL DEFAULT '', -- Markdown
	lang        TEXT NOT NULL CHECK (length(lang) = 2),
	recipients  TEXT NOT NULL DEFAULT '', -- of a letter: to whom
	date        TEXT CHECK (date LIKE '____-__-__'), -- that it bears; NULL for a page
	file        TEXT REFERENCES file (id), -- of a document
	made_by     TEXT NOT NULL CHECK (made_by <> ''),
	made_at     TIMESTAMP NOT NULL,
	PRIMARY KEY (publication, version)
);
