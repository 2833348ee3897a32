package studio

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

const letterPath = "/regie/lettre"

// letters are the pages about the newsletter.
var letters = map[string]handler{
	"GET /regie/lettre":        (*Studio).letter,
	"POST /regie/lettre":       (*Studio).sendLetter,
	"GET /regie/lettre/apercu": (*Studio).letterPreview,
}

const (
	letterChoices = 40                  // films that are offered
	fresh         = 14 * 24 * time.Hour // chosen at first: what is on the site since then
	letterHour    = 9                   // of a Thursday
)

// letterBody is a letter as it is put together.
type letterBody struct {
	Ready   bool // there is somebody who sends letters
	Draft   pipeline.LetterDraft
	At      string
	Choices []letterChoice
	Preview string // the address of the letter as it stands; "" before it is asked for
	Text    string // the same without a picture
	Links   []pipeline.LetterLink
	Looked  bool // where its links lead was asked for
	Planned []plannedLetter
	Readers *readers // of our own list; nil: somebody else keeps it
}

// readers are how many letters leave, and for how many days.
type readers struct{ Number, Daily, Days int }

type plannedLetter struct {
	assets.Publication
	Progress string
}

type letterChoice struct {
	pipeline.LetterChoice
	Chosen bool
	Rank   int
}

// letter is the form, filled with what its address holds.
func (s *Studio) letter(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	_, err := s.Desk.Publishers.Get(assets.ChannelNewsletter)
	b := letterBody{Ready: err == nil, At: q.Get("le")}
	all, err := s.Desk.LetterChoices(ctx, letterChoices)
	if err != nil {
		return err
	}
	b.Draft = draft(q)
	for _, c := range all {
		at := slices.Index(b.Draft.Films, c.Film.ID)
		chosen := at >= 0 || !q.Has("objet") && s.Now().Sub(c.At) < fresh
		if at < 0 {
			at = len(b.Choices)
		}
		b.Choices = append(b.Choices, letterChoice{c, chosen, at + 1})
	}
	if b.At == "" {
		b.At = typed(nextLetter(s.Now().In(s.Zone)), s.Zone)
	}
	p := page{Title: "Lettre", Here: "/regie/films"}
	if b.Ready && q.Has("objet") {
		l, err := s.Desk.ComposeLetter(ctx, b.Draft)
		if kind := assets.KindOf(err); err != nil && kind != assets.Invalid && kind != assets.Conflict {
			return err
		} else if err != nil {
			p.Fault = assets.Sentence(err)
		} else {
			b.Preview, b.Text = letterPath+"/apercu?"+q.Encode(), l.Text
			if b.Looked = q.Has("liens"); b.Looked {
				b.Links = s.Desk.LetterLinks(ctx, l.Text)
			}
		}
	}
	if err := s.letterState(ctx, &b); err != nil {
		return err
	}
	p.Body = b
	return s.show(w, r, "letter", p)
}

// letterState adds what was planned, and to how many.
func (s *Studio) letterState(ctx context.Context, b *letterBody) error {
	planned, err := s.Desk.Letters(ctx, 10)
	if err != nil {
		return err
	}
	for _, p := range planned {
		said, err := s.Desk.LetterProgress(ctx, p.ID)
		if err != nil {
			return err
		}
		b.Planned = append(b.Planned, plannedLetter{p, said})
	}
	if m := s.Desk.Mailing; m != nil {
		n, err := s.Desk.Catalog.CountReaders(ctx)
		b.Readers = &readers{n, m.Daily, m.Days(n)}
		return err
	}
	return nil
}

// draft is what a form of a letter holds.
func draft(v url.Values) pipeline.LetterDraft {
	return pipeline.LetterDraft{Subject: v.Get("objet"), Preheader: v.Get("accroche"), Edito: v.Get("edito"), Films: ranked(v)}
}

// ranked are the films that a form holds, by their ranks.
func ranked(v url.Values) (films []assets.ID) {
	for _, id := range v["film"] {
		films = append(films, assets.ID(id))
	}
	slices.SortStableFunc(films, func(a, b assets.ID) int { return rank(v, a, len(films)) - rank(v, b, len(films)) })
	return slices.Compact(films)
}

// rank is the place that a form gives a film.
func rank(v url.Values, film assets.ID, otherwise int) int {
	if n, err := strconv.Atoi(v.Get("rang-" + string(film))); err == nil {
		return n
	}
	return otherwise
}

// nextLetter is the next Thursday, in the morning.
func nextLetter(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), letterHour, 0, 0, 0, now.Location())
	for at.Weekday() != time.Thursday || !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// letterPreview is the letter as mail programs show it: a page with the styles
// that they know, which loads nothing but pictures.
func (s *Studio) letterPreview(w http.ResponseWriter, r *http.Request) error {
	text, err := s.Desk.LetterPage(r.Context(), draft(r.URL.Query()))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' "+s.BaseURL+"; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	s.write(w, r, http.StatusOK, []byte(text))
	return nil
}

// sendLetter mails a trial, or plans the letter.
func (s *Studio) sendLetter(w http.ResponseWriter, r *http.Request) error {
	do := r.FormValue("faire") // reads the form
	d := draft(r.PostForm)
	switch do {
	case "essai":
		if err := s.Desk.TryLetter(r.Context(), d, user(r)); err != nil {
			return err
		}
		r.PostForm.Del("faire")
		return s.done(w, r, letterPath+"?"+r.PostForm.Encode(), "Un essai part à votre adresse.")
	case "programmer":
		at, err := time.ParseInLocation("2006-01-02T15:04", r.PostFormValue("le"), s.Zone)
		if err != nil {
			return wrongField("le", "Écrivez un jour et une heure.")
		}
		p, err := s.Desk.PlanLetter(r.Context(), d, at, actor(r))
		if err != nil {
			return err
		}
		return s.done(w, r, letterPath, "La lettre est programmée : "+french.Moment(p.At.In(s.Zone), s.Now().In(s.Zone))+".")
	}
	return invalid("sendLetter", "Choisissez une action.")
}
