package studio

import (
	"net/http"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// wordingsBody is what one channel says of a film, beside the other channels.
type wordingsBody struct {
	Head    filmHead
	Tabs    []wordingTab
	Wording *pipeline.Wording // of the current tab; nil while no channel is in use
	Name    string            // of its channel
	Refusal string            // why the channel would not take these words
	Picture bool              // there is one to see
	May     bool
}

// wordingTab is one channel: its page, and whether it has words of its own.
type wordingTab struct {
	tab
	Own bool
}

// wordings shows the texts of a film, a channel at a time.
func (s *Studio) wordings(w http.ResponseWriter, r *http.Request) error {
	b, err := s.wordingsOf(r, assets.Channel(r.FormValue("canal")), nil)
	if err != nil {
		return err
	}
	return s.show(w, r, "wordings", page{Title: b.Head.Film.Title, Here: "/regie/films", Body: b})
}

// wordingsOf gathers the page of a channel, or of the first one; typed are words
// that are tried there.
func (s *Studio) wordingsOf(r *http.Request, channel assets.Channel, typed *pipeline.Words) (wordingsBody, error) {
	head, err := s.filmHead(r, "/textes")
	if err != nil {
		return wordingsBody{}, err
	}
	film := head.Film
	b := wordingsBody{Head: head, May: access.May(user(r).Role, "POST /regie/films/{film}/textes")}
	outlets, err := s.Desk.Outlets(r.Context())
	if err != nil {
		return b, err
	}
	for _, o := range outlets {
		said, err := s.Desk.TextOf(r.Context(), film.ID, o.Channel)
		if err != nil {
			return b, err
		}
		if !o.Offered() && said.Publication == nil {
			continue
		}
		current := o.Channel == channel || channel == "" && b.Wording == nil
		b.Tabs = append(b.Tabs, wordingTab{tab{textsPath(film.ID, o.Channel), o.Name, current}, said.Own.Title || said.Own.Text})
		if current {
			b.Wording, b.Name = &said, o.Name
		}
	}
	if b.Wording == nil && channel != "" {
		return b, &assets.Error{Kind: assets.Conflict, Op: "studio.wordings", Msg: "Ce canal n’est pas utilisé ici : rien n’a été changé."}
	}
	if b.Wording == nil {
		return b, nil
	}
	if typed != nil {
		if *b.Wording, err = s.Desk.TryText(r.Context(), film.ID, channel, *typed); err != nil {
			return b, err
		}
	}
	if why := b.Wording.Refusal(); why != nil {
		b.Refusal = assets.Sentence(why)
	}
	made, err := s.made(r, film)
	for _, m := range made {
		b.Picture = b.Picture || m.Role == assets.RolePoster
	}
	return b, err
}

// word keeps what a channel says of a film. It counts only, and shows what it
// counted, where nothing else is asked or the channel would not take it.
func (s *Studio) word(w http.ResponseWriter, r *http.Request) error {
	film, channel, do := assets.ID(r.PathValue("film")), assets.Channel(r.FormValue("canal")), r.PostFormValue("faire")
	typed, said := pipeline.Words{Title: r.PostFormValue("title"), Text: r.PostFormValue("text")}, "Texte enregistré."
	if do == "reprendre" {
		typed, said = pipeline.Words{}, "Le texte commun est repris."
	}
	b, err := s.wordingsOf(r, channel, &typed)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if do == "enregistrer" && b.Refusal != "" {
		status = http.StatusUnprocessableEntity
	}
	if do == "" || do == "compter" || status != http.StatusOK {
		return s.render(w, r, status, "wordings", page{Title: b.Head.Film.Title, Here: "/regie/films", Body: b})
	}
	if b.Wording == nil || b.Wording.Publication == nil {
		return &assets.Error{Kind: assets.Conflict, Op: "studio.word", Msg: "Ce film n’est pas programmé sur ce canal : programmez-le d’abord. Rien n’a été changé."}
	}
	batch, err := s.Desk.SetText(r.Context(), b.Wording.Publication.ID, typed, actor(r))
	if err != nil {
		return err
	}
	flash := gate.Flash{Text: said}
	if batch != "" {
		flash.Undo = "/regie/annuler/" + string(batch)
	}
	return s.doneWith(w, r, textsPath(film, channel), flash)
}

func textsPath(film assets.ID, c assets.Channel) string {
	return "/regie/films/" + string(film) + "/textes?canal=" + string(c)
}
