-- Publications are planned by what a clock on the wall shows, and some of them together.

-- +goose Up
ALTER TABLE publications ADD COLUMN wall TEXT NOT NULL DEFAULT '';
ALTER TABLE publications ADD COLUMN zone TEXT NOT NULL DEFAULT '';
ALTER TABLE publications ADD COLUMN campaign TEXT NOT NULL DEFAULT '';
CREATE INDEX publications_at ON publications (at);
CREATE INDEX publications_campaign ON publications (campaign, id) WHERE campaign <> '';
