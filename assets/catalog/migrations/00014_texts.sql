-- What a publication says in words of its own.

-- +goose Up
ALTER TABLE publications ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE publications ADD COLUMN text TEXT NOT NULL DEFAULT '';
