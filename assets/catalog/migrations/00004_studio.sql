-- The work before the film: sujets, files on their way in, rushes looked
-- through, what is thought of versions, who may be shown, who may come in, and
-- what the house has to say. The same for SQLite and PostgreSQL.
-- Lists that only a record's readers need are JSON; those that filters ask for
-- lie in join tables beside it.

-- +goose Up
ALTER TABLE films ADD COLUMN sujet TEXT NOT NULL DEFAULT '';
ALTER TABLE films ADD COLUMN keywords JSON;
ALTER TABLE films ADD COLUMN cover JSON;
ALTER TABLE films ADD COLUMN teaser_pick JSON;
CREATE INDEX films_sujet ON films (sujet, id);

ALTER TABLE users ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE users ADD COLUMN password TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN totp BYTEA;
ALTER TABLE users ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN keyless BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN muted JSON;

ALTER TABLE rushes ADD COLUMN sujet TEXT NOT NULL DEFAULT '';
ALTER TABLE rushes ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE rushes ADD COLUMN folder TEXT NOT NULL DEFAULT '';
ALTER TABLE rushes ADD COLUMN card TEXT NOT NULL DEFAULT '';
ALTER TABLE rushes ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE rushes ADD COLUMN people JSON;
ALTER TABLE rushes ADD COLUMN minors TEXT NOT NULL DEFAULT '';
ALTER TABLE rushes ADD COLUMN shot TEXT NOT NULL DEFAULT '';
ALTER TABLE rushes ADD COLUMN stars BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rushes ADD COLUMN rejected BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE rushes ADD COLUMN shot_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rushes ADD COLUMN gps JSON;
ALTER TABLE rushes ADD COLUMN proxy_frames BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rushes ADD COLUMN proxy_rate BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rushes ADD COLUMN removed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rushes ADD COLUMN orientation TEXT NOT NULL DEFAULT ''; -- of the sheet: landscape, portrait, square
-- What chooses few rushes has an index of its own; what chooses many (states,
-- stars, dates…) is read along the last one, newest first, without the rows.
CREATE INDEX rushes_sujet ON rushes (sujet, removed_at, id);
CREATE INDEX rushes_owner ON rushes (owner, removed_at, id);
CREATE INDEX rushes_territory ON rushes (territory, removed_at, id);
CREATE INDEX rushes_dossier ON rushes (dossier, removed_at, id);
CREATE INDEX rushes_walk ON rushes (removed_at, id, state, orientation, shot, minors, stars, rejected, created_at);
CREATE TABLE rush_rubriques (
    rush     TEXT   NOT NULL REFERENCES rushes (id) ON DELETE CASCADE,
    rank     BIGINT NOT NULL,
    rubrique TEXT   NOT NULL,
    PRIMARY KEY (rush, rubrique)
);
CREATE INDEX rush_rubriques_rubrique ON rush_rubriques (rubrique, rush);
CREATE TABLE rush_partners (
    rush    TEXT   NOT NULL REFERENCES rushes (id) ON DELETE CASCADE,
    rank    BIGINT NOT NULL,
    partner TEXT   NOT NULL,
    PRIMARY KEY (rush, partner)
);
CREATE INDEX rush_partners_partner ON rush_partners (partner, rush);
CREATE TABLE rush_renditions (
    id         TEXT PRIMARY KEY,
    rush       TEXT             NOT NULL REFERENCES rushes (id) ON DELETE CASCADE,
    place      BIGINT           NOT NULL,
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
CREATE INDEX rush_renditions_rush ON rush_renditions (rush, place);

CREATE TABLE sujets (
    id         TEXT PRIMARY KEY,
    film       TEXT   NOT NULL,
    title      TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    brief      TEXT   NOT NULL,
    place      TEXT   NOT NULL,
    rubriques  JSON,
    partners   JSON,
    dossier    TEXT   NOT NULL,
    territory  TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    contact    JSON,
    crew       JSON,
    wanted     TEXT   NOT NULL,
    conducteur JSON,
    state      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX sujets_film ON sujets (film);
CREATE INDEX sujets_state ON sujets (state, id);
CREATE INDEX sujets_dossier ON sujets (dossier, id);
CREATE INDEX sujets_territory ON sujets (territory, id);
CREATE INDEX sujets_at ON sujets (at);
CREATE TABLE sujet_rubriques (
    sujet    TEXT   NOT NULL REFERENCES sujets (id) ON DELETE CASCADE,
    rank     BIGINT NOT NULL,
    rubrique TEXT   NOT NULL,
    PRIMARY KEY (sujet, rubrique)
);
CREATE INDEX sujet_rubriques_rubrique ON sujet_rubriques (rubrique, sujet);
CREATE TABLE sujet_partners (
    sujet   TEXT   NOT NULL REFERENCES sujets (id) ON DELETE CASCADE,
    rank    BIGINT NOT NULL,
    partner TEXT   NOT NULL,
    PRIMARY KEY (sujet, partner)
);
CREATE INDEX sujet_partners_partner ON sujet_partners (partner, sujet);
CREATE TABLE sujet_crew (
    sujet  TEXT   NOT NULL REFERENCES sujets (id) ON DELETE CASCADE,
    rank   BIGINT NOT NULL,
    member TEXT   NOT NULL, -- a user
    PRIMARY KEY (sujet, member)
);
CREATE INDEX sujet_crew_member ON sujet_crew (member, sujet);

CREATE TABLE transfers (
    id         TEXT PRIMARY KEY,
    owner      TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    sujet      TEXT   NOT NULL,
    film       TEXT   NOT NULL,
    people     JSON,
    place      TEXT   NOT NULL,
    territory  TEXT   NOT NULL,
    minors     TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX transfers_owner ON transfers (owner, id);
CREATE TABLE uploads (
    id         TEXT PRIMARY KEY,
    transfer   TEXT    NOT NULL REFERENCES transfers (id),
    owner      TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    folder     TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    size       BIGINT  NOT NULL,
    modified   BIGINT  NOT NULL,
    print      TEXT    NOT NULL,
    claim      TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    asset      TEXT    NOT NULL,
    rush       TEXT    NOT NULL,
    film       TEXT    NOT NULL,
    already    BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);
CREATE INDEX uploads_transfer ON uploads (transfer, id);
CREATE INDEX uploads_owner ON uploads (owner, state, id);
CREATE INDEX uploads_state ON uploads (state, id);
CREATE INDEX uploads_print ON uploads (print, id) WHERE print <> '';

CREATE TABLE notes (
    id         TEXT PRIMARY KEY,
    kind       TEXT    NOT NULL, -- of the subject
    subject    TEXT    NOT NULL,
    film       TEXT    NOT NULL,
    author     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    frame      BIGINT  NOT NULL,
    last_frame BIGINT  NOT NULL,
    text       TEXT    NOT NULL,
    done       BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    edited_at  BIGINT  NOT NULL,
    removed_at BIGINT  NOT NULL
);
CREATE INDEX notes_subject ON notes (subject, frame);
CREATE TABLE approvals (
    id       TEXT PRIMARY KEY,
    film     TEXT   NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    version  TEXT   NOT NULL,
    number   BIGINT NOT NULL,
    sha256   TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    asked_by TEXT   NOT NULL,
    asked_at BIGINT NOT NULL,
    given_by TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    note     TEXT   NOT NULL
);
CREATE INDEX approvals_film ON approvals (film, id);
CREATE INDEX approvals_state ON approvals (state, id);
CREATE TABLE tracks (
    film       TEXT    NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    cues       JSON,
    reviewed   BOOLEAN NOT NULL,
    updated_by TEXT    NOT NULL,
    updated_at BIGINT  NOT NULL,
    PRIMARY KEY (film, kind, language)
);

CREATE TABLE selections (
    id         TEXT PRIMARY KEY,
    name       TEXT   NOT NULL,
    sujet      TEXT   NOT NULL,
    owner      TEXT   NOT NULL,
    clips      JSON,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT NOT NULL
);
CREATE INDEX selections_sujet ON selections (sujet, id);
CREATE INDEX selections_owner ON selections (owner, id);
CREATE TABLE saved_searches (
    id         TEXT PRIMARY KEY,
    owner      TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    path       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT NOT NULL
);
CREATE INDEX saved_searches_owner ON saved_searches (owner, id);

CREATE TABLE consents (
    id         TEXT PRIMARY KEY,
    minor      TEXT    NOT NULL,
    signatures BIGINT  NOT NULL,
    own        BOOLEAN NOT NULL,
    media      JSON,
    holds_from BIGINT  NOT NULL,
    ends_at    BIGINT  NOT NULL,
    state      TEXT    NOT NULL,
    sealed     BYTEA,
    scans      JSON,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);
CREATE INDEX consents_state ON consents (state, id);
CREATE INDEX consents_ends_at ON consents (ends_at) WHERE ends_at > 0;
CREATE TABLE filmed (
    id         TEXT PRIMARY KEY,
    sujet      TEXT    NOT NULL,
    film       TEXT    NOT NULL,
    consent    TEXT    NOT NULL REFERENCES consents (id),
    spans      JSON,
    blurred    BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    removed_at BIGINT  NOT NULL
);
CREATE INDEX filmed_sujet ON filmed (sujet, id);
CREATE INDEX filmed_film ON filmed (film, id);
CREATE INDEX filmed_consent ON filmed (consent, id);

CREATE TABLE sessions (
    hash       TEXT PRIMARY KEY, -- of the cookie's value
    owner      TEXT   NOT NULL,
    content    BYTEA,
    agent      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL
);
CREATE INDEX sessions_owner ON sessions (owner, created_at);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE TABLE keys (
    id         TEXT PRIMARY KEY,
    hash       TEXT   NOT NULL UNIQUE,
    kind       TEXT   NOT NULL,
    owner      TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL
);
CREATE INDEX keys_owner ON keys (owner, kind, id);

CREATE TABLE mails (
    id         TEXT PRIMARY KEY,
    owner      TEXT   NOT NULL,
    recipient  TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    text       TEXT   NOT NULL,
    html       TEXT   NOT NULL,
    reply_to   TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at    BIGINT NOT NULL
);
CREATE TABLE webhooks (
    id         TEXT PRIMARY KEY,
    url        TEXT   NOT NULL,
    secret     BYTEA,
    events     JSON,
    owner      TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    failures   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT NOT NULL
);

-- The audit log: what was changed, in which gesture, from where, and the hash
-- that ties each row to the one before. Rows from before have none.
ALTER TABLE events ADD COLUMN edits TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN batch TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN ip TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE INDEX events_kind ON events (kind, seq);
CREATE INDEX events_actor ON events (actor, seq);
CREATE INDEX events_at ON events (at);
CREATE INDEX events_batch ON events (batch, seq) WHERE batch <> '';
