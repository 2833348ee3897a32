package catalog

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

// Storage counts what is kept: each figure is one query that an index answers.
func (c *Catalog) Storage(ctx context.Context, since time.Time, biggest int) (s assets.Storage, err error) {
	for _, q := range []struct {
		into  *assets.Volume
		query string
		args  []any
	}{
		{&s.Originals, "SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM assets", nil},
		{&s.Arrived, "SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM assets WHERE created_at >= ?", []any{stamp(since)}},
		{&s.Proxies, "SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM rush_renditions", nil},
		{&s.Renditions, "SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM renditions", nil},
		{&s.Uploads, "SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM uploads WHERE state = ?", []any{assets.UploadOpen}},
		{&s.Aside, "SELECT count(*) AS files, coalesce(sum(a.size), 0) AS bytes FROM rushes AS r JOIN assets AS a ON a.id = r.asset WHERE r.removed_at > 0", nil},
		{&s.Old, "SELECT count(*) AS files, coalesce(sum(r.size), 0) AS bytes FROM renditions AS r JOIN versions AS v ON v.id = r.version JOIN films AS f ON f.id = v.film WHERE f.version <> v.id", nil},
	} {
		if err := c.read.NewRaw(q.query, q.args...).Scan(ctx, q.into); err != nil {
			return s, fail("catalog.Storage", err)
		}
	}
	for _, q := range []struct {
		into         *[]assets.Volume
		table, owner string
	}{{&s.Sujets, "rushes", "sujet"}, {&s.Partners, "rushes AS x JOIN rush_partners AS p ON p.rush = x.id", "partner"}} {
		err := c.read.NewRaw("SELECT t.owner AS name, count(*) AS files, coalesce(sum(a.size), 0) AS bytes FROM (SELECT asset, ? AS owner FROM ?) AS t "+
			"JOIN assets AS a ON a.id = t.asset WHERE t.owner <> '' GROUP BY t.owner ORDER BY bytes DESC LIMIT ?",
			bun.Ident(q.owner), bun.Safe(q.table), biggest).Scan(ctx, q.into)
		if err != nil {
			return s, fail("catalog.Storage", err)
		}
	}
	return s, nil
}
