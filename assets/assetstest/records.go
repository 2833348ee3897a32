package assetstest

import (
	"reflect"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
)

func recordCases() map[string]func(*House) {
	return map[string]func(*House){
		"asset":       assetRecord,
		"film":        filmRecord,
		"version":     versionRecord,
		"renditions":  renditionRecords,
		"rush":        rushRecord,
		"publication": publicationRecord,
		"programme":   programmeRecords,
		"filing":      programmeChanges,
		"storage":     storageCounts,
		"user":        userRecord,
		"missing":     missingRecords,
		"odd text":    oddText,
	}
}

// same compares what was read with what was written; instants in UTC.
func same[T any](h *House, got T, err error, want T) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		h.Fatalf("read back\n%+v\nwant\n%+v", got, want)
	}
}

func assetRecord(h *House) {
	a := h.Asset()
	a.CreatedAt = time.Date(2026, 6, 1, 2, 30, 0, 987_654_321, time.FixedZone("CEST", 7200))
	h.Apply(assets.Change{Assets: []assets.Asset{a}})
	a.CreatedAt = time.Date(2026, 6, 1, 0, 30, 0, 987_654_000, time.UTC) // to the microsecond, in UTC
	got, err := h.Catalog.Asset(h.Context(), a.ID)
	same(h, got, err, a)
	got, err = h.Catalog.AssetBySHA256(h.Context(), a.SHA256)
	same(h, got, err, a)

	again := h.Asset()
	again.SHA256 = a.SHA256
	h.Refuses(assets.Conflict, assets.Change{Assets: []assets.Asset{again}})
	again = h.Asset()
	again.ID = a.ID
	h.Refuses(assets.Conflict, assets.Change{Assets: []assets.Asset{again}})
}

func filmRecord(h *House) {
	f := h.Film("Journées de l’Éloquence", func(f *assets.Film) {
		f.Slug, f.Lede, f.Description = "journees-de-l-eloquence", "Chapô.", "Un.\n\nDeux « ' \" \\ ».\u00a0!"
		f.Genre, f.Dossier, f.Territory, f.License, f.Credits = "reportage", "eloquence-2018", "aix", "CC-BY-3.0", "Anonymal"
		f.Rubriques, f.Partners = []string{"culture", "societe", "conseils-citoyens"}, []string{"zinc", "eloquence"}
		f.People = []assets.Person{{Name: "La présidente", Role: "présidente du festival"}, {Name: "Un comédien"}}
	})
	got, err := h.Catalog.Film(h.Context(), f.ID)
	same(h, got, err, f)
	got, err = h.Catalog.FilmBySlug(h.Context(), f.Slug)
	same(h, got, err, f)

	changed := f
	changed.Title, changed.Lede, changed.Rubriques, changed.Partners = "Autre titre", "", []string{"societe", "culture"}, []string{}
	changed.People, changed.Version, changed.UpdatedAt = nil, h.IDs.New(), f.UpdatedAt.Add(time.Hour)
	asked := changed
	asked.State, asked.Slug, asked.CreatedAt = assets.FilmPublished, "autre", f.CreatedAt.Add(time.Hour) // none of these moves
	h.Apply(assets.Change{Films: []assets.Film{asked}})
	got, err = h.Catalog.Film(h.Context(), f.ID)
	same(h, got, err, changed)

	twice := f
	twice.ID, twice.Slug, twice.Rubriques = h.IDs.New(), "twice", []string{"culture", "culture"}
	h.Apply(assets.Change{Films: []assets.Film{twice}, Events: []assets.Event{h.Event(assets.SubjectFilm, twice.ID, "", "idea")}})
	got, err = h.Catalog.Film(h.Context(), twice.ID)
	twice.Rubriques, twice.State = []string{"culture"}, assets.FilmIdea
	same(h, got, err, twice)
}

