-- What channels say of films that are public.

-- +goose Up
ALTER TABLE publications ADD COLUMN seen TEXT;
