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

// Limits of what is typed, in runes: far beyond what people write.
const (
	titleLimit = 160
	lineLimit  = 200
	textLimit  = 4000
)

// CreateSujet opens a sujet, and the film that will be made of it, filed alike.
func (d *Desk) CreateSujet(ctx context.Context, s assets.Sujet, actor string) (assets.Sujet, error) {
	s, err := d.soundSujet(ctx, "pipeline.CreateSujet", s)
	if err != nil {
		return s, err
	}
	now := d.Now()
	s.ID, s.Film, s.State, s.CreatedAt, s.UpdatedAt = d.NewID(), d.NewID(), assets.SujetOpen, now, now
	film := assets.Film{ID: s.Film, Sujet: s.ID, State: assets.FilmIdea, CreatedAt: now, UpdatedAt: now}
	fileAs(&film, s)
	return s, d.commitFilm(ctx, assets.Change{
		Sujets: []assets.Sujet{s},
		Events: []assets.Event{
			d.event(assets.SubjectSujet, s.ID, "", string(s.State), actor, ""),
			d.event(assets.SubjectFilm, film.ID, "", string(film.State), actor, ""),
		},
		Jobs: d.planned(s),
	}, film)
}

// fileAs gives a film the title and the filing of its sujet.
func fileAs(f *assets.Film, s assets.Sujet) {
	f.Title, f.Genre, f.Rubriques, f.Partners, f.Dossier, f.Territory = s.Title, s.Kind, s.Rubriques, s.Partners, s.Dossier, s.Territory
}

// soundSujet cleans what people typed, and refuses what can't stand.
func (d *Desk) soundSujet(ctx context.Context, op string, s assets.Sujet) (assets.Sujet, error) {
	for _, text := range []*string{&s.Title, &s.Place, &s.Contact.Name, &s.Contact.Phone} {
		*text = strings.Join(strings.Fields(french.Clean(*text)), " ")
	}
	s.Brief = strings.TrimSpace(french.Clean(s.Brief))
	for _, f := range []struct {
		name, text, says string
		limit            int
	}{
		{"title", s.Title, "Le titre est trop long", titleLimit},
		{"place", s.Place, "Le lieu est trop long", lineLimit},
		{"contact", s.Contact.Name, "Le nom du contact est trop long", lineLimit},
		{"phone", s.Contact.Phone, "Le numéro de téléphone est trop long", lineLimit},
		{"brief", s.Brief, "La consigne est trop longue", textLimit},
	} {
		if n := len([]rune(f.text)); n > f.limit {
			return s, wrong(op, f.name, fmt.Sprintf("%s : %d signes au plus, il y en a %d.", f.says, f.limit, n))
		}
	}
	switch {
	case s.Title == "":
		return s, wrong(op, "title", "Donnez un titre au sujet.")
	case s.Kind != "" && !slices.ContainsFunc(assets.Genres(), func(g assets.Genre) bool { return g.Slug == s.Kind }):
		return s, wrong(op, "kind", "Ce genre de film n'existe pas. Choisissez-en un dans la liste.")
	}
	for _, id := range s.Crew {
		if _, err := d.Catalog.User(ctx, id); assets.KindOf(err) == assets.NotFound {
			return s, wrong(op, "crew", "Une personne de l'équipe n'est plus dans la maison. Choisissez-la à nouveau.")
		} else if err != nil {
			return s, err
		}
	}
	return s, d.checkFiled(ctx, op, filed{s.Rubriques, s.Partners, s.Dossier, s.Territory})
}

// EditSujet changes what is said of a sujet. While its film has no version, the
// film is filed alike.
func (d *Desk) EditSujet(ctx context.Context, id assets.ID, to assets.Sujet, actor string) error {
	return d.changeSujet(ctx, id, actor, "", func(s *assets.Sujet) error {
		s.Title, s.Kind, s.Brief, s.Place, s.At, s.Contact, s.Crew = to.Title, to.Kind, to.Brief, to.Place, to.At, to.Contact, to.Crew
		s.Rubriques, s.Partners, s.Dossier, s.Territory = to.Rubriques, to.Partners, to.Dossier, to.Territory
		sound, err := d.soundSujet(ctx, "pipeline.EditSujet", *s)
		*s = sound
		return err
	})
}

