package assetstest

import (
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
)

func searchCases() map[string]func(*House) {
	return map[string]func(*House){
		"table":          searches,
		"follows change": searchFollows,
		"hostile":        hostileSearches,
		"order":          searchOrder,
		"all kinds":      searchAll,
		"suggestions":    suggestions,
	}
}

// stock fills a house with a programme and films whose titles name them.
func stock(h *House) {
	h.Helper()
	if err := h.Catalog.SaveProgramme(h.Context(), assets.Programme{
		Rubriques:   []assets.Rubrique{{Slug: "economie", Name: "Économie"}, {Slug: "conseils-citoyens", Name: "Conseils citoyens"}},
		Partners:    []assets.Partner{{Slug: "bois", Name: "Théâtre du Bois de l'Aune"}, {Slug: "zinc", Name: "ZINC"}},
		Dossiers:    []assets.Dossier{{Slug: "zz", Name: "Zik Zac 2018"}},
		Territories: []assets.Territory{{Slug: "aix", Name: "Aix-en-Provence"}, {Slug: "jas", Name: "Jas de Bouffan", Parent: "aix"}},
	}); err != nil {
		h.Fatal(err)
	}
	h.Film("Journées de l’Éloquence", func(f *assets.Film) { f.Lede = "Le concours de clôture, en entier." })
	h.Film("La forêt", func(f *assets.Film) {
		f.People = []assets.Person{{Name: "Noémie Œuvrard", Role: "présidente du comité d'intérêt de quartier"}}
	})
	h.Film("Marché", func(f *assets.Film) { f.Rubriques = []string{"economie", "conseils-citoyens"}; f.Territory = "jas" })
	h.Film("Danse", func(f *assets.Film) { f.Partners = []string{"zinc", "bois"}; f.Dossier = "zz" })
	h.Film("Привет, 11e/12e !", nil)
}

