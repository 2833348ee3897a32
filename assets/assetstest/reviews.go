package assetstest

import (
	"time"

	"anonymal.tv/regie/assets"
)

func noteRecords(h *House) {
	now := h.Clock.Now()
	note := func(on assets.Subject, subject assets.ID, frame int) assets.Note {
		return assets.Note{ID: h.IDs.New(), On: on, Subject: subject, Film: "f", Author: "u", Name: "Anne", Frame: frame, Until: frame + 10, Text: "Trop long.", CreatedAt: now}
	}
	whole, late, early, other := note(assets.SubjectVersion, "v", -1), note(assets.SubjectVersion, "v", 50), note(assets.SubjectRush, "r", 7), note(assets.SubjectVersion, "w", 1)
	h.Apply(assets.Change{Notes: []assets.Note{whole, late, early, other}})
	late.Text, late.Done, late.EditedAt = "Bien.", true, now.Add(time.Minute)
	h.Apply(assets.Change{Notes: []assets.Note{late}})
	got, err := h.Catalog.Note(h.Context(), late.ID)
	same(h, got, err, late)
	all, err := h.Catalog.Notes(h.Context(), "v", "r")
	same(h, all, err, []assets.Note{whole, early, late})
	late.RemovedAt = now
	h.Apply(assets.Change{Notes: []assets.Note{late}})
	all, err = h.Catalog.Notes(h.Context(), "v")
	same(h, all, err, []assets.Note{whole})
	got, err = h.Catalog.Note(h.Context(), late.ID) // put aside, not gone
	same(h, got, err, late)
	all, err = h.Catalog.Notes(h.Context())
	same(h, all, err, []assets.Note{})
}

func approvalRecords(h *House) {
	now, f := h.Clock.Now(), h.Film("Film", nil)
	ask := func(number int) assets.Approval {
		a := assets.Approval{
			ID: h.IDs.New(), Film: f.ID, Version: h.IDs.New(), Number: number, SHA256: "aa", State: assets.ApprovalAsked,
			AskedBy: "u", AskedAt: now,
		}
		h.Apply(assets.Change{Approvals: []assets.Approval{a}, Events: []assets.Event{h.Event(assets.SubjectApproval, a.ID, "", "asked")}})
		return a
	}
	first, second := ask(1), ask(2)
	open, err := h.Catalog.OpenApprovals(h.Context(), 10)
	same(h, open, err, []assets.Approval{first, second})
	first.By, first.Name, first.At, first.Note, first.State = "v", "Claude", now.Add(time.Hour), "Bravo.", assets.ApprovalGiven
	asked := first
	asked.SHA256, asked.Version, asked.Number = "bb", "x", 9 // what was approved never changes
	h.Apply(assets.Change{Approvals: []assets.Approval{asked}, Events: []assets.Event{h.Event(assets.SubjectApproval, first.ID, "asked", "given")}})
	got, err := h.Catalog.Approval(h.Context(), first.ID)
	same(h, got, err, first)
	all, err := h.Catalog.Approvals(h.Context(), f.ID)
	same(h, all, err, []assets.Approval{first, second})
	open, err = h.Catalog.OpenApprovals(h.Context(), 10)
	same(h, open, err, []assets.Approval{second})
	h.Refuses(assets.Invalid, assets.Change{Events: []assets.Event{h.Event(assets.SubjectApproval, first.ID, "given", "refused")}})
}

func trackRecords(h *House) {
	f := h.Film("Film", nil)
	t := assets.Track{Film: f.ID, Kind: assets.TrackCaptions, Language: "fr", Cues: []assets.Cue{{Start: 0.5, End: 2.04, Text: "Bonjour\n— Salut"}}, UpdatedBy: "u", UpdatedAt: h.Clock.Now()}
	english, chapters := t, t
	english.Language, chapters.Kind, chapters.Cues = "en", assets.TrackChapters, []assets.Cue{}
	h.Apply(assets.Change{Tracks: []assets.Track{t, english, chapters}})
	t.Reviewed, t.Cues[0].Text = true, "Bonsoir"
	h.Apply(assets.Change{Tracks: []assets.Track{t}})
	english.Cues = []assets.Cue{{Start: 0.5, End: 2.04, Text: "Bonjour\n— Salut"}}
	got, err := h.Catalog.Track(h.Context(), f.ID, assets.TrackCaptions, "fr")
	same(h, got, err, t)
	all, err := h.Catalog.Tracks(h.Context(), f.ID)
	same(h, all, err, []assets.Track{english, t, chapters})
	_, err = h.Catalog.Track(h.Context(), f.ID, assets.TrackSynthes, "fr")
	h.Fails(assets.NotFound, err)
	t.Film = h.IDs.New() // no such film
	h.Refuses(assets.Invalid, assets.Change{Tracks: []assets.Track{t}})
}