func versionRecord(h *House) {
	loud := -23.5
	f := h.Film("Film", nil)
	v := h.Version(f.ID, 1)
	got, err := h.Catalog.Version(h.Context(), v.ID)
	same(h, got, err, v)

	second := h.Version(f.ID, 2)
	v.Reason, v.Looked, v.Teaser = "Il manque la fin.", []byte{0, 1, 0xff, '\''}, []assets.Span{{Start: 1.04, End: 3.0000001}}
	v.Sheet = &assets.Sheet{
		Container: "mov", Size: 1, Declared: 4294967294, Duration: 0.04, Audio: []assets.AudioSheet{{Codec: "aac", Channels: 6}},
		Video:    &assets.VideoSheet{Codec: "h264", Width: 1920, Height: 1080, Rate: 30000.0 / 1001},
		Loudness: &assets.Loudness{Integrated: &loud}, Black: []assets.Span{}, Silence: []assets.Span{},
		Status: assets.SheetWarning, Verdicts: []string{"L'image est « sombre »."},
	}
	h.Apply(assets.Change{Versions: []assets.Version{v}})
	got, err = h.Catalog.Version(h.Context(), v.ID)
	same(h, got, err, v)
	all, err := h.Catalog.Versions(h.Context(), f.ID)
	same(h, all, err, []assets.Version{v, second})
	byID, err := h.Catalog.VersionsByID(h.Context(), second.ID, "none")
	same(h, byID, err, map[assets.ID]assets.Version{second.ID: second})

	remake := second
	remake.ID, remake.Number = h.IDs.New(), 3
	h.Apply(assets.Change{
		Versions: []assets.Version{remake}, Events: []assets.Event{h.Event(assets.SubjectVersion, remake.ID, "", "received")},
	})
	got, err = h.Catalog.VersionOf(h.Context(), second.Master)
	same(h, got, err, remake)

	v.Sheet, v.Looked, v.Teaser = nil, nil, nil
	h.Apply(assets.Change{Versions: []assets.Version{v}})
	got, err = h.Catalog.Version(h.Context(), v.ID)
	same(h, got, err, v)

	third := remake
	third.ID = h.IDs.New() // the number is taken
	h.Refuses(assets.Conflict, assets.Change{
		Versions: []assets.Version{third}, Events: []assets.Event{h.Event(assets.SubjectVersion, third.ID, "", "received")},
	})
	third.Number, third.Film = 4, h.IDs.New() // no such film
	h.Refuses(assets.Invalid, assets.Change{
		Versions: []assets.Version{third}, Events: []assets.Event{h.Event(assets.SubjectVersion, third.ID, "", "received")},
	})
}

func renditionRecords(h *House) {
	v, other := h.Version(h.Film("Un", nil).ID, 1), h.Version(h.Film("Deux", nil).ID, 1)
	rendition := func(of assets.Version, role assets.Role, rank int) assets.Rendition {
		id := h.IDs.New()
		return assets.Rendition{
			ID: id, Version: of.ID, Role: role, Rank: rank, Key: "films/" + string(id), Recipe: "abc", Size: 1 << 40,
			SHA256: "ef", Width: 1920, Height: 1080, Bitrate: 5_000_000, Codec: "avc1.640028", Duration: 61.44,
			CreatedAt: h.Clock.Now(),
		}
	}
	first := []assets.Rendition{rendition(v, assets.RoleThumbnail, 1), rendition(v, assets.RoleHLS, 0), rendition(v, assets.RoleThumbnail, 0)}
	first[1].Parts = []assets.Part{{Key: "films/a/1.m4s", Size: 3, SHA256: "aa"}, {Key: "films/a/2.m4s", Size: 4, SHA256: "bb"}}
	kept := []assets.Rendition{rendition(other, assets.RolePoster, 0)}
	h.Apply(assets.Change{Renditions: append(first, kept...)})
	got, err := h.Catalog.Renditions(h.Context(), v.ID)
	same(h, got, err, first)

	second := []assets.Rendition{rendition(v, assets.RoleAudio, 0)}
	h.Apply(assets.Change{Renditions: second})
	got, err = h.Catalog.Renditions(h.Context(), v.ID)
	same(h, got, err, second)
	got, err = h.Catalog.Renditions(h.Context(), other.ID)
	same(h, got, err, kept)
	got, err = h.Catalog.Renditions(h.Context(), h.IDs.New())
	same(h, got, err, []assets.Rendition{})
}

