-- Delivery links, and what was done with them.

-- +goose Up
ALTER TABLE deliveries ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN mail TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN sealed BYTEA;
ALTER TABLE deliveries ADD COLUMN password TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN max BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
CREATE TABLE receipts (
    id       TEXT PRIMARY KEY,
    delivery TEXT   NOT NULL,
    visitor  TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    film     TEXT   NOT NULL,
    file     TEXT   NOT NULL,
    sha256   TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    spans    JSON,
    note     TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    done_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX receipts_once ON receipts (delivery, visitor, kind, film, sha256);
