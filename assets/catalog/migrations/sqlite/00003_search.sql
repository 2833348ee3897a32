-- What films are found by, folded by the program (package fold).

-- +goose Up
CREATE TABLE film_words (
    seq   INTEGER PRIMARY KEY, -- the row of film_index
    film  TEXT NOT NULL UNIQUE REFERENCES films (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    words TEXT NOT NULL
);
-- The words are folded already: the ascii tokenizer takes every rune beyond
-- ASCII for a letter and so parts them at spaces only, as PostgreSQL does.
CREATE VIRTUAL TABLE film_index USING fts5 (
    words, content = 'film_words', content_rowid = 'seq', tokenize = 'ascii', prefix = '2 3 4'
);
-- +goose StatementBegin
CREATE TRIGGER film_words_added AFTER INSERT ON film_words
BEGIN
    INSERT INTO film_index (rowid, words) VALUES (NEW.seq, NEW.words);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER film_words_removed AFTER DELETE ON film_words
BEGIN
    INSERT INTO film_index (film_index, rowid, words) VALUES ('delete', OLD.seq, OLD.words);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER film_words_changed AFTER UPDATE ON film_words
BEGIN
    INSERT INTO film_index (film_index, rowid, words) VALUES ('delete', OLD.seq, OLD.words);
    INSERT INTO film_index (rowid, words) VALUES (NEW.seq, NEW.words);
END;
-- +goose StatementEnd
