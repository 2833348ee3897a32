package studio

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// filmRightsBody is the droit à l'image of one film.
type filmRightsBody struct {
	Head filmHead
	pipeline.FilmRights
	Locks []lockLine
	Gone  bool // it was called back: there is a proof
	May   struct{ Change, Blur, Waive, Open, Proof, Reserve bool }
}

// lockLine is something beside the people that keeps a film back, and where it is
// mended.
type lockLine struct {
	Lock       assets.Lock
	Text, Path string
}

// filmRights shows who is to be seen in a film, where it may be shown, and why
// not.
func (s *Studio) filmRights(w http.ResponseWriter, r *http.Request) error {
	rights, err := s.Desk.FilmRights(r.Context(), assets.ID(r.PathValue("film")))
	if err != nil {
		return err
	}
	head, err := s.filmHead(r, "/droits")
	if err != nil {
		return err
	}
	b := filmRightsBody{Head: head, FilmRights: rights}
	refusals, err := s.Desk.Refusals(r.Context(), rights.Film.ID, assets.ChannelSite, s.Now())
	if err != nil {
		return err
	}
	for _, x := range refusals {
		if x.Lock != assets.LockConsent {
			b.Locks = append(b.Locks, lockLine{x.Lock, s.Desk.Refusal(x), pipeline.WayOut(rights.Film.ID, pipeline.BlockageKind(x.Lock))})
		}
	}
	proof, err := s.Desk.Withdrawals(r.Context(), rights.Film.ID)
	if err != nil {
		return err
	}
	b.Gone = len(proof) > 0
	role := user(r).Role
	b.May.Change = access.May(role, "POST /regie/films/{film}/droits")
	b.May.Blur = access.May(role, "POST /regie/apparitions/{filmed}")
	b.May.Waive = access.May(role, "POST /regie/films/{film}/droits/passer-outre")
	b.May.Proof = access.May(role, "GET /regie/films/{film}/retrait")
	b.May.Reserve = access.May(role, "GET "+reservePath)
	b.May.Open = access.May(role, "GET /regie/autorisations/{consent}")
	return s.show(w, r, "droits", page{Title: rights.Film.Title, Here: "/regie/films", Body: b})
}

// addToFilm indicates a person in a film, and in its sujet where it has one.
func (s *Studio) addToFilm(w http.ResponseWriter, r *http.Request) error {
	film, err := s.Desk.Catalog.Film(r.Context(), assets.ID(r.PathValue("film")))
	if err != nil {
		return err
	}
	seen, err := s.Desk.AddFilmed(r.Context(), assets.Filmed{Film: film.ID, Sujet: film.Sujet}, personOf(r).form(), actor(r))
	if err != nil {
		return err
	}
	return s.done(w, r, consentPath(seen.Consent), "La personne est indiquée. Reste à recueillir son autorisation.")
}

// waive passes over what keeps a film back.
func (s *Studio) waive(w http.ResponseWriter, r *http.Request) error {
	if lock := assets.Lock(r.PostFormValue("verrou")); lock != "" {
		film := assets.ID(r.PathValue("film"))
		if err := s.Desk.PassOver(r.Context(), film, lock, r.PostFormValue("raison"), user(r)); err != nil {
			return err
		}
		return s.done(w, r, rightsPath(film), "C’est passé outre. Le journal garde votre raison.")
	}
	film, medium, why := assets.ID(r.PathValue("film")), assets.Medium(r.PostFormValue("support")), r.PostFormValue("raison")
	if medium == "" {
		medium = assets.MediumSite
	}
	if err := s.Desk.Waive(r.Context(), film, medium, why, user(r)); err != nil {
		return err
	}
	return s.done(w, r, rightsPath(film), "C’est passé outre. Le journal garde votre raison.")
}

func rightsPath(film assets.ID) string { return "/regie/films/" + string(film) + "/droits" }

