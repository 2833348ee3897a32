// Package publisherstest holds the suite that every publisher passes.
//
// It checks what the rest of Régie builds upon: one decision makes a film public
// once, whatever is repeated, lost or cancelled in between. It does not check
// how a channel shows a film.
package publisherstest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Fixture is a fresh, empty channel and the eyes of the suite on it.
type Fixture struct {
	Publisher publishers.Publisher
	// Request returns the n-th film, ready for this channel: the same film for
	// the same n, with a marker of its own.
	Request func(n int) publishers.Request
	// Public lists what the world sees: one entry for each public film, as the
	// channel has it, asked of the channel itself and not of the publisher.
	Public func() []string
	// OneAtATime: two attempts of one decision are never at work together. The
	// ledger sees to it, for channels that can't.
	OneAtATime bool

	handles *sync.Map // marker → what was saved last
}

// Suite runs every check on a channel made by fresh for it.
func Suite(t *testing.T, fresh func(t *testing.T) Fixture) {
	checks := []struct {
		name string
		run  func(t *testing.T, f Fixture)
	}{
		{"publish", publish},
		{"the same marker publishes once", sameMarker},
		{"find after a lost answer", lostAnswer},
		{"the handle is saved before anything is sent", saveFirst},
		{"nothing is sent when the handle can't be saved", saveFails},
		{"withdraw twice", withdrawTwice},
		{"publish again after a withdrawal", publishAgain},
		{"status of a stranger", stranger},
		{"hostile text", hostileText},
		{"cancelled before it began", cancelled},
		{"the same decision at once from all sides", sameAtOnce},
		{"many films at once", manyAtOnce},
		{"update", update},
		{"nothing to show", nothingToShow},
		{"ahead of its hour", aheadOfItsHour},
	}
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			f := fresh(t)
			f.handles = &sync.Map{}
			c.run(t, f)
		})
	}
}

func (f Fixture) handle(marker string) []byte {
	saved, _ := f.handles.Load(marker)
	resume, _ := saved.([]byte)
	return resume
}

// attempt is one attempt as the ledger makes it: what an earlier one left is
// looked for first.
func (f Fixture) attempt(ctx context.Context, req publishers.Request) (publishers.Receipt, error) {
	req.Resume = f.handle(req.Marker)
	if req.Resume != nil {
		if receipt, found, err := f.Publisher.Find(ctx, req.Marker, req.Resume); found || err != nil {
			return receipt, err
		}
	}
	return f.Publisher.Publish(ctx, req, func(resume []byte) error {
		f.handles.Store(req.Marker, resume)
		return nil
	})
}

func (f Fixture) publish(t *testing.T, req publishers.Request) publishers.Receipt {
	t.Helper()
	receipt, err := f.attempt(t.Context(), req)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	if receipt.RemoteID == "" || receipt.URL == "" {
		t.Fatalf("the receipt %+v says not where the film is", receipt)
	}
	return receipt
}

func (f Fixture) want(t *testing.T, public int) {
	t.Helper()
	if got := f.Public(); len(got) != public {
		t.Fatalf("%d films are public, want %d: %q", len(got), public, got)
	}
}

func (f Fixture) wantStatus(t *testing.T, remoteID string, public bool) {
	t.Helper()
	status, err := f.Publisher.Status(t.Context(), remoteID)
	if err != nil {
		t.Fatalf("status: %v", err)
	}
	if status.Public != public {
		t.Fatalf("status of %s is %+v, want public = %v", remoteID, status, public)
	}
}

func (f Fixture) wantFound(t *testing.T, marker string, found bool) publishers.Receipt {
	t.Helper()
	receipt, ok, err := f.Publisher.Find(t.Context(), marker, f.handle(marker))
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	if ok != found {
		t.Fatalf("find %q: %v, want %v", marker, ok, found)
	}
	return receipt
}

