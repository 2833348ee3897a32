package studio

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
)

// noteVersion adds a note to a version.
func (s *Studio) noteVersion(w http.ResponseWriter, r *http.Request) error {
	v, err := s.versionOf(r)
	if err != nil {
		return err
	}
	m, err := s.movieOfVersion(r.Context(), v)
	if err != nil {
		return err
	}
	rate := 25000
	if m != nil {
		rate = m.Rate
	}
	n, err := noteFrom(r, rate)
	if err != nil {
		return err
	}
	n.On, n.Subject, n.Film = assets.SubjectVersion, v.ID, v.Film
	if _, err := s.Desk.AddNote(r.Context(), n, user(r)); err != nil {
		return err
	}
	return s.done(w, r, back(r, "/regie/films/"+string(v.Film)+"/versions/"+strconv.Itoa(v.Number)), "")
}

// versionOf is the version that the address names.
func (s *Studio) versionOf(r *http.Request) (assets.Version, error) {
	all, err := s.Desk.Catalog.Versions(r.Context(), assets.ID(r.PathValue("film")))
	if err != nil {
		return assets.Version{}, err
	}
	for _, v := range all {
		if strconv.Itoa(v.Number) == r.PathValue("n") {
			return v, nil
		}
	}
	return assets.Version{}, errNoVersion
}

// askApproval asks for the BAT; who may answer may give it at once.
func (s *Studio) askApproval(w http.ResponseWriter, r *http.Request) error {
	film := assets.ID(r.PathValue("film"))
	to := "/regie/films/" + string(film)
	ask, said := s.Desk.AskApproval, "BAT demandé sur la V%d."
	if r.PostFormValue("donner") != "" {
		if !access.May(user(r).Role, "POST /regie/bat/{approval}") {
			return gate.ErrHidden
		}
		said = "BAT donné sur la V%d."
		ask = func(ctx context.Context, film assets.ID, actor string) (assets.Approval, error) {
			return s.Desk.ApproveNow(ctx, film, "", actor)
		}
	}
	a, err := ask(r.Context(), film, actor(r))
	if err != nil {
		return err
	}
	return s.done(w, r, to, fmt.Sprintf(said, a.Number))
}

// answerApproval gives the BAT, refuses it, or takes it back.
func (s *Studio) answerApproval(w http.ResponseWriter, r *http.Request) error {
	id, note := assets.ID(r.PathValue("approval")), r.FormValue("note")
	var a assets.Approval
	var err error
	said := "BAT donné."
	switch r.FormValue("reponse") {
	case "oui":
		a, err = s.Desk.Approve(r.Context(), id, note, actor(r))
	case "non":
		said = "BAT refusé : les notes sont dans le fil."
		a, err = s.Desk.Refuse(r.Context(), id, note, actor(r))
	case "reprendre":
		said = "BAT repris."
		a, err = s.Desk.TakeBack(r.Context(), id, actor(r))
	default:
		err = invalid("answerApproval", "Choisissez de donner le BAT ou de demander une modification.")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/regie/films/"+string(a.Film), said)
}

// putOnSite puts a film on the association's site, or takes it off.
func (s *Studio) putOnSite(w http.ResponseWriter, r *http.Request) error {
	film := assets.ID(r.PathValue("film"))
	to, site := "/regie/films/"+string(film), []assets.Channel{assets.ChannelSite}
	if r.FormValue("retirer") != "" {
		if _, err := s.Desk.Unpublish(r.Context(), film, site, actor(r)); err != nil {
			return err
		}
		return s.done(w, r, to, "Le film quitte le site.")
	}
	if _, err := s.Desk.Publish(r.Context(), film, site, time.Time{}, actor(r)); err != nil {
		return err
	}
	return s.done(w, r, to, "Le film part sur le site.")
}

// remake makes the current version again.
func (s *Studio) remake(w http.ResponseWriter, r *http.Request) error {
	film := assets.ID(r.PathValue("film"))
	if err := s.Desk.Remake(r.Context(), film, actor(r)); err != nil {
		return err
	}
	return s.done(w, r, "/regie/films/"+string(film), "La fabrication reprend depuis l’original.")
}

// stopMaking stops the making of the current version.
func (s *Studio) stopMaking(w http.ResponseWriter, r *http.Request) error {
	film := assets.ID(r.PathValue("film"))
	if err := s.Desk.Cancel(r.Context(), film, actor(r)); err != nil {
		return err
	}
	return s.done(w, r, "/regie/films/"+string(film), "Fabrication arrêtée. L’original est conservé.")
}

// correctSound asks for a version with the sound that the web expects.
func (s *Studio) correctSound(w http.ResponseWriter, r *http.Request) error {
	v, err := s.versionOf(r)
	if err != nil {
		return err
	}
	if err := s.Desk.CorrectSound(r.Context(), v.ID, actor(r)); err != nil {
		return err
	}
	return s.done(w, r, versionAddress(v), "Le son de la V"+strconv.Itoa(v.Number)+" se corrige : le fichier sera à télécharger ici.")
}

func versionAddress(v assets.Version) string {
	return "/regie/films/" + string(v.Film) + "/versions/" + strconv.Itoa(v.Number)
}
