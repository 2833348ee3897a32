-- The audit log: only ever added to.

-- +goose Up
CREATE TABLE events (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of commitment
    id      TEXT    NOT NULL UNIQUE,
    kind    TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    "from"  TEXT    NOT NULL,
    "to"    TEXT    NOT NULL,
    actor   TEXT    NOT NULL,
    at      BIGINT  NOT NULL,
    note    TEXT    NOT NULL,
    attempt BIGINT  NOT NULL
);
CREATE INDEX events_subject ON events (subject, seq);

-- +goose StatementBegin
CREATE TRIGGER events_not_updated BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_not_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are only ever added');
END;
-- +goose StatementEnd
-- REPLACE deletes without the trigger above: refuse it before.
-- +goose StatementBegin
CREATE TRIGGER events_not_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'UNIQUE: this event is there already');
END;
-- +goose StatementEnd
