package pipeline

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

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
	made, err := d.Catalog.Renditions(ctx, v.ID)
	if err != nil {
		return err
	}
	top, found := tallest(made)
	if !found {
		return &assets.Error{Kind: assets.Invalid, Op: "pipeline.makeWeb", Msg: "Cette version n'a pas d'image : il n'y a rien à corriger."}
	}
	movie, release, err := d.Blobs.Local(ctx, top.Key)
	if err != nil {
		return err
	}
	defer release()
	name := fmt.Sprintf("%s-%s-%d", assets.RoleWeb, h.job.ID, h.job.Attempt)
	dir := filepath.Join(d.Scratch, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &assets.Error{Kind: assets.Transient, Op: "pipeline.makeWeb", Msg: "Le dossier de travail ne peut pas être créé : le disque est peut-être plein.", Err: err}
	}
	defer os.RemoveAll(dir)
	file, err := d.Maker.Web(ctx, movie, top.Duration, dir)
	if err != nil {
		return err
	}
	rows, err := d.store(ctx, []maker.File{file}, dir, path.Join(renditions, string(v.ID), name))
	if err != nil {
		return err
	}
	web := &rows[0]
	web.ID, web.Version, web.Recipe, web.CreatedAt = d.NewID(), v.ID, top.Recipe, d.Now()
	web.Width, web.Height, web.Codec = top.Width, top.Height, top.Codec
	c := assets.Change{Made: rows, Fence: h.fence()}
	c.Events = []assets.Event{d.event(assets.SubjectVersion, v.ID, string(v.State), string(v.State), "worker", fmt.Sprintf("V%d : son corrigé pour le web, à −14 LUFS.", v.Number))}
	if err := d.commit(ctx, c); err != nil {
		return err
	}
	d.forget(ctx, slices.DeleteFunc(made, func(r assets.Rendition) bool { return r.Role != assets.RoleWeb }))
	return nil
}

// failWeb notes why the sound could not be corrected.
func (d *Desk) failWeb(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	v, err := d.Catalog.Version(ctx, j.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	return assets.Change{Events: []assets.Event{d.event(assets.SubjectVersion, v.ID, string(v.State), string(v.State), "worker", reason)}}, nil
}
