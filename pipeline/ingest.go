package pipeline

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/fold"
)

// Arrival is a file as it is handed to the house, with what is said of it.
type Arrival struct {
	Name      string // the name it came with
	Bytes     io.Reader
	Kind      assets.AssetKind // KindMaster, KindRush or, from a camera card, KindCompany
	Title     string           // "" takes the name
	Lede      string
	Rubriques []string
	Partners  []string
	Dossier   string
	Territory string
	License   string
	Credits   string
	To        []assets.Channel // publish there as soon as it is ready: counts as the BAT of the Actor
	Actor     string

	// Of a rush: what is said of it, and by whom it came.
	Sujet  assets.ID
	Owner  assets.ID
	Folder string
	Card   string
	Place  string
	People []assets.Person
	Minors assets.Answer
	// Of a master: the film that it is a new version of.
	Film assets.ID
	// Filed, if it is there, adds to the change by which the arrival is
	// written down.
	Filed func(asset assets.Asset, r Received, c *assets.Change)
}

// filed lets whoever handed the arrival in add to its change.
func (a Arrival) filed(asset assets.Asset, r Received, c *assets.Change) {
	if a.Filed != nil {
		a.Filed(asset, r, c)
	}
}

// Received says what became of an arrival: a film or a rush.
type Received struct {
	Film    assets.ID
	Version int // its number
	Rush    assets.ID
	Already bool // the same bytes were here before; nothing was added
}

// Ingest keeps an original and asks for its inspection. The bytes are safe on
// storage before anything is written of them; the same bytes given again lead
// to what is already there.
func (d *Desk) Ingest(ctx context.Context, a Arrival) (Received, error) {
	if err := d.checkFiling(ctx, a); err != nil {
		return Received{}, err
	}
	blob, err := d.Blobs.Keep(ctx, a.Bytes)
	if err != nil {
		return Received{}, err
	}
	return d.receive(ctx, blob, a)
}

// receive writes down what arrived, once its bytes are safe. The same bytes may
// arrive twice at once: who comes second looks again.
func (d *Desk) receive(ctx context.Context, blob assets.Blob, a Arrival) (r Received, err error) {
	return r, again(func() error {
		r, err = d.receiveOnce(ctx, blob, a)
		return err
	})
}

func (d *Desk) receiveOnce(ctx context.Context, blob assets.Blob, a Arrival) (Received, error) {
	var c assets.Change
	asset, err := d.Catalog.AssetBySHA256(ctx, blob.SHA256)
	switch {
	case err == nil:
		r, err := d.already(ctx, asset, a)
		if err != nil || r.Already {
			if a.filed(asset, r, &c); err == nil && a.Filed != nil {
				err = d.commit(ctx, c)
			}
			return r, err
		}
	case assets.KindOf(err) != assets.NotFound:
		return Received{}, err
	default:
		asset = assets.Asset{
			ID: d.NewID(), Kind: a.Kind, SHA256: blob.SHA256, Size: blob.Size,
			Name: a.Name, Key: blob.Key, CreatedAt: d.Now(),
		}
		c.Assets = []assets.Asset{asset}
	}
	switch {
	case a.Kind == assets.KindCompany:
		a.filed(asset, Received{}, &c)
		return Received{}, d.commit(ctx, c)
	case a.Kind == assets.KindRush:
		return d.receiveRush(ctx, c, asset, a)
	case a.Film != "":
		return d.receiveVersion(ctx, c, asset, a)
	}
	return d.receiveMaster(ctx, c, asset, a)
}

// already finds what the same bytes led to before. A film that is asked for on
// a channel it is not on yet is published there.
func (d *Desk) already(ctx context.Context, asset assets.Asset, a Arrival) (Received, error) {
	switch a.Kind {
	case assets.KindCompany:
		return Received{Already: true}, nil
	case assets.KindRush:
		rush, err := d.Catalog.RushOf(ctx, asset.ID)
		if assets.KindOf(err) == assets.NotFound {
			return Received{}, nil
		}
		if err == nil && !rush.RemovedAt.IsZero() {
			err = d.bringBack(ctx, rush, a.Actor)
		}
		return Received{Rush: rush.ID, Already: err == nil}, err
	}
	v, err := d.Catalog.VersionOf(ctx, asset.ID)
	if assets.KindOf(err) == assets.NotFound {
		return Received{}, nil
	}
	if err != nil {
		return Received{}, err
	}
	if a.Film != "" && a.Film != v.Film {
		return Received{}, &assets.Error{Kind: assets.Invalid, Op: "pipeline.Ingest", Msg: "Ce fichier est déjà la version d'un autre film. Rien n'a été ajouté."}
	}
	if len(a.To) > 0 && !slices.Contains([]assets.VersionState{assets.VersionRefused, assets.VersionIncomplete}, v.State) {
		if _, err := d.PublishApproving(ctx, v.Film, a.To, time.Time{}, a.Actor); err != nil && assets.KindOf(err) != assets.Conflict {
			return Received{}, err
		}
	}
	return Received{Film: v.Film, Version: v.Number, Already: true}, nil
}

