package studio

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

// calendar are the pages about what goes out, and when.
var calendar = map[string]handler{
	"GET /regie/calendrier":                           (*Studio).calendar,
	"GET /regie/calendrier/campagne":                  (*Studio).campaign,
	"POST /regie/calendrier/campagne":                 (*Studio).planCampaign,
	"GET /regie/calendrier.ics":                       (*Studio).feed,
	"GET /regie/calendrier/abonnement":                (*Studio).agenda,
	"POST /regie/calendrier/abonnement":               (*Studio).setAgenda,
	"GET /regie/films/{film}/programmer":              (*Studio).plan,
	"POST /regie/publications/{publication}/deplacer": (*Studio).movePublication,
}

// calendarBody is a month or a week of what goes out.
type calendarBody struct {
	Filed
	Ask      url.Values
	Filtered bool
	Week     bool
	Name     string // « Juin 2018 »
	// Addresses: of the month or week before and after this one and of today's, of
	// the other view, and without filters.
	Before, Next, Today, Other, Plain string
	Days                              []calendarDay
	Nothing                           bool // nothing goes out
	Ready                             []readyLine
	Channels                          []assets.Channel
	May                               bool
}

// calendarDay is one day, with what stands in it.
type calendarDay struct {
	At             time.Time // 0 h
	Name           string    // « jeudi 21 juin »
	Outside, Today bool      // Outside: of the month
	Slots          []slotTile
	Shoots         []assets.Sujet
	Marks          []dayMark
}

// Bare tells a day that has nothing to say.
func (d calendarDay) Bare() bool {
	return len(d.Slots)+len(d.Shoots) == 0 && !slices.ContainsFunc(d.Marks, func(m dayMark) bool { return m.Text != "" })
}

// slotTile is a tile of the calendar.
type slotTile struct {
	pipeline.Slot
	Refusals []string
}

// dayMark is what lies over several days: an embargo, an election.
type dayMark struct{ Kind, Text string }

// readyLine is a film that waits to be planned.
type readyLine struct {
	assets.Film
	Path string // where it is planned
	Chip *chip  // what somebody must mend before
	Wait string // what only waits
}

func (s *Studio) calendar(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	names, err := s.filed(ctx)
	if err != nil || movedFilters(w, r, names.Programme) {
		return err
	}
	ask := r.URL.Query()
	b := calendarBody{
		Filed: names, Ask: ask, Filtered: asked(ask, "rubrique", "canal", "partenaire"), Week: ask.Get("vue") == "semaine",
		Channels: s.Desk.Publishers.Channels(), May: access.May(user(r).Role, "GET /regie/films/{film}/programmer"),
	}
	from, to := b.turn(s.dayAsked(ask.Get("d")), s.midnight(0))
	show := pipeline.CalendarFilter{
		From: from, To: to, Channel: assets.Channel(ask.Get("canal")), Rubrique: ask.Get("rubrique"), Partner: ask.Get("partenaire"), Crew: ownOnly(r),
	}
	if b.May {
		if b.Ready, err = s.ready(ctx, show, r.URL.RequestURI()); err != nil {
			return err
		}
	}
	if err := s.fillDays(ctx, &b, show); err != nil {
		return err
	}
	return s.show(w, r, "calendar", page{Title: "Calendrier", Here: "/regie/calendrier", Scripts: []string{"calendar.js"}, Body: b})
}

// dayAsked is the day or month that an address names; today for anything else.
func (s *Studio) dayAsked(text string) time.Time {
	for _, layout := range []string{time.DateOnly, "2006-01"} {
		if at, err := time.ParseInLocation(layout, text, s.Zone); err == nil {
			return at
		}
	}
	return s.midnight(0)
}

// turn opens the calendar at a day: whole weeks, from Monday on.
func (b *calendarBody) turn(day, today time.Time) (from, to time.Time) {
	first, last := day, day
	if !b.Week {
		first = date(day, 1-day.Day())
		last = time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, day.Location())
	}
	from = date(first, -(int(first.Weekday())+6)%7)
	to = date(last, 7-(int(last.Weekday())+6)%7)
	for at := from; at.Before(to); at = date(at, 1) {
		b.Days = append(b.Days, calendarDay{
			At: at, Name: french.LongDay(at, today), Outside: !b.Week && at.Month() != day.Month(), Today: at.Equal(today),
		})
	}
	b.Before, b.Next, b.Name = b.at(date(first, -1), b.Week), b.at(date(last, 1), b.Week), french.Capital(french.Month(day))
	if b.Week {
		b.Before, b.Next, b.Name = b.at(date(from, -7), true), b.at(to, true), "Semaine du "+french.Day(from)
	}
	b.Today, b.Other, b.Plain = b.at(today, b.Week), b.at(day, !b.Week), calendarAt(url.Values{}, day, b.Week)
	return from, to
}

// date is 0 h so many days later, in the zone of at.
func date(at time.Time, days int) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day()+days, 0, 0, 0, 0, at.Location())
}

// at is the address of a month or week, with the filters of this one.
func (b *calendarBody) at(day time.Time, week bool) string { return calendarAt(b.Ask, day, week) }

