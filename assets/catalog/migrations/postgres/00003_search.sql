-- What films are found by, folded by the program (package fold). The words are
-- lexemes already: array_to_tsvector takes them as they are, where to_tsvector
-- would part and guess again.

-- +goose Up
CREATE TABLE film_words (
    film   TEXT PRIMARY KEY REFERENCES films (id) ON DELETE CASCADE,
    title  TEXT NOT NULL,
    words  TEXT NOT NULL,
    tokens tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED
);
CREATE INDEX film_words_tokens ON film_words USING gin (tokens);
