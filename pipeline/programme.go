package pipeline

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/fold"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

// SaveEntry adds an entry to the programme (slug ""), or changes the one of that
// slug. The slug stays, whatever the name: addresses hold for ever. The batch it
// returns undoes it.
func (d *Desk) SaveEntry(ctx context.Context, kind assets.HeadingKind, e assets.HeadingEntry, actor string) (assets.HeadingEntry, assets.ID, error) {
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return e, "", err
	}
	before := p.Entry(assets.Heading{Kind: kind, Slug: e.Slug})
	if before == nil && e.Slug != "" {
		return e, "", noEntry()
	}
	if err := soundEntry(p, kind, &e); err != nil {
		return e, "", err
	}
	e.Logo = ""
	if before != nil {
		e.Logo = before.Logo
	}
	note := "« " + e.Name + " » changé dans le programme."
	if before == nil {
		note, e.Slug = "« "+e.Name+" » ajouté au programme.", freeSlug(p, kind, e.Name)
	}
	c := d.programmeChange(actor, note)
	d.putEntry(&c, kind, before, &e)
	return e, c.Events[0].Batch, d.commit(ctx, c)
}

// RemoveEntry takes an entry off the programme that nothing is filed under.
func (d *Desk) RemoveEntry(ctx context.Context, h assets.Heading, actor string) (assets.ID, error) {
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return "", err
	}
	e := p.Entry(h)
	if e == nil {
		return "", noEntry()
	}
	filed, err := d.Catalog.Filed(ctx)
	if err != nil {
		return "", err
	}
	_, inside := below(p, h)
	if n := filed[h]; n != (assets.Filed{}) || len(inside) > 0 {
		return "", &assets.Error{Kind: assets.Conflict, Op: "pipeline.RemoveEntry", Msg: fmt.Sprintf(
			"« %s » sert encore : %s. Réunissez cette entrée avec une autre, ou classez-les ailleurs d’abord. Rien n’a changé.", e.Name, inUse(n, len(inside)))}
	}
	c := d.programmeChange(actor, "« "+e.Name+" » retiré du programme.")
	d.putEntry(&c, h.Kind, e, nil)
	return c.Events[0].Batch, d.commit(ctx, c)
}

// mergeLimit is how many records one gesture files elsewhere: it is one
// transaction, and is undone as one.
const mergeLimit = 900

// MergeEntries files under another entry all that is filed under this one, which
// leaves the programme; its address leads to the other.
func (d *Desk) MergeEntries(ctx context.Context, h assets.Heading, into, actor string) (batch assets.ID, err error) {
	const op = "pipeline.MergeEntries"
	err = again(func() error {
		p, err := d.Catalog.Programme(ctx)
		if err != nil {
			return err
		}
		from, to := p.Entry(h), p.Entry(assets.Heading{Kind: h.Kind, Slug: into})
		kind, inside := below(p, h)
		switch {
		case from == nil:
			return noEntry()
		case to == nil || into == h.Slug:
			return wrong(op, "dans", "Choisissez l’entrée qui reste.")
		case h.Kind == assets.HeadingTerritory && to.Parent != "" && len(inside) > 0:
			return wrong(op, "dans", "Une ville qui a des quartiers se réunit avec une ville.")
		}
		c := d.programmeChange(actor, "« "+from.Name+" » réuni avec « "+to.Name+" ».")
		batch = c.Events[0].Batch
		for _, e := range inside {
			after := e
			after.Parent, after.Partner = movedOne(e.Parent, h.Slug, into), movedOne(e.Partner, h.Slug, into)
			d.putEntry(&c, kind, &e, &after)
		}
		d.putEntry(&c, h.Kind, from, nil)
		c.Programme.Moved = []assets.Moved{{Heading: h, Into: assets.Heading{Kind: h.Kind, Slug: into}}}
		if err := d.refile(ctx, &c, h, into, actor); err != nil {
			return err
		}
		if len(c.Events) > mergeLimit {
			return &assets.Error{Kind: assets.Conflict, Op: op, Msg: fmt.Sprintf(
				"Trop de choses sont classées sous « %s » pour les reclasser d’un geste (%d au plus). Réunissez plutôt l’autre entrée avec celle-ci. Rien n’a changé.", from.Name, mergeLimit)}
		}
		return d.commit(ctx, c)
	})
	return batch, err
}