// wantKind checks that an error is one of the house, with a sentence.
func wantKind(t *testing.T, err error, kinds ...assets.Kind) {
	t.Helper()
	var e *assets.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v (%T) is no *assets.Error", err, err)
	}
	if !slices.Contains(kinds, e.Kind) {
		t.Fatalf("%v is %s, want %v", err, e.Kind, kinds)
	}
	if !strings.HasSuffix(strings.TrimSpace(e.Msg), ".") {
		t.Fatalf("%q is no sentence", e.Msg)
	}
}

func publish(t *testing.T, f Fixture) {
	f.want(t, 0)
	req := f.Request(1)
	receipt := f.publish(t, req)
	f.want(t, 1)
	f.wantStatus(t, receipt.RemoteID, true)
	if got := f.wantFound(t, req.Marker, true); got != receipt {
		t.Errorf("find says %+v, publish said %+v", got, receipt)
	}
	if f.Publisher.Channel() == "" {
		t.Error("the channel has no name")
	}
}

func sameMarker(t *testing.T, f Fixture) {
	first := f.publish(t, f.Request(1))
	second := f.publish(t, f.Request(1))
	if first != second {
		t.Errorf("the second call says %+v, the first said %+v", second, first)
	}
	f.want(t, 1)
}

func lostAnswer(t *testing.T, f Fixture) {
	for n := range 3 {
		f.publish(t, f.Request(n))
	}
	before := f.Public()
	if got := f.wantFound(t, f.Request(1).Marker, true); got.URL == "" {
		t.Errorf("find says nothing of the film's place: %+v", got)
	}
	f.wantFound(t, f.Request(9).Marker, false)
	if after := f.Public(); !slices.Equal(before, after) {
		t.Errorf("find has changed what is public: %q, then %q", before, after)
	}
}

