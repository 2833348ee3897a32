-- What the pages of a partner wear.

-- +goose Up
ALTER TABLE partners ADD COLUMN logo TEXT NOT NULL DEFAULT '';
ALTER TABLE partners ADD COLUMN colour TEXT NOT NULL DEFAULT '';
