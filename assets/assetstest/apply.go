package assetstest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"anonymal.tv/regie/assets"
)

func applyCases() map[string]func(*House) {
	return map[string]func(*House){
		"moves":             moves,
		"forbidden moves":   forbiddenMoves,
		"conflicts":         conflicts,
		"all or nothing":    allOrNothing,
		"one of many":       oneOfMany,
		"fence":             fences,
		"cancel":            cancels,
		"events only added": eventsOnlyAdded,
		"given IDs":         givenIDs,
		"save resume":       savesResume,
	}
}

func moves(h *House) {
	f := h.Film("Film", nil)
	v := h.Version(f.ID, 1)
	review := h.Event(assets.SubjectFilm, f.ID, "editing", "review")
	review.Note, review.Attempt = "La version est prête.", 2
	h.Apply(assets.Change{Events: []assets.Event{
		h.Event(assets.SubjectVersion, v.ID, "received", "making"),
		review,
		h.Event(assets.SubjectVersion, v.ID, "making", "ready"), // two moves of one record
	}})
	film, err := h.Catalog.Film(h.Context(), f.ID)
	f.State = assets.FilmReview
	same(h, film, err, f)
	events, err := h.Catalog.Events(h.Context(), f.ID, v.ID)
	if err != nil {
		h.Fatal(err)
	}
	var said []string
	for _, e := range events {
		said = append(said, fmt.Sprintf("%s %s→%s", e.Kind, e.From, e.To))
	}
	want := []string{"film →editing", "version →received", "version received→making", "film editing→review", "version making→ready"}
	same(h, said, nil, want)
	same(h, events[3], nil, review)

	// A record may be created and moved in one change.
	p := assets.Publication{ID: h.IDs.New(), Film: f.ID, Channel: "x", At: h.Clock.Now(), Done: []string{}, CreatedAt: h.Clock.Now()}
	h.Apply(assets.Change{Publications: []assets.Publication{p}, Events: []assets.Event{
		h.Event(assets.SubjectPublication, p.ID, "", "scheduled"),
		h.Event(assets.SubjectPublication, p.ID, "scheduled", "cancelled"),
	}})
	got, err := h.Catalog.Publication(h.Context(), p.ID)
	p.State = assets.PublicationCancelled
	same(h, got, err, p)
}

// forbiddenMoves tries every pair of states that its table does not have.
func forbiddenMoves(h *House) {
	f := h.Film("Film", nil)
	states := append(assets.FilmMachine.States(), "", "nonsense")
	tried := 0
	for _, from := range states {
		for _, to := range states {
			stays := from == to && from != "" && from != "nonsense" // something was done to it meanwhile
			if !assets.FilmMachine.May(from, to) && !stays {
				h.Refuses(assets.Invalid, assets.Change{Events: []assets.Event{h.Event(assets.SubjectFilm, f.ID, string(from), string(to))}})
				tried++
			}
		}
	}
	if tried < 50 {
		h.Fatalf("only %d forbidden moves", tried)
	}
	h.Refuses(assets.Invalid, assets.Change{Events: []assets.Event{h.Event("user", f.ID, "editing", "review")}})
	// A creation without its record, and a record without ID.
	h.Refuses(assets.Invalid, assets.Change{Events: []assets.Event{h.Event(assets.SubjectFilm, h.IDs.New(), "", "idea")}})
	h.Refuses(assets.Invalid, assets.Change{Films: []assets.Film{{Title: "X"}}})
	events, err := h.Catalog.Events(h.Context(), f.ID)
	if err != nil || len(events) != 1 {
		h.Fatalf("%d events, %v", len(events), err)
	}
}

