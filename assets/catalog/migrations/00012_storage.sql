-- What is kept is added up without the rows.

-- +goose Up
CREATE INDEX assets_came ON assets (created_at, size);
CREATE INDEX assets_weight ON assets (id, size);
CREATE INDEX renditions_weight ON renditions (version, size);
CREATE INDEX rush_renditions_weight ON rush_renditions (size);
