-- Entries of the programme that were merged into others: their addresses lead there.

-- +goose Up
CREATE TABLE moved (
    kind TEXT NOT NULL,
    slug TEXT NOT NULL,
    "into" TEXT NOT NULL,
    PRIMARY KEY (kind, slug)
);