// AssignCrew says who is on a sujet.
func (d *Desk) AssignCrew(ctx context.Context, id assets.ID, crew []assets.ID, actor string) error {
	return d.changeSujet(ctx, id, actor, "", func(s *assets.Sujet) error {
		s.Crew = crew
		sound, err := d.soundSujet(ctx, "pipeline.AssignCrew", *s)
		*s = sound
		return err
	})
}

// changeSujet reads a sujet, lets change work on it, and commits what is new,
// with what follows: the film's filing, the clock.
func (d *Desk) changeSujet(ctx context.Context, id assets.ID, actor, note string, change func(*assets.Sujet) error) error {
	before, err := d.Catalog.Sujet(ctx, id)
	if err != nil {
		return err
	}
	after := before
	if err := change(&after); err != nil {
		return err
	}
	edits := editsBetween(before, after)
	if len(edits) == 0 {
		return nil
	}
	after.UpdatedAt = d.Now()
	c := assets.Change{Sujets: []assets.Sujet{after}, Events: []assets.Event{d.edit(assets.SubjectSujet, id, string(after.State), actor, note, edits)}}
	if !after.At.Equal(before.At) {
		c.Cancel, c.Jobs = []assets.ID{id}, d.planned(after)
	}
	if err := d.refileFilm(ctx, &c, after, actor); err != nil {
		return err
	}
	return d.commit(ctx, c)
}

// refileFilm adds to a change that the film of a sujet is filed as the sujet is,
// while no version of it is there: then it has a life of its own.
func (d *Desk) refileFilm(ctx context.Context, c *assets.Change, s assets.Sujet, actor string) error {
	before, err := d.Catalog.Film(ctx, s.Film)
	if err != nil {
		return err
	}
	after := before
	fileAs(&after, s)
	edits := editsBetween(before, after)
	if before.Version != "" || len(edits) == 0 {
		return nil
	}
	after.UpdatedAt = d.Now()
	c.Films = append(c.Films, after)
	c.Events = append(c.Events, d.edit(assets.SubjectFilm, after.ID, string(after.State), actor, "Classé comme son sujet.", edits))
	return nil
}

// edit is the event of something done to a record that stays where it is.
func (d *Desk) edit(kind assets.Subject, id assets.ID, state, actor, note string, edits assets.Edits) assets.Event {
	e := d.event(kind, id, state, state, actor, note)
	e.Edits = edits
	return e
}

// AskFor says what the edit of a sujet lacks, and tells the crew by mail. An
// empty text says that nothing is missing any more.
func (d *Desk) AskFor(ctx context.Context, id assets.ID, text, actor string) error {
	const op = "pipeline.AskFor"
	text = strings.TrimSpace(french.Clean(text))
	if len([]rune(text)) > textLimit {
		return wrong(op, "wanted", fmt.Sprintf("La demande est trop longue : %d signes au plus.", textLimit))
	}
	s, err := d.Catalog.Sujet(ctx, id)
	if err != nil || text == s.Wanted {
		return err
	}
	before, note := s, "Complément demandé."
	if s.Wanted = text; text == "" {
		note = "Plus rien n'est demandé."
	}
	s.UpdatedAt = d.Now()
	c := assets.Change{
		Sujets: []assets.Sujet{s},
		Events: []assets.Event{d.edit(assets.SubjectSujet, id, string(s.State), actor, note, editsBetween(before, s))},
	}
	if text != "" {
		crew, err := d.members(ctx, s, actor)
		if err != nil {
			return err
		}
		d.Tell(ctx, &c, crew, MailWanted, "La monteuse demande un complément", "Pour « "+s.Title+" » :\n\n"+text, sujetPath(s))
	}
	return d.commit(ctx, c)
}

// members are the people on a sujet, but for one.
func (d *Desk) members(ctx context.Context, s assets.Sujet, but string) ([]assets.User, error) {
	var all []assets.User
	for _, id := range s.Crew {
		u, err := d.Catalog.User(ctx, id)
		if err != nil {
			return nil, err
		}
		if string(id) != but {
			all = append(all, u)
		}
	}
	return all, nil
}

func sujetPath(s assets.Sujet) string { return "/regie/sujets/" + string(s.ID) }

// CloseSujet says that no more rushes are expected; its clock stops.
func (d *Desk) CloseSujet(ctx context.Context, id assets.ID, actor string) error {
	return d.commit(ctx, assets.Change{
		Events: []assets.Event{d.event(assets.SubjectSujet, id, string(assets.SujetOpen), string(assets.SujetClosed), actor, "Sujet terminé.")},
		Cancel: []assets.ID{id},
	})
}

