-- The sites that may show the films of a partner in a frame.

-- +goose Up
ALTER TABLE partners ADD COLUMN sites JSON;
