package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/maker"
)

// inspectRush looks a rush through: what it is, when and where it was filmed,
// and whether anything can be shown of it.
func (d *Desk) inspectRush(ctx context.Context, h *hold) error {
	r, err := d.Catalog.Rush(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	in, release, err := d.lookRush(ctx, r)
	if err != nil {
		return err
	}
	release()
	r.Sheet, r.GPS, r.Reason = &in.Sheet, in.Place, ""
	if !in.ShotAt.IsZero() {
		r.ShotAt = in.ShotAt
	}
	c := assets.Change{Fence: h.fence()}
	to := assets.RushMaking
	if state, ended := verdicts[in.Sheet.Status]; ended {
		to, r.Reason = assets.RushState(state), firstVerdict(in.Sheet)
	} else {
		c.Jobs = []assets.Job{d.job(assets.JobProxy, r.ID, d.Now(), in.Sheet.Duration)}
	}
	c.Rushes = []assets.Rush{r}
	c.Events = []assets.Event{d.event(assets.SubjectRush, r.ID, string(r.State), string(to), "worker", r.Reason)}
	return d.commit(ctx, c)
}

// inspectedRush is a rush looked at, with a path where its bytes lie.
type inspectedRush struct {
	maker.Inspection
	path string
}

// lookRush looks at the bytes of a rush; they lie at the path until release.
func (d *Desk) lookRush(ctx context.Context, r assets.Rush) (in inspectedRush, release func(), err error) {
	asset, err := d.Catalog.Asset(ctx, r.Asset)
	if err != nil {
		return in, nil, err
	}
	in.path, release, err = d.Blobs.Local(ctx, asset.Key)
	if err != nil {
		return in, nil, err
	}
	if in.Inspection, err = d.Maker.InspectPhoto(ctx, in.path); err != nil {
		release()
	}
	return in, release, err
}

// makeProxy makes what a rush is looked at by: its proxy at a constant rate, its
// storyboard, poster and waveform. Its original is only read.
func (d *Desk) makeProxy(ctx context.Context, h *hold) error {
	r, err := d.Catalog.Rush(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	in, release, err := d.lookRush(ctx, r)
	if err != nil {
		return err
	}
	defer release()
	plan, err := d.Maker.PlanProxy(in.Inspection)
	if err != nil {
		return err
	}
	before, err := d.Catalog.Proxies(ctx, r.ID)
	if err != nil {
		return err
	}
	if done, err := d.whole(ctx, before, plan.Recipe()); err != nil || done {
		if err != nil {
			return err
		}
		return d.proxyReady(ctx, h, r, nil, before)
	}
	dir := filepath.Join(d.Scratch, fmt.Sprintf("%s-%d", r.ID, h.job.Attempt))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &assets.Error{Kind: assets.Transient, Op: "pipeline.makeProxy", Msg: "Le dossier de travail ne peut pas être créé : le disque est peut-être plein.", Err: err}
	}
	defer os.RemoveAll(dir)
	made, err := d.Maker.Proxy(ctx, in.path, in.Inspection, plan, dir, h.step)
	var part *maker.Incomplete
	if errors.As(err, &part) {
		r.Sheet, r.Reason = &part.Sheet, firstVerdict(part.Sheet)
		return d.commit(ctx, assets.Change{
			Rushes: []assets.Rush{r}, Fence: h.fence(),
			Events: []assets.Event{d.event(assets.SubjectRush, r.ID, string(r.State), string(assets.RushIncomplete), "worker", r.Reason)},
		})
	}
	if err != nil {
		return err
	}
	rows, err := d.store(ctx, made.Files, dir, path.Join(proxies, string(r.ID), fmt.Sprintf("%s-%d", plan.Recipe(), h.job.Attempt)))
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].ID, rows[i].Version, rows[i].Recipe, rows[i].CreatedAt = d.NewID(), r.ID, plan.Recipe(), d.Now()
	}
	r.Sheet, r.Proxy = &made.Sheet, made.Proxy
	return d.proxyReady(ctx, h, r, rows, before)
}

// proxyReady commits what was made of a rush; rows is nil where what was made
// before still stands.
func (d *Desk) proxyReady(ctx context.Context, h *hold, r assets.Rush, rows, before []assets.Rendition) error {
	r.Reason = ""
	err := d.commit(ctx, assets.Change{
		Rushes: []assets.Rush{r}, Proxies: rows, Fence: h.fence(),
		Events: []assets.Event{d.event(assets.SubjectRush, r.ID, string(r.State), string(assets.RushReady), "worker", "")},
	})
	if err == nil && rows != nil {
		d.forget(ctx, before)
	}
	return err
}

// RemakeProxy looks a rush through and makes its proxy again.
func (d *Desk) RemakeProxy(ctx context.Context, rush assets.ID, actor string) error {
	r, err := d.Catalog.Rush(ctx, rush)
	if err != nil {
		return err
	}
	if !assets.RushMachine.May(r.State, assets.RushReceived) {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.RemakeProxy", Msg: "L'aperçu de ce rush est déjà en préparation."}
	}
	return d.commit(ctx, assets.Change{
		Events: []assets.Event{d.event(assets.SubjectRush, r.ID, string(r.State), string(assets.RushReceived), actor, "Nouvel aperçu demandé.")},
		Jobs:   []assets.Job{d.job(assets.JobInspect, r.ID, d.Now(), 0)},
	})
}