func saveFirst(t *testing.T, f Fixture) {
	req := f.Request(1)
	calls := 0
	_, err := f.Publisher.Publish(t.Context(), req, func(resume []byte) error {
		if calls++; calls == 1 {
			if len(resume) == 0 {
				t.Error("the saved handle is empty")
			}
			f.want(t, 0)
			f.wantFound(t, req.Marker, false)
		}
		f.handles.Store(req.Marker, resume)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if calls == 0 {
		t.Error("the handle was never saved")
	}
}

func saveFails(t *testing.T, f Fixture) {
	broken := &assets.Error{Kind: assets.Conflict, Op: "test", Msg: "Une autre tentative a repris ce travail."}
	_, err := f.Publisher.Publish(t.Context(), f.Request(1), func([]byte) error { return broken })
	if !errors.Is(err, broken) {
		t.Errorf("publish returned %v, want the error of save", err)
	}
	f.want(t, 0)
	f.publish(t, f.Request(1))
	f.want(t, 1)
}

func withdrawer(t *testing.T, f Fixture) publishers.Withdrawer {
	w, ok := f.Publisher.(publishers.Withdrawer)
	if !ok {
		t.Skip("this channel can't take a film down")
	}
	return w
}

func withdrawTwice(t *testing.T, f Fixture) {
	w := withdrawer(t, f)
	one, other := f.publish(t, f.Request(1)), f.publish(t, f.Request(2))
	for range 2 {
		if err := w.Withdraw(t.Context(), one.RemoteID); err != nil {
			t.Fatalf("withdraw: %v", err)
		}
		f.want(t, 1)
		f.wantStatus(t, one.RemoteID, false)
		f.wantStatus(t, other.RemoteID, true)
		f.wantFound(t, f.Request(1).Marker, false)
	}
}

func publishAgain(t *testing.T, f Fixture) {
	w := withdrawer(t, f)
	receipt := f.publish(t, f.Request(1))
	if err := w.Withdraw(t.Context(), receipt.RemoteID); err != nil {
		t.Fatal(err)
	}
	again := f.Request(1)
	again.Marker += "-again"
	receipt = f.publish(t, again)
	f.want(t, 1)
	f.wantStatus(t, receipt.RemoteID, true)
	f.wantFound(t, again.Marker, true)
	if err := w.Withdraw(t.Context(), receipt.RemoteID); err != nil {
		t.Fatal(err)
	}
	f.want(t, 0)
}

func stranger(t *testing.T, f Fixture) {
	for _, id := range []string{"", "personne", "../../etc/passwd", "a/b", strings.Repeat("x", 4000)} {
		status, err := f.Publisher.Status(t.Context(), id)
		if err != nil {
			wantKind(t, err, assets.NotFound, assets.Invalid)
		}
		if status.Public {
			t.Errorf("%q is public", id)
		}
		if w, ok := f.Publisher.(publishers.Withdrawer); ok {
			if err := w.Withdraw(t.Context(), id); err != nil {
				t.Errorf("withdraw %q: %v", id, err)
			}
		}
		f.wantFound(t, id, false)
	}
}

func hostileText(t *testing.T, f Fixture) {
	hostile := "\x00</title><script>alert(1)</script>\u202e\xff\n\r\nSet-Cookie: a=b \" ' «& ]]> " + strings.Repeat("é", 300)
	req := f.Request(1)
	req.Marker = strings.ToValidUTF8("décision "+hostile, "")
	req.Film.Title, req.Film.Lede, req.Film.Description, req.Text = "Titre "+hostile, hostile, hostile, hostile
	req.Film.Credits, req.Film.Genre, req.Film.License = hostile, hostile, hostile
	req.Film.People = []assets.Person{{Name: hostile, Role: hostile}}
	receipt, err := f.attempt(t.Context(), req)
	if err != nil { // a channel may refuse a text, not choke on it
		wantKind(t, err, assets.Invalid)
		f.want(t, 0)
		return
	}
	f.want(t, 1)
	f.wantStatus(t, receipt.RemoteID, true)
	f.wantFound(t, req.Marker, true)
}

func cancelled(t *testing.T, f Fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.attempt(ctx, f.Request(1))
	wantKind(t, err, assets.Transient)
	f.want(t, 0)
	f.wantFound(t, f.Request(1).Marker, false)
	receipt := f.publish(t, f.Request(1))
	if w, ok := f.Publisher.(publishers.Withdrawer); ok {
		wantKind(t, w.Withdraw(ctx, receipt.RemoteID), assets.Transient)
		f.want(t, 1)
	}
}

func sameAtOnce(t *testing.T, f Fixture) {
	if f.OneAtATime {
		t.Skip("the ledger sees to it")
	}
	var all sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		req := f.Request(1) // here: it may touch t
		all.Go(func() { _, errs[i] = f.attempt(t.Context(), req) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	f.want(t, 1)
}

func manyAtOnce(t *testing.T, f Fixture) {
	var all sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		req := f.Request(i)
		all.Go(func() {
			_, errs[i] = f.attempt(t.Context(), req)
			_, _, err := f.Publisher.Find(t.Context(), req.Marker, f.handle(req.Marker))
			errs[i] = errors.Join(errs[i], err)
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	f.want(t, len(errs))
}

func update(t *testing.T, f Fixture) {
	u, ok := f.Publisher.(publishers.Updater)
	if !ok {
		t.Skip("this channel can't change a film in place")
	}
	req := f.Request(1)
	wantKind(t, u.Update(t.Context(), string(req.Film.ID), req), assets.NotFound)
	receipt := f.publish(t, req)
	req.Film.Title = "Un titre corrigé"
	if err := u.Update(t.Context(), receipt.RemoteID, req); err != nil {
		t.Fatal(err)
	}
	f.want(t, 1)
	if got := f.Public(); !strings.Contains(got[0], "Un titre corrigé") {
		t.Errorf("public is %q after the update", got)
	}
	f.wantFound(t, f.Request(1).Marker, true)
}

func nothingToShow(t *testing.T, f Fixture) {
	req := f.Request(1)
	req.Files, req.Link = nil, ""
	_, err := f.attempt(t.Context(), req)
	wantKind(t, err, assets.Invalid)
	f.want(t, 0)
}