func rushRecord(h *House) {
	a := h.Asset()
	r := assets.Rush{
		ID: h.IDs.New(), Asset: a.ID, Title: "Soirée 1", Rubriques: []string{"culture"}, Partners: []string{}, Dossier: "zik-zac-2018",
		Territory: "jas", State: assets.RushReceived, CreatedAt: h.Clock.Now(),
	}
	h.Apply(assets.Change{
		Assets: []assets.Asset{a}, Rushes: []assets.Rush{r},
		Events: []assets.Event{h.Event(assets.SubjectRush, r.ID, "", "received")},
	})
	got, err := h.Catalog.Rush(h.Context(), r.ID)
	same(h, got, err, r)
	got, err = h.Catalog.RushOf(h.Context(), a.ID)
	same(h, got, err, r)
	r.Title, r.Reason, r.State, r.Partners = "Soirée 2", "Illisible.", assets.RushRefused, []string{"zik-zac"}
	h.Apply(assets.Change{
		Rushes: []assets.Rush{r}, Events: []assets.Event{h.Event(assets.SubjectRush, r.ID, "received", "refused")},
	})
	got, err = h.Catalog.Rush(h.Context(), r.ID)
	same(h, got, err, r)
}

func publicationRecord(h *House) {
	f := h.Film("Film", nil)
	p := h.Publication(f.ID, assets.ChannelSite)
	got, err := h.Catalog.Publication(h.Context(), p.ID)
	same(h, got, err, p)
	p.PublishedAt, p.URL, p.RemoteID, p.Reason = p.At, "https://example.org/f", "42", "Essai."
	asked := p
	asked.State, asked.Resume, asked.At = assets.PublicationPublished, []byte("no"), p.At.Add(time.Hour) // none moves so
	h.Apply(assets.Change{Publications: []assets.Publication{asked}})
	got, err = h.Catalog.Publication(h.Context(), p.ID)
	same(h, got, err, p)
	p.Plan(assets.Moment{At: asked.At, Wall: "2026-11-23T19:00", Zone: "Europe/Paris"})
	e := h.Event(assets.SubjectPublication, p.ID, string(p.State), string(p.State))
	e.Edits = assets.Edits{"at": {Before: []byte("1"), After: []byte("2")}}
	h.Apply(assets.Change{Publications: []assets.Publication{p}, Events: []assets.Event{e}})
	got, err = h.Catalog.Publication(h.Context(), p.ID)
	same(h, got, err, p)
}

func programmeRecords(h *House) {
	p := assets.Programme{
		Rubriques:   []assets.Rubrique{{Slug: "societe", Name: "Société", Light: "#111", Dark: "#eee", Rank: 1, Lede: "L."}, {Slug: "culture", Name: "Culture", Rank: 2}},
		Partners:    []assets.Partner{{Slug: "zik-zac", Name: "Zik Zac", URL: "https://example.org", Lede: "L.", Logo: "logos/aa.png", Colour: "#d22f27", Sites: []string{"zikzac.example", "xn--t-9fab.example"}}, {Slug: "zinc", Name: "ZINC"}},
		Dossiers:    []assets.Dossier{{Slug: "zik-zac-2018", Name: "Zik Zac 2018", Partner: "zik-zac", Planned: 20, Lede: "L.", Begins: "2018-06-07", Ends: "2018-06-10"}},
		Territories: []assets.Territory{{Slug: "aix", Name: "Aix-en-Provence"}, {Slug: "jas-de-bouffan", Name: "Jas de Bouffan", Parent: "aix"}},
	}
	save := func(p assets.Programme) {
		h.Helper()
		if err := h.Catalog.SaveProgramme(h.Context(), p); err != nil {
			h.Fatal(err)
		}
	}
	save(p)
	save(p)
	got, err := h.Catalog.Programme(h.Context())
	same(h, got, err, p)
	save(assets.Programme{Rubriques: []assets.Rubrique{{Slug: "culture", Name: "Cultures", Rank: 0}}}) // deletes nothing
	p.Rubriques = []assets.Rubrique{{Slug: "culture", Name: "Cultures", Rank: 0}, p.Rubriques[0]}
	got, err = h.Catalog.Programme(h.Context())
	same(h, got, err, p)
}

