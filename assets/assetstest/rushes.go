package assetstest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
)

// rushModel is what filters of rushes are compared with: a few lines of Go over
// all of them.
type rushModel struct {
	h        *House
	rushes   []assets.Rush // newest first
	crew     map[assets.ID][]assets.ID
	missing  map[assets.ID]bool // sujets in which an authorisation is
	notes    map[assets.ID]string
	pick     *rand.Rand
	sujets   []assets.ID
	expected int // rushes that filters chose, to see that they choose some
}

// rushFilters compares every field of a filter, alone and with others, with the
// model of a few hundred random rushes.
func rushFilters(h *House) {
	m := &rushModel{
		h: h, crew: map[assets.ID][]assets.ID{}, missing: map[assets.ID]bool{}, notes: map[assets.ID]string{},
		pick: rand.New(rand.NewPCG(1, 2)),
	}
	m.authorisations()
	m.fill(300)
	yes, no, now := true, false, h.Clock.Now()
	alone := []assets.RushFilter{
		{},
		{Sujet: m.sujets[1]},
		{Owner: "u1"},
		{Crew: "u1"},
		{Crew: "u2"},
		{Crew: "nobody"},
		{Territory: "t1"},
		{Dossier: "d2"},
		{Partner: "p1"},
		{State: assets.RushReady},
		{State: assets.RushFailed},
		{Orientation: "landscape"},
		{Orientation: "portrait"},
		{Orientation: "square"},
		{Shot: assets.ShotSpeech},
		{Minors: assets.Yes},
		{Minors: assets.Unknown},
		{Consent: "missing"},
		{MinStars: 1},
		{MinStars: 3},
		{Rejected: &yes},
		{Rejected: &no},
		{From: now.Add(100 * time.Second)},
		{To: now.Add(100 * time.Second)},
		{From: now.Add(50 * time.Second), To: now.Add(60 * time.Second)},
		{Removed: true},
		{Query: "camions"},
		{Query: "l'Éloq camion"},
		{Query: "mairie anne"},
		{Query: "festival"}, // the name of a partner
		{Query: "sature"},   // a note
		{Query: "introuvable"},
		{Query: "  '  "},
	}
	for _, f := range alone {
		if n := m.compare(f); n == 0 && f.Crew != "nobody" && f.Query != "introuvable" && f.Query != "  '  " {
			h.Errorf("%+v chooses none: it compares nothing", f)
		}
	}
	for range 300 { // two or three together, on small pages
		f := alone[m.pick.IntN(len(alone))]
		for range 1 + m.pick.IntN(2) {
			f = both(f, alone[m.pick.IntN(len(alone))])
		}
		f.Limit = 1 + m.pick.IntN(40)
		m.compare(f)
	}
	if m.expected < 1000 {
		h.Errorf("the filters chose only %d rushes", m.expected)
	}
}

// authorisations makes sujets of every kind: nobody is to be seen, or somebody
// whose authorisation is there, or not.
func (m *rushModel) authorisations() {
	now := m.h.Clock.Now()
	signed := func(c *assets.Consent) { c.Signatures = 1 }
	for i, tc := range []struct {
		state   assets.ConsentState
		shape   func(*assets.Consent)
		filmed  func(*assets.Filmed)
		missing bool
	}{
		{},
		{state: assets.ConsentGranted, shape: signed},
		{state: assets.ConsentGranted},
		{state: assets.ConsentAsked, missing: true},
		{state: assets.ConsentRefused, shape: signed, missing: true},
		{state: assets.ConsentAsked, filmed: func(f *assets.Filmed) { f.Blurred = true }},
		{state: assets.ConsentAsked, filmed: func(f *assets.Filmed) { f.RemovedAt = now }},
		{state: assets.ConsentGranted, shape: func(c *assets.Consent) { c.Until = now }, missing: true},
		{state: assets.ConsentGranted, shape: func(c *assets.Consent) { c.Until = now.Add(time.Second) }},
		{state: assets.ConsentGranted, shape: func(c *assets.Consent) { c.Minor = assets.Yes }, missing: true},
		{state: assets.ConsentGranted, shape: func(c *assets.Consent) { c.Minor, c.Signatures = assets.Yes, 2 }},
		{state: assets.ConsentGranted, shape: func(c *assets.Consent) { c.Minor = assets.No }},
	} {
		s := m.h.Sujet(fmt.Sprint("Sujet ", i), func(s *assets.Sujet) { s.Crew = []assets.ID{assets.ID(fmt.Sprint("u", i%4))} })
		m.sujets, m.crew[s.ID], m.missing[s.ID] = append(m.sujets, s.ID), s.Crew, tc.missing
		if tc.state == "" {
			continue
		}
		f := assets.Filmed{ID: m.h.IDs.New(), Sujet: s.ID, Consent: m.h.Consent(tc.state, tc.shape).ID, CreatedAt: now}
		if tc.filmed != nil {
			tc.filmed(&f)
		}
		m.h.Apply(assets.Change{Filmed: []assets.Filmed{f}})
	}
	m.sujets = append(m.sujets, "")
}

