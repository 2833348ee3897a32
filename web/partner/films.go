package partner

import (
	"net/http"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// films shows all films of a link.
func (p *Room) films(w http.ResponseWriter, r *http.Request, v visit) error {
	all, err := p.Desk.Handed(r.Context(), v.Delivery)
	if err != nil {
		return err
	}
	type group struct {
		pipeline.NamedGroup
		Films []filmBody
	}
	var b struct {
		Ready  int
		Groups []group
	}
	for _, g := range pipeline.HandedGroups() {
		var films []filmBody
		for _, h := range all {
			if h.Group == g.Group {
				films = append(films, p.filmOf(v, h))
			}
		}
		if len(films) > 0 {
			b.Groups = append(b.Groups, group{g, films})
		}
		if g.Group == pipeline.HandedReady {
			b.Ready = len(films)
		}
	}
	return p.show(w, r, http.StatusOK, "films", page{Title: v.Name, Link: v.Delivery, Root: v.root, Body: b})
}

// filmBody is one film as pages show it.
type filmBody struct {
	pipeline.Handed
	Path            string // of its page
	Poster          string // addresses; "" for none
	Video, Captions string
	Code            string             // that shows it on other sites; "" as long as it is not public
	Said            assets.ReceiptKind // what was answered by this link on this version, or last
	Name, Note      string             // as they were typed
}

func (p *Room) filmOf(v visit, h pipeline.Handed) filmBody {
	b := filmBody{Handed: h, Path: v.root + "/films/" + string(h.ID), Code: h.Embed(p.Desk.Letterhead.BaseURL)}
	at := func(role assets.Role) string {
		i := slices.IndexFunc(h.Made, func(r assets.Rendition) bool { return r.Role == role && r.Codec != "image/webp" })
		if i < 0 {
			return ""
		}
		return b.Path + "/voir/" + pipeline.FileOf(h.Made[i].Key)
	}
	b.Poster, b.Captions = at(assets.RolePoster), at(assets.RoleCaptions)
	if m, there := h.Movie(); there {
		b.Video = b.Path + "/voir/" + pipeline.FileOf(m.Key)
	}
	return b
}

// Coming tells whether a form of the film is being made.
func (b filmBody) Coming() bool {
	return slices.ContainsFunc(b.Formats, func(f pipeline.FormatView) bool {
		return f.State == assets.FormatAsked || f.State == assets.FormatMaking
	})
}

// film shows one film: to look at, to answer, to download.
func (p *Room) film(w http.ResponseWriter, r *http.Request, v visit) error {
	return p.showFilm(w, r, v, http.StatusOK, "", pipeline.PartnerAnswer{})
}

func (p *Room) showFilm(w http.ResponseWriter, r *http.Request, v visit, status int, fault string, typed pipeline.PartnerAnswer) error {
	h, err := p.Desk.HandedFilm(r.Context(), v.Delivery, assets.ID(r.PathValue("film")))
	if assets.KindOf(err) == assets.NotFound && err != nil {
		return gate.ErrHidden
	}
	if err != nil {
		return err
	}
	b := p.filmOf(v, h)
	b.Name, b.Note = typed.Name, typed.Note
	receipts, err := p.Desk.Catalog.Receipts(r.Context(), v.ID)
	if err != nil {
		return err
	}
	for _, x := range receipts {
		// Who is asked again answers again.
		if x.Film == h.ID && h.Approval == nil && (h.Version.ID == "" || x.SHA256 == string(h.Version.ID)) && (x.Kind == assets.ReceiptApproved || x.Kind == assets.ReceiptChanges) {
			b.Said = x.Kind
		}
		if x.Visitor == v.visitor && x.Name != "" && b.Name == "" {
			b.Name = x.Name
		}
	}
	return p.show(w, r, status, "film", page{Title: h.Title, Link: v.Delivery, Root: v.root, Fault: fault, Body: b})
}
