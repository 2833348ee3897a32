-- What sujets and rushes are found by, as films are.

-- +goose Up
CREATE TABLE sujet_words (
    seq   INTEGER PRIMARY KEY, -- the row of sujet_index
    sujet TEXT NOT NULL UNIQUE REFERENCES sujets (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE VIRTUAL TABLE sujet_index USING fts5 (
    words, content = 'sujet_words', content_rowid = 'seq', tokenize = 'ascii', prefix = '2 3 4'
);
-- +goose StatementBegin
CREATE TRIGGER sujet_words_added AFTER INSERT ON sujet_words
BEGIN
    INSERT INTO sujet_index (rowid, words) VALUES (NEW.seq, NEW.words);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sujet_words_removed AFTER DELETE ON sujet_words
BEGIN
    INSERT INTO sujet_index (sujet_index, rowid, words) VALUES ('delete', OLD.seq, OLD.words);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sujet_words_changed AFTER UPDATE ON sujet_words
BEGIN
    INSERT INTO sujet_index (sujet_index, rowid, words) VALUES ('delete', OLD.seq, OLD.words);
    INSERT INTO sujet_index (rowid, words) VALUES (NEW.seq, NEW.words);
END;
-- +goose StatementEnd
CREATE TABLE rush_words (
    seq   INTEGER PRIMARY KEY, -- the row of rush_index
    rush  TEXT NOT NULL UNIQUE REFERENCES rushes (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE VIRTUAL TABLE rush_index USING fts5 (
    words, content = 'rush_words', content_rowid = 'seq', tokenize = 'ascii', prefix = '2 3 4'
);
-- +goose StatementBegin
CREATE TRIGGER rush_words_added AFTER INSERT ON rush_words
BEGIN
    INSERT INTO rush_index (rowid, words) VALUES (NEW.seq, NEW.words);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER rush_words_removed AFTER DELETE ON rush_words
BEGIN
    INSERT INTO rush_index (rush_index, rowid, words) VALUES ('delete', OLD.seq, OLD.words);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER rush_words_changed AFTER UPDATE ON rush_words
BEGIN
    INSERT INTO rush_index (rush_index, rowid, words) VALUES ('delete', OLD.seq, OLD.words);
    INSERT INTO rush_index (rowid, words) VALUES (NEW.seq, NEW.words);
END;
-- +goose StatementEnd
