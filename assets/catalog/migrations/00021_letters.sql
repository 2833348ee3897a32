-- Letters of several films, and those who read them.

-- +goose Up
ALTER TABLE publications ADD COLUMN letter TEXT;
ALTER TABLE mails ADD COLUMN letter TEXT NOT NULL DEFAULT '';
CREATE INDEX mails_letter ON mails (letter, state) WHERE letter <> '';
CREATE TABLE subscribers (
    id           TEXT PRIMARY KEY,
    mail         TEXT   NOT NULL,
    token        TEXT   NOT NULL,
    asked_at     BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX subscribers_mail ON subscribers (mail) WHERE mail <> '';
CREATE UNIQUE INDEX subscribers_token ON subscribers (token);