// programmeChanges: an entry that leaves is found no more, and its address leads
// on; what is filed is counted.
func programmeChanges(h *House) {
	place := func(slug string) assets.Heading { return assets.Heading{Kind: assets.HeadingTerritory, Slug: slug} }
	h.Apply(assets.Change{Programme: assets.Programme{
		Rubriques:   []assets.Rubrique{{Slug: "culture", Name: "Culture"}},
		Territories: []assets.Territory{{Slug: "canourgues", Name: "Les Canourgues"}, {Slug: "canourgues-2", Name: "Quartier des Canourgues"}},
	}})
	f := h.Film("Un film", func(f *assets.Film) { f.Rubriques, f.Territory = []string{"culture"}, "canourgues-2" })
	got, err := h.Catalog.Filed(h.Context())
	same(h, got, err, map[assets.Heading]assets.Filed{{Kind: assets.HeadingRubrique, Slug: "culture"}: {Films: 1}, place("canourgues-2"): {Films: 1}})
	if hits, err := h.Catalog.Search(h.Context(), "quartier", 10); err != nil || len(hits) != 1 {
		h.Fatalf("%v, %v", hits, err)
	}
	f.Territory = "canourgues"
	e := h.Event(assets.SubjectProgramme, assets.ProgrammeID, "there", "there")
	h.Apply(assets.Change{
		Films: []assets.Film{f}, Events: []assets.Event{e}, Unfiled: []assets.Heading{place("canourgues-2")},
		Programme: assets.Programme{Moved: []assets.Moved{{Heading: place("canourgues-2"), Into: place("canourgues")}}},
	})
	p, err := h.Catalog.Programme(h.Context())
	if err != nil || p.Entry(place("canourgues-2")) != nil || p.MovedTo(place("canourgues-2")) != "canourgues" || p.MovedTo(place("canourgues")) != "" {
		h.Fatalf("%+v, %v", p, err)
	}
	if hits, err := h.Catalog.Search(h.Context(), "quartier", 10); err != nil || len(hits) != 0 {
		h.Fatalf("found by the name of what is gone: %v, %v", hits, err)
	}
}

func userRecord(h *House) {
	u := assets.User{
		ID: h.IDs.New(), Name: "Le JRI", Mail: " JRI@Example.org", Role: assets.RoleJRI, State: assets.UserActive,
		EndsAt: h.Clock.Now().Add(time.Hour), CreatedAt: h.Clock.Now(),
	}
	h.Apply(assets.Change{Users: []assets.User{u}, Events: []assets.Event{h.Event(assets.SubjectUser, u.ID, "", "active")}})
	u.Mail = "jri@example.org"
	got, err := h.Catalog.User(h.Context(), u.ID)
	same(h, got, err, u)
	got, err = h.Catalog.UserByMail(h.Context(), "Jri@EXAMPLE.org ")
	same(h, got, err, u)
	u.Role, u.EndsAt, u.Phone, u.Password, u.TOTP = assets.RoleMonteur, time.Time{}, "06", "$argon2id$", []byte{0, 1}
	u.Keyless, u.Muted = true, []string{"digest"}
	asked := u
	asked.State, asked.CreatedAt = assets.UserClosed, u.CreatedAt.Add(time.Hour) // neither moves so
	h.Apply(assets.Change{Users: []assets.User{asked}})
	got, err = h.Catalog.User(h.Context(), u.ID)
	same(h, got, err, u)
	other := u
	other.ID, other.Mail = h.IDs.New(), "JRI@example.ORG"
	h.Refuses(assets.Conflict, assets.Change{
		Users: []assets.User{other}, Events: []assets.Event{h.Event(assets.SubjectUser, other.ID, "", "active")},
	})
	h.Apply(assets.Change{Events: []assets.Event{h.Event(assets.SubjectUser, u.ID, "active", "closed")}})
	users, err := h.Catalog.Users(h.Context(), assets.UserFilter{State: assets.UserClosed, Role: assets.RoleMonteur})
	u.State = assets.UserClosed
	same(h, users, err, []assets.User{u})
}

