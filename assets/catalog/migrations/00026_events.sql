-- The days of the event that a dossier is about.

-- +goose Up
ALTER TABLE dossiers ADD COLUMN begins TEXT NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN ends TEXT NOT NULL DEFAULT '';
