package studio

import (
	"net/http"
	"net/url"
	"strings"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// refusal is what the page of an error shows.
type refusal struct {
	Sentence  string
	Reference string     // by which the log finds the cause; "" when it is the visitor's
	Retry     string     // local address
	Typed     url.Values // what the form held that could not be taken: it goes again as it is
}

// Refuse answers with an error: a page for people, one sentence for scripts and
// for what htmx fills in. A stranger who only looked is led to the door.
func (s *Studio) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := gate.Status(err)
	if err == gate.ErrStranger && r.Method == http.MethodGet && wanted(r) == "" && !asksJSON(r) {
		http.Redirect(w, r, "/regie/entrer?vers="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	gate.RetryAfter(w.Header(), err)
	if wanted(r) == "" && !asksJSON(r) && s.again(w, r, err) {
		return
	}
	body := s.blame(r, err)
	if status != http.StatusForbidden && status != http.StatusNotFound { // what another site made a browser send does not go again
		body.Retry, body.Typed = r.URL.RequestURI(), typedIn(r)
	}
	if asksJSON(r) {
		_ = answerJSON(w, status, map[string]string{"erreur": body.Sentence, "reference": body.Reference}) // strings: always JSON
		return
	}
	if wanted(r) != "" { // the part stays as it is: the sentence goes before it
		w.Header().Set("HX-Reswap", "beforebegin")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		said := body.Sentence
		if body.Reference != "" {
			said += " (réf. " + body.Reference + ")"
		}
		_ = s.pages["error"].ExecuteTemplate(w, "fault", said) // the reader may have gone
		return
	}
	titles := map[int]string{
		http.StatusNotFound: "Page introuvable", http.StatusUnauthorized: "Entrez d’abord", http.StatusForbidden: "Demande refusée",
		http.StatusConflict: "Ce n’est pas possible maintenant", http.StatusUnprocessableEntity: "Quelque chose manque",
		http.StatusTooManyRequests: "Un peu de patience",
	}
	title, known := titles[status]
	if !known {
		title = "Cette page n’a pas pu s’afficher"
	}
	if err := s.render(w, r, status, "error", page{Title: title, Body: body}); err != nil {
		s.Log.Error("the page of an error failed", "err", err)
		http.Error(w, body.Sentence, status)
	}
}

// blame is what may be said of an error; of one that is the house's, the log
// holds the cause under its reference.
func (s *Studio) blame(r *http.Request, err error) refusal {
	why := refusal{Sentence: assets.Sentence(err)}
	if gate.Status(err) >= http.StatusInternalServerError {
		why.Reference = access.NewSecret().Reveal()[:8]
		s.Log.Error("a request failed", "reference", why.Reference, "method", r.Method, "path", loggable(r), "err", err)
	}
	return why
}

// loggable is the path of a request, without the key that it may hold.
func loggable(r *http.Request) string {
	if key := r.PathValue("key"); key != "" {
		return strings.Replace(r.URL.Path, key, "…", 1)
	}
	return r.URL.Path
}

// String is the sentence above a form that comes back.
func (r refusal) String() string {
	if r.Reference == "" {
		return r.Sentence
	}
	return r.Sentence + " (réf. " + r.Reference + ")"
}

// asksJSON tells a script of ours from a person.
func asksJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// invalid refuses a form with a sentence.
func invalid(op, sentence string) error {
	return &assets.Error{Kind: assets.Invalid, Op: "studio: " + op, Msg: sentence}
}

// wrongField is invalid for what was typed into one field.
func wrongField(field, sentence string) error {
	return &assets.Error{Kind: assets.Invalid, Op: "studio: " + field, Msg: sentence, Err: pipeline.Field(field)}
}

// showFault shows a page whose form has as many lines as were typed, with what is
// wrong with them; any other error is returned.
func (s *Studio) showFault(w http.ResponseWriter, r *http.Request, name string, p page, why error) error {
	if why == nil {
		return s.show(w, r, name, p)
	}
	if assets.KindOf(why) != assets.Invalid {
		return why
	}
	p.Fault = assets.Sentence(why)
	return s.render(w, r, gate.Status(why), name, p)
}