// refile adds to a change the records that are filed under h, filed elsewhere.
func (d *Desk) refile(ctx context.Context, c *assets.Change, h assets.Heading, into, actor string) error {
	at := map[assets.HeadingKind]string{h.Kind: h.Slug}
	ru, pa, do, te := at[assets.HeadingRubrique], at[assets.HeadingPartner], at[assets.HeadingDossier], at[assets.HeadingTerritory]
	films, err := d.Catalog.Films(ctx, assets.FilmFilter{Rubrique: ru, Partner: pa, Dossier: do, Territory: te, Limit: mergeLimit + 1})
	if err != nil {
		return err
	}
	sujets, err := d.Catalog.Sujets(ctx, assets.SujetFilter{Rubrique: ru, Partner: pa, Dossier: do, Territory: te, Limit: mergeLimit + 1})
	if err != nil {
		return err
	}
	rushes, err := d.Catalog.Rushes(ctx, assets.RushFilter{Rubrique: ru, Partner: pa, Dossier: do, Territory: te, Limit: mergeLimit + 1})
	if err != nil {
		return err
	}
	aside, err := d.Catalog.Rushes(ctx, assets.RushFilter{Rubrique: ru, Partner: pa, Dossier: do, Territory: te, Removed: true, Limit: mergeLimit + 1})
	if err != nil {
		return err
	}
	batch := c.Events[0].Batch
	note := func(kind assets.Subject, id assets.ID, state string, edits assets.Edits) {
		e := d.edit(kind, id, state, actor, "Classé ailleurs.", edits)
		e.Batch = batch
		c.Events = append(c.Events, e)
	}
	for _, before := range films {
		f := before
		f.Rubriques, f.Partners, f.Dossier, f.Territory = moved(f.Rubriques, ru, into), moved(f.Partners, pa, into), movedOne(f.Dossier, do, into), movedOne(f.Territory, te, into)
		c.Films = append(c.Films, f)
		note(assets.SubjectFilm, f.ID, string(f.State), editsBetween(before, f))
		if err := d.refresh(ctx, c, f.ID, actor, "Classé ailleurs."); err != nil {
			return err
		}
	}
	for _, before := range sujets {
		x := before
		x.Rubriques, x.Partners, x.Dossier, x.Territory = moved(x.Rubriques, ru, into), moved(x.Partners, pa, into), movedOne(x.Dossier, do, into), movedOne(x.Territory, te, into)
		c.Sujets = append(c.Sujets, x)
		note(assets.SubjectSujet, x.ID, string(x.State), editsBetween(before, x))
	}
	for _, before := range append(rushes, aside...) {
		r := before
		r.Rubriques, r.Partners, r.Dossier, r.Territory = moved(r.Rubriques, ru, into), moved(r.Partners, pa, into), movedOne(r.Dossier, do, into), movedOne(r.Territory, te, into)
		c.Rushes = append(c.Rushes, r)
		note(assets.SubjectRush, r.ID, string(r.State), editsBetween(before, r))
	}
	return nil
}

