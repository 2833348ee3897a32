package assetstest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
)

func studioCases() map[string]func(*House) {
	return map[string]func(*House){
		"sujet":      sujetRecord,
		"sujets":     sujetLists,
		"uploads":    uploadRecords,
		"consents":   consentRecords,
		"notes":      noteRecords,
		"approvals":  approvalRecords,
		"tracks":     trackRecords,
		"selections": selectionRecords,
		"outbox":     outboxRecords,
		"letters":    letterRecords,
		"accounts":   accountRecords,
		"deliveries": deliveryRecords,
		"receipts":   receiptRecords,
		"proxies":    proxyRecords,
		"made":       madeRecords,
		"film":       studioFilm,
		"rush":       studioRush,
	}
}

// Sujet stores a sujet that is open and returns it; shape may be nil.
func (h *House) Sujet(title string, shape func(*assets.Sujet)) assets.Sujet {
	h.Helper()
	s := assets.Sujet{
		ID: h.IDs.New(), Title: title, Rubriques: []string{}, Partners: []string{}, Crew: []assets.ID{},
		State: assets.SujetOpen, CreatedAt: h.Clock.Now(), UpdatedAt: h.Clock.Now(),
	}
	if shape != nil {
		shape(&s)
	}
	h.Apply(assets.Change{Sujets: []assets.Sujet{s}, Events: []assets.Event{h.Event(assets.SubjectSujet, s.ID, "", string(s.State))}})
	return s
}

// Rush stores a rush that was received and returns it; shape may be nil.
func (h *House) Rush(title string, shape func(*assets.Rush)) assets.Rush {
	h.Helper()
	a := h.Asset()
	r := assets.Rush{
		ID: h.IDs.New(), Asset: a.ID, Title: title, Rubriques: []string{}, Partners: []string{},
		State: assets.RushReceived, CreatedAt: h.Clock.Now(),
	}
	if shape != nil {
		shape(&r)
	}
	h.Apply(assets.Change{
		Assets: []assets.Asset{a}, Rushes: []assets.Rush{r},
		Events: []assets.Event{h.Event(assets.SubjectRush, r.ID, "", string(r.State))},
	})
	return r
}

// Consent stores an authorisation and returns it; shape may be nil.
func (h *House) Consent(state assets.ConsentState, shape func(*assets.Consent)) assets.Consent {
	h.Helper()
	c := assets.Consent{ID: h.IDs.New(), Media: []assets.Medium{}, State: state, CreatedAt: h.Clock.Now(), UpdatedAt: h.Clock.Now()}
	if shape != nil {
		shape(&c)
	}
	h.Apply(assets.Change{Consents: []assets.Consent{c}, Events: []assets.Event{h.Event(assets.SubjectConsent, c.ID, "", string(state))}})
	return c
}

func sujetRecord(h *House) {
	s := h.Sujet("Zik Zac : la soirée", func(s *assets.Sujet) {
		s.Film, s.Kind, s.Brief, s.Place, s.Wanted = h.IDs.New(), "reportage", "Un.\n\nDeux.", "devant la mairie", "Il manque un plan large."
		s.Rubriques, s.Partners, s.Dossier, s.Territory = []string{"culture", "societe"}, []string{"zik-zac"}, "zz", "jas"
		s.At, s.Contact = h.Clock.Now().Add(time.Hour), assets.Contact{Name: "Anne", Phone: "06"}
		s.Crew = []assets.ID{h.IDs.New(), h.IDs.New()}
		s.Conducteur = []assets.Segment{{Title: "Ouverture", Speakers: "A, B", Planned: 90, Started: h.Clock.Now()}, {Title: "Film", Film: "f"}}
	})
	got, err := h.Catalog.Sujet(h.Context(), s.ID)
	same(h, got, err, s)
	s.Title, s.Brief, s.Rubriques, s.Crew, s.Conducteur, s.Contact = "Autre", "", []string{}, s.Crew[1:], nil, assets.Contact{}
	asked := s
	asked.State, asked.CreatedAt = assets.SujetClosed, s.CreatedAt.Add(time.Hour) // neither moves so
	h.Apply(assets.Change{Sujets: []assets.Sujet{asked}})
	got, err = h.Catalog.Sujet(h.Context(), s.ID)
	same(h, got, err, s)
}

