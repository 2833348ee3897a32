package pipeline

import (
	"context"
	"path"
	"strings"

	"anonymal.tv/regie/assets"
)

// Stored is one object as it is handed out: where Blobs keeps it, what its bytes
// are, and the name it leaves under.
type Stored struct {
	Key    string
	SHA256 string
	Name   string // text, never a path
	Size   int64  // bytes
}

// original is an asset as it came.
func (d *Desk) original(ctx context.Context, id assets.ID) (Stored, error) {
	a, err := d.Catalog.Asset(ctx, id)
	return Stored{Key: a.Key, SHA256: a.SHA256, Name: a.Name, Size: a.Size}, err
}

// RushOriginal is the file of a rush, as it came.
func (d *Desk) RushOriginal(ctx context.Context, rush assets.ID) (Stored, error) {
	r, err := d.Catalog.Rush(ctx, rush)
	if err != nil {
		return Stored{}, err
	}
	return d.original(ctx, r.Asset)
}

// RushFile is a file that was made of a rush: "proxy.mp4", "poster.jpg"…
func (d *Desk) RushFile(ctx context.Context, rush assets.ID, name string) (Stored, error) {
	made, err := d.Catalog.Proxies(ctx, rush)
	if err != nil {
		return Stored{}, err
	}
	return among(made, name)
}

// VersionOriginal is the master of a version of a film, as it came.
func (d *Desk) VersionOriginal(ctx context.Context, film assets.ID, number int) (Stored, error) {
	v, err := d.version(ctx, film, number)
	if err != nil {
		return Stored{}, err
	}
	return d.original(ctx, v.Master)
}

// VersionFile is a file that was made of a version of a film, or a part of one:
// "mp4-720.mp4", "hls/720/00003.m4s"…
func (d *Desk) VersionFile(ctx context.Context, film assets.ID, number int, name string) (Stored, error) {
	v, err := d.version(ctx, film, number)
	if err != nil {
		return Stored{}, err
	}
	made, err := d.Catalog.Renditions(ctx, v.ID)
	if err != nil {
		return Stored{}, err
	}
	return among(made, name)
}

func (d *Desk) version(ctx context.Context, film assets.ID, number int) (assets.Version, error) {
	all, err := d.Catalog.Versions(ctx, film)
	if err != nil {
		return assets.Version{}, err
	}
	for _, v := range all {
		if v.Number == number {
			return v, nil
		}
	}
	return assets.Version{}, missing("pipeline.version")
}

// among finds a file by its name in the tree of what was made.
func among(made []assets.Rendition, name string) (Stored, error) {
	for _, r := range made {
		for _, p := range append([]assets.Part{{Key: r.Key, SHA256: r.SHA256, Size: r.Size}}, r.Parts...) {
			if FileOf(p.Key) == name {
				return Stored{Key: p.Key, SHA256: p.SHA256, Name: path.Base(p.Key), Size: p.Size}, nil
			}
		}
	}
	return Stored{}, missing("pipeline.among")
}

// FileOf is the name of a made file in its tree: its key without the first three
// elements, which say what it was made of and by which attempt. Of a key that is
// no longer than that, it is the last element.
func FileOf(key string) string {
	parts := strings.SplitN(key, "/", 4)
	return parts[len(parts)-1]
}

func missing(op string) error {
	return &assets.Error{Kind: assets.NotFound, Op: op, Msg: "Ce fichier n'existe pas, ou plus : il a peut-être été refait. Rechargez la page."}
}