func (m *rushModel) fill(n int) {
	some := func(all ...string) string { return all[m.pick.IntN(len(all))] }
	m.h.goes(m.h.Catalog.SaveProgramme(m.h.Context(), assets.Programme{Partners: []assets.Partner{{Slug: "p1", Name: "Festival"}}}))
	for i := range n {
		r := m.h.Rush(some("Camion", "Le camion", "L’éloquence", "C0001", "Éloquence et camions"), func(r *assets.Rush) {
			r.Sujet, r.Owner = m.sujets[m.pick.IntN(len(m.sujets))], assets.ID(some("u1", "u2", ""))
			r.Territory, r.Dossier, r.Place = some("", "t1", "t2"), some("", "d1", "d2"), some("", "devant la mairie")
			r.Partners = [][]string{{}, {"p1"}, {"p2", "p1"}, {"p2"}}[m.pick.IntN(4)]
			r.Shot, r.Minors = assets.Shot(some("", "speech", "cutaway")), assets.Answer(some("", "yes", "no", "unknown"))
			r.Stars, r.Rejected, r.CreatedAt = m.pick.IntN(4), m.pick.IntN(5) == 0, r.CreatedAt.Add(time.Duration(i)*time.Second)
			if m.pick.IntN(3) == 0 {
				r.People = []assets.Person{{Name: "Anne"}}
			}
			if size := [][2]int{{}, {1920, 1080}, {1080, 1920}, {1080, 1080}}[m.pick.IntN(4)]; size[0] > 0 {
				r.Sheet = &assets.Sheet{Video: &assets.VideoSheet{Width: size[0], Height: size[1]}, Audio: []assets.AudioSheet{}, Black: []assets.Span{}, Silence: []assets.Span{}, Verdicts: []string{}}
			}
			if m.pick.IntN(10) == 0 {
				r.RemovedAt = m.h.Clock.Now()
			}
		})
		if to := assets.RushState(some("", "ready", "failed")); to != "" {
			m.h.Apply(assets.Change{Events: []assets.Event{m.h.Event(assets.SubjectRush, r.ID, "received", string(to))}})
			r.State = to
		}
		if m.pick.IntN(20) == 0 {
			m.notes[r.ID] = "Le son sature"
			m.h.Apply(assets.Change{Notes: []assets.Note{{ID: m.h.IDs.New(), On: assets.SubjectRush, Subject: r.ID, Text: m.notes[r.ID]}}})
		}
		m.rushes = append(m.rushes, r)
	}
	slices.Reverse(m.rushes)
}

