package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// longestConducteur is how many segments a plateau has at most: more than a day
// of them.
const longestConducteur = 200

// AddSegment puts a segment at the end of the conducteur of a sujet.
func (d *Desk) AddSegment(ctx context.Context, id assets.ID, seg assets.Segment, actor string) error {
	seg, err := d.soundSegment(ctx, seg)
	if err != nil {
		return err
	}
	return d.changeConducteur(ctx, id, actor, "Conducteur : segment ajouté.", func(all []assets.Segment) ([]assets.Segment, error) {
		if len(all) >= longestConducteur {
			return nil, wrong("pipeline.AddSegment", "segment", fmt.Sprintf("Le conducteur a déjà %d segments : retirez-en un d'abord.", longestConducteur))
		}
		return append(all, seg), nil
	})
}

// SetConducteur replaces the whole conducteur of a sujet.
func (d *Desk) SetConducteur(ctx context.Context, id assets.ID, all []assets.Segment, actor string) error {
	if len(all) > longestConducteur {
		return wrong("pipeline.SetConducteur", "segments", fmt.Sprintf("Un conducteur a %d segments au plus.", longestConducteur))
	}
	sound := make([]assets.Segment, len(all))
	for i, seg := range all {
		var err error
		if sound[i], err = d.soundSegment(ctx, seg); err != nil {
			return err
		}
	}
	return d.changeConducteur(ctx, id, actor, "Conducteur : remplacé.", func([]assets.Segment) ([]assets.Segment, error) { return sound, nil })
}

// EditSegment changes what is said of the nth segment, from 0.
func (d *Desk) EditSegment(ctx context.Context, id assets.ID, n int, seg assets.Segment, actor string) error {
	seg, err := d.soundSegment(ctx, seg)
	if err != nil {
		return err
	}
	return d.changeSegment(ctx, id, n, actor, "Conducteur : segment modifié.", func(all []assets.Segment) []assets.Segment {
		seg.Started = all[n].Started
		all[n] = seg
		return all
	})
}

// MoveSegment moves the nth segment by so many places; the ends stop it.
func (d *Desk) MoveSegment(ctx context.Context, id assets.ID, n, by int, actor string) error {
	return d.changeSegment(ctx, id, n, actor, "Conducteur : ordre changé.", func(all []assets.Segment) []assets.Segment {
		to := min(max(n+by, 0), len(all)-1)
		moved := all[n]
		return slices.Insert(slices.Delete(all, n, n+1), to, moved)
	})
}

// RemoveSegment takes the nth segment out.
func (d *Desk) RemoveSegment(ctx context.Context, id assets.ID, n int, actor string) error {
	return d.changeSegment(ctx, id, n, actor, "Conducteur : segment retiré.", func(all []assets.Segment) []assets.Segment {
		return slices.Delete(all, n, n+1)
	})
}

// StartSegment notes that the nth segment begins. One that has begun keeps its
// instant: pressed twice, it is pressed once.
func (d *Desk) StartSegment(ctx context.Context, id assets.ID, n int, actor string) error {
	now := d.Now()
	return d.changeSegment(ctx, id, n, actor, "Conducteur : segment lancé.", func(all []assets.Segment) []assets.Segment {
		if all[n].Started.IsZero() {
			all[n].Started = now
		}
		return all
	})
}

// ResetConducteur forgets the instants: after a rehearsal.
func (d *Desk) ResetConducteur(ctx context.Context, id assets.ID, actor string) error {
	return d.changeConducteur(ctx, id, actor, "Conducteur : remis à zéro.", func(all []assets.Segment) ([]assets.Segment, error) {
		for i := range all {
			all[i].Started = time.Time{}
		}
		return all, nil
	})
}

func (d *Desk) changeSegment(ctx context.Context, id assets.ID, n int, actor, note string, change func([]assets.Segment) []assets.Segment) error {
	return d.changeConducteur(ctx, id, actor, note, func(all []assets.Segment) ([]assets.Segment, error) {
		if n < 0 || n >= len(all) {
			return nil, &assets.Error{
				Kind: assets.Conflict, Op: "pipeline.changeSegment",
				Msg: "Ce segment n'est plus dans le conducteur : quelqu'un l'a retiré. Rechargez la page.",
			}
		}
		return change(all), nil
	})
}

func (d *Desk) changeConducteur(ctx context.Context, id assets.ID, actor, note string, change func([]assets.Segment) ([]assets.Segment, error)) error {
	return d.changeSujet(ctx, id, actor, note, func(s *assets.Sujet) error {
		all, err := change(slices.Clone(s.Conducteur))
		s.Conducteur = all
		return err
	})
}

func (d *Desk) soundSegment(ctx context.Context, s assets.Segment) (assets.Segment, error) {
	const op = "pipeline.soundSegment"
	for _, text := range []*string{&s.Title, &s.Speakers, &s.Synthe} {
		*text = french.Short(strings.Join(strings.Fields(french.Clean(*text)), " "), lineLimit)
	}
	switch {
	case s.Title == "":
		return s, wrong(op, "segment", "Donnez un titre au segment.")
	case s.Planned < 0 || s.Planned > 24*3600:
		return s, wrong(op, "planned", "Une durée s'écrit en minutes, ou comme 3:30.")
	}
	if s.Film != "" {
		if _, err := d.Catalog.Film(ctx, s.Film); err != nil {
			return s, err
		}
	}
	return s, nil
}

// ChaptersOf makes chapters of what a conducteur tells: each segment that has
// begun, from the instant of the first. The last one ends as planned.
func ChaptersOf(all []assets.Segment) []assets.Cue {
	begun := slices.DeleteFunc(slices.Clone(all), func(s assets.Segment) bool { return s.Started.IsZero() })
	slices.SortStableFunc(begun, func(a, b assets.Segment) int { return a.Started.Compare(b.Started) })
	cues := make([]assets.Cue, len(begun))
	for i, s := range begun {
		start := s.Started.Sub(begun[0].Started).Seconds()
		cues[i] = assets.Cue{Start: start, End: start + float64(max(s.Planned, 1)), Text: s.Title}
		if i > 0 {
			cues[i-1].End = start
		}
	}
	return slices.DeleteFunc(cues, func(c assets.Cue) bool { return c.End <= c.Start })
}

// ChapterFilm gives the film of a plateau the chapters that its conducteur tells.
func (d *Desk) ChapterFilm(ctx context.Context, id assets.ID, actor string) error {
	const op = "pipeline.ChapterFilm"
	s, err := d.Catalog.Sujet(ctx, id)
	if err != nil {
		return err
	}
	cues := ChaptersOf(s.Conducteur)
	if len(cues) == 0 {
		return &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Aucun segment n'a été lancé : il n'y a pas encore de chapitres à faire."}
	}
	f, err := d.Catalog.Film(ctx, s.Film)
	if err != nil {
		return err
	}
	return d.commit(ctx, assets.Change{
		Tracks: []assets.Track{{Film: f.ID, Kind: assets.TrackChapters, Language: "fr", Cues: cues, UpdatedBy: actor, UpdatedAt: d.Now()}},
		Events: []assets.Event{d.event(assets.SubjectFilm, f.ID, string(f.State), string(f.State), actor, "Chapitres repris du conducteur.")},
	})
}
