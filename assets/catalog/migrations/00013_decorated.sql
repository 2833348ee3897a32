-- What goes with a film that is public on a channel, as far as it is there.

-- +goose Up
ALTER TABLE publications ADD COLUMN done TEXT NOT NULL DEFAULT '';
