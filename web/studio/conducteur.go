package studio

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// conducteurBody is the running order of a plateau.
type conducteurBody struct {
	Sujet    assets.Sujet
	Segments []segmentView
	Planned  int // seconds, in all
	Films    []assets.Film
	Edit     int  // the segment that is being edited; -1 for none
	May      bool // change it
	Live     bool // « en direct »: the big clock
	Now      int  // the segment that is on; -1 before the first
	Next     int  // the one that follows; -1 after the last
	Begun    bool
	Form     segmentForm
}

// segmentForm is a segment as it was typed.
type segmentForm struct{ Title, Speakers, Synthe, Film, Planned string }

// segmentView is one line of it.
type segmentView struct {
	assets.Segment
	N     int // from 0, as forms name it
	Place int // from 1, as people count
	From  int // seconds planned before it
	Until int // seconds planned up to its end
	First bool
	Last  bool
	Shown string // the title of the film that is shown
}

func (s *Studio) conducteur(w http.ResponseWriter, r *http.Request) error {
	edit := -1
	if n, err := strconv.Atoi(r.URL.Query().Get("segment")); err == nil {
		edit = n
	}
	x, err := s.Desk.Catalog.Sujet(r.Context(), assets.ID(r.PathValue("sujet")))
	if err != nil {
		return err
	}
	films, err := s.Desk.Catalog.Films(r.Context(), assets.FilmFilter{State: assets.FilmPublished, Limit: 200})
	if err != nil {
		return err
	}
	b := runningOrder(x, films)
	b.May = x.State == assets.SujetOpen && access.May(user(r).Role, "POST /regie/sujets/{sujet}/conducteur")
	b.Live, b.Edit = r.URL.Query().Get("vue") == "direct", -1
	if edit >= 0 && edit < len(b.Segments) && b.May {
		seg := x.Conducteur[edit]
		b.Edit, b.Form = edit, segmentForm{seg.Title, seg.Speakers, seg.Synthe, string(seg.Film), clock(seg.Planned)}
	}
	p := page{Title: "Conducteur – " + x.Title, Here: "/regie/sujets", Scripts: []string{"conducteur.js"}}
	if b.Live {
		p.Class = "room"
	}
	p.Body = b
	return s.show(w, r, "conducteur", p)
}

// runningOrder adds up what is planned, and finds what is on.
func runningOrder(x assets.Sujet, films []assets.Film) conducteurBody {
	titles := map[assets.ID]string{}
	for _, f := range films {
		titles[f.ID] = f.Title
	}
	b := conducteurBody{Sujet: x, Films: films, Now: -1, Next: -1}
	for i, seg := range x.Conducteur {
		v := segmentView{Segment: seg, N: i, Place: i + 1, From: b.Planned, First: i == 0, Last: i == len(x.Conducteur)-1, Shown: titles[seg.Film]}
		b.Planned += seg.Planned
		v.Until = b.Planned
		b.Segments = append(b.Segments, v)
		if !seg.Started.IsZero() {
			b.Begun = true
			if b.Now < 0 || seg.Started.After(x.Conducteur[b.Now].Started) {
				b.Now = i
			}
		}
	}
	if b.Now+1 < len(b.Segments) {
		b.Next = b.Now + 1
	}
	return b
}

// changeConducteur does what one of the buttons says.
func (s *Studio) changeConducteur(w http.ResponseWriter, r *http.Request) error {
	id, ctx, who := assets.ID(r.PathValue("sujet")), r.Context(), actor(r)
	here := "/regie/sujets/" + string(id) + "/conducteur"
	n, _ := strconv.Atoi(r.PostFormValue("segment")) // no number is the first; where it matters the Desk looks
	do := r.PostFormValue("faire")
	form := do == "ajouter" || do == "modifier"
	typed := segmentForm{r.PostFormValue("title"), r.PostFormValue("speakers"), r.PostFormValue("synthe"), r.PostFormValue("film"), r.PostFormValue("planned")}
	seg, err := typed.segment()
	act, known := map[string]func() error{
		"ajouter": func() error {
			return s.Desk.AddSegment(ctx, id, seg, who)
		},
		"modifier": func() error {
			return s.Desk.EditSegment(ctx, id, n, seg, who)
		},
		"monter":    func() error { return s.Desk.MoveSegment(ctx, id, n, -1, who) },
		"descendre": func() error { return s.Desk.MoveSegment(ctx, id, n, 1, who) },
		"retirer":   func() error { return s.Desk.RemoveSegment(ctx, id, n, who) },
		"lancer":    func() error { return s.Desk.StartSegment(ctx, id, n, who) },
		"zero":      func() error { return s.Desk.ResetConducteur(ctx, id, who) },
		"chapitres": func() error { return s.Desk.ChapterFilm(ctx, id, who) },
	}[do]
	if !known {
		return invalid("conducteur", "Ce bouton n’est plus là. Rechargez la page.")
	}
	if err == nil || !form {
		err = act()
	}
	if err != nil {
		return err
	}
	said := map[string]string{
		"retirer": "Le segment est retiré.", "zero": "Les heures réelles sont effacées.",
		"chapitres": "Les chapitres du film sont faits : ils restent à relire.",
	}[do]
	return s.done(w, r, back(r, here), said)
}

// segment is what the form says.
func (f segmentForm) segment() (assets.Segment, error) {
	planned, err := seconds(f.Planned)
	return assets.Segment{Title: f.Title, Speakers: f.Speakers, Synthe: f.Synthe, Film: assets.ID(f.Film), Planned: planned}, err
}

// seconds reads a length: « 4 » is four minutes, « 3:30 » three and a half,
// « 1:02:00 » a little more than an hour.
func seconds(text string) (int, error) {
	parts := strings.Split(strings.TrimSpace(text), ":")
	if len(parts) == 1 {
		parts = append(parts, "0")
	}
	total := 0
	for _, p := range parts {
		n, err := strconv.Atoi(p)
		if p == "" || err != nil || n < 0 || n > 999 || len(parts) > 3 {
			return 0, wrongField("planned", "« "+text+" » n’est pas une durée : écrivez des minutes, ou comme 3:30.")
		}
		total = total*60 + n
	}
	return total, nil
}

// clock says a length as running orders do: « 3:30 », « 1:02:00 ».
func clock(total int) string {
	d := time.Duration(total) * time.Second
	h, m, sec := int(d.Hours()), int(d.Minutes())%60, total%60
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, sec)
	}
	return fmt.Sprintf("%d:%02d", m, sec)
}
