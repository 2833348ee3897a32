-- How many days a link opens, and opens again when it is prolonged.

-- +goose Up
ALTER TABLE deliveries ADD COLUMN days INTEGER NOT NULL DEFAULT 90;
