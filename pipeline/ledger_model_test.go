package pipeline

import (
	"context"
	"errors"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// platformChannel is the platform of the model: it is no site of ours.
const platformChannel assets.Channel = "platform"

// platform is a channel that loses answers, shows late what it took, says to come
// back later, and whose callers die. What goes wrong next is planned.
type platform struct {
	b      *bench
	live   map[string]int       // what all can see, and how often it was made, by marker
	seenAt map[string]time.Time // when its own lists show it
	of     map[string]assets.ID // the version that is seen
	hidden map[string]assets.ID // the version that waits unseen
	next   []string             // what goes wrong, one a request
	during func()               // what happens elsewhere while a film is being sent
	unjust []string             // what became public that was not allowed just then
}

var errKilled = errors.New("killed")

func (c *platform) Channel() assets.Channel   { return platformChannel }
func (c *platform) Limits() publishers.Limits { return publishers.Limits{} }

// wrong is what goes wrong with a request, before or after it had its effect. An
// answer that is lost is of the kind that the caller would give it.
func (c *platform) wrong(lost assets.Kind, effect func()) error {
	fault := ""
	if len(c.next) > 0 {
		fault, c.next = c.next[0], c.next[1:]
	}
	switch fault {
	case "429":
		return &assets.Error{Kind: assets.Transient, Msg: "Trop de demandes.", RetryAfter: 5 * time.Minute}
	case "drop":
		return &assets.Error{Kind: assets.Transient, Msg: "Le canal ne répond pas."}
	case "killed before":
		return errKilled
	}
	effect()
	switch fault {
	case "lost":
		return &assets.Error{Kind: lost, Msg: "La réponse s'est perdue."}
	case "killed after":
		return errKilled
	}
	return nil
}

func (c *platform) receipt(marker string) publishers.Receipt {
	return publishers.Receipt{RemoteID: marker, URL: "https://example.test/" + marker}
}

func (c *platform) Publish(_ context.Context, r publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	if err := c.upload(r, save); err != nil { // it was sent, and nobody sees it
		return publishers.Receipt{}, err
	}
	if c.during != nil {
		c.during()
		c.during = nil
	}
	if err := save([]byte("sent")); err != nil {
		return publishers.Receipt{}, err
	}
	err := c.wrong(assets.Lost, func() {
		if why := c.b.againstPublic(r.Film.ID, c.hidden[r.Marker]); why != "" {
			c.unjust = append(c.unjust, why)
		}
		if early := c.b.beforeHour(assets.ID(r.Marker)); early > 0 {
			c.unjust = append(c.unjust, early.String()+" before its hour")
		}
		c.live[r.Marker]++
		c.of[r.Marker], c.seenAt[r.Marker] = c.hidden[r.Marker], c.b.Now().Add(20*time.Second)
		delete(c.hidden, r.Marker)
	})
	return c.receipt(r.Marker), err
}

// upload has a film there, unseen: a handle by which it is up is believed.
func (c *platform) upload(r publishers.Request, save func([]byte) error) error {
	if _, there := c.hidden[r.Marker]; there && string(r.Resume) != "begun" && r.Resume != nil {
		return nil
	}
	if err := save([]byte("begun")); err != nil {
		return err
	}
	if err := c.wrong(assets.Transient, func() { c.hidden[r.Marker] = r.Version.ID }); err != nil {
		return err
	}
	return save([]byte("up"))
}

func (c *platform) Prepare(_ context.Context, r publishers.Request, save func([]byte) error) error {
	return c.upload(r, save)
}

func (c *platform) Discard(_ context.Context, marker string, _ []byte) error {
	return c.wrong(assets.Transient, func() { delete(c.hidden, marker) })
}

func (c *platform) Find(_ context.Context, marker string, resume []byte) (publishers.Receipt, bool, error) {
	if string(resume) != "sent" {
		return publishers.Receipt{}, false, nil
	}
	found := c.live[marker] > 0
	err := c.wrong(assets.Transient, func() {})
	if err == nil && found && c.b.Now().Before(c.seenAt[marker]) {
		err = &assets.Error{Kind: assets.Transient, Msg: "Le canal ne montre pas encore ce qu'il a pris.", RetryAfter: 20 * time.Second}
	}
	return c.receipt(marker), found, err
}

func (c *platform) Status(_ context.Context, id string) (publishers.Status, error) {
	return publishers.Status{Public: c.live[id] > 0}, nil
}

func (c *platform) Withdraw(_ context.Context, id string) error {
	return c.wrong(assets.Transient, func() { delete(c.live, id) })
}

const noBAT = "no BAT"

// againstPublic says what is against a version of a film being public now (I-01);
// "" when nothing is.
func (b *bench) againstPublic(film, version assets.ID) string {
	b.Helper()
	c, err := b.Clearance(b.Context(), film, platformChannel.Medium())
	if err != nil {
		b.Fatal(err)
	}
	if c.Light == assets.Red {
		return c.Sentence()
	}
	all, err := b.Catalog.Approvals(b.Context(), film)
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range all {
		if a.Version == version && a.State == assets.ApprovalGiven {
			return ""
		}
	}
	return noBAT
}

// beforeHour is how long it is until the hour of a publication (I-14).
func (b *bench) beforeHour(id assets.ID) time.Duration {
	b.Helper()
	p, err := b.Catalog.Publication(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return p.At.Sub(b.Now())
}

// TestLedgerModel (I-01, I-02, I-03, I-10, I-12, I-14, P-09): whatever people, the
// platform and death do in whatever order, and however often a task is delivered, a
// decision is never public twice, nothing becomes public that is not allowed just
// then or before its hour, and at rest what is public is what was wanted. Each
// sequence has a film of its own, in a catalog with a few others: a sweep looks at
// all of them. The environment variable REGIE_TEST_LEDGER says how many there are.
func TestLedgerModel(t *testing.T) {
	runs := 10_000
	if text := os.Getenv("REGIE_TEST_LEDGER"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		runs = n
	}
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		p := &platform{b: b}
		registry, err := publishers.NewRegistry(b.channel, p)
		if err != nil {
			t.Fatal(err)
		}
		b.Publishers, b.Ahead = registry, 30*time.Minute
		for range max(1, runs/100) { // of 100 checks
			n++
			*p = platform{b: b, live: map[string]int{}, of: map[string]assets.ID{}, hidden: map[string]assets.ID{}, seenAt: map[string]time.Time{}}
			m := &ledgerModel{T: rt, b: b, p: p}
			m.open(n)
			for range rapid.IntRange(3, 12).Draw(rt, "length") {
				m.act()
				m.check()
			}
			m.rest()
		}
	})
	t.Logf("%d sequences", n)
}
