package studio

import (
	"net/http"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// filmHead stands at the top of every page about a film, at the same place: its
// title, where it stands, what blocks it, and the pages there are.
type filmHead struct {
	Film     assets.Film
	Standing string
	Chips    []chip // red, each with the way out
	Tabs     []tab
}

// chip is something that blocks a film, and where it is mended.
type chip struct {
	Text, Path string
	Kind       pipeline.BlockageKind
}

// tab is one page about a film.
type tab struct {
	Path, Name string
	Current    bool
}

// filmTabs are the pages about a film, in order: their path behind the film's,
// and their name.
func filmTabs() [][2]string {
	return [][2]string{
		{"", "Film"},
		{"/fiche", "Fiche"},
		{"/sous-titres", "Sous-titres"},
		{"/chapitres", "Chapitres"},
		{"/synthes", "Synthés"},
		{"/vignettes", "Vignettes"},
		{"/teaser", "Teaser"},
		{"/textes", "Textes"},
		{"/droits", "Droits"},
		{"/livraisons", "Livraisons"},
	}
}

// filmHead gathers it; here is the current tab's path behind the film's.
func (s *Studio) filmHead(r *http.Request, here string) (filmHead, error) {
	f, err := s.Desk.Catalog.Film(r.Context(), assets.ID(r.PathValue("film")))
	if err != nil {
		return filmHead{}, err
	}
	h := filmHead{Film: f, Standing: string(f.State)}
	if f.Version != "" {
		v, err := s.Desk.Catalog.Version(r.Context(), f.Version)
		if err != nil {
			return h, err
		}
		h.Standing = assets.Standing(f, &v)
	}
	blocked, err := s.Desk.Blockages(r.Context(), f.ID)
	if err != nil {
		return h, err
	}
	for _, b := range blocked {
		h.Chips = append(h.Chips, chip{b.Text, pipeline.WayOut(f.ID, b.Kind), b.Kind})
	}
	for _, t := range filmTabs() {
		if access.May(user(r).Role, "GET /regie/films/{film}"+t[0]) {
			h.Tabs = append(h.Tabs, tab{"/regie/films/" + string(f.ID) + t[0], t[1], t[0] == here})
		}
	}
	return h, nil
}
