package assetstest

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"anonymal.tv/regie/assets"
)

func logCases() map[string]func(*House) {
	return map[string]func(*House){
		"edits":       edits,
		"self moves":  selfMoves,
		"journal":     journal,
		"chain":       chain,
		"odd chain":   oddChain,
		"many chains": manyChains,
		"forged":      forged,
	}
}

func edits(h *House) {
	f := h.Film("Film", nil)
	e := h.Event(assets.SubjectFilm, f.ID, "editing", "editing")
	e.Batch, e.IP, e.Note = h.IDs.New(), "2001:db8::1", "Titre corrigé."
	e.Edits = assets.Edits{
		"title":  {Before: json.RawMessage(`"Film"`), After: json.RawMessage(`"Éloquence <3"`)},
		"people": {Before: json.RawMessage(`null`), After: json.RawMessage(`[{"name":"Anne"}]`)},
	}
	h.Apply(assets.Change{Events: []assets.Event{e}})
	events, err := h.Catalog.Events(h.Context(), f.ID)
	h.goes(err)
	for field, edit := range events[1].Edits { // the same values, however they are written
		var got, want any
		if json.Unmarshal(edit.After, &got) != nil || json.Unmarshal(e.Edits[field].After, &want) != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			h.Errorf("%s became %s", field, edit.After)
		}
	}
	events[1].Edits = e.Edits
	same(h, events[1], nil, e)
	e.ID, e.Edits = h.IDs.New(), assets.Edits{"title": {Before: json.RawMessage(`"`)}}
	h.Refuses(assets.Invalid, assets.Change{Events: []assets.Event{e}})
}

// selfMoves: what is done to a record in a state is noted, and refused once it
// has left that state.
func selfMoves(h *House) {
	f := h.Film("Film", nil)
	stays := func(state string) assets.Change {
		return assets.Change{Events: []assets.Event{h.Event(assets.SubjectFilm, f.ID, state, state)}}
	}
	h.Apply(stays("editing"))
	got, err := h.Catalog.Film(h.Context(), f.ID)
	same(h, got, err, f)
	h.Refuses(assets.Conflict, stays("review"))
	h.Apply(assets.Change{Events: []assets.Event{h.Event(assets.SubjectFilm, f.ID, "editing", "review")}})
	h.Refuses(assets.Conflict, stays("editing"))
	h.Refuses(assets.Invalid, stays("nonsense"))
	h.Refuses(assets.Invalid, stays(""))
	nobody := stays("review")
	nobody.Events[0].Subject = h.IDs.New()
	h.Refuses(assets.Conflict, nobody)
	events, err := h.Catalog.Events(h.Context(), f.ID)
	same(h, len(events), err, 3)
}

func journal(h *House) {
	f, g := h.Film("Un", nil), h.Film("Deux", nil)
	v := h.Version(f.ID, 1)
	start, batch := h.Clock.Now(), h.IDs.New()
	h.Clock.Advance(time.Hour)
	one, two := h.Event(assets.SubjectFilm, f.ID, "editing", "editing"), h.Event(assets.SubjectFilm, g.ID, "editing", "editing")
	one.Actor, two.Actor, one.Batch, two.Batch = "u", "u", batch, batch
	h.Apply(assets.Change{Events: []assets.Event{one, two}})
	all, err := h.Catalog.Journal(h.Context(), assets.EventFilter{})
	if err != nil || len(all) != 5 {
		h.Fatalf("%d events, %v", len(all), err)
	}
	id := func(e assets.Event) assets.ID { return e.ID }
	oldest := all[4].ID
	for name, tc := range map[string]struct {
		filter assets.EventFilter
		want   []assets.ID
	}{
		"all":     {assets.EventFilter{}, []assets.ID{two.ID, one.ID, all[2].ID, all[3].ID, oldest}},
		"kind":    {assets.EventFilter{Kind: assets.SubjectVersion}, []assets.ID{all[2].ID}},
		"actor":   {assets.EventFilter{Actor: "u"}, []assets.ID{two.ID, one.ID}},
		"batch":   {assets.EventFilter{Batch: batch}, []assets.ID{two.ID, one.ID}},
		"from":    {assets.EventFilter{From: h.Clock.Now()}, []assets.ID{two.ID, one.ID}},
		"to":      {assets.EventFilter{To: h.Clock.Now(), Kind: assets.SubjectFilm}, []assets.ID{all[3].ID, oldest}},
		"between": {assets.EventFilter{From: start, To: start.Add(time.Microsecond), Limit: 1}, []assets.ID{all[2].ID}},
		"before":  {assets.EventFilter{Before: one.ID, Limit: 2}, []assets.ID{all[2].ID, all[3].ID}},
		"unknown": {assets.EventFilter{Before: h.IDs.New()}, []assets.ID{}},
	} {
		h.Log(name)
		found, err := h.Catalog.Journal(h.Context(), tc.filter)
		same(h, idsOf(found, id), err, tc.want)
	}
	same(h, all[2].Subject, nil, v.ID)
}

