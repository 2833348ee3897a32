package pipeline

import (
	"context"
	"strings"

	"anonymal.tv/regie/assets"
)

// renditions is where made files are kept: renditions/<version>/<attempt>/….
const renditions = "renditions"

// SweepRenditions removes what attempts stored that died before they could
// commit it. A version with unfinished work is left alone.
func (d *Desk) SweepRenditions(ctx context.Context) error {
	var version assets.ID
	var known map[string]bool // keys to keep; nil for all
	for blob, err := range d.Blobs.List(ctx, renditions+"/") {
		if err != nil {
			return err
		}
		parts := strings.SplitN(blob.Key, "/", 4)
		if len(parts) < 4 {
			continue
		}
		if id := assets.ID(parts[1]); id != version {
			if known, err = d.kept(ctx, id); err != nil {
				return err
			}
			version = id
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

// kept lists the keys that the renditions of a version name; nil when its work
// is not finished.
func (d *Desk) kept(ctx context.Context, version assets.ID) (map[string]bool, error) {
	work, err := d.work(ctx, []assets.ID{version})
	if err != nil || work != nil {
		return nil, err
	}
	rows, err := d.Catalog.Renditions(ctx, version)
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
