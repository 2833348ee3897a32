package pipeline

import (
	"context"
	"fmt"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/maker"
)

// CorrectSound asks for the version with its sound brought to what the web
// expects, as a file to download. The master stays as it is.
func (d *Desk) CorrectSound(ctx context.Context, version assets.ID, actor string) error {
	const op = "pipeline.CorrectSound"
	v, err := d.Catalog.Version(ctx, version)
	if err != nil {
		return err
	}
	if v.State != assets.VersionReady {
		return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Cette version n'est pas encore prête."}
	}
	if v.Sheet == nil || v.Sheet.Video == nil || v.Sheet.Loudness == nil || v.Sheet.Loudness.Integrated == nil {
		return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Il n'y a pas de son à corriger dans cette version."}
	}
	if work, err := d.work(ctx, []assets.ID{v.ID}); err != nil || work != nil {
		return err // it is on its way
	}
	return d.commit(ctx, assets.Change{
		Events: []assets.Event{d.event(assets.SubjectVersion, v.ID, string(v.State), string(v.State), actor, fmt.Sprintf("V%d : son à corriger pour le web.", v.Number))},
		Jobs:   []assets.Job{d.job(assets.JobLoudness, v.ID, d.Now(), v.Sheet.Duration)},
	})
}

// makeWeb is the job that makes assets.RoleWeb of a version.
func (d *Desk) makeWeb(ctx context.Context, h *hold) error {
	v, err := d.Catalog.Version(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	tell := func(c *assets.Change) error {
		c.Events = append(c.Events, d.event(assets.SubjectVersion, v.ID, string(v.State), string(v.State), "worker", fmt.Sprintf("V%d : son corrigé pour le web, à −14 LUFS.", v.Number)))
		return nil
	}
	return d.addMade(ctx, h, v, assets.RoleWeb, "Cette version n'a pas d'image : il n'y a rien à corriger.", tell,
		func(top assets.Rendition, movie, dir string) ([]maker.File, error) {
			file, err := d.Maker.Web(ctx, movie, top.Duration, dir)
			file.Rendition.Width, file.Rendition.Height, file.Rendition.Codec = top.Width, top.Height, top.Codec
			return []maker.File{file}, err
		})
}

// failWeb notes why the sound could not be corrected.
func (d *Desk) failWeb(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	v, err := d.Catalog.Version(ctx, j.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	return assets.Change{Events: []assets.Event{d.event(assets.SubjectVersion, v.ID, string(v.State), string(v.State), "worker", reason)}}, nil
}