func selectionRecords(h *House) {
	now := h.Clock.Now()
	s := assets.Selection{ID: h.IDs.New(), Name: "Ouverture", Sujet: "s", Owner: "u", Clips: []assets.Clip{{Rush: "r", In: 3, Out: 9, Note: "n"}}, CreatedAt: now, UpdatedAt: now}
	other := assets.Selection{ID: h.IDs.New(), Name: "Fin", Sujet: "t", Owner: "u", Clips: []assets.Clip{}, CreatedAt: now, UpdatedAt: now}
	search := assets.SavedSearch{ID: h.IDs.New(), Owner: "u", Name: "Sans autorisation", Path: "/regie/rushes?x=1", CreatedAt: now}
	h.Apply(assets.Change{Selections: []assets.Selection{s, other}, Searches: []assets.SavedSearch{search}})
	s.Clips = append(s.Clips, assets.Clip{Rush: "q"})
	h.Apply(assets.Change{Selections: []assets.Selection{s}})
	got, err := h.Catalog.Selection(h.Context(), s.ID)
	same(h, got, err, s)
	for asked, want := range map[[2]assets.ID][]assets.Selection{
		{"", ""}: {other, s}, {"s", ""}: {s}, {"", "u"}: {other, s}, {"s", "u"}: {s}, {"s", "v"}: {},
	} {
		found, err := h.Catalog.Selections(h.Context(), asked[0], asked[1])
		same(h, found, err, want)
	}
	searches, err := h.Catalog.SavedSearches(h.Context(), "u")
	same(h, searches, err, []assets.SavedSearch{search})
	s.RemovedAt, search.RemovedAt = now, now
	h.Apply(assets.Change{Selections: []assets.Selection{s}, Searches: []assets.SavedSearch{search}})
	found, err := h.Catalog.Selections(h.Context(), "", "u")
	same(h, found, err, []assets.Selection{other})
	searches, err = h.Catalog.SavedSearches(h.Context(), "u")
	same(h, searches, err, []assets.SavedSearch{})
}

func outboxRecords(h *House) {
	now := h.Clock.Now()
	m := assets.Mail{ID: h.IDs.New(), User: "u", To: "a@example.org", Name: "Anne", Kind: "bat", Subject: "S", Text: "T", HTML: "<p>", ReplyTo: "r@example.org", State: assets.MailWaiting, CreatedAt: now}
	later := m
	later.ID = h.IDs.New()
	w := assets.Webhook{ID: h.IDs.New(), URL: "https://example.org/h", Secret: []byte{1, 0}, Events: []string{"*"}, Owner: "u", CreatedAt: now}
	h.Apply(assets.Change{Mails: []assets.Mail{m, later}, Webhooks: []assets.Webhook{w}})
	m.State, m.Reason, m.SentAt = assets.MailSent, "R.", now.Add(time.Second)
	w.Failures, w.Reason = 3, "Rien."
	h.Apply(assets.Change{Mails: []assets.Mail{m}, Webhooks: []assets.Webhook{w}})
	mail, err := h.Catalog.Mail(h.Context(), m.ID)
	same(h, mail, err, m)
	mails, err := h.Catalog.Mails(h.Context(), "", 10)
	same(h, mails, err, []assets.Mail{later, m})
	mails, err = h.Catalog.Mails(h.Context(), later.ID, 10)
	same(h, mails, err, []assets.Mail{m})
	hook, err := h.Catalog.Webhook(h.Context(), w.ID)
	same(h, hook, err, w)
	hooks, err := h.Catalog.Webhooks(h.Context())
	same(h, hooks, err, []assets.Webhook{w})
	w.PausedAt, w.RemovedAt = now, now
	h.Apply(assets.Change{Webhooks: []assets.Webhook{w}})
	hook, err = h.Catalog.Webhook(h.Context(), w.ID)
	same(h, hook, err, w)
	hooks, err = h.Catalog.Webhooks(h.Context())
	same(h, hooks, err, []assets.Webhook{})
	h.Refuses(assets.Invalid, assets.Change{Mails: []assets.Mail{{}}})
	callRecords(h, w.ID)
}

