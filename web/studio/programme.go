package studio

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
)

const programmePath = "/regie/admin/programme"

// programmeBody is one list of the programme, and the form of one of its entries.
type programmeBody struct {
	Filed
	Lists   []programmeList
	List    programmeList
	Entries []entryLine
	Entry   assets.HeadingEntry // Slug "" for a new one
	Others  []assets.HeadingEntry
}

// programmeList is one list, and what people call it.
type programmeList struct {
	Kind            assets.HeadingKind
	Name, One, Path string // Path: of an entry, in the studio
}

// entryLine is one entry with what is filed under it, and what stands below it.
type entryLine struct {
	assets.HeadingEntry
	assets.Filed
	Below []entryLine
}

func programmeLists() []programmeList {
	return []programmeList{
		{assets.HeadingRubrique, "Rubriques", "Nouvelle rubrique", "/regie/rubriques/"},
		{assets.HeadingDossier, "Dossiers", "Nouveau dossier", "/regie/dossiers/"},
		{assets.HeadingPartner, "Partenaires", "Nouveau partenaire", "/regie/partenaires/"},
		{assets.HeadingTerritory, "Territoires", "Nouveau territoire", "/regie/territoires/"},
	}
}

// listOf is the list that the request names.
func listOf(r *http.Request) (programmeList, error) {
	name := assets.HeadingKind(r.FormValue("liste"))
	if name == "" {
		name = assets.HeadingRubrique
	}
	l, known := bySlug(programmeLists(), func(l programmeList) bool { return l.Kind == name })
	if !known {
		return l, gate.ErrHidden
	}
	return l, nil
}

// programme shows one list of what films are filed under, and one entry of it.
func (s *Studio) programme(w http.ResponseWriter, r *http.Request) error {
	list, err := listOf(r)
	if err != nil {
		return err
	}
	b := programmeBody{Lists: programmeLists(), List: list}
	if b.Filed, err = s.filed(r.Context()); err != nil {
		return err
	}
	filed, err := s.Desk.Catalog.Filed(r.Context())
	if err != nil {
		return err
	}
	below := map[string][]entryLine{}
	for _, e := range b.Programme.Entries(list.Kind) {
		below[e.Parent] = append(below[e.Parent], entryLine{HeadingEntry: e, Filed: filed[assets.Heading{Kind: list.Kind, Slug: e.Slug}]})
	}
	for _, e := range below[""] {
		e.Below = below[e.Slug]
		b.Entries = append(b.Entries, e)
	}
	if slug := r.FormValue("entree"); slug != "" {
		e := b.Programme.Entry(assets.Heading{Kind: list.Kind, Slug: slug})
		if e == nil {
			return gate.ErrHidden
		}
		b.Entry = *e
		for _, o := range b.Programme.Entries(list.Kind) {
			if o.Slug != e.Slug {
				b.Others = append(b.Others, o)
			}
		}
	}
	return s.show(w, r, "programme", page{Title: "Programme", Here: "/regie/admin", Body: b})
}

// changeProgramme saves an entry, takes it off, or files what it holds under
// another.
func (s *Studio) changeProgramme(w http.ResponseWriter, r *http.Request) error {
	list, err := listOf(r)
	if err != nil {
		return err
	}
	here := programmePath + "?liste=" + url.QueryEscape(string(list.Kind))
	h := assets.Heading{Kind: list.Kind, Slug: r.PostFormValue("slug")}
	said, batch := "", assets.ID("")
	switch r.PostFormValue("faire") {
	case "retirer":
		said = "Retiré du programme."
		batch, err = s.Desk.RemoveEntry(r.Context(), h, actor(r))
	case "reunir":
		said = "Réuni : ce qui était classé là l’est maintenant ici, et l’ancienne adresse y mène."
		if batch, err = s.Desk.MergeEntries(r.Context(), h, r.PostFormValue("dans"), actor(r)); err == nil {
			here += "&entree=" + url.QueryEscape(r.PostFormValue("dans"))
		}
	case "logo", "sans-logo":
		here += "&entree=" + url.QueryEscape(h.Slug)
		said, batch, err = s.changeLogo(r, h.Slug)
	default:
		var e assets.HeadingEntry
		if e, err = s.typedEntry(r); err == nil {
			e, batch, err = s.Desk.SaveEntry(r.Context(), list.Kind, e, actor(r))
		}
		said = "« " + e.Name + " » est enregistré."
		here += "&entree=" + url.QueryEscape(e.Slug)
	}
	if err != nil {
		return err
	}
	return s.doneWith(w, r, here, gate.Flash{Text: said, Undo: "/regie/annuler/" + string(batch)})
}

// changeLogo gives a partner the logo that the form brings, or takes it away.
func (s *Studio) changeLogo(r *http.Request, partner string) (said string, batch assets.ID, err error) {
	if r.PostFormValue("faire") == "sans-logo" {
		batch, err = s.Desk.SetLogo(r.Context(), partner, nil, actor(r))
		return "Logo retiré.", batch, err
	}
	file, _, err := r.FormFile("logo")
	if err != nil {
		return "", "", wrongField("logo", "Choisissez un logo : PNG, JPEG ou WebP.")
	}
	defer file.Close()
	batch, err = s.Desk.SetLogo(r.Context(), partner, file, actor(r))
	return "Logo déposé : il est en tête des liens de ce partenaire.", batch, err
}

// partnerLogo is the logo of a partner, as its links show it.
func (s *Studio) partnerLogo(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Desk.LogoOf(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	return s.serve(w, r, f)
}

// typedEntry reads the form of an entry.
func (s *Studio) typedEntry(r *http.Request) (assets.HeadingEntry, error) {
	get := r.PostFormValue
	e := assets.HeadingEntry{
		Slug: get("slug"), Name: get("name"), Lede: get("lede"), Light: get("light"), Dark: get("dark"), URL: get("url"), Sites: strings.Fields(get("sites")), Partner: get("partner"), Parent: get("parent"),
		Begins: get("begins"), Ends: get("ends"),
	}
	if get("sans-couleur") == "" {
		e.Colour = get("colour")
	}
	var err error
	if e.Embargo, err = s.typedInstant("embargo", get("embargo")); err != nil {
		return e, err
	}
	for field, into := range map[string]*int{"rank": &e.Rank, "planned": &e.Planned} {
		if text := get(field); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return e, wrongField(field, "« "+text+" » n’est pas un nombre.")
			}
			*into = n
		}
	}
	return e, nil
}
