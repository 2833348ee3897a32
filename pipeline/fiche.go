package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// EditFilm changes what is said of a film. to is the film as it shall be said:
// its state, its version and its slug are not looked at. Where the film is
// public, the channels are told.
func (d *Desk) EditFilm(ctx context.Context, id assets.ID, to assets.Film, actor string) error {
	return again(func() error { return d.editFilm(ctx, id, to, actor) })
}

func (d *Desk) editFilm(ctx context.Context, id assets.ID, to assets.Film, actor string) error {
	before, err := d.Catalog.Film(ctx, id)
	if err != nil {
		return err
	}
	f := before
	f.Title, f.Lede, f.Description, f.Genre = to.Title, to.Lede, to.Description, to.Genre
	f.Rubriques, f.Partners, f.Dossier, f.Territory = to.Rubriques, to.Partners, to.Dossier, to.Territory
	f.People, f.Keywords, f.License, f.Credits = to.People, to.Keywords, to.License, to.Credits
	f.Embargo, f.Music = to.Embargo, to.Music
	if f, err = d.soundFilm(ctx, f); err != nil {
		return err
	}
	edits := editsBetween(before, f)
	if len(edits) == 0 {
		return nil
	}
	f.UpdatedAt = d.Now()
	c := assets.Change{Films: []assets.Film{f}, Events: []assets.Event{d.edit(assets.SubjectFilm, id, string(f.State), actor, "", edits)}}
	if err := d.refresh(ctx, &c, id, actor, "Fiche changée."); err != nil {
		return err
	}
	return d.commit(ctx, c)
}

// soundFilm cleans what people typed, and refuses what can't stand.
func (d *Desk) soundFilm(ctx context.Context, f assets.Film) (assets.Film, error) {
	const op = "pipeline.EditFilm"
	line := func(text string) string { return strings.Join(strings.Fields(french.Clean(text)), " ") }
	for _, text := range []*string{&f.Title, &f.Genre, &f.License} {
		*text = line(*text)
	}
	for _, text := range []*string{&f.Lede, &f.Description, &f.Credits} {
		*text = strings.TrimSpace(strings.ReplaceAll(french.Clean(*text), "\r", ""))
	}
	for _, c := range []struct {
		field, text, says string
		limit             int
	}{
		{"title", f.Title, "Le titre est trop long", titleLimit},
		{"lede", f.Lede, "Le chapô est trop long", 600},
		{"description", f.Description, "La description est trop longue", 5000},
		{"credits", f.Credits, "Les crédits sont trop longs", textLimit},
	} {
		if n := len([]rune(c.text)); n > c.limit {
			return f, wrong(op, c.field, fmt.Sprintf("%s : %d signes au plus, il y en a %d.", c.says, c.limit, n))
		}
	}
	f.People = slices.DeleteFunc(slices.Clone(f.People), func(p assets.Person) bool { return line(p.Name) == "" })
	for i, p := range f.People {
		f.People[i] = assets.Person{Name: french.Short(line(p.Name), lineLimit), Role: french.Short(line(p.Role), lineLimit)}
	}
	var words []string
	for _, k := range f.Keywords {
		if k = line(k); k != "" && !slices.Contains(words, k) {
			words = append(words, french.Short(k, 60))
		}
	}
	f.Keywords = words
	switch {
	case !slices.Contains([]assets.Music{assets.MusicUnsaid, assets.MusicClear, assets.MusicOpen}, f.Music):
		return f, wrong(op, "music", "Dites si les droits musicaux sont réglés, ou à préciser.")
	case f.Title == "":
		return f, wrong(op, "title", "Donnez un titre au film.")
	case f.Genre != "" && !slices.ContainsFunc(assets.Genres(), func(g assets.Genre) bool { return g.Slug == f.Genre }):
		return f, wrong(op, "genre", "Ce genre de film n'existe pas. Choisissez-en un dans la liste.")
	case len(f.People) > 100 || len(f.Keywords) > 60:
		return f, wrong(op, "people", "Il y a trop de personnes ou de mots-clés pour un seul film.")
	}
	return f, d.checkFiled(ctx, op, filed{f.Rubriques, f.Partners, f.Dossier, f.Territory})
}

// refresh adds to a change what makes the channels show it: work for each
// publication that is out.
func (d *Desk) refresh(ctx context.Context, c *assets.Change, film assets.ID, actor, note string) error {
	out, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film, State: assets.PublicationPublished})
	if err != nil {
		return err
	}
	for _, p := range out {
		if !d.renewable(p) {
			continue
		}
		c.Events = append(c.Events, d.event(assets.SubjectPublication, p.ID, string(p.State), string(assets.PublicationPublishing), actor, note))
		c.Jobs = append(c.Jobs, d.job(assets.JobPublish, p.ID, d.Now(), 0))
	}
	return nil
}