// chain: each event is tied to the one before, whatever was written together.
func chain(h *House) {
	n, err := h.Catalog.VerifyLog(h.Context())
	same(h, n, err, 0)
	f := h.Film("Film", nil)
	h.Apply(assets.Change{Events: []assets.Event{
		h.Event(assets.SubjectFilm, f.ID, "editing", "review"), h.Event(assets.SubjectFilm, f.ID, "review", "editing"),
	}})
	h.Apply(assets.Change{})
	h.Refuses(assets.Conflict, assets.Change{Events: []assets.Event{h.Event(assets.SubjectFilm, f.ID, "review", "approved")}})
	h.Film("Autre", nil)
	n, err = h.Catalog.VerifyLog(h.Context())
	same(h, n, err, 4)
}

// oddChain: the hash is taken of what the database holds, whatever was given.
func oddChain(h *House) {
	for _, odd := range []string{"a\x00b", "\xff\xfe", "é\u0301", "' \\ ? $1", "\u202e", strings.Repeat("long ", 10_000)} {
		f := h.Film("Film", nil)
		e := h.Event(assets.SubjectFilm, f.ID, "editing", "editing")
		text, _ := json.Marshal(odd)
		e.Note, e.Actor, e.IP, e.Batch = odd, odd, odd, assets.ID(odd)
		e.At = time.Date(1960, 1, 2, 3, 4, 5, 999_999_999, time.FixedZone("", 3600))
		e.Edits = assets.Edits{odd: {Before: text, After: json.RawMessage(" [ 1, 2.50 ] ")}}
		h.Apply(assets.Change{Events: []assets.Event{e}})
	}
	n, err := h.Catalog.VerifyLog(h.Context())
	same(h, n, err, 12)
}

// manyChains: however many write at once, there is one chain.
func manyChains(h *House) {
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for range 5 {
				h.Film("Film", nil)
			}
		})
	}
	all.Wait()
	n, err := h.Catalog.VerifyLog(h.Context())
	same(h, n, err, 50)
}

// forged: whoever has the password of the database and takes its triggers away
// can change the log, and is found out.
func forged(h *House) {
	for range 5 {
		h.Film("Film", nil)
	}
	all, err := h.Catalog.Journal(h.Context(), assets.EventFilter{})
	if err != nil || len(all) != 5 {
		h.Fatal(all, err)
	}
	third := "'" + string(all[2].ID) + "'"
	if h.Exec("UPDATE events SET note = 'forged' WHERE id = "+third) == nil {
		h.Fatal("the triggers let it through")
	}
	h.disarm()
	for field, forge := range map[string]string{
		"note": "'forged'", "actor": "'other'", "at": "at + 1", `"to"`: "'idea'", "edits": "'{}'", "ip": "'::1'", "batch": "'b'", "hash": "''",
	} {
		before := strings.Trim(field, `"`)
		h.goes(h.Exec("CREATE TABLE kept AS SELECT " + field + " AS was FROM events WHERE id = " + third))
		h.goes(h.Exec("UPDATE events SET " + field + " = " + forge + " WHERE id = " + third))
		_, err := h.Catalog.VerifyLog(h.Context())
		h.Log(before)
		h.Fails(assets.Conflict, err)
		if !strings.Contains(err.Error(), string(all[2].ID)) {
			h.Errorf("%v does not name the event", err)
		}
		h.goes(h.Exec("UPDATE events SET " + field + " = (SELECT was FROM kept) WHERE id = " + third))
		h.goes(h.Exec("DROP TABLE kept"))
		n, err := h.Catalog.VerifyLog(h.Context())
		same(h, n, err, 5)
	}
	h.goes(h.Exec("DELETE FROM events WHERE id = " + third))
	_, err = h.Catalog.VerifyLog(h.Context())
	h.Fails(assets.Conflict, err)
}

// disarm takes the triggers of the log away, as the databases name them.
func (h *House) disarm() {
	h.Helper()
	if h.Exec("DROP TRIGGER events_not_updated") == nil {
		h.goes(h.Exec("DROP TRIGGER events_not_deleted"))
		return
	}
	h.goes(h.Exec("DROP TRIGGER events_only_added ON events"))
}
