-- What sujets and rushes are found by, as films are.

-- +goose Up
CREATE TABLE sujet_words (
    sujet  TEXT PRIMARY KEY REFERENCES sujets (id) ON DELETE CASCADE,
    title  TEXT NOT NULL,
    words  TEXT NOT NULL,
    tokens tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED
);
CREATE INDEX sujet_words_tokens ON sujet_words USING gin (tokens);
CREATE TABLE rush_words (
    rush   TEXT PRIMARY KEY REFERENCES rushes (id) ON DELETE CASCADE,
    title  TEXT NOT NULL,
    words  TEXT NOT NULL,
    tokens tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED
);
CREATE INDEX rush_words_tokens ON rush_words USING gin (tokens);
