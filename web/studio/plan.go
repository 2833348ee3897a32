package studio

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// planBody is a film before it is planned on its channels.
type planBody struct {
	Head     filmHead
	Offered  []pipeline.Outlet // on which it is not yet: channels in use here
	More     []pipeline.Outlet // and the others
	Chosen   map[assets.Channel]bool
	At       string   // as the field holds it
	Summary  string   // « Le site et Vimeo jeudi 21 juin à 18 h 00 ; Facebook 18 h 10. »
	Odd      string   // what the night does to the hour
	Twice    bool     // the hour comes twice
	Second   bool     // its second time is meant
	Refusals []string // why it may not go out then
	Chips    []chip   // what somebody must mend before
	Back     string
}

// plan shows on which channels a film can go out, and what goes out when.
func (s *Studio) plan(w http.ResponseWriter, r *http.Request) error {
	head, err := s.filmHead(r, "/programmer")
	if err != nil {
		return err
	}
	b := planBody{Head: head, Chosen: map[assets.Channel]bool{}, At: s.proposed(r.FormValue("le"), r.FormValue("jour")), Second: r.FormValue("seconde") != "", Back: back(r, "/regie/calendrier")}
	if b.Offered, b.More, err = s.Desk.Free(r.Context(), head.Film.ID); err != nil {
		return err
	}
	again := r.FormValue("vu") != "" // the form itself asks
	for _, o := range b.Offered {
		b.Chosen[o.Channel] = !again
	}
	for _, c := range r.Form["canal"] {
		b.Chosen[assets.Channel(c)] = true
	}
	if err := s.sumUp(r, &b); err != nil {
		return err
	}
	return s.show(w, r, "plan", page{Title: head.Film.Title + " · programmer", Here: "/regie/calendrier", Body: b})
}

// proposed is the moment that the form begins with: the one asked for, or the
// usual hour of a day, tomorrow's where none was chosen.
func (s *Studio) proposed(moment, day string) string {
	if moment != "" {
		return moment
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		day = s.midnight(1).Format(time.DateOnly)
	}
	return day + "T" + s.Hour
}

