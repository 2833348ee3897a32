package studio

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// transfers are the pages about files on their way in.
var transfers = map[string]handler{
	"GET /regie/deposer":                      (*Studio).deposit,
	"POST /regie/deposer":                     (*Studio).openTransfer,
	"GET /regie/deposer/{transfer}":           (*Studio).transfer,
	"POST /regie/deposer/{transfer}":          (*Studio).answerTransfer,
	"POST /regie/deposer/{transfer}/annoncer": (*Studio).announce,
	"POST /regie/deposer/{transfer}/fichiers": (*Studio).takeFiles,
}

// depositBody is the page where files are chosen.
type depositBody struct {
	Kind       assets.AssetKind
	Sujet      assets.ID
	Sujets     []assets.Sujet
	Film       *assets.Film // the one that gets a new version
	Films      []assets.Film
	MayMaster  bool
	Unfinished []assets.Transfer
	Accept     string
}

// acceptMedia is what the picker of a phone offers.
const acceptMedia = "video/*,audio/*,image/*"

func (s *Studio) deposit(w http.ResponseWriter, r *http.Request) error {
	u, q := user(r), r.URL.Query()
	b := depositBody{
		Kind: assets.KindRush, Sujet: assets.ID(q.Get("sujet")), Accept: acceptMedia,
		MayMaster: access.May(u.Role, "POST /regie/sujets"),
	}
	var err error
	if b.Sujets, err = s.openSujets(r); err != nil {
		return err
	}
	if b.Sujet == "" {
		b.Sujet = s.onlyToday(b.Sujets, u)
	}
	if film := assets.ID(q.Get("film")); film != "" && b.MayMaster {
		f, err := s.Desk.Catalog.Film(r.Context(), film)
		if err != nil {
			return err
		}
		b.Film, b.Kind = &f, assets.KindMaster
	}
	if b.MayMaster {
		if q.Get("quoi") == "film" {
			b.Kind = assets.KindMaster
		}
		if b.Films, err = s.Desk.Catalog.Films(r.Context(), assets.FilmFilter{Limit: 300}); err != nil {
			return err
		}
		b.Films = slices.DeleteFunc(b.Films, func(f assets.Film) bool { return f.State == assets.FilmArchived })
	}
	return s.show(w, r, "deposit", page{Title: "Déposer", Here: "/regie/deposer", Body: b, Scripts: []string{"upload.js"}})
}

// openSujets are those that the visitor can add rushes to.
func (s *Studio) openSujets(r *http.Request) ([]assets.Sujet, error) {
	return s.Desk.Catalog.Sujets(r.Context(), assets.SujetFilter{Crew: ownOnly(r), State: assets.SujetOpen, Limit: mostSujets})
}

// onlyToday is the one sujet that is shot today with this person; "" for none,
// or several.
func (s *Studio) onlyToday(all []assets.Sujet, u assets.User) assets.ID {
	var today []assets.ID
	for _, x := range all {
		if slices.Contains(x.Crew, u.ID) && !x.At.Before(s.midnight(0)) && x.At.Before(s.midnight(1)) {
			today = append(today, x.ID)
		}
	}
	if len(today) != 1 {
		return ""
	}
	return today[0]
}

// opened is what our script is told of a new transfer.
type opened struct {
	ID     assets.ID `json:"id"`
	Path   string    `json:"path"`
	Hasher string    `json:"hasher"` // the script that sums files
}

func (s *Studio) openTransfer(w http.ResponseWriter, r *http.Request) error {
	t := assets.Transfer{
		Kind: assets.KindRush, Sujet: assets.ID(r.FormValue("sujet")),
	}
	if r.FormValue("quoi") == "film" || r.FormValue("film") != "" {
		t.Kind, t.Film, t.Sujet = assets.KindMaster, assets.ID(r.FormValue("film")), ""
	}
	t, err := s.Desk.OpenTransfer(r.Context(), user(r), t)
	if err != nil {
		return err
	}
	path := "/regie/deposer/" + string(t.ID)
	if asksJSON(r) {
		return answerJSON(w, http.StatusCreated, opened{t.ID, path, s.static.path("hasher.js")})
	}
	return s.done(w, r, path, "")
}

// announce answers, for our script, for each file that a device would send.
func (s *Studio) announce(w http.ResponseWriter, r *http.Request) error {
	var ask struct {
		Files []pipeline.Announced `json:"files"`
	}
	const longest = 8 << 20 // 5000 files with their folders
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, longest)).Decode(&ask); err != nil {
		return invalid("announce", "Cette liste de fichiers ne se lit pas. Rechargez la page.")
	}
	replies, err := s.Desk.Announce(r.Context(), assets.ID(r.PathValue("transfer")), ask.Files)
	if err == pipeline.ErrFull {
		return answerJSON(w, http.StatusInsufficientStorage, map[string]string{"erreur": assets.Sentence(err)})
	}
	if err != nil {
		return err
	}
	return answerJSON(w, http.StatusOK, map[string]any{"files": replies})
}

