package pipeline

import (
	"context"
	"encoding/json"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/maker"
)

// formatJob is the version and the format that a job is about.
func (d *Desk) formatJob(ctx context.Context, subject assets.ID) (s formatted, f assets.Format, err error) {
	id, name, _ := strings.Cut(string(subject), "/")
	if f, err = assets.FormatNamed(assets.FormatName(name)); err != nil {
		return s, f, err
	}
	v, err := d.Catalog.Version(ctx, assets.ID(id))
	if err != nil {
		return s, f, err
	}
	s, err = d.formatsOf(ctx, v)
	return s, f, err
}

// makeFormat is the job that makes a format of a version. What its recipe has
// made before is kept.
func (d *Desk) makeFormat(ctx context.Context, h *hold) error {
	const op = "pipeline.makeFormat"
	s, f, err := d.formatJob(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	movie, missing := s.source(f)
	if missing != "" {
		return &assets.Error{Kind: assets.Conflict, Op: op, Msg: missing}
	}
	recipe := s.print(f) + d.Maker.FormatRecipe(f.Name)
	tell := func(c *assets.Change) error {
		size := int64(0)
		if len(c.Made) > 0 {
			size = c.Made[0].Size
		} else if there, is := s.role(f.Name.Role()); is {
			size = there.Size
		}
		now, err := d.Catalog.Events(ctx, s.ID) // others have asked meanwhile
		if err != nil {
			return err
		}
		s.events = now
		c.Events = append(c.Events, d.moveFormat(s.Version, f, assets.FormatReady, "worker", "Format prêt : "+f.Inside()+"."))
		return d.whenReady(ctx, c, s, f, size)
	}
	if before, there := s.role(f.Name.Role()); there {
		if whole, err := d.whole(ctx, []assets.Rendition{before}, recipe); err != nil {
			return err
		} else if whole {
			c := assets.Change{Fence: h.fence()}
			if err := tell(&c); err != nil {
				return err
			}
			return d.commit(ctx, c)
		}
	}
	return d.addFiles(ctx, h, s.Version, f.Name.Role(), recipe, s.made, tell, func(dir string) ([]maker.File, error) {
		file, err := d.reshape(ctx, h, s, f, movie, dir)
		return []maker.File{file}, err
	})
}

// reshape makes the file of a format out of a movie of the house, or out of the
// master when there is none.
func (d *Desk) reshape(ctx context.Context, h *hold, s formatted, f assets.Format, movie assets.Rendition, dir string) (maker.File, error) {
	key := movie.Key
	if key == "" {
		key = s.master.Key
	}
	local, release, err := d.Blobs.Local(ctx, key)
	if err != nil {
		return maker.File{}, err
	}
	defer release()
	r := maker.FormatRequest{Name: f.Name, Movie: local}
	if f.Name == assets.FormatProjection {
		r.Captions = s.written
	}
	if movie.Key != "" {
		r.In, err = d.Maker.Inspect(ctx, local)
	} else {
		err = json.Unmarshal(s.Looked, &r.In)
	}
	if err != nil {
		return maker.File{}, err
	}
	return d.Maker.Format(ctx, r, dir, h.step)
}

// failFormat notes why a format could not be made.
func (d *Desk) failFormat(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	s, f, err := d.formatJob(ctx, j.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	return assets.Change{Events: []assets.Event{d.moveFormat(s.Version, f, assets.FormatFailed, "worker", reason)}}, nil
}

// keptFormats are the formats among what was made of a version: they outlive
// another making, for the master has stayed the same.
func keptFormats(made []assets.Rendition) (formats, rest []assets.Rendition) {
	for _, r := range made {
		if strings.HasPrefix(string(r.Role), string(assets.RoleFormat)+"-") {
			formats = append(formats, r)
		} else {
			rest = append(rest, r)
		}
	}
	return formats, rest
}