func sujetLists(h *House) {
	user, at := h.IDs.New(), h.Clock.Now()
	sujet := func(partner, rubrique, dossier, territory string, crew []assets.ID, days int) assets.ID {
		return h.Sujet("S", func(s *assets.Sujet) {
			s.Partners, s.Rubriques, s.Dossier, s.Territory, s.Crew = []string{partner}, []string{rubrique}, dossier, territory, crew
			s.At = at.AddDate(0, 0, days)
		}).ID
	}
	a := sujet("zinc", "culture", "zz", "aix", []assets.ID{user}, 0)
	b := sujet("zik", "culture", "", "jas", []assets.ID{"other", user, user}, 1)
	c := sujet("zik", "sport", "zz", "aix", []assets.ID{}, 2)
	h.Apply(assets.Change{Events: []assets.Event{h.Event(assets.SubjectSujet, c, "open", "closed")}})
	for name, tc := range map[string]struct {
		filter assets.SujetFilter
		want   []assets.ID
	}{
		"all":       {assets.SujetFilter{}, []assets.ID{c, b, a}},
		"crew":      {assets.SujetFilter{Crew: user}, []assets.ID{b, a}},
		"state":     {assets.SujetFilter{State: assets.SujetClosed}, []assets.ID{c}},
		"partner":   {assets.SujetFilter{Partner: "zik"}, []assets.ID{c, b}},
		"rubrique":  {assets.SujetFilter{Rubrique: "culture"}, []assets.ID{b, a}},
		"dossier":   {assets.SujetFilter{Dossier: "zz"}, []assets.ID{c, a}},
		"territory": {assets.SujetFilter{Territory: "jas"}, []assets.ID{b}},
		"from":      {assets.SujetFilter{From: at.AddDate(0, 0, 1)}, []assets.ID{c, b}},
		"to":        {assets.SujetFilter{To: at.AddDate(0, 0, 1)}, []assets.ID{a}},
		"after":     {assets.SujetFilter{After: c, Limit: 1}, []assets.ID{b}},
	} {
		found, err := h.Catalog.Sujets(h.Context(), tc.filter)
		h.Log(name)
		same(h, idsOf(found, func(s assets.Sujet) assets.ID { return s.ID }), err, tc.want)
	}
	phases(h)
	film := h.Film("Film", func(f *assets.Film) { f.Sujet = a })
	h.Film("Autre", func(f *assets.Film) { f.Sujet = c })
	for _, f := range []assets.FilmFilter{{Sujet: a}, {Crew: user}, {Crew: user, Sujet: a}} {
		films, err := h.Catalog.Films(h.Context(), f)
		same(h, films, err, []assets.Film{film})
	}
}

func uploadRecords(h *House) {
	now := h.Clock.Now()
	t := assets.Transfer{ID: h.IDs.New(), Owner: "u", Kind: assets.KindRush, CreatedAt: now, UpdatedAt: now}
	u := assets.Upload{
		ID: h.IDs.New(), Transfer: t.ID, Owner: "u", Name: "C0001.MP4", Folder: "DCIM", Type: "video/mp4", Size: 1 << 40, Modified: now,
		Print: "aa", Claim: "bb", State: assets.UploadOpen, CreatedAt: now, UpdatedAt: now,
	}
	second := u
	second.ID, second.Print, second.State = h.IDs.New(), "cc", assets.UploadDone
	h.Apply(assets.Change{Transfers: []assets.Transfer{t}, Uploads: []assets.Upload{u, second}, Events: []assets.Event{
		h.Event(assets.SubjectUpload, u.ID, "", "open"), h.Event(assets.SubjectUpload, second.ID, "", "done"),
	}})
	t.Sujet, t.People, t.Place, t.Minors, t.Note = "s", []assets.Person{{Name: "Anne"}}, "ici", assets.Unknown, "Le son sature."
	u.SHA256, u.Asset, u.Rush, u.Already, u.UpdatedAt, u.State = "dd", "a", "r", true, now.Add(time.Hour), assets.UploadWhole
	h.Apply(assets.Change{Transfers: []assets.Transfer{t}, Uploads: []assets.Upload{u}, Events: []assets.Event{h.Event(assets.SubjectUpload, u.ID, "open", "whole")}})
	transfer, err := h.Catalog.Transfer(h.Context(), t.ID)
	same(h, transfer, err, t)
	for _, owner := range []assets.ID{"u", ""} {
		transfers, err := h.Catalog.Transfers(h.Context(), owner, 10)
		same(h, transfers, err, []assets.Transfer{t})
	}
	said, err := h.Catalog.Said(h.Context(), "s")
	same(h, said, err, []assets.Transfer{t})
	got, err := h.Catalog.Upload(h.Context(), u.ID)
	same(h, got, err, u)
	for name, tc := range map[string]struct {
		filter assets.UploadFilter
		want   []assets.Upload
	}{
		"all":      {assets.UploadFilter{}, []assets.Upload{u, second}},
		"owner":    {assets.UploadFilter{Owner: "u", State: assets.UploadDone}, []assets.Upload{second}},
		"transfer": {assets.UploadFilter{Transfer: t.ID, Limit: 1}, []assets.Upload{u}},
		"rush":     {assets.UploadFilter{Rush: "r"}, []assets.Upload{u}},
		"print":    {assets.UploadFilter{Print: "cc"}, []assets.Upload{second}},
		"idle":     {assets.UploadFilter{Idle: now.Add(time.Minute)}, []assets.Upload{second}},
		"after":    {assets.UploadFilter{After: u.ID}, []assets.Upload{second}},
		"none":     {assets.UploadFilter{Owner: "v"}, []assets.Upload{}},
	} {
		h.Log(name)
		found, err := h.Catalog.Uploads(h.Context(), tc.filter)
		same(h, found, err, tc.want)
	}
	u.ID, u.Transfer = h.IDs.New(), h.IDs.New() // no such transfer
	h.Refuses(assets.Invalid, assets.Change{Uploads: []assets.Upload{u}, Events: []assets.Event{h.Event(assets.SubjectUpload, u.ID, "", "open")}})
}

