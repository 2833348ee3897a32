-- What programs were answered to requests that they gave a name.

-- +goose Up
CREATE TABLE replies (
    owner  TEXT   NOT NULL,
    name   TEXT   NOT NULL,
    print  TEXT   NOT NULL,
    status INT    NOT NULL,
    sealed BYTEA,
    at     BIGINT NOT NULL,
    PRIMARY KEY (owner, name)
);
CREATE INDEX replies_at ON replies (at);
