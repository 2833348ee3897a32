-- The folded words of titles, for what is close to a word that is not there;
-- and in which way what is derived from records (their words, the orientation
-- of rushes) was last made, so that a new way makes it anew.

-- +goose Up
CREATE TABLE vocabulary (
    word   TEXT PRIMARY KEY,
    length BIGINT NOT NULL -- letters
);
CREATE INDEX vocabulary_length ON vocabulary (length, word);
CREATE TABLE derived (
    what TEXT PRIMARY KEY,
    way  BIGINT NOT NULL
);