func consentRecords(h *House) {
	now := h.Clock.Now()
	c := h.Consent(assets.ConsentAsked, nil)
	c.Minor, c.Signatures, c.Own, c.Media = assets.Yes, 2, true, []assets.Medium{assets.MediumSite, assets.MediumTV}
	c.From, c.Until, c.Sealed, c.State = now, now.AddDate(1, 0, 0), []byte{0, 0xff}, assets.ConsentGranted
	c.Scans = []assets.Scan{{Key: "k", Type: "image/png", Size: 12}}
	h.Apply(assets.Change{Consents: []assets.Consent{c}, Events: []assets.Event{h.Event(assets.SubjectConsent, c.ID, "asked", "granted")}})
	got, err := h.Catalog.Consent(h.Context(), c.ID)
	same(h, got, err, c)
	endless := h.Consent(assets.ConsentGranted, nil)
	for name, tc := range map[string]struct {
		filter assets.ConsentFilter
		want   []assets.Consent
	}{
		"all":    {assets.ConsentFilter{}, []assets.Consent{endless, c}},
		"state":  {assets.ConsentFilter{State: assets.ConsentAsked}, []assets.Consent{}},
		"before": {assets.ConsentFilter{Before: now.AddDate(1, 0, 1)}, []assets.Consent{c}},
		"later":  {assets.ConsentFilter{Before: c.Until}, []assets.Consent{}},
		"after":  {assets.ConsentFilter{After: endless.ID}, []assets.Consent{c}},
	} {
		h.Log(name)
		found, err := h.Catalog.Consents(h.Context(), tc.filter)
		same(h, found, err, tc.want)
	}
	f := assets.Filmed{ID: h.IDs.New(), Sujet: "s", Film: "f", Consent: c.ID, Spans: []assets.Span{{Start: 1, End: 2}}, CreatedAt: now}
	other := assets.Filmed{ID: h.IDs.New(), Sujet: "s", Consent: endless.ID, Blurred: true, CreatedAt: now}
	h.Apply(assets.Change{Filmed: []assets.Filmed{f, other}})
	for filter, want := range map[assets.FilmedFilter][]assets.Filmed{
		{}: {f, other}, {Sujet: "s"}: {f, other}, {Film: "f"}: {f}, {Consent: endless.ID}: {other}, {Sujet: "t"}: {},
	} {
		found, err := h.Catalog.Filmed(h.Context(), filter)
		same(h, found, err, want)
	}
	f.RemovedAt = now
	h.Apply(assets.Change{Filmed: []assets.Filmed{f}})
	found, err := h.Catalog.Filmed(h.Context(), assets.FilmedFilter{Sujet: "s"})
	same(h, found, err, []assets.Filmed{other})
	f.ID, f.Consent = h.IDs.New(), h.IDs.New() // no such consent
	h.Refuses(assets.Invalid, assets.Change{Filmed: []assets.Filmed{f}})
}

func studioFilm(h *House) {
	f := h.Film("Film", func(f *assets.Film) {
		f.Sujet, f.Keywords, f.TeaserPick = h.IDs.New(), []string{"zik", "zac"}, []assets.Span{{Start: 1, End: 2.5}}
		f.Cover = assets.Cover{Kind: assets.CoverFrame, Second: 1.25}
	})
	got, err := h.Catalog.Film(h.Context(), f.ID)
	same(h, got, err, f)
	f.Sujet, f.Keywords, f.TeaserPick, f.Cover = "", nil, nil, assets.Cover{}
	h.Apply(assets.Change{Films: []assets.Film{f}})
	got, err = h.Catalog.Film(h.Context(), f.ID)
	same(h, got, err, f)
}

