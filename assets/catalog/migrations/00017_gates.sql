-- What keeps a film back: embargoes, rights of its music, elections.

-- +goose Up
ALTER TABLE films ADD COLUMN embargo BIGINT NOT NULL DEFAULT 0;
ALTER TABLE films ADD COLUMN music TEXT NOT NULL DEFAULT '';
ALTER TABLE dossiers ADD COLUMN embargo BIGINT NOT NULL DEFAULT 0;
ALTER TABLE partners ADD COLUMN embargo BIGINT NOT NULL DEFAULT 0;
CREATE TABLE scrutins (
    id         TEXT PRIMARY KEY,
    name       TEXT   NOT NULL,
    opens      BIGINT NOT NULL,
    closes     BIGINT NOT NULL,
    removed_at BIGINT NOT NULL DEFAULT 0
);