func (d *Desk) receiveRush(ctx context.Context, c assets.Change, asset assets.Asset, a Arrival) (Received, error) {
	rush := assets.Rush{
		ID: d.NewID(), Asset: asset.ID, Title: titleOf(a), Rubriques: a.Rubriques, Partners: a.Partners,
		Dossier: a.Dossier, Territory: a.Territory, Sujet: a.Sujet, Owner: a.Owner, Folder: a.Folder, Card: a.Card,
		Place: a.Place, People: a.People, Minors: a.Minors, State: assets.RushReceived, CreatedAt: d.Now(),
	}
	c.Rushes = []assets.Rush{rush}
	c.Events = append(c.Events, d.event(assets.SubjectRush, rush.ID, "", string(rush.State), a.Actor, ""))
	if err := d.fileUnder(ctx, &c, &c.Rushes[0], a.Actor); err != nil {
		return Received{}, err
	}
	if err := d.tellReceived(ctx, &c, c.Rushes[0]); err != nil {
		return Received{}, err
	}
	c.Jobs = append(c.Jobs, d.job(assets.JobInspect, rush.ID, d.Now(), 0))
	r := Received{Rush: rush.ID}
	a.filed(asset, r, &c)
	return r, d.commit(ctx, c)
}

func (d *Desk) receiveMaster(ctx context.Context, c assets.Change, asset assets.Asset, a Arrival) (Received, error) {
	now := d.Now()
	film := assets.Film{
		ID: d.NewID(), Title: titleOf(a), Lede: a.Lede, Rubriques: a.Rubriques, Partners: a.Partners, Dossier: a.Dossier,
		Territory: a.Territory, License: a.License, Credits: a.Credits, State: assets.FilmEditing, CreatedAt: now, UpdatedAt: now,
	}
	version := assets.Version{ID: d.NewID(), Film: film.ID, Number: 1, Master: asset.ID, State: assets.VersionReceived, CreatedAt: now}
	film.Version = version.ID
	c.Versions = []assets.Version{version}
	c.Events = []assets.Event{
		d.event(assets.SubjectFilm, film.ID, "", string(film.State), a.Actor, ""),
		d.event(assets.SubjectVersion, version.ID, "", string(version.State), a.Actor, ""),
	}
	if err := d.planArrival(ctx, &c, &stand{Film: film}, version, asset, a); err != nil {
		return Received{}, err
	}
	c.Jobs = []assets.Job{d.job(assets.JobInspect, version.ID, now, 0)}
	r := Received{Film: film.ID, Version: 1}
	a.filed(asset, r, &c)
	return r, d.commitFilm(ctx, c, film)
}

// commitFilm commits a change that creates a film, under the first address of
// its title that is free.
func (d *Desk) commitFilm(ctx context.Context, c assets.Change, film assets.Film) error {
	stem := fold.Slug(film.Title)
	for n := 1; ; n++ {
		film.Slug = numbered(stem, n)
		if _, err := d.Catalog.FilmBySlug(ctx, film.Slug); err == nil {
			continue
		} else if assets.KindOf(err) != assets.NotFound {
			return err
		}
		c.Films = []assets.Film{film}
		err := d.commit(ctx, c)
		if assets.KindOf(err) == assets.Conflict && n < 1000 {
			if _, taken := d.Catalog.FilmBySlug(ctx, film.Slug); taken == nil {
				continue // somebody took the slug in between
			}
		}
		return err
	}
}

// checkFiling refuses names that the programme does not know, before a byte is
// taken, and says which ones it does.
func (d *Desk) checkFiling(ctx context.Context, a Arrival) error {
	const op = "pipeline.Ingest"
	if a.Kind != assets.KindMaster && a.Kind != assets.KindRush {
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Un fichier est un « master » (film monté) ou un « rush »."}
	}
	for _, c := range a.To {
		if _, err := d.Publishers.Get(c); err != nil {
			return err
		}
	}
	return d.checkFiled(ctx, op, filed{a.Rubriques, a.Partners, a.Dossier, a.Territory})
}

// filed is where a record belongs, by slugs.
type filed struct {
	rubriques, partners []string
	dossier, territory  string
}

// checkFiled refuses slugs that the programme does not know.
func (d *Desk) checkFiled(ctx context.Context, op string, f filed) error {
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return err
	}
	known := func(what string, all []string, given ...string) error {
		for _, g := range given {
			if g != "" && !slices.Contains(all, g) {
				return &assets.Error{Kind: assets.Invalid, Op: op, Msg: fmt.Sprintf(
					"%s « %s » n'existe pas. Au choix : %s. Rien n'a été enregistré.", what, g, strings.Join(all, ", "))}
			}
		}
		return nil
	}
	return firstError(
		known("La rubrique", slugs(p.Rubriques, func(r assets.Rubrique) string { return r.Slug }), f.rubriques...),
		known("Le partenaire", slugs(p.Partners, func(r assets.Partner) string { return r.Slug }), f.partners...),
		known("Le dossier", slugs(p.Dossiers, func(r assets.Dossier) string { return r.Slug }), f.dossier),
		known("Le territoire", slugs(p.Territories, func(r assets.Territory) string { return r.Slug }), f.territory),
	)
}

func slugs[T any](all []T, slug func(T) string) []string {
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = slug(v)
	}
	return names
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func titleOf(a Arrival) string {
	if t := strings.TrimSpace(a.Title); t != "" {
		return t
	}
	base := path.Base(strings.ReplaceAll(a.Name, `\`, "/"))
	words := strings.NewReplacer("_", " ", "-", " ").Replace(strings.TrimSuffix(base, path.Ext(base)))
	if words = strings.Join(strings.Fields(words), " "); words == "" {
		return "Sans titre"
	}
	return words
}

// numbered gives slug, slug-2, slug-3…
func numbered(stem string, n int) string {
	if n == 1 {
		return stem
	}
	return fmt.Sprintf("%s-%d", stem, n)
}
