-- The records of the house, the same for SQLite and PostgreSQL.
-- Instants are microseconds since 1970 in UTC, 0 for none; identifiers are
-- ULIDs, so that their order is that of creation.

-- +goose Up
CREATE TABLE rubriques (
    slug  TEXT PRIMARY KEY,
    name  TEXT   NOT NULL,
    light TEXT   NOT NULL,
    dark  TEXT   NOT NULL,
    rank  BIGINT NOT NULL,
    lede  TEXT   NOT NULL
);
CREATE TABLE partners (
    slug TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url  TEXT NOT NULL,
    lede TEXT NOT NULL
);
CREATE TABLE dossiers (
    slug    TEXT PRIMARY KEY,
    name    TEXT   NOT NULL,
    partner TEXT   NOT NULL,
    planned BIGINT NOT NULL,
    lede    TEXT   NOT NULL
);
CREATE TABLE territories (
    slug   TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    parent TEXT NOT NULL
);
CREATE TABLE users (
    id         TEXT PRIMARY KEY,
    name       TEXT   NOT NULL,
    mail       TEXT   NOT NULL UNIQUE,
    role       TEXT   NOT NULL,
    ends_at    BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE assets (
    id         TEXT PRIMARY KEY,
    kind       TEXT   NOT NULL,
    sha256     TEXT   NOT NULL,
    size       BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX assets_sha256 ON assets (sha256);

CREATE TABLE films (
    id          TEXT PRIMARY KEY,
    slug        TEXT   NOT NULL UNIQUE,
    title       TEXT   NOT NULL,
    lede        TEXT   NOT NULL,
    description TEXT   NOT NULL,
    genre       TEXT   NOT NULL,
    dossier     TEXT   NOT NULL,
    territory   TEXT   NOT NULL,
    people      JSON,
    license     TEXT   NOT NULL,
    credits     TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    version     TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX films_state ON films (state, id);
CREATE INDEX films_dossier ON films (dossier, id);
CREATE INDEX films_territory ON films (territory, id);

CREATE TABLE film_rubriques (
    film     TEXT   NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    rank     BIGINT NOT NULL,
    rubrique TEXT   NOT NULL,
    PRIMARY KEY (film, rubrique)
);
CREATE INDEX film_rubriques_rubrique ON film_rubriques (rubrique, film);
CREATE TABLE film_partners (
    film    TEXT   NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    rank    BIGINT NOT NULL,
    partner TEXT   NOT NULL,
    PRIMARY KEY (film, partner)
);
CREATE INDEX film_partners_partner ON film_partners (partner, film);

CREATE TABLE versions (
    id         TEXT PRIMARY KEY,
    film       TEXT   NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    master     TEXT   NOT NULL REFERENCES assets (id),
    state      TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    sheet      JSON,
    looked     BYTEA,
    teaser     JSON,
    created_at BIGINT NOT NULL,
    UNIQUE (film, number)
);
CREATE INDEX versions_master ON versions (master, id);

CREATE TABLE rushes (
    id         TEXT PRIMARY KEY,
    asset      TEXT   NOT NULL REFERENCES assets (id),
    title      TEXT   NOT NULL,
    rubriques  JSON,
    partners   JSON,
    dossier    TEXT   NOT NULL,
    territory  TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    sheet      JSON,
    created_at BIGINT NOT NULL
);
CREATE INDEX rushes_asset ON rushes (asset, id);

CREATE TABLE renditions (
    id         TEXT PRIMARY KEY,
    version    TEXT             NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    place      BIGINT           NOT NULL, -- the order in which the maker gave them
    role       TEXT             NOT NULL,
    key        TEXT             NOT NULL,
    recipe     TEXT             NOT NULL,
    size       BIGINT           NOT NULL,
    sha256     TEXT             NOT NULL,
    width      BIGINT           NOT NULL,
    height     BIGINT           NOT NULL,
    bitrate    BIGINT           NOT NULL,
    codec      TEXT             NOT NULL,
    duration   DOUBLE PRECISION NOT NULL,
    rank       BIGINT           NOT NULL,
    parts      JSON,
    created_at BIGINT           NOT NULL
);
CREATE INDEX renditions_version ON renditions (version, place);

CREATE TABLE publications (
    id           TEXT PRIMARY KEY,
    film         TEXT   NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    channel      TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    url          TEXT   NOT NULL,
    remote_id    TEXT   NOT NULL,
    resume       BYTEA,
    reason       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX publications_film ON publications (film, id);
CREATE INDEX publications_channel ON publications (channel, state, id);
CREATE INDEX publications_state ON publications (state, id);

CREATE TABLE deliveries (
    id         TEXT PRIMARY KEY,
    partner    TEXT   NOT NULL,
    films      JSON,
    dossier    TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    token_hash TEXT   NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX deliveries_partner ON deliveries (partner, id);

CREATE TABLE jobs (
    id          TEXT PRIMARY KEY,
    kind        TEXT             NOT NULL,
    subject     TEXT             NOT NULL,
    state       TEXT             NOT NULL,
    attempt     BIGINT           NOT NULL,
    failures    BIGINT           NOT NULL,
    not_before  BIGINT           NOT NULL,
    lease_until BIGINT           NOT NULL,
    worker      TEXT             NOT NULL,
    length      DOUBLE PRECISION NOT NULL,
    step        TEXT             NOT NULL,
    progress    DOUBLE PRECISION NOT NULL,
    eta         BIGINT           NOT NULL, -- microseconds
    reason      TEXT             NOT NULL,
    created_at  BIGINT           NOT NULL
);
CREATE INDEX jobs_subject ON jobs (subject, id);
CREATE INDEX jobs_unfinished ON jobs (id) WHERE state IN ('waiting', 'running');
