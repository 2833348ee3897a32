package sweep

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

// corrected is the title of a film from its second version on.
const corrected = "Zik Zac, corrigé"

// versions publishes once for each request of the happy path from which on the
// channel answers nothing any more; the attempt is given up, the film is made
// otherwise, and is tried again on a channel that is well. Nothing of what was
// sent before is shown for the new film, and nothing is shown twice.
func versions(t *testing.T, p Platform) {
	h := open(t, p, t.TempDir())
	ways, requests := h.ways()
	ahead := ways[len(ways)-1] // where it can, a film goes through all that it does at its hour, and more
	for at := 1; at <= requests[len(ways)-1]; at++ {
		for i, first := range []emu.Action{emu.Drop, emu.CommitThenDrop} {
			anew := at%2 == i
			h.outdated(fmt.Sprintf("down from request %d on, that one done: %v, made anew: %v", at, i == 1, anew), first, at, ahead, anew)
		}
	}
}

// outdated is one case of versions.
func (h *house) outdated(name string, first emu.Action, at int, ahead, anew bool) {
	h.Helper()
	frame, url := h.emulate()
	d := h.desk(url)
	h.connect(d)
	frame.Forget()
	frame.Plan(emu.Fault{Nth: at, Action: first})
	frame.Plan(emu.Fault{Action: func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		if len(frame.Journal()) > at {
			effect = func(w http.ResponseWriter, r *http.Request) { emu.Drop(w, r, nil) }
		}
		effect(w, r)
	}})
	id := h.film(d.Publishers.Channels()[0], ahead)
	h.workWith(d, func(_ assets.Job, err error) pipeline.Outcome { return pipeline.Outcome{Reason: assets.Sentence(err)} })
	frame.Heal()
	out := frame.Commits()
	p := h.publication(id)
	files := h.remake(p.Film, anew)
	if p.State == assets.PublicationCheck {
		if _, err := d.SayAbsent(h.Context(), id, "cli"); err != nil {
			h.Fatal(err)
		}
	}
	if p.State != assets.PublicationPublished { // by its last request
		if _, err := d.Retry(h.Context(), id, "cli"); err != nil {
			h.Fatalf("%s: %v", name, err)
		}
		h.work(d)
	}
	p = h.publication(id)
	say := func(format string, args ...any) {
		h.Errorf("%s: %s\n%s %s, commits %v\n%s", name, fmt.Sprintf(format, args...), p.State, p.Reason, frame.Commits(), told(frame))
	}
	all := frame.Commits()
	switch {
	case len(all) > 1:
		say("made public more than once")
	case len(out) > 0: // it was public before: what is kept of it says which film that is
		if p.State == assets.PublicationPublished && slices.Contains(versionsOf(files), p.Version) && !anew {
			say("what is public is taken for the new version")
		}
	case p.State != assets.PublicationPublished || len(all) != 1 || all[0].ID != p.RemoteID:
		say("published as %q", p.RemoteID)
	case all[0].SHA != "" && !slices.ContainsFunc(files, func(f assets.Rendition) bool { return f.SHA256 == all[0].SHA }):
		say("the older film is shown")
	case !strings.Contains(all[0].Text, corrected):
		say("what is said is of the older film")
	}
}

func versionsOf(files []assets.Rendition) (all []assets.ID) {
	for _, f := range files {
		all = append(all, f.Version)
	}
	return all
}

func (h *house) publication(id assets.ID) assets.Publication {
	h.Helper()
	p, err := h.cat.Publication(h.Context(), id)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

// remake gives a film another title and other files: those of a new version that
// has the BAT, or of the same one made anew.
func (h *house) remake(film assets.ID, anew bool) []assets.Rendition {
	h.Helper()
	f, err := h.cat.Film(h.Context(), film)
	if err != nil {
		h.Fatal(err)
	}
	all, err := h.cat.Versions(h.Context(), film)
	if err != nil {
		h.Fatal(err)
	}
	v, now := all[0], h.clock.Now()
	event := func(kind assets.Subject, id assets.ID, from, to string) assets.Event {
		return assets.Event{ID: h.ids.New(), Kind: kind, Subject: id, From: from, To: to, Actor: "cli", At: now}
	}
	f.Title = corrected
	c := assets.Change{Films: []assets.Film{f}, Events: []assets.Event{event(assets.SubjectFilm, f.ID, string(f.State), string(f.State))}}
	if !anew {
		old, err := h.cat.Approvals(h.Context(), film)
		if err != nil {
			h.Fatal(err)
		}
		v.ID, v.Number = h.ids.New(), 2
		a := old[0]
		a.ID, a.Version, a.Number, a.State = h.ids.New(), v.ID, 2, assets.ApprovalGiven
		old[0].State = assets.ApprovalVoid
		c.Versions, c.Approvals = []assets.Version{v}, []assets.Approval{old[0], a}
		c.Events = append(c.Events,
			event(assets.SubjectVersion, v.ID, "", "received"), event(assets.SubjectVersion, v.ID, "received", "making"), event(assets.SubjectVersion, v.ID, "making", "ready"),
			event(assets.SubjectApproval, old[0].ID, "given", "void"), event(assets.SubjectApproval, a.ID, "", "given"))
	}
	c.Renditions = h.files(v.ID, corrected+string(v.ID))
	if err := h.cat.Apply(h.Context(), c); err != nil {
		h.Fatal(err)
	}
	return c.Renditions
}
