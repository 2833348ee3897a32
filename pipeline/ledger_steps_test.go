package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"anonymal.tv/regie/assets"
)

// ledgerModel is one sequence of TestLedgerModel.
type ledgerModel struct {
	*rapid.T
	b       *bench
	p       *platform
	film    assets.ID
	consent assets.ID
	n       int // of the sequence
	newest  int // version
	told    []string
}

// open files a film that is ready, with a person in it who agreed. The rows are
// written at once: how they come to be is not what is tried here.
func (m *ledgerModel) open(n int) {
	b, now := m.b, m.b.Now()
	m.n, m.newest = n, 1
	master := m.master()
	f := assets.Film{ID: b.NewID(), Slug: fmt.Sprint("film-", n), Title: "Film", Rubriques: []string{"culture"}, Partners: []string{}, State: assets.FilmReview, CreatedAt: now, UpdatedAt: now}
	v := assets.Version{ID: b.NewID(), Film: f.ID, Number: 1, Master: master.ID, State: assets.VersionReady, CreatedAt: now}
	f.Version = v.ID
	c := assets.Consent{ID: b.NewID(), Minor: assets.No, Signatures: 1, Media: Media(), From: now, Scans: []assets.Scan{{Key: "k", Type: "image/jpeg"}}, CreatedAt: now, UpdatedAt: now}
	m.film, m.consent = f.ID, c.ID
	var events []assets.Event
	move := func(kind assets.Subject, id assets.ID, states ...string) {
		for i := 1; i < len(states); i++ {
			events = append(events, b.event(kind, id, states[i-1], states[i], "cli", ""))
		}
	}
	move(assets.SubjectFilm, f.ID, "", "editing", "review")
	move(assets.SubjectVersion, v.ID, "", "received", "making", "ready")
	move(assets.SubjectConsent, c.ID, "", "granted")
	m.must(b.commit(b.Context(), assets.Change{
		Assets: []assets.Asset{master}, Films: []assets.Film{f}, Versions: []assets.Version{v}, Consents: []assets.Consent{c},
		Filmed: []assets.Filmed{{ID: b.NewID(), Film: f.ID, Consent: c.ID, CreatedAt: now}}, Events: events,
	}))
}

func (m *ledgerModel) master() assets.Asset {
	sum := fmt.Sprintf("%032x%032x", m.n, m.newest)
	return assets.Asset{ID: m.b.NewID(), Kind: assets.KindMaster, SHA256: sum, Size: 9, Name: "m.mov", Key: "originals/" + sum, CreatedAt: m.b.Now()}
}

// another is a newer version, ready: it ends the BATs of those before it.
func (m *ledgerModel) another() {
	m.Helper()
	b := m.b
	s, err := b.stand(b.Context(), m.film)
	m.must(err)
	m.newest++
	master := m.master()
	v := assets.Version{ID: b.NewID(), Film: m.film, Number: m.newest, Master: master.ID, State: assets.VersionReady, CreatedAt: b.Now()}
	c := assets.Change{Assets: []assets.Asset{master}, Versions: []assets.Version{v}}
	for _, move := range [][2]assets.VersionState{{"", assets.VersionReceived}, {assets.VersionReceived, assets.VersionMaking}, {assets.VersionMaking, assets.VersionReady}} {
		c.Events = append(c.Events, b.event(assets.SubjectVersion, v.ID, string(move[0]), string(move[1]), "cli", ""))
	}
	b.supersede(&c, &s, v)
	m.must(b.commit(b.Context(), c))
}

func (m *ledgerModel) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatalf("%v\n%v", err, m.told)
	}
}

// may takes the refusals that people get for an answer.
func (m *ledgerModel) may(err error) {
	m.Helper()
	switch assets.KindOf(err) {
	case assets.Conflict, assets.NotFound, assets.Invalid:
	default:
		m.must(err)
	}
}

func (m *ledgerModel) publications() []assets.Publication {
	m.Helper()
	all, err := m.b.Catalog.Publications(m.b.Context(), assets.PublicationFilter{Film: m.film})
	m.must(err)
	return all
}

// bat is the BAT that holds.
func (m *ledgerModel) bat() assets.ID {
	m.Helper()
	all, err := m.b.Catalog.Approvals(m.b.Context(), m.film)
	m.must(err)
	for _, a := range all {
		if a.State == assets.ApprovalGiven {
			return a.ID
		}
	}
	return "none"
}

