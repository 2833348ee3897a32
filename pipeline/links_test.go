package pipeline

import (
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// TestLinks: the board counts what a partner can have today; who waits for more
// time comes first, and a link is shown as the clock has it.
func TestLinks(t *testing.T) {
	b := festival(t)
	one, two := b.filed("one"), b.filed("two")
	b.ask(one, "cli")
	b.ask(two, "cli")
	board := func() (delivered, links int) {
		t.Helper()
		got, err := b.Board(t.Context(), "zik-zac-2018")
		b.must(err)
		return len(got.Delivered), len(got.Links)
	}
	short := b.handing(DeliveryRequest{Life: 10 * 24 * time.Hour})
	b.must(b.AnswerHanded(t.Context(), short, one, PartnerAnswer{Approves: true, Name: "Léa", Visitor: "v"}))
	single, err := b.Deliver(t.Context(), DeliveryRequest{Films: []assets.ID{two}}, "com")
	b.must(err)
	if delivered, links := board(); delivered != 1 || links != 2 {
		t.Errorf("%d delivered by %d links", delivered, links)
	}
	listed := func(f LinkFilter) (said string) {
		t.Helper()
		all, err := b.Links(t.Context(), f)
		b.must(err)
		for _, x := range all {
			said += x.Name + " " + string(x.State) + ", "
		}
		return said
	}
	if got := listed(LinkFilter{Dossier: "zik-zac-2018"}); got != "two open, Zik Zac 2018 open, " {
		t.Error(got)
	}
	b.must(b.AskMoreTime(t.Context(), short.ID))
	if got := listed(LinkFilter{Partner: "zik-zac"}); got != "Zik Zac 2018 open, two open, " {
		t.Error(got)
	}

	// A download that has not ended counts for nothing yet, and is its visitor's.
	r := assets.Receipt{ID: b.NewID(), Delivery: short.ID, Visitor: "v", Kind: assets.ReceiptDownloaded, Film: one, File: "one.mp4", SHA256: "s", Size: 200, At: b.Now()}
	r.Add(assets.Stretch{To: 86}, b.Now())
	_, err = b.Catalog.NoteReceipt(t.Context(), r, 0)
	b.must(err)
	seen := func() Trace {
		t.Helper()
		v, err := b.ShowLink(t.Context(), short.ID)
		b.must(err)
		for _, trace := range v.Receipts {
			if trace.Kind == assets.ReceiptDownloaded {
				if (v.Downloads() == 1) == trace.DoneAt.IsZero() {
					t.Errorf("%d downloads, %+v", v.Downloads(), trace)
				}
				return trace
			}
		}
		t.Fatalf("no download among %+v", v.Receipts)
		return Trace{}
	}
	if got := seen(); got.Name != "Léa" || got.Percent() != 43 {
		t.Errorf("%s has %d %%", got.Name, got.Percent())
	}
	r.Spans = nil
	r.Add(assets.Stretch{From: 86, To: 200}, b.Now())
	_, err = b.Catalog.NoteReceipt(t.Context(), r, 0)
	b.must(err)
	if got := seen(); got.Percent() != 100 || got.DoneAt.IsZero() {
		t.Errorf("%d %%, ended %s", got.Percent(), got.DoneAt)
	}

	b.at(short.ExpiresAt)
	if delivered, _ := board(); delivered != 0 {
		t.Errorf("%d delivered by a link that has ended", delivered)
	}
	if got := listed(LinkFilter{State: assets.DeliveryExpired}); got != "Zik Zac 2018 expired, " {
		t.Error(got)
	}
	_, err = b.RevokeDelivery(t.Context(), single.ID, "com")
	b.must(err)
	if got := listed(LinkFilter{State: assets.DeliveryRevoked}); got != "two revoked, " {
		t.Error(got)
	}
}
