-- A campaign keeps the days of the week on which its films go out.

-- +goose Up
ALTER TABLE publications ADD COLUMN rhythm TEXT NOT NULL DEFAULT '';