func conflicts(h *House) {
	f := h.Film("Film", nil)
	move := assets.Change{Events: []assets.Event{h.Event(assets.SubjectFilm, f.ID, "review", "approved")}}
	h.Refuses(assets.Conflict, move) // still editing
	move.Events[0].Subject = h.IDs.New()
	h.Refuses(assets.Conflict, move) // not there at all

	create := func(f assets.Film) assets.Change {
		return assets.Change{Films: []assets.Film{f}, Events: []assets.Event{h.Event(assets.SubjectFilm, f.ID, "", "editing")}}
	}
	again := f
	again.Slug = "other"
	h.Refuses(assets.Conflict, create(again)) // same ID
	again = f
	again.ID = h.IDs.New()
	h.Refuses(assets.Conflict, create(again)) // same slug
	again.Slug = "other"
	h.Refuses(assets.NotFound, assets.Change{Films: []assets.Film{again}}) // update of what is not there
	got, err := h.Catalog.Film(h.Context(), f.ID)
	same(h, got, err, f)
}

// allOrNothing plants each fault at the end of a change that writes everywhere.
func allOrNothing(h *House) {
	f := h.Film("Avant", nil)
	v := h.Version(f.ID, 1)
	busy := h.Due(assets.JobProduce, v.ID)
	h.Start(busy.ID, "w")
	for name, spoil := range map[string]func(*assets.Change){
		"stale move": func(c *assets.Change) {
			c.Events = append(c.Events, h.Event(assets.SubjectFilm, f.ID, "published", "archived"))
		},
		"stale fence": func(c *assets.Change) { c.Fence = &assets.Fence{Job: busy.ID, Attempt: 99} },
		"duplicate job": func(c *assets.Change) {
			c.Jobs = append(c.Jobs, h.Job(assets.JobProduce, v.ID))
			c.Jobs[1].ID = busy.ID
		},
		"duplicate event": func(c *assets.Change) {
			c.Events = append(c.Events, c.Events[0])
			c.Events[0].Kind, c.Events[0].Subject = assets.SubjectFilm, f.ID
			c.Events[0].From, c.Events[0].To = "editing", "review"
		},
		"missing record": func(c *assets.Change) { c.Deliveries = []assets.Delivery{{ID: h.IDs.New()}} },
		"unknown version": func(c *assets.Change) {
			c.Renditions = append(c.Renditions, assets.Rendition{ID: h.IDs.New(), Version: h.IDs.New()})
		},
		"double rendition": func(c *assets.Change) { c.Renditions = append(c.Renditions, c.Renditions[0]) },
	} {
		changed := f
		changed.Title = "Après"
		a, job := h.Asset(), h.Job(assets.JobPublish, f.ID)
		born := assets.Film{ID: h.IDs.New(), Slug: "né", Title: "Né"}
		c := assets.Change{
			Assets: []assets.Asset{a}, Films: []assets.Film{changed, born},
			Renditions: []assets.Rendition{{ID: h.IDs.New(), Version: v.ID, Role: assets.RoleHLS}},
			Events: []assets.Event{
				h.Event(assets.SubjectVersion, v.ID, "received", "making"), h.Event(assets.SubjectFilm, born.ID, "", "idea"),
			},
			Jobs: []assets.Job{job}, Cancel: []assets.ID{v.ID},
		}
		spoil(&c)
		if err := h.Catalog.Apply(h.Context(), c); err == nil {
			h.Fatalf("%s went through", name)
		}
		film, err := h.Catalog.Film(h.Context(), f.ID)
		same(h, film, err, f)
		version, err := h.Catalog.Version(h.Context(), v.ID)
		same(h, version, err, v)
		held, err := h.Catalog.Job(h.Context(), busy.ID)
		same(h, held.State, err, assets.JobRunning)
		files, err := h.Catalog.Renditions(h.Context(), v.ID)
		same(h, files, err, []assets.Rendition{})
		_, err = h.Catalog.Asset(h.Context(), a.ID)
		h.Fails(assets.NotFound, err)
		_, err = h.Catalog.Film(h.Context(), born.ID)
		h.Fails(assets.NotFound, err)
		_, err = h.Catalog.Job(h.Context(), job.ID)
		h.Fails(assets.NotFound, err)
		events, err := h.Catalog.Events(h.Context(), f.ID, v.ID, born.ID)
		same(h, len(events), err, 2)
		hits, err := h.Catalog.Search(h.Context(), "après", 10)
		same(h, len(hits), err, 0)
	}
}