// moved is a list of slugs with another in the place of one.
func moved(slugs []string, from, into string) []string {
	var all []string
	for _, s := range slugs {
		if s = movedOne(s, from, into); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

func movedOne(slug, from, into string) string {
	if slug == from && from != "" {
		return into
	}
	return slug
}

// programmeChange is a change of the programme, in one gesture: its first event
// holds what became of the entries. The channels are told.
func (d *Desk) programmeChange(actor, note string) assets.Change {
	e := d.edit(assets.SubjectProgramme, assets.ProgrammeID, "there", actor, note, assets.Edits{})
	e.Batch = d.NewID()
	return assets.Change{Events: []assets.Event{e}, Jobs: []assets.Job{d.job(assets.JobProgramme, assets.ProgrammeID, d.Now(), 0)}}
}

// putEntry adds to a change what becomes of one entry; nil stands for one that is
// not there.
func (d *Desk) putEntry(c *assets.Change, kind assets.HeadingKind, before, after *assets.HeadingEntry) {
	slug := ""
	if before != nil {
		slug = before.Slug
	}
	if after != nil {
		slug = after.Slug
		c.Programme.Add(kind, *after)
	} else {
		c.Unfiled = append(c.Unfiled, assets.Heading{Kind: kind, Slug: slug})
	}
	c.Events[0].Edits[string(kind)+"/"+slug] = whole(before, after)
}

// restoreEntry gives an entry of the programme back what it was.
func (d *Desk) restoreEntry(ctx context.Context, c *assets.Change, h assets.Heading, e assets.Edit) error {
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return err
	}
	before, after, err := both[assets.HeadingEntry](e)
	if err != nil {
		return err
	}
	is := p.Entry(h)
	if !alike(is, after) {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.restoreEntry", Msg: "Le programme a changé depuis : rien n'a été annulé, pour ne pas perdre ce changement."}
	}
	if len(c.Jobs) == 0 {
		c.Jobs = []assets.Job{d.job(assets.JobProgramme, assets.ProgrammeID, d.Now(), 0)}
	}
	if before == nil {
		c.Unfiled = append(c.Unfiled, h)
		filed, err := d.Catalog.Filed(ctx)
		if err == nil && filed[h] != (assets.Filed{}) {
			err = &assets.Error{Kind: assets.Conflict, Op: "pipeline.restoreEntry", Msg: "« " + is.Name + " » sert déjà : rien n'a été annulé."}
		}
		return err
	}
	c.Programme.Add(h.Kind, *before)
	return nil
}

// tellProgramme has the channels show the programme as it is.
func (d *Desk) tellProgramme(ctx context.Context, h *hold) error {
	for _, channel := range d.Publishers.Channels() {
		p, err := d.Publishers.Get(channel)
		if err != nil {
			return err
		}
		if r, shows := p.(publishers.Renderer); shows {
			if err := r.Render(ctx); err != nil {
				return err
			}
		}
	}
	return d.commit(ctx, assets.Change{Fence: h.fence()})
}

// below lists what stands below an entry: the quarters of a town, the dossiers of
// a partner.
func below(p assets.Programme, h assets.Heading) (assets.HeadingKind, []assets.HeadingEntry) {
	kind := assets.HeadingTerritory
	if h.Kind == assets.HeadingPartner {
		kind = assets.HeadingDossier
	}
	return kind, slices.DeleteFunc(p.Entries(kind), func(e assets.HeadingEntry) bool {
		return h.Slug == "" || !(h.Kind == assets.HeadingPartner && e.Partner == h.Slug || h.Kind == assets.HeadingTerritory && e.Parent == h.Slug)
	})
}

// inUse says what is filed under an entry.
func inUse(n assets.Filed, below int) string {
	var all []string
	for _, c := range []struct {
		n         int
		one, many string
	}{{n.Films, "film", "films"}, {n.Sujets, "sujet", "sujets"}, {n.Rushes, "rush", "rushes"}, {below, "entrée en dessous", "entrées en dessous"}} {
		if c.n > 0 {
			all = append(all, french.Count(c.n, c.one, c.many))
		}
	}
	return strings.Join(all, ", ")
}

// freeSlug is the address of a new entry; one that was used before is not used
// again.
func freeSlug(p assets.Programme, kind assets.HeadingKind, name string) string {
	slug := fold.Slug(name)
	for n := 2; ; n++ {
		h := assets.Heading{Kind: kind, Slug: slug}
		if p.Entry(h) == nil && !slices.ContainsFunc(p.Moved, func(m assets.Moved) bool { return m.Heading == h }) {
			return slug
		}
		slug = fmt.Sprintf("%s-%d", fold.Slug(name), n)
	}
}

var hexColour = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// Colour reads the colour of a partner; "" for none.
func Colour(typed string) (string, error) {
	if typed = strings.ToLower(strings.TrimSpace(typed)); typed != "" && !hexColour.MatchString(typed) {
		return "", wrong("pipeline.Colour", "colour", "Cette couleur ne se lit pas : écrivez-la comme #d22f27. Rien n’a changé.")
	}
	return typed, nil
}

// soundEntry cleans what people typed, and refuses what can't stand.
func soundEntry(p assets.Programme, kind assets.HeadingKind, e *assets.HeadingEntry) error {
	const op = "pipeline.SaveEntry"
	e.Name, e.URL = strings.Join(strings.Fields(french.Clean(e.Name)), " "), strings.TrimSpace(e.URL)
	e.Lede = french.Short(strings.Join(strings.Fields(french.Clean(e.Lede)), " "), 600)
	twin := slices.ContainsFunc(p.Entries(kind), func(o assets.HeadingEntry) bool {
		return o.Slug != e.Slug && o.Parent == e.Parent && fold.Fold(o.Name) == fold.Fold(e.Name)
	})
	known := func(kind assets.HeadingKind, slug string) *assets.HeadingEntry {
		return p.Entry(assets.Heading{Kind: kind, Slug: slug})
	}
	site, err := url.Parse(e.URL)
	sites, sitesErr := Sites(e.Sites)
	colour, colourErr := Colour(e.Colour)
	e.Sites, e.Colour = sites, colour
	switch {
	case fold.Slug(e.Name) == "" || len([]rune(e.Name)) > 120:
		return wrong(op, "name", "Donnez un nom, de 120 signes au plus.")
	case twin:
		return wrong(op, "name", "« "+e.Name+" » existe déjà sur cette liste.")
	case e.URL != "" && (err != nil || site.Scheme != "https" && site.Scheme != "http" || site.Host == ""):
		return wrong(op, "url", "Cette adresse ne se lit pas : écrivez-la comme https://exemple.org.")
	case sitesErr != nil:
		return sitesErr
	case colourErr != nil:
		return colourErr
	case e.Planned < 0 || e.Planned > 10_000:
		return wrong(op, "planned", "Le nombre de films prévus est entre 0 et 10 000.")
	case !isDay(e.Begins) || !isDay(e.Ends):
		return wrong(op, "begins", "Écrivez les jours de l’événement comme 2018-06-07.")
	case e.Ends != "" && (e.Begins == "" || e.Ends < e.Begins):
		return wrong(op, "ends", "Un événement finit le jour où il commence, ou après.")
	case e.Partner != "" && known(assets.HeadingPartner, e.Partner) == nil:
		return wrong(op, "partner", "Ce partenaire n’est pas dans la liste.")
	case kind == assets.HeadingRubrique && (!hexColour.MatchString(e.Light) || contrast(e.Light, paper) < legible):
		return wrong(op, "light", "Cette couleur ne se lit pas sur le papier clair : choisissez-la plus foncée.")
	case kind == assets.HeadingRubrique && (!hexColour.MatchString(e.Dark) || contrast(e.Dark, darkRoom) < legible):
		return wrong(op, "dark", "Cette couleur ne se lit pas dans la salle sombre : choisissez-la plus claire.")
	}
	if kind == assets.HeadingTerritory && e.Parent != "" {
		town := known(kind, e.Parent)
		_, quarters := below(p, assets.Heading{Kind: kind, Slug: e.Slug})
		if town == nil || town.Parent != "" || town.Slug == e.Slug || len(quarters) > 0 {
			return wrong(op, "parent", "Un quartier est dans une ville, et une ville qui a des quartiers n’est dans aucune autre.")
		}
	}
	if kind == assets.HeadingRubrique && e.Rank == 0 {
		e.Rank = len(p.Rubriques) + 1
	}
	return nil
}

// isDay tells whether text is a day of the calendar, or empty.
func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return text == "" || err == nil
}

func noEntry() error {
	return &assets.Error{Kind: assets.NotFound, Op: "pipeline: programme", Msg: "Cette entrée n’est pas, ou n’est plus, dans le programme."}
}
