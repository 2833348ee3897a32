package studio

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// campaignBody is a campaign before it is planned: its films, each with its date.
type campaignBody struct {
	Filed
	Dossier       string
	Lines         []seriesLine
	At            string // as the field holds it
	Days          []weekday
	Offered, More []pipeline.Outlet
	Chosen        map[assets.Channel]bool
	Goes          []pipeline.Turn // what would be planned
	Span          string          // « du mar. 3 mars, 18 h au jeu. 7 mai, 18 h »
	Summary       string          // of the first: « Le site et Vimeo jeudi 21 juin à 18 h 00 ; Facebook 18 h 10. »
	Fault         string
}

// seriesLine is a film in it.
type seriesLine struct {
	assets.Film
	Rank    int
	Picture bool           // its version has one
	Turn    *pipeline.Turn // nil: it is left out
}

// weekday is a day that can be chosen.
type weekday struct {
	Number int
	Name   string
	On     bool
}

// campaign shows what a campaign would do. Nothing is planned.
func (s *Studio) campaign(w http.ResponseWriter, r *http.Request) error {
	names, err := s.filed(r.Context())
	if err != nil || movedFilters(w, r, names.Programme) {
		return err
	}
	v := r.URL.Query()
	b := campaignBody{Filed: names, Dossier: v.Get("dossier"), Chosen: map[assets.Channel]bool{}}
	films, err := s.Desk.Candidates(r.Context(), b.Dossier)
	if err != nil {
		return err
	}
	if b.Offered, b.More, err = s.Desk.Free(r.Context(), ""); err != nil {
		return err
	}
	if v.Get("vu") == "" { // the form itself has not asked: all is proposed
		v["jour"] = []string{"2", "4"}
		v.Set("le", s.proposed("", ""))
		for _, f := range films {
			v.Add("film", string(f.ID))
		}
		for _, o := range b.Offered {
			if o.Channel != assets.ChannelNewsletter { // a letter a film is many
				v.Add("canal", string(o.Channel))
			}
		}
	}
	if err := s.fillCampaign(r, &b, films, v); err != nil {
		return err
	}
	return s.show(w, r, "campaign", page{Title: "Campagne", Here: "/regie/calendrier", Body: b})
}

// fillCampaign puts what a form holds into the page, with what would come of it.
func (s *Studio) fillCampaign(r *http.Request, b *campaignBody, films []assets.Film, v url.Values) error {
	b.At = v.Get("le")
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		b.Days = append(b.Days, weekday{int(day), french.Weekday(day), slices.Contains(v["jour"], strconv.Itoa(int(day)))})
	}
	for _, c := range v["canal"] {
		b.Chosen[assets.Channel(c)] = true
	}
	var turns []pipeline.Turn
	form, err := s.series(v)
	if err == nil {
		turns, err = s.Desk.Campaign(r.Context(), form)
	}
	if kind := assets.KindOf(err); err != nil && kind != assets.Invalid && kind != assets.Conflict {
		return err
	} else if err != nil {
		b.Fault = assets.Sentence(err)
	}
	slices.SortStableFunc(films, func(x, y assets.Film) int { return rank(v, x.ID, len(films)) - rank(v, y.ID, len(films)) })
	versions, err := s.Desk.CurrentVersions(r.Context(), films)
	for i, f := range films {
		line := seriesLine{Film: f, Rank: i + 1}
		if shown := versions[f.ID]; shown != nil {
			line.Picture = shown.State == assets.VersionReady && shown.Sheet != nil && shown.Sheet.Video != nil
		}
		if at := slices.IndexFunc(turns, func(t pipeline.Turn) bool { return t.Film.ID == f.ID }); at >= 0 {
			line.Turn = &turns[at]
		}
		b.Lines = append(b.Lines, line)
	}
	if b.Goes = going(turns); len(b.Goes) > 0 {
		b.Span, b.Summary = s.span(b.Goes), s.Desk.Summary(b.Goes[0].Outings)
	}
	return err
}

// going are the films that a campaign plans.
func going(turns []pipeline.Turn) []pipeline.Turn {
	return slices.DeleteFunc(slices.Clone(turns), func(t pipeline.Turn) bool { return !t.Goes() })
}

// span is from when to when films go out.
func (s *Studio) span(goes []pipeline.Turn) string {
	at := func(t pipeline.Turn) string { return french.Moment(t.Outings[0].At.In(s.Zone), s.Now().In(s.Zone)) }
	if len(goes) == 1 {
		return "le " + at(goes[0])
	}
	return "du " + at(goes[0]) + " au " + at(goes[len(goes)-1])
}

// series is the campaign that a form asks for.
func (s *Studio) series(v url.Values) (pipeline.Series, error) {
	form := pipeline.Series{Films: ranked(v)}
	for _, c := range v["canal"] {
		form.Channels = append(form.Channels, assets.Channel(c))
	}
	for _, day := range v["jour"] {
		form.Rhythm = append(form.Rhythm, assets.ReadRhythm(day)...)
	}
	var err error
	if form.First, _, err = assets.ReadWall(v.Get("le"), s.Zone, false); err != nil {
		return form, wrongField("le", "Écrivez un jour et une heure.")
	}
	return form, nil
}

// namedBack is how many films that stay back are named, with the reason.
const namedBack = 3

// planCampaign plans it.
func (s *Studio) planCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	form, err := s.series(r.PostForm)
	if err != nil {
		return err
	}
	turns, batch, err := s.Desk.PlanCampaign(r.Context(), form, actor(r))
	if err != nil {
		return err
	}
	goes := going(turns)
	said := french.Count(len(goes), "film programmé", "films programmés") + ", " + s.span(goes) + "."
	back := slices.DeleteFunc(turns, func(t pipeline.Turn) bool { return t.Refusal == "" })
	for _, t := range back[:min(len(back), namedBack)] {
		said += " « " + french.Short(t.Film.Title, 60) + " » attend : " + t.Refusal
	}
	if more := len(back) - namedBack; more > 0 {
		said += " " + french.Count(more, "autre film attend.", "autres films attendent.")
	}
	return s.doneWith(w, r, calendarAt(url.Values{}, goes[0].Outings[0].At.In(s.Zone), false), gate.Flash{Text: said, Undo: "/regie/annuler/" + string(batch)})
}