// allowed tells whether the film may be public now, in the version that has the BAT.
func (m *ledgerModel) allowed() bool {
	m.Helper()
	all, err := m.b.Catalog.Approvals(m.b.Context(), m.film)
	m.must(err)
	return slices.ContainsFunc(all, func(a assets.Approval) bool {
		return a.State == assets.ApprovalGiven && m.b.againstPublic(m.film, a.Version) == ""
	})
}

// act does one thing out of all that can happen.
func (m *ledgerModel) act() {
	m.Helper()
	b, ctx, channels := m.b, m.b.Context(), []assets.Channel{platformChannel}
	withdraw := func() { _, err := b.WithdrawConsent(ctx, m.consent, "cli"); m.may(err) }
	publish := func(at time.Time) { _, err := b.Publish(ctx, m.film, channels, at, "cli"); m.may(err) }
	acts := map[string]func(){
		"approve":           func() { _, err := b.ApproveNow(ctx, m.film, "", "cli"); m.may(err) },
		"revoke":            func() { _, err := b.TakeBack(ctx, m.bat(), "cli"); m.may(err) },
		"publish":           func() { publish(time.Time{}) },
		"publish later":     func() { publish(b.Now().Add(time.Hour)) },
		"withdraw":          func() { _, err := b.Unpublish(ctx, m.film, channels, "cli"); m.may(err) },
		"consent withdrawn": withdraw,
		"consent withdrawn on the way": func() {
			m.p.during = withdraw
			m.work(1)
		},
		"consent again": m.consentAgain,
		"new version":   m.another,
		"wrong": func() {
			m.p.next = append(m.p.next, rapid.SampledFrom([]string{"lost", "drop", "429", "killed before", "killed after"}).Draw(m.T, "fault"))
			m.work(1)
		},
		// The same task is delivered twice, the second time when the first is over.
		"twice": func() {
			tasks, err := b.Due(ctx)
			m.must(err)
			for _, t := range tasks[:min(1, len(tasks))] {
				m.perform(t.Job, "w")
				m.perform(t.Job, "twin")
			}
		},
		// A worker sleeps past its lease just before it makes a film public, and wakes
		// when another has done its work.
		"stale": func() {
			m.p.during = func() {
				m.p.during = nil
				b.clock.Advance(b.Lease + time.Minute)
				m.work(2)
			}
			m.work(1)
			m.p.during = nil
		},
		"work": func() { m.work(rapid.IntRange(1, 4).Draw(m.T, "jobs")) },
		"clock": func() {
			b.clock.Advance(rapid.SampledFrom([]time.Duration{time.Second, 25 * time.Second, 2 * time.Minute, time.Hour, -10 * time.Minute}).Draw(m.T, "dt"))
		},
		"sweep": func() { m.must(b.SweepClearance(ctx)) },
		"answer": func() {
			for _, p := range m.publications() {
				m.answer(p)
			}
		},
	}
	name := rapid.SampledFrom([]string{
		"approve", "approve", "revoke", "publish", "publish", "publish later", "publish later", "withdraw", "consent withdrawn", "consent withdrawn on the way", "new version",
		"consent again", "wrong", "wrong", "twice", "stale", "work", "work", "clock", "clock", "sweep", "answer",
	}).Draw(m.T, "act")
	m.told = append(m.told, name)
	acts[name]()
}

func (m *ledgerModel) consentAgain() {
	m.Helper()
	c, err := m.b.Catalog.Consent(m.b.Context(), m.consent)
	m.must(err)
	if c.State == assets.ConsentWithdrawn {
		m.must(m.b.commit(m.b.Context(), assets.Change{Events: []assets.Event{m.b.consentEvent(c, assets.ConsentGranted, "cli", "")}}))
	}
}

// answer is a person who looks at the platform and says what is there, or asks to
// try again what is known not to be.
func (m *ledgerModel) answer(p assets.Publication) {
	m.Helper()
	var err error
	switch {
	case p.State == assets.PublicationCheck && m.p.live[string(p.ID)] > 0:
		_, err = m.b.SayPublished(m.b.Context(), p.ID, m.p.receipt(string(p.ID)).URL, "cli")
	case p.State == assets.PublicationCheck:
		_, err = m.b.SayAbsent(m.b.Context(), p.ID, "cli")
	case p.State == assets.PublicationFailed:
		_, err = m.b.Retry(m.b.Context(), p.ID, "cli")
	}
	m.may(err)
}