// oneOfMany: of twenty that make the same move at once, one does.
func oneOfMany(h *House) {
	f := h.Film("Film", nil)
	var won, lost atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			err := h.Catalog.Apply(h.Context(), assets.Change{
				Events: []assets.Event{h.Event(assets.SubjectFilm, f.ID, "editing", "review")},
				Jobs:   []assets.Job{h.Job(assets.JobProduce, f.ID)},
			})
			switch {
			case err == nil:
				won.Add(1)
			case assets.KindOf(err) == assets.Conflict:
				lost.Add(1)
			default:
				h.Error(err)
			}
		})
	}
	all.Wait()
	jobs, err := h.Catalog.JobsOf(h.Context(), f.ID)
	if err != nil || won.Load() != 1 || lost.Load() != 19 || len(jobs) != 1 {
		h.Fatalf("%d won, %d lost, %d jobs, %v", won.Load(), lost.Load(), len(jobs), err)
	}
}

func fences(h *House) {
	v := h.Version(h.Film("Film", nil).ID, 1)
	job := h.Due(assets.JobInspect, v.ID)
	move := func(f assets.Fence) assets.Change {
		return assets.Change{Fence: &f, Events: []assets.Event{h.Event(assets.SubjectVersion, v.ID, "received", "making")}}
	}
	h.Refuses(assets.Conflict, move(job.Fence())) // not begun
	first := h.Start(job.ID, "a")
	h.Clock.Advance(2 * time.Minute)
	second := h.Start(job.ID, "b")                  // the lease was over
	h.Refuses(assets.Conflict, move(first.Fence())) // too late
	h.Apply(move(second.Fence()))
	got, err := h.Catalog.Job(h.Context(), job.ID)
	second.State, second.Worker, second.LeaseUntil, second.Progress = assets.JobDone, "", time.Time{}, 1
	same(h, got, err, second)
	h.Refuses(assets.Conflict, assets.Change{Fence: &assets.Fence{Job: job.ID, Attempt: 2}}) // done already
	h.Refuses(assets.Conflict, assets.Change{Fence: &assets.Fence{Job: h.IDs.New(), Attempt: 1}})
}

func cancels(h *House) {
	f := h.Film("Film", nil)
	v := h.Version(f.ID, 1)
	done, running, waiting, other := h.Due(assets.JobInspect, v.ID), h.Due(assets.JobProduce, v.ID), h.Due(assets.JobProduce, v.ID), h.Due(assets.JobPublish, f.ID)
	h.Apply(assets.Change{Fence: &assets.Fence{Job: h.Start(done.ID, "w").ID, Attempt: 1}})
	attempt := h.Start(running.ID, "w")
	after := h.Job(assets.JobProduce, v.ID)
	h.Apply(assets.Change{Cancel: []assets.ID{v.ID}, Jobs: []assets.Job{after}}) // what comes with it is not cancelled
	for id, want := range map[assets.ID]assets.JobState{
		done.ID: assets.JobDone, running.ID: assets.JobCancelled, waiting.ID: assets.JobCancelled,
		other.ID: assets.JobWaiting, after.ID: assets.JobWaiting,
	} {
		j, err := h.Catalog.Job(h.Context(), id)
		same(h, j.State, err, want)
	}
	h.Fails(assets.Conflict, h.Catalog.BeatJob(h.Context(), attempt.Fence(), assets.Beat{}, time.Minute))
	h.Refuses(assets.Conflict, assets.Change{Fence: &assets.Fence{Job: attempt.ID, Attempt: attempt.Attempt}})
	_, err := h.Catalog.StartJob(h.Context(), waiting.ID, "w", time.Minute)
	h.Fails(assets.Conflict, err)
}