// ReopenSujet takes a closed sujet up again.
func (d *Desk) ReopenSujet(ctx context.Context, id assets.ID, actor string) error {
	s, err := d.Catalog.Sujet(ctx, id)
	if err != nil {
		return err
	}
	return d.commit(ctx, assets.Change{
		Events: []assets.Event{d.event(assets.SubjectSujet, id, string(assets.SujetClosed), string(assets.SujetOpen), actor, "Sujet rouvert.")},
		Jobs:   d.planned(s),
	})
}

// byHand are the states of a film that people move it through, before there is
// a version of it.
var byHand = []assets.FilmState{assets.FilmIdea, assets.FilmShooting, assets.FilmRushes, assets.FilmLogging, assets.FilmEditing}

// MoveFilm moves a film on its way from an idea to its edit.
func (d *Desk) MoveFilm(ctx context.Context, film assets.ID, to assets.FilmState, actor string) error {
	f, err := d.Catalog.Film(ctx, film)
	if err != nil || f.State == to {
		return err
	}
	if !slices.Contains(byHand, to) || !slices.Contains(byHand, f.State) || !assets.FilmMachine.May(f.State, to) {
		return &assets.Error{
			Kind: assets.Conflict, Op: "pipeline.MoveFilm: " + string(f.State) + " to " + string(to),
			Msg: "Le film est déjà plus loin : rien n'a été changé. Rechargez la page pour voir où il en est.",
		}
	}
	return d.commit(ctx, assets.Change{Events: []assets.Event{d.event(assets.SubjectFilm, film, string(f.State), string(to), actor, "")}})
}

// planned is what the clock owes a sujet: a word to its crew at 18 h on the eve,
// and the beginning of the shoot.
func (d *Desk) planned(s assets.Sujet) []assets.Job {
	if s.At.IsZero() {
		return nil
	}
	jobs := []assets.Job{d.job(assets.JobShoot, s.ID, s.At, 0)}
	if s.At.After(d.Now()) {
		jobs = append(jobs, d.job(assets.JobRemind, s.ID, d.eve(s.At), 0))
	}
	return jobs
}

// eve is 18 h on the day before, as the clocks of the association show it.
func (d *Desk) eve(at time.Time) time.Time {
	y, m, day := at.In(d.Zone).Date()
	return time.Date(y, m, day-1, 18, 0, 0, 0, d.Zone)
}

// remind writes to the crew of tomorrow's shoot. A house that slept on the eve
// says it on the day; afterwards it is too late.
func (d *Desk) remind(ctx context.Context, h *hold) error {
	s, err := d.Catalog.Sujet(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	c := assets.Change{Fence: h.fence()}
	now := d.Now()
	if s.State == assets.SujetOpen && s.At.After(now) {
		crew, err := d.members(ctx, s, "")
		if err != nil {
			return err
		}
		day := "demain"
		if s.At.In(d.Zone).YearDay() == now.In(d.Zone).YearDay() {
			day = "aujourd'hui"
		}
		subject := fmt.Sprintf("Tournage %s %s : %s", day, french.Hour(s.At.In(d.Zone)), s.Title)
		d.Tell(ctx, &c, crew, MailShoot, subject, briefing(s), sujetPath(s))
	}
	return d.commit(ctx, c)
}

// briefing is what a crew must know on the way.
func briefing(s assets.Sujet) string {
	var parts []string
	for _, p := range []struct{ name, text string }{
		{"Lieu", s.Place}, {"Contact", strings.TrimSpace(s.Contact.Name + " " + s.Contact.Phone)}, {"Consigne", s.Brief},
	} {
		if p.text != "" {
			parts = append(parts, p.name+" : "+p.text)
		}
	}
	return strings.Join(parts, "\n\n")
}

// shoot notes that the hour of a shoot has come.
func (d *Desk) shoot(ctx context.Context, h *hold) error {
	s, err := d.Catalog.Sujet(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	f, err := d.Catalog.Film(ctx, s.Film)
	if err != nil {
		return err
	}
	c := assets.Change{Fence: h.fence()}
	if s.State == assets.SujetOpen && f.State == assets.FilmIdea {
		c.Events = []assets.Event{d.event(assets.SubjectFilm, f.ID, string(f.State), string(assets.FilmShooting), "schedule", "L'heure du tournage est venue.")}
	}
	return d.commit(ctx, c)
}
