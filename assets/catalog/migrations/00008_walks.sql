-- Which rushes a page holds is read without their rows, whoever asks; and who is
-- to be recognised where, without the rows of those who are not.

-- +goose Up
DROP INDEX rushes_walk;
CREATE INDEX rushes_walk ON rushes (removed_at, id, sujet, owner, state, orientation, shot, minors, stars, rejected, created_at);
CREATE INDEX filmed_seen ON filmed (sujet, consent) WHERE removed_at = 0 AND NOT blurred AND sujet <> '';
