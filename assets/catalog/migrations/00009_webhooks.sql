-- Programs that are told of events: each call, and a pause.

-- +goose Up
ALTER TABLE webhooks ADD COLUMN paused_at BIGINT NOT NULL DEFAULT 0;
CREATE TABLE calls (
    id         TEXT PRIMARY KEY,
    webhook    TEXT   NOT NULL,
    event      TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    status     BIGINT NOT NULL,
    reason     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL
);
CREATE INDEX calls_webhook ON calls (webhook, id);
