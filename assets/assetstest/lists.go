package assetstest

import (
	"fmt"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
)

func listCases() map[string]func(*House) {
	return map[string]func(*House){
		"films":        filmLists,
		"film pages":   filmPages,
		"rush pages":   rushPages,
		"rush filters": rushFilters,
		"publications": publicationLists,
	}
}

func filmLists(h *House) {
	tagged := func(rubriques, partners []string, dossier, territory string) assets.ID {
		return h.Film("Film", func(f *assets.Film) {
			f.Rubriques, f.Partners, f.Dossier, f.Territory = rubriques, partners, dossier, territory
		}).ID
	}
	a := tagged([]string{"culture", "societe"}, []string{"zinc"}, "zz", "aix")
	b := tagged([]string{"societe"}, []string{"zinc", "zik"}, "zz", "jas")
	c := tagged([]string{"sport"}, []string{}, "", "jas")
	h.Apply(assets.Change{Events: []assets.Event{h.Event(assets.SubjectFilm, b, "editing", "review")}})
	for name, tc := range map[string]struct {
		filter assets.FilmFilter
		want   []assets.ID
	}{
		"all":       {assets.FilmFilter{}, []assets.ID{c, b, a}},
		"state":     {assets.FilmFilter{State: assets.FilmReview}, []assets.ID{b}},
		"not":       {assets.FilmFilter{Not: assets.FilmReview}, []assets.ID{c, a}},
		"rubrique":  {assets.FilmFilter{Rubrique: "societe"}, []assets.ID{b, a}},
		"second":    {assets.FilmFilter{Rubrique: "culture"}, []assets.ID{a}},
		"partner":   {assets.FilmFilter{Partner: "zinc"}, []assets.ID{b, a}},
		"dossier":   {assets.FilmFilter{Dossier: "zz"}, []assets.ID{b, a}},
		"territory": {assets.FilmFilter{Territory: "jas"}, []assets.ID{c, b}},
		"together":  {assets.FilmFilter{Rubrique: "societe", Partner: "zinc", Dossier: "zz", Territory: "aix", State: assets.FilmEditing}, []assets.ID{a}},
		"after":     {assets.FilmFilter{After: b}, []assets.ID{a}},
		"ids":       {assets.FilmFilter{IDs: []assets.ID{a, c, "none"}}, []assets.ID{c, a}},
		"limit":     {assets.FilmFilter{Limit: 1, Rubrique: "societe"}, []assets.ID{b}},
		"none":      {assets.FilmFilter{Rubrique: "soc"}, []assets.ID{}},
		"hostile":   {assets.FilmFilter{Dossier: "zz' OR '1'='1", Partner: "\x00"}, []assets.ID{}},
	} {
		films, err := h.Catalog.Films(h.Context(), tc.filter)
		if err != nil {
			h.Fatalf("%s: %v", name, err)
		}
		if got := idsOf(films, func(f assets.Film) assets.ID { return f.ID }); !slices.Equal(got, tc.want) {
			h.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// filmPages walks by keyset while films arrive: none is seen twice or missed.
func filmPages(h *House) {
	const films, size = 47, 10
	var want []assets.ID
	for i := range films {
		want = append(want, h.Film(fmt.Sprint("Film ", i), func(f *assets.Film) { f.Rubriques = []string{"culture"} }).ID)
	}
	slices.Reverse(want)
	var got []assets.ID
	for after := assets.ID(""); ; {
		page, err := h.Catalog.Films(h.Context(), assets.FilmFilter{Rubrique: "culture", After: after, Limit: size})
		if err != nil {
			h.Fatal(err)
		}
		if len(page) > size {
			h.Fatalf("a page of %d", len(page))
		}
		if len(page) == 0 {
			break
		}
		for _, f := range page {
			got = append(got, f.ID)
		}
		after = got[len(got)-1]
		h.Film("Arrivé entre deux pages", func(f *assets.Film) { f.Rubriques = []string{"culture"} })
	}
	same(h, got, nil, want)
	all, err := h.Catalog.Films(h.Context(), assets.FilmFilter{})
	same(h, len(all), err, films+5)
	for i := range 60 {
		h.Film(fmt.Sprint("Encore ", i), nil)
	}
	all, err = h.Catalog.Films(h.Context(), assets.FilmFilter{})
	same(h, len(all), err, 100) // 0 means 100
}

func rushPages(h *House) {
	var want []assets.ID
	for range 23 {
		a := h.Asset()
		r := assets.Rush{ID: h.IDs.New(), Asset: a.ID, CreatedAt: h.Clock.Now()}
		h.Apply(assets.Change{
			Assets: []assets.Asset{a}, Rushes: []assets.Rush{r},
			Events: []assets.Event{h.Event(assets.SubjectRush, r.ID, "", "received")},
		})
		want = append(want, r.ID)
	}
	slices.Reverse(want)
	var got []assets.ID
	for after := assets.ID(""); ; after = got[len(got)-1] {
		page, err := h.Catalog.Rushes(h.Context(), assets.RushFilter{After: after, Limit: 5})
		if err != nil {
			h.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		got = append(got, idsOf(page, func(r assets.Rush) assets.ID { return r.ID })...)
	}
	same(h, got, nil, want)
	back, err := h.Catalog.Rushes(h.Context(), assets.RushFilter{Before: want[10], Limit: 5})
	same(h, idsOf(back, func(r assets.Rush) assets.ID { return r.ID }), err, want[5:10])
}

func publicationLists(h *House) {
	one, two := h.Film("Un", nil), h.Film("Deux", nil)
	a, b, c := h.Publication(one.ID, "site"), h.Publication(one.ID, "vimeo"), h.Publication(two.ID, "site")
	h.Clock.Advance(time.Second)
	h.Apply(assets.Change{Events: []assets.Event{h.Event(assets.SubjectPublication, c.ID, "scheduled", "publishing")}})
	for name, tc := range map[string]struct {
		filter assets.PublicationFilter
		want   []assets.ID
	}{
		"all":      {assets.PublicationFilter{}, []assets.ID{a.ID, b.ID, c.ID}},
		"film":     {assets.PublicationFilter{Film: one.ID}, []assets.ID{a.ID, b.ID}},
		"channel":  {assets.PublicationFilter{Channel: "site"}, []assets.ID{a.ID, c.ID}},
		"state":    {assets.PublicationFilter{State: assets.PublicationPublishing}, []assets.ID{c.ID}},
		"together": {assets.PublicationFilter{Film: one.ID, Channel: "vimeo", State: assets.PublicationScheduled}, []assets.ID{b.ID}},
		"none":     {assets.PublicationFilter{Film: two.ID, Channel: "vimeo"}, []assets.ID{}},
	} {
		found, err := h.Catalog.Publications(h.Context(), tc.filter)
		if err != nil {
			h.Fatalf("%s: %v", name, err)
		}
		if got := idsOf(found, func(p assets.Publication) assets.ID { return p.ID }); !slices.Equal(got, tc.want) {
			h.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	planned := assets.Publication{ID: h.IDs.New(), Film: two.ID, Channel: "vimeo", Wall: "2018-06-21T18:00", Zone: "Europe/Paris", Campaign: "tour", Rhythm: assets.Rhythm{time.Tuesday, time.Thursday}, At: time.Date(2018, 6, 21, 16, 0, 0, 0, time.UTC), CreatedAt: h.Clock.Now()}
	h.Apply(assets.Change{Publications: []assets.Publication{planned}, Events: []assets.Event{h.Event(assets.SubjectPublication, planned.ID, "", "scheduled")}})
	planned.State = assets.PublicationScheduled
	for _, f := range []assets.PublicationFilter{{From: planned.At, To: planned.At.Add(time.Second)}, {To: planned.At.Add(time.Second)}, {Campaign: "tour"}} {
		found, err := h.Catalog.Publications(h.Context(), f)
		if err != nil || len(found) != 1 || found[0].ID != planned.ID || found[0].Moment(time.UTC) != planned.Moment(time.UTC) || !slices.Equal(found[0].Rhythm, planned.Rhythm) {
			h.Errorf("%+v: %+v, %v", f, found, err)
		}
	}
	if found, err := h.Catalog.Publications(h.Context(), assets.PublicationFilter{To: planned.At}); err != nil || len(found) != 0 {
		h.Errorf("before it: %+v, %v", found, err)
	}
}

func idsOf[T any](records []T, id func(T) assets.ID) []assets.ID {
	ids := make([]assets.ID, len(records))
	for i, r := range records {
		ids[i] = id(r)
	}
	return ids
}