// work does up to n jobs that are due, and says how many. A worker that is killed
// settles nothing: its lease runs out.
func (m *ledgerModel) work(n int) int {
	m.Helper()
	tasks, err := m.b.Due(m.b.Context())
	m.must(err)
	tasks = tasks[:min(n, len(tasks))]
	for _, t := range tasks {
		m.perform(t.Job, "w")
	}
	return len(tasks)
}

func (m *ledgerModel) perform(job assets.ID, worker string) {
	m.Helper()
	j, err := m.b.Perform(m.b.Context(), job, worker)
	if err == nil || errors.Is(err, errKilled) || j.ID == "" {
		return
	}
	o := Outcome{Reason: assets.Sentence(err)}
	if assets.KindOf(err) == assets.Transient {
		o.Again, o.After = true, 30*time.Second
	}
	if err := m.b.Settle(m.b.Context(), j, o); assets.KindOf(err) != assets.Conflict { // it lost its job meanwhile
		m.must(err)
	}
}

// check is what holds at every instant.
func (m *ledgerModel) check() {
	m.Helper()
	for marker, times := range m.p.live {
		if times > 1 {
			m.Fatalf("%s was made public %d times\n%v", marker, times, m.told)
		}
	}
	if len(m.p.live) > 1 {
		m.Fatalf("%d decisions are public at once\n%v", len(m.p.live), m.told)
	}
	if len(m.p.unjust) > 0 {
		m.Fatalf("made public: %v\n%v", m.p.unjust, m.told)
	}
}

// rest ends what goes wrong, lets the work run out, and compares what is public
// with what was wanted.
func (m *ledgerModel) rest() {
	m.Helper()
	m.p.next, m.p.during = nil, nil
	m.finish()
	m.check()
	m.compare()
	// It ends as it began: nothing is public, and the next sweep has nothing to weigh.
	_, err := m.b.Unpublish(m.b.Context(), m.film, []assets.Channel{platformChannel}, "cli")
	m.may(err)
	m.finish()
	for marker := range m.p.live {
		if p, err := m.b.Catalog.Publication(m.b.Context(), assets.ID(marker)); err != nil || p.State != assets.PublicationCheck && p.State != assets.PublicationWithdrawing {
			m.Fatalf("still public after it was taken off: %s, %v\n%v", p.State, err, m.told)
		}
	}
}

// finish does all work that there is, however long it takes.
func (m *ledgerModel) finish() {
	m.Helper()
	for idle, rounds := 0, 0; idle < 3; rounds++ {
		if rounds > 200 {
			m.Fatalf("the work never ends\n%v", m.told)
		}
		m.must(m.b.SweepClearance(m.b.Context()))
		if idle++; m.work(100) > 0 {
			idle = 0
		}
		m.b.clock.Advance(31 * time.Minute)
	}
}

// compare holds what is said against what is public.
func (m *ledgerModel) compare() {
	m.Helper()
	for _, p := range m.publications() {
		public := m.p.live[string(p.ID)] > 0
		switch p.State {
		case assets.PublicationPublished:
			why := m.b.againstPublic(m.film, m.p.of[string(p.ID)])
			if why == noBAT && m.newest > 1 { // it had one, and nothing takes the place of a film there
				why = ""
			}
			if !public || why != "" {
				m.Fatalf("said to be public: %v, against it: %q\n%v", public, why, m.told)
			}
		case assets.PublicationFailed, assets.PublicationCancelled, assets.PublicationWithdrawn, assets.PublicationScheduled:
			if public {
				m.Fatalf("public, and said to be %s\n%v", p.State, m.told)
			}
			if _, left := m.p.hidden[string(p.ID)]; left && (p.State == assets.PublicationCancelled || p.State == assets.PublicationWithdrawn) {
				m.Fatalf("%s, and still there unseen\n%v", p.State, m.told)
			}
			if p.State == assets.PublicationScheduled && m.allowed() {
				m.Fatalf("nothing is against it, and it never went out\n%v", m.told)
			}
		case assets.PublicationCheck: // a person is asked
		case assets.PublicationWithdrawing:
			if w, err := m.b.withdrawal(m.b.Context(), p); err != nil || !w.ByHand {
				m.Fatalf("a withdrawal is not confirmed: %v\n%v", err, m.told)
			}
		default:
			m.Fatalf("not at rest: %s\n%v", p.State, m.told)
		}
	}
}