func letterRecords(h *House) {
	now := h.Clock.Now()
	anne := assets.Subscriber{ID: h.IDs.New(), Mail: "anne@example.org", Token: "A", AskedAt: now}
	bo := assets.Subscriber{ID: h.IDs.New(), Mail: "bo@example.org", Token: "B", AskedAt: now.Add(time.Hour), ConfirmedAt: now.Add(time.Hour)}
	h.Apply(assets.Change{Readers: []assets.Subscriber{anne, bo}})
	for name, ask := range map[string]struct {
		filter assets.SubscriberFilter
		want   []assets.Subscriber
	}{
		"all": {assets.SubscriberFilter{}, []assets.Subscriber{anne, bo}}, "page": {assets.SubscriberFilter{After: anne.ID}, []assets.Subscriber{bo}},
		"mail": {assets.SubscriberFilter{Mail: "anne@example.org"}, []assets.Subscriber{anne}}, "token": {assets.SubscriberFilter{Token: "B"}, []assets.Subscriber{bo}},
		"readers": {assets.SubscriberFilter{Reads: true}, []assets.Subscriber{bo}}, "silent": {assets.SubscriberFilter{AskedBefore: now.Add(time.Minute)}, []assets.Subscriber{anne}},
	} {
		got, err := h.Catalog.Subscribers(h.Context(), ask.filter)
		h.Log(name)
		same(h, got, err, ask.want)
	}
	twin := assets.Subscriber{ID: h.IDs.New(), Mail: anne.Mail, Token: "C", AskedAt: now}
	h.Refuses(assets.Conflict, assets.Change{Readers: []assets.Subscriber{twin}})
	anne.Mail, anne.EndedAt, bo.EndedAt = "", now, now.Add(2*time.Hour)
	h.Apply(assets.Change{Readers: []assets.Subscriber{anne, bo, twin}})
	got, err := h.Catalog.Subscriber(h.Context(), anne.ID)
	same(h, got, err, anne)
	n, err := h.Catalog.CountReaders(h.Context())
	same(h, n, err, 0)

	var copies []assets.Mail
	for i, state := range []assets.MailState{assets.MailWaiting, assets.MailSent, assets.MailSent, assets.MailFailed} {
		m := assets.Mail{ID: h.IDs.New(), User: bo.ID, Kind: "letter", Letter: "letter", State: state, CreatedAt: now}
		if state == assets.MailSent {
			m.SentAt = now.Add(time.Duration(i) * time.Hour)
		}
		copies = append(copies, m)
	}
	copies[3].Letter = "other"
	h.Apply(assets.Change{Mails: copies})
	count, err := h.Catalog.Copies(h.Context(), "letter", time.Time{})
	same(h, count, err, map[assets.MailState]int{assets.MailWaiting: 1, assets.MailSent: 2})
	count, err = h.Catalog.Copies(h.Context(), "", now.Add(90*time.Minute))
	same(h, count, err, map[assets.MailState]int{assets.MailWaiting: 1, assets.MailSent: 1, assets.MailFailed: 1})
	mail, err := h.Catalog.Mail(h.Context(), copies[0].ID)
	same(h, mail, err, copies[0])
	mails, err := h.Catalog.Mails(h.Context(), "", 10)
	same(h, mails, err, []assets.Mail{})
	f := h.Film("Zik Zac", nil)
	p := assets.Publication{ID: h.IDs.New(), Film: f.ID, Channel: assets.ChannelNewsletter, State: assets.PublicationScheduled, At: now, CreatedAt: now, Title: "Objet"}
	p.Letter = &assets.Letter{Films: []assets.ID{f.ID, "g"}, Preheader: "Deux films"}
	h.Apply(assets.Change{Publications: []assets.Publication{p}, Events: []assets.Event{h.Event(assets.SubjectPublication, p.ID, "", string(p.State))}})
	kept, err := h.Catalog.Publication(h.Context(), p.ID)
	same(h, kept.Letter, err, p.Letter)
}

