-- Which version of its film a publication shows.

-- +goose Up
ALTER TABLE publications ADD COLUMN version TEXT NOT NULL DEFAULT '';
UPDATE publications SET version = (SELECT f.version FROM films f WHERE f.id = publications.film)
WHERE state NOT IN ('scheduled', 'assisted', 'failed', 'cancelled', 'withdrawn');
