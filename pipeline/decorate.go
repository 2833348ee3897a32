package pipeline

import (
	"context"
	"errors"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// decorate sends what goes with a film that is public: each step once, and
// remembered, so that a step that fails costs none of the others.
func (d *Desk) decorate(ctx context.Context, h *hold) error {
	p, to, err := d.destination(ctx, h)
	if err != nil {
		return err
	}
	dec, decorates := to.(publishers.Decorator)
	if !decorates || p.State != assets.PublicationPublished || p.RemoteID == "" {
		return d.commit(ctx, assets.Change{Fence: h.fence()})
	}
	req, err := d.request(ctx, p)
	if err != nil {
		return err
	}
	var failed error // the first; the steps after it are tried all the same
	for _, step := range dec.Steps() {
		if slices.Contains(p.Done, step) {
			continue
		}
		err := dec.Decorate(ctx, step, p.RemoteID, req)
		switch {
		case errors.Is(err, publishers.ErrDisconnected):
			return errors.Join(err, d.broke(ctx, p.Channel, err, d.tellBroken)) // the film is public: nothing else tells
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			if failed == nil || assets.KindOf(err) == assets.Transient { // what may still pass decides
				failed = err
			}
			continue
		}
		p.Done = append(p.Done, step)
		if err := d.noteDecoration(ctx, p, stepDone(step), nil); err != nil {
			return err
		}
	}
	if failed != nil {
		return failed
	}
	if p.Reason != "" {
		p.Reason = ""
		return d.noteDecoration(ctx, p, "", h.fence())
	}
	return d.commit(ctx, assets.Change{Fence: h.fence()})
}

// noteDecoration keeps what was done, while the film is still public.
func (d *Desk) noteDecoration(ctx context.Context, p assets.Publication, note string, fence *assets.Fence) error {
	return d.commit(ctx, assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(assets.PublicationPublished), string(assets.PublicationPublished), "worker", note)},
		Fence:        fence,
	})
}

// failDecoration says on a publication what it lacks: the film itself is public.
func (d *Desk) failDecoration(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	p, err := d.Catalog.Publication(ctx, j.Subject)
	if err != nil || p.State != assets.PublicationPublished {
		return assets.Change{}, err
	}
	p.Reason = "Le film est en ligne, mais pas tout ce qui l'accompagne. " + reason
	return assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), "worker", p.Reason)},
	}, nil
}

func stepDone(step string) string {
	if said, known := map[string]string{
		"thumbnail": "La vignette est en place.", "captions": "Les sous-titres sont en place.",
		"playlist": "Le film est rangé dans sa liste.", "showcase": "Le film est rangé dans sa vitrine.",
	}[step]; known {
		return said
	}
	return "Fait : " + step + "."
}

// Redecorate tries once more what a film that is public lacks.
func (d *Desk) Redecorate(ctx context.Context, p assets.Publication, actor string) error {
	p.Reason = ""
	return d.commit(ctx, assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{d.event(assets.SubjectPublication, p.ID, string(p.State), string(p.State), actor, "Ce qui manque est réessayé.")},
		Jobs:         []assets.Job{d.job(assets.JobDecorate, p.ID, d.Now(), 0)},
	})
}