// sumUp says what would go out when, and what is in the way.
func (s *Studio) sumUp(r *http.Request, b *planBody) error {
	first, odd, err := assets.ReadWall(b.At, s.Zone, b.Second)
	if err != nil {
		b.Refusals = []string{assets.Sentence(err)}
		return nil
	}
	b.Twice, b.Odd = odd == assets.Twice, oddly(odd, first, b.Second)
	var to []assets.Channel
	for _, o := range slices.Concat(b.Offered, b.More) {
		if b.Chosen[o.Channel] {
			to = append(to, o.Channel)
		}
	}
	bats, err := s.Desk.Catalog.Approvals(r.Context(), b.Head.Film.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(bats, func(a assets.Approval) bool { return a.State == assets.ApprovalGiven }) {
		b.Chips = append(b.Chips, *s.lockChip(b.Head.Film.ID, assets.Refusal{Lock: assets.LockBAT}))
	}
	all := s.Desk.Outings(to, first)
	b.Summary = s.Desk.Summary(all)
	for _, o := range all {
		found, err := s.Desk.Refusals(r.Context(), b.Head.Film.ID, o.Channel, o.At)
		if err != nil {
			return err
		}
		for _, x := range found {
			if one := s.lockChip(b.Head.Film.ID, x); x.Until.IsZero() && !slices.Contains(b.Chips, *one) {
				b.Chips = append(b.Chips, *one)
			} else if said := s.Desk.Refusal(x); !x.Until.IsZero() && !slices.Contains(b.Refusals, said) {
				b.Refusals = append(b.Refusals, said)
			}
		}
	}
	return nil
}

// oddly says what a night on which the clocks change did to an hour.
func oddly(odd assets.Oddity, m assets.Moment, second bool) string {
	_, hour, _ := cutWall(m)
	switch {
	case odd == assets.Skipped:
		return "Cette heure n’existe pas cette nuit-là, les pendules avancent : ce sera " + hour + "."
	case odd == assets.Twice && second:
		return "Cette heure vient deux fois cette nuit-là, les pendules reculent : c’est la seconde."
	case odd == assets.Twice:
		return "Cette heure vient deux fois cette nuit-là, les pendules reculent : c’est la première."
	}
	return ""
}

// cutWall is the day of a moment, its hour as people say it, and as fields hold it.
func cutWall(m assets.Moment) (day, said, typed string) {
	at, err := time.Parse(assets.WallLayout, m.Wall)
	if err != nil {
		return "", "", ""
	}
	return m.Day(), french.Minute(at), at.Format("15:04")
}

// publishOn plans a film on channels: now, or at a moment and behind it.
func (s *Studio) publishOn(w http.ResponseWriter, r *http.Request) error {
	film, wall, second := assets.ID(r.PathValue("film")), r.PostFormValue("le"), r.PostFormValue("seconde") != ""
	var to []assets.Channel
	for _, c := range r.PostForm["canal"] {
		to = append(to, assets.Channel(c))
	}
	if len(to) == 0 {
		return wrongField("canal", "Cochez au moins un canal.")
	}
	here := back(r, "/regie/films/"+string(film)+"#publications")
	if wall == "" {
		all, err := s.Desk.Publish(r.Context(), film, to, time.Time{}, actor(r))
		if err != nil {
			return err
		}
		return s.done(w, r, here, "C’est programmé : "+french.Count(len(all), "canal", "canaux")+".")
	}
	first, odd, err := assets.ReadWall(wall, s.Zone, second)
	if err != nil {
		return wrongField("le", "Écrivez un jour et une heure.")
	}
	_, batch, err := s.Desk.PlanAt(r.Context(), film, to, first, actor(r))
	if err != nil {
		return err
	}
	said := strings.TrimSpace("C’est programmé. " + s.Desk.Summary(s.Desk.Outings(to, first)) + " " + oddly(odd, first, second))
	return s.doneWith(w, r, here, gate.Flash{Text: said, Undo: "/regie/annuler/" + string(batch)})
}

// steps are what the keys and the buttons of a tile move it by.
var steps = map[string]struct {
	days int
	by   time.Duration
}{"-1j": {-1, 0}, "+1j": {1, 0}, "-15m": {0, -15 * time.Minute}, "+15m": {0, 15 * time.Minute}}

// movePublication gives what is planned another moment: a step away, on another
// day at the same hour, or as it was typed. With it moves what is planned of the
// film on the same day, unless it alone is meant; of a campaign, the films that come
// after it, where this is asked.
func (s *Studio) movePublication(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Desk.Catalog.Publication(r.Context(), assets.ID(r.PathValue("publication")))
	if err != nil {
		return err
	}
	alone, following := r.PostFormValue("seule") != "", r.PostFormValue("suivantes") != ""
	to, odd, err := movedTo(p.Moment(s.Zone), r.PostForm, s.Zone)
	if err != nil {
		return err
	}
	var flow pipeline.Reflow
	switch {
	case following:
		flow, err = s.Desk.RescheduleSeries(r.Context(), p, to, actor(r))
	case alone:
		flow.Batch, err = s.Desk.Reschedule(r.Context(), p, to, actor(r))
	default:
		flow.Batch, err = s.Desk.RescheduleDay(r.Context(), p, to, actor(r))
	}
	if err != nil {
		return err
	}
	said := []string{"Déplacé au " + french.Moment(to.At.In(s.Zone), s.Now().In(s.Zone)) + "."}
	if flow.Films > 0 {
		said = append(said, french.Count(flow.Films, "film suit.", "films suivent."))
	}
	said = append(append(said, flow.Passed...), oddly(odd, to, false))
	return s.doneWith(w, r, back(r, publicationPath(p.ID)), gate.Flash{Text: strings.TrimSpace(strings.Join(said, " ")), Undo: "/regie/annuler/" + string(flow.Batch)})
}

// movedTo is where a form moves a moment.
func movedTo(from assets.Moment, form url.Values, zone *time.Location) (assets.Moment, assets.Oddity, error) {
	if text := form.Get("pas"); text != "" {
		step, known := steps[text]
		if !known {
			return from, "", invalid("movedTo", "Ce pas n’existe pas : un jour ou un quart d’heure, avant ou après.")
		}
		return from.Plus(step.days, step.by, zone), "", nil
	}
	wall := form.Get("le")
	if day := form.Get("jour"); day != "" {
		_, _, hour := cutWall(from)
		wall = day + "T" + hour
	}
	to, odd, err := assets.ReadWall(wall, zone, false)
	if err != nil {
		return to, odd, wrongField("le", "Écrivez un jour et une heure.")
	}
	return to, odd, nil
}
