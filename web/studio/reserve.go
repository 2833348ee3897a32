package studio

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// locks are the pages about what keeps films back, and calls them back.
var locks = map[string]handler{
	"GET /regie/admin/reserve":          (*Studio).reserve,
	"POST /regie/admin/reserve":         (*Studio).saveScrutin,
	"POST /regie/films/{film}/relancer": (*Studio).releaseFilm,
	"GET /regie/films/{film}/retrait":   (*Studio).withdrawals,
	"POST /regie/films/{film}/retrait":  (*Studio).withdraw,
}

const reservePath = "/regie/admin/reserve"

// reserveBody is the elections, and what they hold.
type reserveBody struct {
	Scrutins []assets.Scrutin // that are not removed, the last first
	Silent   *assets.Scrutin
	Near     []assets.Scrutin // within six months: a warning
	Held     []pipeline.Held
	May      struct{ Change, Release bool }
}

func (s *Studio) reserve(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Desk.Catalog.Programme(r.Context())
	if err != nil {
		return err
	}
	b := reserveBody{Silent: assets.Silence(p.Scrutins, s.Now())}
	for _, x := range slices.Backward(p.Scrutins) {
		if x.RemovedAt.IsZero() {
			b.Scrutins = append(b.Scrutins, x)
		}
		if x.Near(s.Now()) {
			b.Near = append(b.Near, x)
		}
	}
	if b.Held, err = s.Desk.HeldBack(r.Context()); err != nil {
		return err
	}
	b.May.Change = access.May(user(r).Role, "POST /regie/admin/reserve")
	b.May.Release = access.May(user(r).Role, "POST /regie/films/{film}/relancer")
	return s.show(w, r, "reserve", page{Title: "Réserve électorale", Here: "/regie/admin", Body: b})
}

// saveScrutin adds an election, changes it, or takes it off.
func (s *Studio) saveScrutin(w http.ResponseWriter, r *http.Request) error {
	id, said := assets.ID(r.PostFormValue("scrutin")), "Enregistré. Dans la fenêtre, rien d’électoral ne part."
	var batch assets.ID
	var err error
	if r.PostFormValue("faire") == "retirer" {
		said = "Retiré de la liste."
		batch, err = s.Desk.RemoveScrutin(r.Context(), id, actor(r))
	} else {
		closes, wrong := time.ParseInLocation("2006-01-02 15:04", r.PostFormValue("jour")+" "+r.PostFormValue("heure"), s.Zone)
		if wrong != nil {
			return wrongField("jour", "Donnez le jour du vote et l’heure à laquelle ferme le dernier bureau, par exemple 20:00.")
		}
		batch, err = s.Desk.SaveScrutin(r.Context(), id, r.PostFormValue("name"), closes, actor(r))
	}
	if err != nil {
		return err
	}
	return s.doneWith(w, r, reservePath, gate.Flash{Text: said, Undo: "/regie/annuler/" + string(batch)})
}

// releaseFilm sends out what was held back of a film.
func (s *Studio) releaseFilm(w http.ResponseWriter, r *http.Request) error {
	film := assets.ID(r.PathValue("film"))
	out, err := s.Desk.Release(r.Context(), film, actor(r))
	if err != nil {
		return err
	}
	names := make([]string, len(out))
	for i, p := range out {
		names[i] = p.Channel.Name()
	}
	return s.done(w, r, back(r, "/regie/films/"+string(film)), french.Typeset("Relancé : "+strings.Join(names, ", ")+"."))
}

// withdrawalsBody is the proof that a film was taken down, and where it still is.
type withdrawalsBody struct {
	Head   filmHead
	Proof  []pipeline.Withdrawal
	Public []assets.Publication // where it is, or is to go, and was not called back
	Who    map[string]string
	Now    time.Time
	Owed   bool
}

// withdrawals is the proof of a film: a sheet to be printed.
func (s *Studio) withdrawals(w http.ResponseWriter, r *http.Request) error {
	head, err := s.filmHead(r, "/retrait")
	if err != nil {
		return err
	}
	b := withdrawalsBody{Head: head, Now: s.Now()}
	if b.Proof, err = s.Desk.Withdrawals(r.Context(), head.Film.ID); err != nil {
		return err
	}
	if b.Public, err = s.Desk.Shown(r.Context(), head.Film.ID); err != nil {
		return err
	}
	var acts []assets.Event
	for _, x := range b.Proof {
		b.Owed = b.Owed || x.ConfirmedAt.IsZero()
		acts = append(acts, assets.Event{Actor: x.AskedBy}, assets.Event{Actor: x.ConfirmedBy})
	}
	if b.Who, err = s.actors(r.Context(), acts); err != nil {
		return err
	}
	return s.show(w, r, "retrait", page{Title: "Retrait – " + head.Film.Title, Here: "/regie/films", Body: b})
}

// withdraw takes a film off every channel, or a person's word that it is no more
// on one.
func (s *Studio) withdraw(w http.ResponseWriter, r *http.Request) error {
	film, id := assets.ID(r.PathValue("film")), assets.ID(r.PostFormValue("publication"))
	if r.PostFormValue("faire") == "partout" {
		if err := s.Desk.CallBack(r.Context(), film, r.PostFormValue("raison"), actor(r)); err != nil {
			return err
		}
		return s.done(w, r, pipeline.WithdrawalPath(film), "Le retrait est demandé partout. Cette page dit où il en est.")
	}
	if id == "" {
		return invalid("withdraw", "Choisissez une action.")
	}
	p, err := s.Desk.Catalog.Publication(r.Context(), id)
	if err != nil {
		return err
	}
	if p.Film != film {
		return gate.ErrHidden
	}
	if err := s.Desk.SayWithdrawn(r.Context(), id, actor(r)); err != nil {
		return err
	}
	return s.done(w, r, pipeline.WithdrawalPath(film), "C’est noté : le film n’est plus sur "+p.Channel.Name()+".")
}