func calendarAt(ask url.Values, day time.Time, week bool) string {
	to := url.Values{"d": {day.Format(time.DateOnly)}, "vue": {"mois"}}
	if week {
		to.Set("vue", "semaine")
	}
	for _, name := range []string{"rubrique", "canal", "partenaire"} {
		if v := ask.Get(name); v != "" {
			to.Set(name, v)
		}
	}
	return "/regie/calendrier?" + to.Encode()
}

// fillDays puts into the days what goes out, what is shot, and what keeps films
// back.
func (s *Studio) fillDays(ctx context.Context, b *calendarBody, show pipeline.CalendarFilter) error {
	slots, err := s.Desk.Calendar(ctx, show)
	if err != nil {
		return err
	}
	b.Nothing = len(slots) == 0
	shoots, err := s.Desk.Catalog.Sujets(ctx, assets.SujetFilter{
		From: show.From, To: show.To, Rubrique: show.Rubrique, Partner: show.Partner, Crew: show.Crew, Limit: mostSujets,
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(shoots, func(a, b assets.Sujet) int { return a.At.Compare(b.At) })
	spans := s.spans(b.Programme, slots, b.Ready)
	for i := range b.Days {
		d := &b.Days[i]
		within := func(at time.Time) bool { return !at.Before(d.At) && at.Before(date(d.At, 1)) }
		for _, x := range slots {
			if within(x.Publications[0].At) {
				d.Slots = append(d.Slots, slotTile{x, s.refusals(x.Refusals)})
			}
		}
		for _, x := range shoots {
			if show.Channel == "" && within(x.At) {
				d.Shoots = append(d.Shoots, x)
			}
		}
		d.Marks = s.marks(spans, d.At, i%7 == 0)
	}
	return nil
}

func (s *Studio) refusals(all []assets.Refusal) []string {
	var said []string
	for _, r := range all {
		said = append(said, s.Desk.Refusal(r))
	}
	return said
}

// lockChip is a refusal that somebody must mend, with where this is done.
func (s *Studio) lockChip(film assets.ID, r assets.Refusal) *chip {
	kind := pipeline.BlockageKind(r.Lock)
	return &chip{strings.TrimSuffix(s.Desk.Refusal(r), "."), pipeline.WayOut(film, kind), kind}
}

// span is what lies over days of a calendar: an embargo, an event, an election.
type span struct {
	kind, name  string
	from, until time.Time
}

// spans are the elections, the events of dossiers, and the embargoes of dossiers, of
// partners and of the films that a calendar shows.
func (s *Studio) spans(p assets.Programme, slots []pipeline.Slot, ready []readyLine) []span {
	var all []span
	embargo := func(name string, until time.Time) {
		if x := (span{"embargo", "Embargo " + name, s.midnight(0), until}); !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	for _, x := range p.Dossiers {
		embargo(x.Name, x.Embargo)
		if first, err := time.ParseInLocation(time.DateOnly, x.Begins, s.Zone); err == nil {
			last, _ := time.ParseInLocation(time.DateOnly, cmp.Or(x.Ends, x.Begins), s.Zone)
			all = append(all, span{"event", x.Name, first, date(last, 1)})
		}
	}
	for _, x := range p.Partners {
		embargo(x.Name, x.Embargo)
	}
	for _, x := range slots {
		embargo("« "+x.Film.Title+" »", x.Film.Embargo)
	}
	for _, x := range ready {
		embargo("« "+x.Title+" »", x.Embargo)
	}
	for _, x := range p.Scrutins {
		if x.RemovedAt.IsZero() {
			all = append(all, span{"silence", "Réserve électorale : " + x.Name, x.From, x.Until})
		}
	}
	return all
}

// marks are the spans over a day; their names stand where they begin, at the
// beginning of a week, and where they end.
func (s *Studio) marks(spans []span, day time.Time, monday bool) []dayMark {
	var all []dayMark
	next := date(day, 1)
	for _, x := range spans {
		if !x.from.Before(next) || !day.Before(x.until) {
			continue
		}
		text := ""
		switch {
		case !x.until.After(next) && x.kind != "event": // which lasts whole days
			text = x.name + " jusqu’à " + french.Hour(x.until.In(s.Zone))
		case monday || !x.from.Before(day):
			text = x.name
		}
		all = append(all, dayMark{x.kind, text})
	}
	return all
}

// ready are the films that can be planned, with where this is done.
func (s *Studio) ready(ctx context.Context, show pipeline.CalendarFilter, back string) ([]readyLine, error) {
	found, err := s.Desk.Ready(ctx, show)
	var all []readyLine
	for _, f := range found {
		line := readyLine{Film: f.Film, Path: "/regie/films/" + string(f.ID) + "/programmer?vers=" + url.QueryEscape(back)}
		for _, x := range f.Refusals {
			if x.Until.IsZero() && line.Chip == nil {
				line.Chip = s.lockChip(f.ID, x)
			} else if !x.Until.IsZero() {
				line.Wait = s.Desk.Refusal(x)
			}
		}
		all = append(all, line)
	}
	return all, err
}
