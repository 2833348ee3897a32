package studio

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/web/gate"
)

// notesView is what was said of a rush or a version, as the parts note-form and
// notes-list show it: the Body of their page has it as Notes.
type notesView struct {
	Post  string // where a new note goes
	Query string // kept in links to a frame: "" or "a=2&b=3&"
	Back  string // the page itself
	Undo  string // where the removal of a note is undone; "" for none
	List  []noteView
}

// noteView is one note.
type noteView struct {
	assets.Note
	When    string // « 00:00:49:09 », « 00:00:49:09 – 00:00:52:00 », « Sur l’ensemble »
	Seen    string // « vu en V2 » for a note on an earlier version
	Own     bool
	MayTick bool
}

// notesView shows, on the page of the request, what was said, as whoever asks
// may change it. post is where a new note goes; rate and seen are as for notesOf.
func (s *Studio) notesView(r *http.Request, post string, all []assets.Note, rate int, seen func(assets.Note) string) notesView {
	q := r.URL.Query()
	gone := q.Get("retiree")
	for _, name := range []string{"retiree", "image", "t"} {
		q.Del(name)
	}
	v := notesView{Post: post, Back: r.URL.Path, List: notesOf(all, rate, user(r), seen)}
	if len(q) > 0 {
		v.Query, v.Back = q.Encode()+"&", v.Back+"?"+q.Encode()
	}
	if gone != "" {
		v.Undo = "/regie/annuler/" + url.PathEscape(gone)
	}
	return v
}

// notesOf shows notes at a rate (thousandths of a frame per second) as u may
// change them. seen labels a note; nil labels none.
func notesOf(all []assets.Note, rate int, u assets.User, seen func(assets.Note) string) []noteView {
	views := make([]noteView, len(all))
	for i, n := range all {
		v := noteView{Note: n, When: "Sur l’ensemble", Own: n.Author != "" && n.Author == u.ID}
		v.MayTick = v.Own || u.Role != assets.RoleJRI
		if n.Frame >= 0 {
			v.When = french.Timecode(n.Frame, rate)
		}
		if n.Until > n.Frame && n.Frame >= 0 {
			v.When += " – " + french.Timecode(n.Until, rate)
		}
		if seen != nil {
			v.Seen = seen(n)
		}
		views[i] = v
	}
	return views
}

// noteFrom reads the form of a note: its text, and where it is.
func noteFrom(r *http.Request, rate int) (assets.Note, error) {
	n := assets.Note{Text: r.FormValue("text"), Frame: -1, Until: -1}
	for _, field := range []struct {
		name string
		into *int
	}{{"at", &n.Frame}, {"until", &n.Until}} {
		typed := strings.TrimSpace(r.FormValue(field.name))
		if typed == "" {
			continue
		}
		frame, ok := french.Frame(typed, rate)
		if !ok {
			return n, invalid("noteFrom", "« "+french.Clean(typed)+" » n’est pas un code temporel : écrivez 00:00:49:09.")
		}
		*field.into = frame
	}
	return n, nil
}

// noteRush adds a note to a rush.
func (s *Studio) noteRush(w http.ResponseWriter, r *http.Request) error {
	rush, err := s.Desk.Catalog.Rush(r.Context(), assets.ID(r.PathValue("rush")))
	if err != nil {
		return err
	}
	n, err := noteFrom(r, rateOf(rush))
	if err != nil {
		return err
	}
	n.On, n.Subject = assets.SubjectRush, rush.ID
	if _, err := s.Desk.AddNote(r.Context(), n, user(r)); err != nil {
		return err
	}
	return s.done(w, r, back(r, "/regie/rushes/"+string(rush.ID)), "")
}

// editNote gives one's own note another text, or takes it away.
func (s *Studio) editNote(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("note"))
	to, err := s.noted(r.Context(), r, id)
	if err != nil {
		return err
	}
	if r.FormValue("retirer") == "" {
		if err := s.Desk.EditNote(r.Context(), id, r.FormValue("text"), user(r)); err != nil {
			return err
		}
		return s.done(w, r, to, "")
	}
	batch, err := s.Desk.RemoveNote(r.Context(), id, user(r))
	if err != nil {
		return err
	}
	if wanted(r) != "" { // the list that htmx fills anew says it
		address, err := url.Parse(to)
		if err != nil {
			return err
		}
		q := address.Query()
		q.Set("retiree", string(batch))
		address.RawQuery = q.Encode()
		to = address.String()
	}
	return s.doneWith(w, r, to, gate.Flash{Text: "Note retirée.", Undo: "/regie/annuler/" + string(batch)})
}

// noteDone ticks a note off.
func (s *Studio) noteDone(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("note"))
	to, err := s.noted(r.Context(), r, id)
	if err != nil {
		return err
	}
	if err := s.Desk.NoteDone(r.Context(), id, r.FormValue("fait") != "non", user(r)); err != nil {
		return err
	}
	return s.done(w, r, to, "")
}

// noted is the page to go back to after a note was changed.
func (s *Studio) noted(ctx context.Context, r *http.Request, id assets.ID) (string, error) {
	n, err := s.Desk.Catalog.Note(ctx, id)
	if err != nil {
		return "", err
	}
	page := "/regie/rushes/" + string(n.Subject)
	if n.On == assets.SubjectVersion {
		page = "/regie/films/" + string(n.Film)
	}
	return back(r, page), nil
}

// rateOf is at how many thousandths of a frame per second a rush is looked at.
func rateOf(r assets.Rush) int {
	if r.Proxy.Rate > 0 {
		return r.Proxy.Rate
	}
	return 25000
}
