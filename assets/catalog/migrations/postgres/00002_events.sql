-- The audit log: only ever added to.

-- +goose Up
CREATE TABLE events (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order of writing
    id      TEXT   NOT NULL UNIQUE,
    kind    TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    "from"  TEXT   NOT NULL,
    "to"    TEXT   NOT NULL,
    actor   TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    note    TEXT   NOT NULL,
    attempt BIGINT NOT NULL
);
CREATE INDEX events_subject ON events (subject, seq);

-- +goose StatementBegin
CREATE FUNCTION events_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are only ever added';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER events_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION events_only_added();
