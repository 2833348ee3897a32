// Package assetstest holds the suites that every assets.Catalog and every
// assets.Blobs must pass, and a house with a clock of its own to run them in.
//
// It is for tests only. A bug of one implementation becomes a case here, so that
// all of them are asked.
package assetstest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// Clock is a clock that tests move.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at an instant with odd microseconds.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 11, 23, 17, 0, 0, 123_456_000, time.UTC)}
}

// Now is an assets.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// IDs makes IDs of the right form whose order is that of their making.
type IDs struct {
	mu sync.Mutex
	n  int
}

// IDsFrom makes IDs that follow the nth.
func IDsFrom(n int) *IDs { return &IDs{n: n} }

// New is an assets.NewID.
func (i *IDs) New() assets.ID {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.n++
	return assets.ID(fmt.Sprintf("01kat%021d", i.n))
}

// Under is a catalog under test.
type Under struct {
	Catalog assets.Catalog
	// Exec runs a statement past the catalog, as somebody with the password
	// of the database would.
	Exec func(statement string) error
}

// House is a catalog with what it takes to fill it.
type House struct {
	Under
	*testing.T
	Clock *Clock
	IDs   *IDs
}

// NewHouse opens a house.
func NewHouse(t *testing.T, open func(t testing.TB, now assets.Clock) Under) *House {
	t.Helper()
	clock := NewClock()
	return &House{Under: open(t, clock.Now), T: t, Clock: clock, IDs: &IDs{}}
}

// Apply applies a change that must go through.
func (h *House) Apply(c assets.Change) {
	h.Helper()
	if err := h.Catalog.Apply(h.Context(), c); err != nil {
		h.Fatal(err)
	}
}

// Refuses applies a change that must fail with that kind.
func (h *House) Refuses(kind assets.Kind, c assets.Change) {
	h.Helper()
	h.Fails(kind, h.Catalog.Apply(h.Context(), c))
}

// Fails checks the kind of an error, and that it has a sentence.
func (h *House) Fails(kind assets.Kind, err error) {
	h.Helper()
	if err == nil {
		h.Fatalf("no error, want %s", kind)
	}
	if got := assets.KindOf(err); got != kind {
		h.Fatalf("%v is %s, want %s", err, got, kind)
	}
	if e, ok := err.(*assets.Error); !ok || e.Msg == "" || e.Op == "" {
		h.Fatalf("%#v is not an *assets.Error with Op and Msg", err)
	}
}

// Event makes an event of this instant.
func (h *House) Event(kind assets.Subject, id assets.ID, from, to string) assets.Event {
	return assets.Event{ID: h.IDs.New(), Kind: kind, Subject: id, From: from, To: to, Actor: "cli", At: h.Clock.Now()}
}

// Asset makes a received file with bytes of its own; it is not stored.
func (h *House) Asset() assets.Asset {
	var sum [32]byte
	_, _ = rand.Read(sum[:]) // never fails
	hexed := hex.EncodeToString(sum[:])
	return assets.Asset{
		ID: h.IDs.New(), Kind: assets.KindMaster, SHA256: hexed, Size: 1 << 33, Name: "Éloquence (master).mov",
		Key: "originals/" + hexed[:2] + "/" + hexed[2:4] + "/" + hexed, CreatedAt: h.Clock.Now(),
	}
}

// Job makes waiting work that is due now; it is not stored.
func (h *House) Job(kind assets.JobKind, subject assets.ID) assets.Job {
	now := h.Clock.Now()
	return assets.Job{ID: h.IDs.New(), Kind: kind, Subject: subject, State: assets.JobWaiting, NotBefore: now, CreatedAt: now}
}

// Film stores a film in the making and returns it; shape may be nil.
func (h *House) Film(title string, shape func(*assets.Film)) assets.Film {
	h.Helper()
	id := h.IDs.New()
	f := assets.Film{
		ID: id, Slug: "film-" + string(id), Title: title, Rubriques: []string{}, Partners: []string{},
		State: assets.FilmEditing, CreatedAt: h.Clock.Now(), UpdatedAt: h.Clock.Now(),
	}
	if shape != nil {
		shape(&f)
	}
	h.Apply(assets.Change{
		Films:  []assets.Film{f},
		Events: []assets.Event{h.Event(assets.SubjectFilm, id, "", string(f.State))},
	})
	return f
}

// Version stores the next version of a film, received.
func (h *House) Version(film assets.ID, number int) assets.Version {
	h.Helper()
	a := h.Asset()
	v := assets.Version{
		ID: h.IDs.New(), Film: film, Number: number, Master: a.ID, State: assets.VersionReceived, CreatedAt: h.Clock.Now(),
	}
	h.Apply(assets.Change{
		Assets: []assets.Asset{a}, Versions: []assets.Version{v},
		Events: []assets.Event{h.Event(assets.SubjectVersion, v.ID, "", string(v.State))},
	})
	return v
}

// Publication stores the decision to show a film on a channel, planned for now.
func (h *House) Publication(film assets.ID, channel assets.Channel) assets.Publication {
	h.Helper()
	p := assets.Publication{
		ID: h.IDs.New(), Film: film, Channel: channel, State: assets.PublicationScheduled,
		At: h.Clock.Now(), Done: []string{}, CreatedAt: h.Clock.Now(),
	}
	h.Apply(assets.Change{
		Publications: []assets.Publication{p},
		Events:       []assets.Event{h.Event(assets.SubjectPublication, p.ID, "", string(p.State))},
	})
	return p
}

// Due stores waiting work and returns it.
func (h *House) Due(kind assets.JobKind, subject assets.ID) assets.Job {
	h.Helper()
	j := h.Job(kind, subject)
	h.Apply(assets.Change{Jobs: []assets.Job{j}})
	return j
}

// Start begins an attempt that must begin.
func (h *House) Start(id assets.ID, worker string) assets.Job {
	h.Helper()
	j, err := h.Catalog.StartJob(h.Context(), id, worker, time.Minute)
	if err != nil {
		h.Fatal(err)
	}
	return j
}