func searches(h *House) {
	stock(h)
	for query, want := range map[string][]string{
		"eloquence":               {"Journées de l’Éloquence"},
		"Éloquence":               {"Journées de l’Éloquence"},
		"E\u0301loquence":         {"Journées de l’Éloquence"},
		"l'éloquence":             {"Journées de l’Éloquence"},
		"l’éloquence":             {"Journées de l’Éloquence"},
		"ELOQ":                    {"Journées de l’Éloquence"},
		"journée eloquence":       {"Journées de l’Éloquence"},
		"eloquences journee":      {"Journées de l’Éloquence"},
		"concours de clotur":      {"Journées de l’Éloquence"},
		"quence":                  nil, // words are found by their beginning
		"eloquence foret":         nil, // all of them
		"forêts":                  {"La forêt"},
		"FORET":                   {"La forêt"},
		"oeuvrard":                {"La forêt"},
		"œuvrard":                 {"La forêt"},
		"noemie presidente":       {"La forêt"},
		"interet":                 {"La forêt"},
		"economie":                {"Marché"},
		"conseil citoyen":         {"Marché"},
		"jas de bouffan":          {"Marché"},
		"aix":                     {"Marché"},
		"aix-en-provence marches": {"Marché"},
		"theatre de l’aune":       {"Danse"},
		"zinc":                    {"Danse"},
		"zik-zac 2018":            {"Danse"},
		"20":                      {"Danse"},
		"2018":                    {"Danse"},
		"привет":                  {"Привет, 11e/12e !"},
		"ПРИВ 12":                 {"Привет, 11e/12e !"},
		"11e":                     {"Привет, 11e/12e !"},
		"de":                      {"Danse", "Marché", "Journées de l’Éloquence"},
		"":                        nil,
		"   ":                     nil,
		"l'":                      nil,
		"introuvable":             nil,
	} {
		hits, err := h.Catalog.Search(h.Context(), query, 10)
		if err != nil {
			h.Errorf("%q: %v", query, err)
			continue
		}
		var got []string
		for _, hit := range hits {
			got = append(got, hit.Title)
			if hit.ID == "" || hit.Slug == "" || hit.Kind != assets.SubjectFilm {
				h.Errorf("%q: %+v is not whole", query, hit)
			}
		}
		if query == "de" { // La forêt has it in a role: the title has it in none, so newest first
			if !slices.Contains(got, "Danse") || slices.Contains(got, "Привет, 11e/12e !") {
				h.Errorf("%q: %q", query, got)
			}
			continue
		}
		if !slices.Equal(got, want) {
			h.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}

// searchFollows: films are found by what they and the programme say now.
func searchFollows(h *House) {
	stock(h)
	found := func(query string) int {
		h.Helper()
		hits, err := h.Catalog.Search(h.Context(), query, 10)
		if err != nil {
			h.Fatal(err)
		}
		return len(hits)
	}
	rename := func(p assets.Programme) {
		h.Helper()
		if err := h.Catalog.SaveProgramme(h.Context(), p); err != nil {
			h.Fatal(err)
		}
	}
	rename(assets.Programme{Rubriques: []assets.Rubrique{{Slug: "economie", Name: "Commerces"}}})
	same(h, []int{found("economie"), found("commerce"), found("marché")}, nil, []int{0, 1, 1})
	rename(assets.Programme{Partners: []assets.Partner{{Slug: "zinc", Name: "Arts numériques"}}})
	same(h, []int{found("zinc"), found("numerique")}, nil, []int{0, 1})
	rename(assets.Programme{Dossiers: []assets.Dossier{{Slug: "zz", Name: "Festival"}}})
	same(h, []int{found("zik"), found("festival")}, nil, []int{0, 1})
	rename(assets.Programme{Territories: []assets.Territory{{Slug: "aix", Name: "Marseille"}}}) // the town of a quarter
	same(h, []int{found("aix"), found("marseille jas")}, nil, []int{0, 1})

	films, err := h.Catalog.Films(h.Context(), assets.FilmFilter{Dossier: "zz"})
	if err != nil || len(films) != 1 {
		h.Fatal(films, err)
	}
	films[0].Title, films[0].Partners = "Musique", nil
	h.Apply(assets.Change{Films: films})
	same(h, []int{found("danse"), found("musique"), found("numerique")}, nil, []int{0, 1, 0})
}

func hostileSearches(h *House) {
	stock(h)
	for _, query := range []string{
		`"`, `""`, `'`, `''`, `*`, `a*`, `:`, `-`, `- -`, `^`, `(`, `)`, `()`, `((((`, `+`, `|`, `&`, `!`, `!!a`, `<->`, `\`, `\'`, `%`, `_`, `?`, `??`, `$1`,
		`NEAR`, `NEAR(a b, 5)`, `AND`, `OR`, `NOT`, `a AND`, `a NOT b`, `words:a`, `{words}: a`, `film_index`, `'; DROP TABLE films; --`, `a'::tsquery`,
		"a\x00b", "\x00", "\xff\xfe", "é\u0301\u0301", "\u202e", "🎬", "\r\n\t", "a\u00a0b", "İ", "ẞ", "ﷺ", "½", "①",
		strings.Repeat("a", 10_000), strings.Repeat("é ", 5_000), strings.Repeat(`"`, 10_000), strings.Repeat("a b c d e f g ", 1_000), strings.Repeat("\u0301", 10_000),
	} {
		if _, err := h.Catalog.Search(h.Context(), query, 10); err != nil {
			h.Errorf("%.40q: %v", query, err)
		}
	}
	if n, err := h.Catalog.Films(h.Context(), assets.FilmFilter{}); err != nil || len(n) != 5 {
		h.Errorf("%d films, %v", len(n), err)
	}
}

// searchOrder: films with the words in their title first, and then the newest.
func searchOrder(h *House) {
	for _, f := range []struct{ title, lede string }{
		{"Festival : le retour", ""}, {"Soirée", "au festival"}, {"Le festival", "soirée"}, {"Scène", "festivals et soirées"},
	} {
		h.Film(f.title, func(film *assets.Film) { film.Lede = f.lede })
	}
	for query, want := range map[string][]string{
		"festi":         {"Le festival", "Festival : le retour", "Scène", "Soirée"},
		"soirée":        {"Soirée", "Scène", "Le festival"},
		"fest soir":     {"Scène", "Le festival", "Soirée"},
		"retour le fes": {"Festival : le retour"},
	} {
		hits, err := h.Catalog.Search(h.Context(), query, 10)
		var got []string
		for _, hit := range hits {
			got = append(got, hit.Title)
		}
		same(h, got, err, want)
		hits, err = h.Catalog.Search(h.Context(), query, 1)
		same(h, len(hits), err, 1)
	}
}

// searchAll: films, then sujets, then rushes, by what each says and is filed
// under; what was put aside is not found.
func searchAll(h *House) {
	stock(h)
	f := h.Film("Le camion", nil)
	s := h.Sujet("Tournage du camion", func(s *assets.Sujet) { s.Brief, s.Place, s.Dossier = "Interviews", "parvis", "zz" })
	old := h.Rush("Camion 1", func(r *assets.Rush) { r.Folder, r.Territory = "carte/A001", "jas" })
	r := h.Rush("C0002", func(r *assets.Rush) { r.Place, r.People = "à côté du camion", []assets.Person{{Name: "Noé"}} })
	film, sujet := assets.Hit{Kind: assets.SubjectFilm, ID: f.ID, Slug: f.Slug, Title: f.Title}, assets.Hit{Kind: assets.SubjectSujet, ID: s.ID, Title: s.Title}
	first, second := assets.Hit{Kind: assets.SubjectRush, ID: old.ID, Title: old.Title}, assets.Hit{Kind: assets.SubjectRush, ID: r.ID, Title: r.Title}
	finds := func(query string, want ...assets.Hit) {
		h.Helper()
		h.Log(query)
		hits, err := h.Catalog.SearchAll(h.Context(), query, 10)
		if len(hits) == 0 {
			hits = nil
		}
		same(h, hits, err, want)
	}
	finds("camions", film, sujet, first, second)
	finds("interview parvis", sujet)
	finds("aix a001", first)
	finds("noe camion", second)
	finds("sature")
	finds("")
	note := assets.Note{ID: h.IDs.New(), On: assets.SubjectRush, Subject: r.ID, Text: "Le son sature"}
	h.Apply(assets.Change{Notes: []assets.Note{note}})
	finds("sature", second)
	h.Apply(assets.Change{Rushes: []assets.Rush{r}}) // the note stays found
	finds("sature", second)
	note.RemovedAt = h.Clock.Now()
	h.Apply(assets.Change{Notes: []assets.Note{note}})
	finds("sature")
	if err := h.Catalog.SaveProgramme(h.Context(), assets.Programme{
		Dossiers: []assets.Dossier{{Slug: "zz", Name: "Carnaval"}}, Territories: []assets.Territory{{Slug: "jas", Name: "Encagnane", Parent: "aix"}},
	}); err != nil {
		h.Fatal(err)
	}
	finds("carnaval camion", sujet)
	finds("encagnane a001", first)
	old.RemovedAt = h.Clock.Now()
	h.Apply(assets.Change{Rushes: []assets.Rush{old}})
	finds("camion", film, sujet, second)
	for _, query := range []string{`"`, "*", "rush_index", strings.Repeat("a ", 5_000), "\x00"} {
		if _, err := h.Catalog.SearchAll(h.Context(), query, 10); err != nil {
			h.Errorf("%.20q: %v", query, err)
		}
	}
}

func suggestions(h *House) {
	stock(h)
	h.Sujet("Carnaval d'Aix", nil)
	for query, want := range map[string][]string{
		"zik zak":         {"Zik Zac 2018"},
		"zikzak 2018":     {"Zik Zac 2018"},
		"thaetre bois":    {"Théâtre du Bois de l'Aune"},
		"ecomonie":        {"Économie"},
		"elcoquence":      {"Journées de l’Éloquence"},
		"journé éloqence": {"Journées de l’Éloquence"},
		"karnaval":        {"Carnaval d'Aix"},
		"jas de boufan":   {"Jas de Bouffan"},
		"forret":          {"La forêt"},
		"xyzxyz":          nil,
		"zz":              nil, // two letters are close to everything
		"":                nil,
		"'":               nil,
	} {
		got, err := h.Catalog.Suggest(h.Context(), query, 1)
		h.Log(query)
		same(h, got, err, want)
	}
	f := h.Film("Zik Zac", nil)
	got, err := h.Catalog.Suggest(h.Context(), "zik zak", 5)
	same(h, got, err, []string{"Zik Zac", "Zik Zac 2018"}) // the shorter first
	f.Title = "Danse"
	h.Apply(assets.Change{Films: []assets.Film{f}}) // a title that is no more is not suggested
	got, err = h.Catalog.Suggest(h.Context(), "zik zak", 5)
	same(h, got, err, []string{"Zik Zac 2018"})
	for _, query := range []string{`"`, "*", "%", "\x00", strings.Repeat("a", 10_000), strings.Repeat("zik ", 5_000)} {
		if _, err := h.Catalog.Suggest(h.Context(), query, 5); err != nil {
			h.Errorf("%.20q: %v", query, err)
		}
	}
}