// chooses is what a filter means.
func (m *rushModel) chooses(f assets.RushFilter, r assets.Rush) bool {
	is := func(asked, got string) bool { return asked == "" || asked == got }
	orientation := ""
	if r.Sheet != nil {
		orientation = map[int]string{1920: "landscape", 1080: "portrait"}[r.Sheet.Video.Width]
		if r.Sheet.Video.Width == r.Sheet.Video.Height {
			orientation = "square"
		}
	}
	return is(string(f.Sujet), string(r.Sujet)) && is(string(f.Owner), string(r.Owner)) &&
		(f.Crew == "" || r.Owner == f.Crew || slices.Contains(m.crew[r.Sujet], f.Crew)) &&
		is(f.Territory, r.Territory) && is(f.Dossier, r.Dossier) && (f.Partner == "" || slices.Contains(r.Partners, f.Partner)) &&
		is(string(f.State), string(r.State)) && is(f.Orientation, orientation) && is(string(f.Shot), string(r.Shot)) &&
		is(string(f.Minors), string(r.Minors)) && (f.Consent == "" || m.missing[r.Sujet]) &&
		r.Stars >= f.MinStars && (f.Rejected == nil || *f.Rejected == r.Rejected) &&
		!r.CreatedAt.Before(f.From) && (f.To.IsZero() || r.CreatedAt.Before(f.To)) &&
		f.Removed != r.RemovedAt.IsZero() && m.found(f.Query, r)
}

func (m *rushModel) found(query string, r assets.Rush) bool {
	text := strings.ToLower(r.Title + " " + r.Place + " " + m.notes[r.ID])
	if len(r.People) > 0 {
		text += " anne"
	}
	if slices.Contains(r.Partners, "p1") {
		text += " festival"
	}
	switch query {
	case "":
		return true
	case "  '  ":
		return false
	case "camions":
		query = "camion"
	case "l'Éloq camion":
		query = "éloq camion"
	}
	for w := range strings.FieldsSeq(query) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// compare walks all pages of a filter, and returns how many rushes it chooses.
func (m *rushModel) compare(f assets.RushFilter) int {
	m.h.Helper()
	var want, got []assets.ID
	for _, r := range m.rushes {
		if m.chooses(f, r) {
			want = append(want, r.ID)
		}
	}
	whole := f
	whole.Limit = 0
	n, err := m.h.Catalog.CountRushes(m.h.Context(), whole)
	if err != nil || n != len(want) {
		m.h.Errorf("%+v: %d counted, want %d (%v)", f, n, len(want), err)
	}
	whole.Limit = 3
	if n, err := m.h.Catalog.CountRushes(m.h.Context(), whole); err != nil || n != min(3, len(want)) {
		m.h.Errorf("%+v: %d counted up to 3 of %d (%v)", f, n, len(want), err)
	}
	for page := f; ; page.After = got[len(got)-1] {
		rushes, err := m.h.Catalog.Rushes(m.h.Context(), page)
		if err != nil {
			m.h.Fatalf("%+v: %v", f, err)
		}
		if len(rushes) == 0 {
			break
		}
		got = append(got, idsOf(rushes, func(r assets.Rush) assets.ID { return r.ID })...)
	}
	if !slices.Equal(got, want) {
		m.h.Errorf("%+v: %d rushes, want %d", f, len(got), len(want))
	}
	m.expected += len(want)
	return len(want)
}

// both asks what f asks, and what g asks of other fields.
func both(f, g assets.RushFilter) assets.RushFilter {
	one := func(a, b string) string {
		if a != "" {
			return a
		}
		return b
	}
	f.Query, f.Consent, f.Orientation = one(f.Query, g.Query), one(f.Consent, g.Consent), one(f.Orientation, g.Orientation)
	f.Territory, f.Dossier, f.Partner = one(f.Territory, g.Territory), one(f.Dossier, g.Dossier), one(f.Partner, g.Partner)
	f.Sujet, f.Owner, f.Crew = assets.ID(one(string(f.Sujet), string(g.Sujet))), assets.ID(one(string(f.Owner), string(g.Owner))), assets.ID(one(string(f.Crew), string(g.Crew)))
	f.State, f.Shot, f.Minors = assets.RushState(one(string(f.State), string(g.State))), assets.Shot(one(string(f.Shot), string(g.Shot))), assets.Answer(one(string(f.Minors), string(g.Minors)))
	f.MinStars, f.Removed = max(f.MinStars, g.MinStars), f.Removed || g.Removed
	if f.Rejected == nil {
		f.Rejected = g.Rejected
	}
	if f.From.IsZero() && f.To.IsZero() {
		f.From, f.To = g.From, g.To
	}
	return f
}
