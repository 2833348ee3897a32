package pipeline

import (
	"context"
	"slices"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// NewFeed makes the key of a person's private calendar; the one before ends. It is
// shown once.
func (d *Desk) NewFeed(ctx context.Context, u assets.User) (assets.Secret, error) {
	if err := d.Catalog.EndKeys(ctx, u.ID, assets.KeyFeed, "", d.Now()); err != nil {
		return "", err
	}
	secret, key := d.newKey(u.ID, assets.KeyFeed, "calendrier", time.Time{})
	return secret, d.commit(ctx, assets.Change{
		Keys:   []assets.Key{key},
		Events: []assets.Event{d.userEvent(u, string(u.ID), "Adresse privée du calendrier créée.", nil)},
	})
}

// EndFeed revokes the key of a person's private calendar.
func (d *Desk) EndFeed(ctx context.Context, u assets.User) error {
	if err := d.Catalog.EndKeys(ctx, u.ID, assets.KeyFeed, "", d.Now()); err != nil {
		return err
	}
	return d.commit(ctx, assets.Change{Events: []assets.Event{d.userEvent(u, string(u.ID), "Adresse privée du calendrier révoquée.", nil)}})
}

// Feed is the key of a person's private calendar that opens; nil for none.
func (d *Desk) Feed(ctx context.Context, user assets.ID) (*assets.Key, error) {
	keys, err := d.Catalog.Keys(ctx, user, assets.KeyFeed)
	if i := slices.IndexFunc(keys, func(k assets.Key) bool { return k.EndedAt.IsZero() }); i >= 0 {
		return &keys[i], err
	}
	return nil, err
}

// Reader is whose private calendar a key opens. What opens nothing is not there.
func (d *Desk) Reader(ctx context.Context, secret assets.Secret) (assets.User, error) {
	nobody := &assets.Error{Kind: assets.NotFound, Op: "pipeline.Reader", Msg: "Cette adresse de calendrier n'existe pas, ou elle a été révoquée. Demandez-en une autre sur la page Calendrier."}
	key, err := d.Catalog.Key(ctx, access.Hash(secret.Reveal()))
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return assets.User{}, err
	}
	if err != nil || key.Kind != assets.KeyFeed || !key.EndedAt.IsZero() {
		return assets.User{}, nobody
	}
	u, err := d.Catalog.User(ctx, key.User)
	if err != nil {
		return u, err
	}
	if !u.Entitled(d.Now()) {
		return u, nobody
	}
	if d.Now().Sub(key.UsedAt) > time.Hour {
		return u, d.Catalog.UseKey(ctx, key.Hash, d.Now())
	}
	return u, nil
}

// Diary is what a private calendar holds of one publication.
type Diary struct {
	assets.Publication
	Title    string // of its film
	Moved    int    // how often it was changed: the SEQUENCE of RFC 5545
	Changed  time.Time
	Doubtful bool // the gate would keep it back at its hour, or somebody has something to do
}

// The days around now that a private calendar holds.
const (
	diaryBefore = 60 * 24 * time.Hour
	diaryAfter  = 400 * 24 * time.Hour
)

// Diary lists the publications of the days around now, called off ones too.
func (d *Desk) Diary(ctx context.Context, f CalendarFilter) ([]Diary, error) {
	all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{From: d.Now().Add(-diaryBefore), To: d.Now().Add(diaryAfter)})
	if err != nil {
		return nil, err
	}
	films, _, err := d.filmsIn(ctx, all, f)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(p assets.Publication) bool { _, shown := films[p.Film]; return !shown })
	ids := make([]assets.ID, len(all))
	for i, p := range all {
		ids[i] = p.ID
	}
	events, err := d.Catalog.Events(ctx, ids...)
	if err != nil {
		return nil, err
	}
	past := map[assets.ID][]assets.Event{}
	for _, e := range events {
		past[e.Subject] = append(past[e.Subject], e)
	}
	diary := make([]Diary, len(all))
	for i, p := range all {
		diary[i] = Diary{Publication: p, Title: films[p.Film].Title, Moved: max(len(past[p.ID])-1, 0), Changed: p.CreatedAt}
		if last := past[p.ID]; len(last) > 0 {
			diary[i].Changed = last[len(last)-1].At
		}
		if diary[i].Doubtful, err = d.doubtful(ctx, p); err != nil {
			return nil, err
		}
	}
	return diary, nil
}

func (d *Desk) doubtful(ctx context.Context, p assets.Publication) (bool, error) {
	switch p.State {
	case assets.PublicationScheduled, assets.PublicationAssisted:
		all, err := d.Refusals(ctx, p.Film, p.Channel, latest(p.At, d.Now()))
		return len(all) > 0, err
	case assets.PublicationFailed, assets.PublicationCheck, assets.PublicationUnknown:
		return true, nil
	}
	return false, nil
}