func callRecords(h *House, webhook assets.ID) {
	c := assets.Call{ID: h.IDs.New(), Webhook: webhook, Event: "film.approved", Subject: "f", State: assets.CallWaiting, CreatedAt: h.Clock.Now()}
	later, other := c, c
	later.ID, other.ID, other.Webhook = h.IDs.New(), h.IDs.New(), "another"
	h.Apply(assets.Change{Calls: []assets.Call{c, later, other}})
	c.State, c.Status, c.Reason, c.EndedAt = assets.CallFailed, 500, "Non.", h.Clock.Now()
	h.Apply(assets.Change{Calls: []assets.Call{c}})
	call, err := h.Catalog.Call(h.Context(), c.ID)
	same(h, call, err, c)
	calls, err := h.Catalog.Calls(h.Context(), webhook, "", 10)
	same(h, calls, err, []assets.Call{later, c})
	calls, err = h.Catalog.Calls(h.Context(), webhook, later.ID, 10)
	same(h, calls, err, []assets.Call{c})
	h.Refuses(assets.Invalid, assets.Change{Calls: []assets.Call{{}}})
}

func (h *House) rendition(of assets.ID, role assets.Role, rank int) assets.Rendition {
	id := h.IDs.New()
	return assets.Rendition{ID: id, Version: of, Role: role, Rank: rank, Key: "films/" + string(id), Recipe: "abc", Size: 7, SHA256: "ef", CreatedAt: h.Clock.Now()}
}

func proxyRecords(h *House) {
	one, two := h.Rush("Un", nil), h.Rush("Deux", nil)
	first := []assets.Rendition{h.rendition(one.ID, assets.RoleProxy, 0), h.rendition(one.ID, assets.RoleWaveform, 0)}
	kept := []assets.Rendition{h.rendition(two.ID, assets.RoleProxy, 0)}
	h.Apply(assets.Change{Proxies: append(first, kept...)})
	got, err := h.Catalog.Proxies(h.Context(), two.ID, one.ID)
	same(h, got, err, append(kept, first...))
	again := []assets.Rendition{h.rendition(one.ID, assets.RoleProxy, 0)}
	h.Apply(assets.Change{Proxies: again})
	got, err = h.Catalog.Proxies(h.Context(), one.ID, h.IDs.New(), two.ID)
	same(h, got, err, append(again, kept...))
	got, err = h.Catalog.Proxies(h.Context())
	same(h, got, err, []assets.Rendition{})
	h.Refuses(assets.Invalid, assets.Change{Proxies: []assets.Rendition{h.rendition(h.IDs.New(), assets.RoleProxy, 0)}})
}

// madeRecords: files that are added to a version take the place of those with
// the same role, and of no others, until all of it is made anew.
func madeRecords(h *House) {
	v, other := h.Version(h.Film("Un", nil).ID, 1), h.Version(h.Film("Deux", nil).ID, 1)
	poster, teaser, kept := h.rendition(v.ID, assets.RolePoster, 0), h.rendition(v.ID, assets.RoleTeaser, 0), h.rendition(other.ID, assets.RoleTeaser, 0)
	h.Apply(assets.Change{Renditions: []assets.Rendition{poster, teaser, kept}})
	chosen, web := h.rendition(v.ID, assets.RoleTeaser, 0), h.rendition(v.ID, assets.RoleWeb, 0)
	h.Apply(assets.Change{Made: []assets.Rendition{chosen}})
	h.Apply(assets.Change{Made: []assets.Rendition{web}})
	got, err := h.Catalog.Renditions(h.Context(), v.ID)
	same(h, got, err, []assets.Rendition{poster, chosen, web})
	two := []assets.Rendition{h.rendition(v.ID, assets.RoleTeaser, 0), h.rendition(v.ID, assets.RoleTeaser, 1)}
	h.Apply(assets.Change{Made: two})
	got, err = h.Catalog.Renditions(h.Context(), v.ID)
	same(h, got, err, append([]assets.Rendition{poster, web}, two...))
	got, err = h.Catalog.Renditions(h.Context(), other.ID)
	same(h, got, err, []assets.Rendition{kept})
	anew := []assets.Rendition{h.rendition(v.ID, assets.RolePoster, 0)}
	h.Apply(assets.Change{Renditions: anew})
	got, err = h.Catalog.Renditions(h.Context(), v.ID)
	same(h, got, err, anew)
}