// editFilmed says where a person is to be seen and whether they were made
// unrecognisable, or takes them off the list.
func (s *Studio) editFilmed(w http.ResponseWriter, r *http.Request) error {
	id, to := assets.ID(r.PathValue("filmed")), back(r, "/regie/autorisations")
	if r.PostFormValue("faire") == "retirer" {
		batch, err := s.Desk.RemoveFilmed(r.Context(), id, actor(r))
		if err != nil {
			return err
		}
		return s.doneWith(w, r, to, gate.Flash{Text: "La personne n’est plus indiquée ici.", Undo: "/regie/annuler/" + string(batch)})
	}
	spans, err := typedSpans(r.PostFormValue("passages"))
	if err != nil {
		return err
	}
	batch, err := s.Desk.EditFilmed(r.Context(), id, spans, r.PostFormValue("floute") != "", actor(r))
	if err != nil {
		return err
	}
	return s.doneWith(w, r, to, gate.Flash{Text: "C’est enregistré.", Undo: "/regie/annuler/" + string(batch)})
}

// filmedBody is the section « personnes filmées » of a sujet.
type filmedBody struct {
	Sujet  assets.ID
	People []pipeline.PersonView
	Change bool // may take people off
	Open   bool // may open their authorisation
	Add    bool
	Path   string // of the page around
}

// filmed is the section of a sujet for whoever is asking.
func (s *Studio) filmed(ctx context.Context, sujet assets.ID, u assets.User) (filmedBody, error) {
	people, err := s.Desk.PeopleOf(ctx, sujet)
	return filmedBody{
		Sujet: sujet, People: people, Path: "/regie/sujets/" + string(sujet) + "#personnes",
		Change: access.May(u.Role, "POST /regie/apparitions/{filmed}"),
		Open:   access.May(u.Role, "GET /regie/autorisations/{consent}"),
		Add:    access.May(u.Role, "POST /regie/sujets/{sujet}/personnes"),
	}, err
}

// addFilmed indicates a person in a sujet.
func (s *Studio) addFilmed(w http.ResponseWriter, r *http.Request) error {
	sujet := assets.ID(r.PathValue("sujet"))
	seen, err := s.Desk.AddFilmed(r.Context(), assets.Filmed{Sujet: sujet}, personOf(r).form(), actor(r))
	if err != nil {
		return err
	}
	to := "/regie/sujets/" + string(sujet)
	if access.May(user(r).Role, "GET /regie/autorisations/{consent}") {
		to = consentPath(seen.Consent)
	}
	return s.done(w, r, to, "La personne est indiquée. Reste à recueillir son autorisation.")
}

// spansText is passages as they are typed: « 0:12–0:34 ; 1:02–1:10 ».
func spansText(spans []assets.Span) string {
	all := make([]string, len(spans))
	for i, x := range spans {
		all[i] = minute(x.Start) + "–" + minute(x.End)
	}
	return strings.Join(all, " ; ")
}

// minute is an instant of a film, to the tenth of a second where it matters.
func minute(seconds float64) string {
	tenths := int(math.Round(seconds * 10))
	text := fmt.Sprintf("%d:%02d", tenths/600, tenths/10%60)
	if tenths%10 != 0 {
		text += fmt.Sprintf(",%d", tenths%10)
	}
	return text
}

// typedSpans reads passages; nothing stands for the whole film.
func typedSpans(text string) ([]assets.Span, error) {
	var all []assets.Span
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		part = strings.NewReplacer("–", "-", " ", "", "\u00a0", "", "\r", "").Replace(part)
		if part == "" {
			continue
		}
		from, to, _ := strings.Cut(part, "-")
		start, err := instant(from)
		end, err2 := instant(to)
		if err != nil || err2 != nil || end <= start || len(all) == 50 {
			return nil, invalid("typedSpans", "Un passage s’écrit 0:12-0:34 ; séparez-les par des points-virgules.")
		}
		all = append(all, assets.Span{Start: start, End: end})
	}
	return all, nil
}

// instant reads 34, 1:02, 1:02,5 or 1:02:03 as seconds.
func instant(text string) (float64, error) {
	total := 0.0
	for part := range strings.SplitSeq(text, ":") {
		n, err := strconv.ParseFloat(strings.Replace(part, ",", ".", 1), 64)
		if err != nil || !(n >= 0 && n < 1e6) {
			return 0, fmt.Errorf("studio: %q is no instant", text)
		}
		total = total*60 + n
	}
	return total, nil
}
