-- The association's accounts on the channels.

-- +goose Up
CREATE TABLE accounts (
    id           TEXT PRIMARY KEY,
    state        TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    sealed       BYTEA,
    expires_at   BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    connected_at BIGINT NOT NULL,
    checked_at   BIGINT NOT NULL DEFAULT 0,
    held_until   BIGINT NOT NULL DEFAULT 0
);