// transferBody is one transfer and what is said of it.
type transferBody struct {
	Filed
	pipeline.TransferView
	Where  string // the sujet or the film, by its title
	Back   string // its address
	Sujets []assets.Sujet
	Status transferStatus
	Accept string
	Mine   bool // the visitor's own: who else may look does not send
}

// transferStatus is how far a transfer is: our script asks for it as JSON.
type transferStatus struct {
	Files []fileStatus `json:"files"`
	Total int64        `json:"total"` // bytes
	Here  int64        `json:"here"`  // bytes
	Done  int          `json:"done"`
	Count int          `json:"count"` // refused and given up ones not counted
	Text  string       `json:"text"`  // a French sentence
	Safe  bool         `json:"safe"`  // everything is received and verified
	Next  string       `json:"next"`  // where it goes on
}

// fileStatus is one file of it.
type fileStatus struct {
	ID     assets.ID          `json:"id"`
	Name   string             `json:"name"`
	Folder string             `json:"folder,omitempty"`
	Size   int64              `json:"size"`
	Offset int64              `json:"offset"`
	State  assets.UploadState `json:"state"`
	Text   string             `json:"text"`
	SHA256 string             `json:"sha256,omitempty"`
}

func (s *Studio) transfer(w http.ResponseWriter, r *http.Request) error {
	v, err := s.Desk.ShowTransfer(r.Context(), assets.ID(r.PathValue("transfer")))
	if err != nil {
		return err
	}
	status := statusOf(v)
	if asksJSON(r) {
		return answerJSON(w, http.StatusOK, status)
	}
	b := transferBody{TransferView: v, Status: status, Accept: acceptMedia, Mine: v.Owner == user(r).ID}
	if b.Filed, err = s.filed(r.Context()); err != nil {
		return err
	}
	if b.Sujets, err = s.openSujets(r); err != nil {
		return err
	}
	if err := s.belongs(r, &b); err != nil {
		return err
	}
	title := "Envoi"
	if b.Where != "" {
		title = "Envoi : " + b.Where
	}
	return s.show(w, r, "transfer", page{Title: title, Here: "/regie/deposer", Body: b, Scripts: []string{"upload.js"}})
}

// belongs finds what a transfer belongs to.
func (s *Studio) belongs(r *http.Request, b *transferBody) error {
	switch {
	case b.Transfer.Film != "":
		f, err := s.Desk.Catalog.Film(r.Context(), b.Transfer.Film)
		b.Where, b.Back = f.Title, "/regie/films/"+string(f.ID)
		return err
	case b.Transfer.Sujet != "":
		x, err := s.Desk.Catalog.Sujet(r.Context(), b.Transfer.Sujet)
		b.Where, b.Back = x.Title, "/regie/sujets/"+string(x.ID)
		return err
	}
	return nil
}

func (s *Studio) answerTransfer(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("transfer"))
	if err := r.ParseForm(); err != nil {
		return invalid("answerTransfer", "Ces réponses ne se lisent pas. Rechargez la page.")
	}
	if _, err := s.Desk.SayOfTransfer(r.Context(), user(r), id, saidOf(r)); err != nil {
		return err
	}
	if asksJSON(r) {
		return answerJSON(w, http.StatusOK, map[string]string{"texte": "C’est noté."})
	}
	return s.done(w, r, "/regie/deposer/"+string(id), "C’est noté.")
}

// saidOf reads what was answered; what the form does not hold stays as it was.
func saidOf(r *http.Request) pipeline.Said {
	text := func(name string) *string {
		if !r.PostForm.Has(name) {
			return nil
		}
		v := strings.TrimSpace(r.PostForm.Get(name))
		return &v
	}
	said := pipeline.Said{Place: text("lieu"), Territory: text("territoire"), Note: text("note")}
	if v := text("mineurs"); v != nil {
		a := assets.Answer(*v)
		if !slices.Contains([]assets.Answer{assets.Yes, assets.No, assets.Unknown}, a) {
			a = ""
		}
		said.Minors = &a
	}
	if v := text("sujet"); v != nil {
		id := assets.ID(*v)
		said.Sujet = &id
	}
	if names := r.PostForm["nom"]; len(names) > 0 {
		said.People = []assets.Person{}
		roles := r.PostForm["fonction"]
		for i, name := range names {
			p := assets.Person{Name: name}
			if i < len(roles) {
				p.Role = roles[i]
			}
			said.People = append(said.People, p)
		}
	}
	return said
}