func eventsOnlyAdded(h *House) {
	f := h.Film("Film", nil)
	before, err := h.Catalog.Events(h.Context(), f.ID)
	if err != nil || len(before) != 1 {
		h.Fatal(before, err)
	}
	if err := h.Exec("UPDATE films SET genre = 'reportage' WHERE id = '" + string(f.ID) + "'"); err != nil {
		h.Fatal(err)
	}
	if f, err := h.Catalog.Film(h.Context(), f.ID); err != nil || f.Genre != "reportage" {
		h.Fatalf("Exec does not reach the catalog's database: %v %v", f, err)
	}
	for _, statement := range []string{
		"UPDATE events SET note = 'forged'",
		"DELETE FROM events",
		"DELETE FROM events WHERE subject = '" + string(f.ID) + "'",
	} {
		if h.Exec(statement) == nil {
			h.Errorf("the audit log took %q", statement)
		}
	}
	events, err := h.Catalog.Events(h.Context(), f.ID)
	same(h, events, err, before)
}

func givenIDs(h *House) {
	f := h.Film("Film", nil)
	h.Refuses(assets.Invalid, assets.Change{Jobs: []assets.Job{{ID: h.IDs.New(), Subject: f.ID, State: assets.JobRunning}}})
	h.Refuses(assets.Invalid, assets.Change{Jobs: []assets.Job{{ID: h.IDs.New(), Subject: f.ID, Attempt: 1}}})
	job := assets.Job{ID: h.IDs.New(), Kind: assets.JobPublish, Subject: f.ID, Length: 61.5}
	h.Apply(assets.Change{Jobs: []assets.Job{job}, Events: []assets.Event{{
		ID: h.IDs.New(), Kind: assets.SubjectFilm, Subject: f.ID, From: "editing", To: "review",
	}}})
	got, err := h.Catalog.Job(h.Context(), job.ID)
	job.State, job.CreatedAt = assets.JobWaiting, h.Clock.Now()
	same(h, got, err, job)
	events, err := h.Catalog.Events(h.Context(), f.ID)
	if err != nil || !events[1].At.Equal(h.Clock.Now()) {
		h.Fatal(events, err)
	}
}

func savesResume(h *House) {
	p := h.Publication(h.Film("Film", nil).ID, "vimeo")
	job, other := h.Due(assets.JobPublish, p.ID), h.Due(assets.JobPublish, h.IDs.New())
	save := func(f assets.Fence, handle string) error {
		return h.Catalog.SaveResume(h.Context(), f, p.ID, []byte(handle))
	}
	h.Fails(assets.Conflict, save(job.Fence(), "early"))
	first := h.Start(job.ID, "a")
	if err := save(first.Fence(), "one\x00\xff"); err != nil {
		h.Fatal(err)
	}
	h.Fails(assets.Conflict, save(h.Start(other.ID, "a").Fence(), "not its job"))
	h.Clock.Advance(2 * time.Minute)
	second := h.Start(job.ID, "b")
	h.Fails(assets.Conflict, save(first.Fence(), "late"))
	got, err := h.Catalog.Publication(h.Context(), p.ID)
	same(h, string(got.Resume), err, "one\x00\xff")
	if err := save(second.Fence(), "two"); err != nil {
		h.Fatal(err)
	}
	seen := assets.Seen{At: h.Clock.Now(), Drift: assets.DriftHidden, Text: "Pas public.", Views: &assets.Views{Count: 3, Means: "lectures", At: h.Clock.Now()}}
	h.Apply(assets.Change{Seen: map[assets.ID]assets.Seen{p.ID: seen}})
	h.Apply(assets.Change{Publications: []assets.Publication{p}}) // read before: must not take the handle away, nor what was seen
	got, err = h.Catalog.Publication(h.Context(), p.ID)
	same(h, string(got.Resume), err, "two")
	same(h, *got.Seen.Views, err, *seen.Views)
}
