package sweep

import (
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/worker"
)

// fates are what can become of a film, by what is then seen of it.
var fates = map[assets.Drift]emu.Fate{
	"": {}, assets.DriftGone: {Gone: true}, assets.DriftHidden: {Hidden: true}, assets.DriftBlocked: {Blocked: true}, assets.DriftEdited: {Title: "Un autre titre"},
}

// Watch publishes a film, and lets these things become of it, one after the other.
// Each is seen at the next look and mailed once; what the house can put back is
// put back, and nothing is published twice by one decision. counts tells that the
// channel says how often a film was seen.
func Watch(t *testing.T, p Platform, counts bool, drifts ...assets.Drift) {
	h := open(t, p, t.TempDir())
	frame, url := h.emulate()
	w := &watch{house: h, frame: frame, d: h.desk(url)}
	h.connect(w.d)
	w.hire()
	w.id = h.film(w.d.Publishers.Channels()[0], false)
	h.work(w.d)
	frame.Befall(w.is().RemoteID, emu.Fate{Views: 1234})
	if s := w.look(); s.Drift != "" || w.mails() != 0 || counts != (s.Views != nil) {
		t.Fatalf("at the first look: %+v, %d mails", s, w.mails())
	} else if counts && (s.Views.Count != 1234 || s.Views.Means == "" || !s.Views.At.Equal(s.At)) {
		t.Errorf("its figures: %+v", s.Views)
	}
	for n, drift := range drifts {
		w.drift(drift, n+1, counts)
	}
}

// watch is a film on a channel, and the desk that looks at it.
type watch struct {
	*house
	frame *emu.Frame
	d     *pipeline.Desk
	id    assets.ID
}

// hire makes somebody who is written to.
func (w *watch) hire() {
	w.Helper()
	u := assets.User{ID: w.ids.New(), Name: "Une chargée de communication", Mail: "com@example.org", Role: assets.RoleCommunication, CreatedAt: w.clock.Now()}
	err := w.cat.Apply(w.Context(), assets.Change{Users: []assets.User{u}, Events: []assets.Event{
		{ID: w.ids.New(), Kind: assets.SubjectUser, Subject: u.ID, To: string(assets.UserActive), Actor: "cli", At: w.clock.Now()},
	}})
	if err != nil {
		w.Fatal(err)
	}
}

func (w *watch) is() assets.Publication {
	w.Helper()
	p, err := w.cat.Publication(w.Context(), w.id)
	if err != nil || p.State != assets.PublicationPublished {
		w.Fatalf("%+v, %v\n%s", p, err, told(w.frame))
	}
	return p
}

func (w *watch) mails() int {
	w.Helper()
	all, err := w.cat.Mails(w.Context(), "", 100)
	if err != nil {
		w.Fatal(err)
	}
	return len(all)
}

// look moves the clock on to the next look at the film, and has it done.
func (w *watch) look() assets.Seen {
	w.Helper()
	jobs, err := w.cat.JobsOf(w.Context(), w.id)
	if err != nil {
		w.Fatal(err)
	}
	for _, j := range jobs {
		if j.Kind != assets.JobLook || j.State != assets.JobWaiting {
			continue
		}
		w.clock.Advance(max(0, j.NotBefore.Sub(w.clock.Now())))
		if j, err := w.d.Perform(w.Context(), j.ID, "w"); err != nil {
			w.Fatalf("%v: %+v", err, worker.Decide(j, err, func() float64 { return 0 }))
		}
		if p := w.is(); p.Seen != nil && p.Seen.At.Equal(w.clock.Now()) {
			return *p.Seen
		}
		w.Fatalf("a look that leaves nothing: %+v", w.is().Seen)
	}
	w.Fatal("no look is to come")
	return assets.Seen{}
}

// drift lets one thing happen, the nth that is mailed.
func (w *watch) drift(drift assets.Drift, n int, counts bool) {
	w.Helper()
	before := w.is()
	w.frame.Befall(before.RemoteID, fates[drift])
	for range 2 { // the second look has nothing new to say
		if s := w.look(); s.Drift != drift || s.Text == "" || w.mails() != n || counts != (s.Views != nil) {
			w.Fatalf("%s: %+v, %d mails, not %d", drift, s, w.mails(), n)
		}
	}
	if _, err := w.d.Acknowledge(w.Context(), w.id, "test"); err != nil || !w.look().Known {
		w.Errorf("%s, read: %+v, %v", drift, w.is().Seen, err)
	}
	if w.d.Remedy(before) != "" {
		w.Errorf("%s, before it is seen, is offered a remedy", drift)
	}
	if w.d.Remedy(w.is()) == "" {
		w.frame.Befall(before.RemoteID, emu.Fate{})
	} else {
		p, err := w.d.PutBack(w.Context(), w.id, "test")
		if err != nil {
			w.Fatalf("%s, put back: %v", drift, err)
		}
		w.id = p.ID
		w.work(w.d)
	}
	now := w.is()
	if anew := drift == assets.DriftGone; anew != (now.ID != before.ID) || anew != (now.RemoteID != before.RemoteID) {
		w.Errorf("%s, put back: %s on %s, then %s on %s", drift, before.ID, before.RemoteID, now.ID, now.RemoteID)
	}
	if s := w.look(); s.Drift != "" {
		w.Errorf("%s, put back: %+v", drift, s)
	}
	public := map[string]bool{}
	for _, c := range w.frame.Commits() {
		public[c.ID] = true
	}
	if want := map[bool]int{false: 1, true: 2}[drift == assets.DriftGone]; len(public) != want {
		w.Errorf("%s, put back: %d films were ever public, not %d", drift, len(public), want)
	}
}
