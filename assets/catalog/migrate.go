package catalog

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"anonymal.tv/regie/assets"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the tables up to date. Other processes may be doing the same, and
// PostgreSQL has them wait for each other. In SQLite each migration is one
// transaction, so the loser of a race fails, finds that the version moved on without
// it, and looks again.
func migrate(ctx context.Context, e engine, db *sql.DB) error {
	files, err := overlay(migrations, "migrations", e.folder)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true)}
	if e.alone != nil {
		locker, err := e.alone()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(e.goose, db, files, options...)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	for before := int64(-1); ; {
		version, err := p.GetDBVersion(ctx)
		switch {
		case err == nil && version > newest:
			return &assets.Error{
				Kind: assets.Invalid, Op: "catalog.migrate",
				Msg: "La base de données vient d'une version plus récente de Régie ; rien n'y a été changé. Installez cette version, ou reprenez une sauvegarde antérieure.",
			}
		case err == nil && version == newest:
			return nil
		}
		if err == nil {
			_, err = p.Up(ctx)
		}
		if err == nil {
			return nil
		}
		after, lost := p.GetDBVersion(ctx)
		if lost != nil || after <= before {
			return err
		}
		before = after
	}
}

// overlay returns the files of several folders as one folder.
func overlay(root fs.FS, folders ...string) (fs.FS, error) {
	var o layers
	for _, folder := range folders {
		layer, err := fs.Sub(root, folder)
		if err != nil {
			return nil, err
		}
		o = append(o, layer)
	}
	return o, nil
}

type layers []fs.FS

func (o layers) Open(name string) (fs.File, error) {
	for _, layer := range o {
		f, err := layer.Open(name)
		if !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (o layers) ReadDir(name string) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for _, layer := range o {
		entries, err := fs.ReadDir(layer, name)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) }) // goose counts on it
	return all, nil
}
