-- How rushes came, and what was said with them, is found from the rush and from
-- the sujet.

-- +goose Up
CREATE INDEX uploads_rush ON uploads (rush) WHERE rush <> '';
CREATE INDEX transfers_said ON transfers (sujet, id) WHERE note <> '';