func missingRecords(h *House) {
	ctx, c, none := h.Context(), h.Catalog, h.IDs.New()
	for name, lookup := range map[string]func(assets.ID) error{
		"asset":     func(id assets.ID) error { _, err := c.Asset(ctx, id); return err },
		"sum":       func(id assets.ID) error { _, err := c.AssetBySHA256(ctx, string(id)); return err },
		"film":      func(id assets.ID) error { _, err := c.Film(ctx, id); return err },
		"slug":      func(id assets.ID) error { _, err := c.FilmBySlug(ctx, string(id)); return err },
		"version":   func(id assets.ID) error { _, err := c.Version(ctx, id); return err },
		"versionOf": func(id assets.ID) error { _, err := c.VersionOf(ctx, id); return err },
		"rush":      func(id assets.ID) error { _, err := c.Rush(ctx, id); return err },
		"rushOf":    func(id assets.ID) error { _, err := c.RushOf(ctx, id); return err },
		"pub":       func(id assets.ID) error { _, err := c.Publication(ctx, id); return err },
		"user":      func(id assets.ID) error { _, err := c.User(ctx, id); return err },
		"job":       func(id assets.ID) error { _, err := c.Job(ctx, id); return err },
		"start":     func(id assets.ID) error { _, err := c.StartJob(ctx, id, "w", time.Minute); return err },
	} {
		for _, id := range []assets.ID{none, "", "'; DROP TABLE films; --", "a\x00b", "\xff", "?", assets.ID(strings.Repeat("x", 100_000))} {
			if got := assets.KindOf(lookup(id)); got != assets.NotFound {
				h.Errorf("%s of %.20q: %s", name, id, got)
			}
		}
	}
	if events, err := c.Events(ctx); err != nil || len(events) != 0 {
		h.Errorf("events of nothing: %v %v", events, err)
	}
	if jobs, err := c.JobsOf(ctx); err != nil || len(jobs) != 0 {
		h.Errorf("jobs of nothing: %v %v", jobs, err)
	}
}

// oddText: whatever people or files bring goes in, and comes back without what
// no database holds.
func oddText(h *House) {
	for in, want := range map[string]string{
		"a\x00b":                     "ab",
		"x\xffy":                     "x\ufffdy",
		"' \" \\ ? ?? $1 %s {} \n\t": "' \" \\ ? ?? $1 %s {} \n\t",
		"« 🎬 » \u202e e\u0301":       "« 🎬 » \u202e e\u0301",
		strings.Repeat("é", 100_000): strings.Repeat("é", 100_000),
	} {
		f := h.Film(in, func(f *assets.Film) { f.People = []assets.Person{{Name: strings.ReplaceAll(want, "\ufffd", "?")}} })
		f.Title = want
		got, err := h.Catalog.Film(h.Context(), f.ID)
		same(h, got, err, f)
	}
}

// storageCounts: what is kept is counted by what it is, since when, and for whom.
func storageCounts(h *House) {
	r := h.Rush("R", nil)
	a, err := h.Catalog.Asset(h.Context(), r.Asset)
	if err != nil {
		h.Fatal(err)
	}
	r.Sujet, r.Partners = h.IDs.New(), []string{"zinc"}
	h.Apply(assets.Change{Rushes: []assets.Rush{r}})
	all, err := h.Catalog.Storage(h.Context(), a.CreatedAt, 10)
	one := assets.Volume{Files: 1, Bytes: a.Size}
	same(h, all, err, assets.Storage{
		Originals: one, Arrived: one,
		Sujets: []assets.Volume{{Name: string(r.Sujet), Files: 1, Bytes: a.Size}}, Partners: []assets.Volume{{Name: "zinc", Files: 1, Bytes: a.Size}},
	})
	r.RemovedAt = a.CreatedAt
	h.Apply(assets.Change{Rushes: []assets.Rush{r}})
	all, err = h.Catalog.Storage(h.Context(), a.CreatedAt.Add(time.Hour), 10)
	if err != nil || all.Aside != one || all.Arrived.Files != 0 {
		h.Fatalf("%+v, %v", all, err)
	}
}
