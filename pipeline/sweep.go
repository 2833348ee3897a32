package pipeline

import (
	"context"
	"strings"

	"anonymal.tv/regie/assets"
)

// Where made files are kept: renditions/<version>/<attempt>/…, and
// proxies/<rush>/<attempt>/….
const (
	renditions = "renditions"
	proxies    = "proxies"
)

// SweepRenditions removes what attempts stored that died before they could
// commit it. A version, or a rush, with unfinished work is left alone.
func (d *Desk) SweepRenditions(ctx context.Context) error {
	return firstError(
		d.sweep(ctx, renditions, d.keptOfVersion),
		d.sweep(ctx, proxies, func(ctx context.Context, rush assets.ID) (map[string]bool, error) {
			return d.kept(ctx, []assets.ID{rush}, func() ([]assets.Rendition, error) { return d.Catalog.Proxies(ctx, rush) })
		}),
	)
}

// sweep removes, below a prefix, what kept does not name.
func (d *Desk) sweep(ctx context.Context, prefix string, kept func(context.Context, assets.ID) (map[string]bool, error)) error {
	var of assets.ID
	var known map[string]bool // keys to keep; nil for all
	for blob, err := range d.Blobs.List(ctx, prefix+"/") {
		if err != nil {
			return err
		}
		parts := strings.SplitN(blob.Key, "/", 4)
		if len(parts) < 4 {
			continue
		}
		if id := assets.ID(parts[1]); id != of {
			if known, err = kept(ctx, id); err != nil {
				return err
			}
			of = id
		}
		if known == nil || known[blob.Key] {
			continue
		}
		d.Log.Info("removing what a dead attempt left", "key", blob.Key)
		if err := d.Blobs.Delete(ctx, blob.Key); err != nil {
			return err
		}
	}
	return nil
}

// keptOfVersion is kept for a version; what a person chose of its film is work on
// it, too.
func (d *Desk) keptOfVersion(ctx context.Context, version assets.ID) (map[string]bool, error) {
	subjects := []assets.ID{version}
	v, err := d.Catalog.Version(ctx, version)
	if err == nil {
		subjects = append(subjects, v.Film)
	} else if assets.KindOf(err) != assets.NotFound {
		return nil, err
	}
	return d.kept(ctx, subjects, func() ([]assets.Rendition, error) { return d.Catalog.Renditions(ctx, version) })
}

// kept lists the keys that made files name; nil when the work on the subjects is
// not finished.
func (d *Desk) kept(ctx context.Context, subjects []assets.ID, made func() ([]assets.Rendition, error)) (map[string]bool, error) {
	work, err := d.work(ctx, subjects)
	if err != nil || work != nil {
		return nil, err
	}
	rows, err := made()
	if err != nil {
		return nil, err
	}
	keys := map[string]bool{}
	for _, r := range rows {
		keys[r.Key] = true
		for _, p := range r.Parts {
			keys[p.Key] = true
		}
	}
	return keys, nil
}
