package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/maker"
)

// inspectRush looks a received rush through, and asks for its proxy.
func (d *Desk) inspectRush(ctx context.Context, h *hold) error {
	in, err := d.lookRush(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	to, reason := assets.RushMaking, ""
	if state, ended := verdicts[in.Sheet.Status]; ended {
		to, reason = assets.RushState(state), firstVerdict(in.Sheet)
	}
	return again(func() error {
		c, err := d.moveRush(ctx, h, to, reason, func(r *assets.Rush) {
			r.Sheet = &in.Sheet
			if in.Place != nil {
				r.GPS = in.Place
			}
			if !in.ShotAt.IsZero() {
				r.ShotAt = in.ShotAt
			}
		})
		if err != nil {
			return err
		}
		if to == assets.RushMaking {
			c.Jobs = []assets.Job{d.job(assets.JobProxy, h.job.Subject, d.Now(), in.Sheet.Duration)}
		}
		return d.commit(ctx, c)
	})
}

// moveRush is the change by which an attempt moves its rush on, as it is now:
// people write to it meanwhile.
func (d *Desk) moveRush(ctx context.Context, h *hold, to assets.RushState, reason string, edit func(*assets.Rush)) (assets.Change, error) {
	r, err := d.Catalog.Rush(ctx, h.job.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	e := d.event(assets.SubjectRush, r.ID, string(r.State), string(to), "worker", reason)
	r.Reason = reason
	edit(&r)
	return assets.Change{Rushes: []assets.Rush{r}, Events: []assets.Event{e}, Fence: h.fence()}, nil
}

// lookRush inspects the bytes of a rush. What is called a photo may be one.
func (d *Desk) lookRush(ctx context.Context, rush assets.ID) (maker.Inspection, error) {
	var in maker.Inspection
	err := d.withRush(ctx, rush, func(local, name string) (err error) {
		if slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"}, strings.ToLower(path.Ext(name))) {
			in, err = d.Maker.InspectPhoto(ctx, local)
		} else {
			in, err = d.Maker.Inspect(ctx, local)
		}
		return err
	})
	return in, err
}

// withRush gives the original of a rush as a local file.
func (d *Desk) withRush(ctx context.Context, rush assets.ID, do func(local, name string) error) error {
	r, err := d.Catalog.Rush(ctx, rush)
	if err != nil {
		return err
	}
	asset, err := d.Catalog.Asset(ctx, r.Asset)
	if err != nil {
		return err
	}
	local, release, err := d.Blobs.Local(ctx, asset.Key)
	if err != nil {
		return err
	}
	defer release()
	return do(local, asset.Name)
}

// makeProxy makes a rush play: its proxy, poster, storyboard and waveform.
func (d *Desk) makeProxy(ctx context.Context, h *hold) error {
	in, err := d.lookRush(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	plan, err := d.Maker.PlanProxy(in)
	if err != nil {
		return err
	}
	before, err := d.Catalog.Proxies(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	if done, err := d.whole(ctx, before, plan.Recipe()); err != nil {
		return err
	} else if done {
		return again(func() error {
			c, err := d.moveRush(ctx, h, assets.RushReady, "", func(*assets.Rush) {})
			if err != nil {
				return err
			}
			return d.commit(ctx, c)
		})
	}
	attempt := fmt.Sprintf("%s-%d", h.job.ID, h.job.Attempt)
	dir := filepath.Join(d.Scratch, attempt)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &assets.Error{Kind: assets.Transient, Op: "pipeline.makeProxy", Msg: "Le dossier de travail ne peut pas être créé : le disque est peut-être plein.", Err: err}
	}
	defer os.RemoveAll(dir)
	var made maker.Made
	err = d.withRush(ctx, h.job.Subject, func(local, _ string) (err error) {
		made, err = d.Maker.Proxy(ctx, local, in, plan, dir, h.step)
		return err
	})
	var part *maker.Incomplete
	if errors.As(err, &part) {
		return d.noProxy(ctx, h, part.Sheet)
	}
	if err != nil {
		return err
	}
	rows, err := d.store(ctx, made.Files, dir, path.Join(proxies, string(h.job.Subject), plan.Recipe()+"-"+attempt))
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].ID, rows[i].Version, rows[i].Recipe, rows[i].CreatedAt = d.NewID(), h.job.Subject, plan.Recipe(), d.Now()
	}
	err = again(func() error {
		c, err := d.moveRush(ctx, h, assets.RushReady, "", func(r *assets.Rush) { r.Sheet, r.Proxy = &made.Sheet, made.Proxy })
		if err != nil {
			return err
		}
		c.Proxies = rows
		return d.commit(ctx, c)
	})
	if err == nil {
		d.forget(ctx, before)
	}
	return err
}

// noProxy ends a rush that can't be shown whole. Its original stays, and can be
// taken away.
func (d *Desk) noProxy(ctx context.Context, h *hold, sheet assets.Sheet) error {
	return again(func() error {
		c, err := d.moveRush(ctx, h, assets.RushState(verdicts[sheet.Status]), firstVerdict(sheet), func(r *assets.Rush) { r.Sheet = &sheet })
		if err != nil {
			return err
		}
		return d.commit(ctx, c)
	})
}

// failRush says why there is no proxy of a rush.
func (d *Desk) failRush(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	r, err := d.Catalog.Rush(ctx, j.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	r.Reason = "Aperçu impossible. " + reason
	return assets.Change{
		Rushes: []assets.Rush{r},
		Events: []assets.Event{d.event(assets.SubjectRush, r.ID, string(r.State), string(assets.RushFailed), "worker", reason)},
	}, nil
}

// RemakeProxy looks a rush through and makes its proxy again, from its untouched
// original: after a failure, or when the house has learnt to make proxies
// better. What plays stays until the new one is ready.
func (d *Desk) RemakeProxy(ctx context.Context, rush assets.ID, actor string) error {
	r, err := d.Catalog.Rush(ctx, rush)
	if err != nil {
		return err
	}
	if !assets.RushMachine.May(r.State, assets.RushReceived) {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.RemakeProxy", Msg: "L'aperçu de ce rush est déjà en cours de fabrication."}
	}
	return d.commit(ctx, assets.Change{
		Events: []assets.Event{d.event(assets.SubjectRush, r.ID, string(r.State), string(assets.RushReceived), actor, "Nouvel aperçu demandé.")},
		Jobs:   []assets.Job{d.job(assets.JobInspect, r.ID, d.Now(), 0)},
	})
}