func studioRush(h *House) {
	r := h.Rush("C0001.MP4", nil)
	r.Sujet, r.Owner, r.Title, r.Folder, r.Card, r.Place, r.Minors, r.Shot = "s", "u", "Le camion", "DCIM/1", "card", "ici", assets.No, assets.ShotSpeech
	r.People, r.Stars, r.Rejected, r.ShotAt = []assets.Person{{Name: "Anne", Role: "chanteuse"}}, 3, true, h.Clock.Now()
	r.GPS, r.Proxy, r.RemovedAt = &assets.Position{Latitude: 43.5297, Longitude: 5.4474}, assets.Proxy{Frames: 1500, Rate: 25_000}, h.Clock.Now()
	r.Rubriques, r.Partners, r.Dossier, r.Territory = []string{"culture"}, []string{"zz"}, "d", "t"
	h.Apply(assets.Change{Rushes: []assets.Rush{r}})
	got, err := h.Catalog.Rush(h.Context(), r.ID)
	same(h, got, err, r)
	r.GPS, r.People, r.RemovedAt, r.ShotAt = nil, nil, time.Time{}, time.Time{}
	h.Apply(assets.Change{Rushes: []assets.Rush{r}})
	got, err = h.Catalog.Rush(h.Context(), r.ID)
	same(h, got, err, r)
}

// phases holds lists of one phase, page by page, against what each sujet is.
func phases(h *House) {
	today := h.Clock.Now()
	standing := map[assets.ID]string{}
	phase := map[assets.ID]assets.SujetPhase{}
	var all []assets.Sujet
	for i, state := range []assets.FilmState{
		assets.FilmIdea, assets.FilmIdea, assets.FilmShooting, assets.FilmShooting, assets.FilmIdea, assets.FilmIdea, assets.FilmShooting, assets.FilmRushes, assets.FilmEditing,
		assets.FilmEditing, assets.FilmReview, assets.FilmReview, assets.FilmApproved, assets.FilmPublished, assets.FilmArchived, assets.FilmWithdrawn,
	} {
		f := h.Film("Film", func(f *assets.Film) { f.State = assets.FilmIdea })
		if f.State != state { // from the archives a film goes back to any state
			h.Apply(assets.Change{Events: []assets.Event{h.Event(assets.SubjectFilm, f.ID, "idea", "archived")}})
		}
		if f.State != state && state != assets.FilmArchived {
			h.Apply(assets.Change{Events: []assets.Event{h.Event(assets.SubjectFilm, f.ID, "archived", string(state))}})
		}
		f.State = state
		var v *assets.Version
		if i%2 == 1 {
			made := h.Version(f.ID, 1)
			f.Version, v = made.ID, &made
			h.Apply(assets.Change{Films: []assets.Film{f}})
		}
		s := h.Sujet("Phase", func(s *assets.Sujet) {
			s.Territory, s.Film = "phases", f.ID
			if i%3 != 0 {
				s.At = today.AddDate(0, 0, i%4-1)
			}
		})
		if i == 1 {
			h.Apply(assets.Change{Events: []assets.Event{h.Event(assets.SubjectSujet, s.ID, "open", "closed")}})
		}
		all, standing[s.ID], phase[s.ID] = append(all, s), assets.Standing(f, v), assets.SujetCurrent
		switch {
		case i == 1 || slices.Contains([]assets.FilmState{assets.FilmPublished, assets.FilmWithdrawn, assets.FilmArchived}, state):
			phase[s.ID] = assets.SujetDone
		case (state == assets.FilmIdea || state == assets.FilmShooting) && (s.At.IsZero() || !s.At.Before(today)):
			phase[s.ID] = assets.SujetComing
		}
	}
	for _, p := range []assets.SujetPhase{assets.SujetComing, assets.SujetCurrent, assets.SujetDone} {
		for _, stands := range []string{"", "idea", "received", "ready"} {
			want := slices.DeleteFunc(slices.Clone(all), func(s assets.Sujet) bool {
				return phase[s.ID] != p || stands != "" && standing[s.ID] != stands
			})
			slices.SortFunc(want, func(a, b assets.Sujet) int {
				day := b.At.Compare(a.At)
				if p == assets.SujetComing && a.At.IsZero() == b.At.IsZero() {
					day = -day
				}
				return cmp.Or(day, strings.Compare(string(b.ID), string(a.ID)))
			})
			f, got := assets.SujetFilter{Territory: "phases", Phase: p, Today: today, Standing: stands, Limit: 2}, []assets.ID{}
			for found, err := h.Catalog.Sujets(h.Context(), f); len(found) > 0 || err != nil; found, err = h.Catalog.Sujets(h.Context(), f) {
				h.goes(err)
				for _, s := range found {
					got, f.After = append(got, s.ID), s.ID
				}
			}
			h.Log(p, stands, len(want))
			same(h, got, nil, idsOf(want, func(s assets.Sujet) assets.ID { return s.ID }))
		}
	}
}
