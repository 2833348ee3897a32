package studio

import (
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline/captions"
	"anonymal.tv/regie/web/gate"
)

// language is that of every text so far.
const language = "fr"

// trackPage is what differs between the pages of timed text.
type trackPage struct {
	Kind   assets.TrackKind
	Path   string // behind the film's
	Empty  string
	Column string // what is written
	End    bool   // each line has its own end
	File   bool   // a file can be brought, and taken away
}

func trackPages() map[assets.TrackKind]trackPage {
	return map[assets.TrackKind]trackPage{
		assets.TrackCaptions: {assets.TrackCaptions, "/sous-titres", "Aucun sous-titre. Déposez un fichier .srt ou écrivez.", "Texte", true, true},
		assets.TrackChapters: {assets.TrackChapters, "/chapitres", "Aucun chapitre. Écrivez le premier.", "Titre", false, true},
		assets.TrackSynthes:  {assets.TrackSynthes, "/synthes", "Aucun synthé. Écrivez qui parle, et sa fonction exacte.", "Nom, fonction", true, false},
	}
}

// trackBody is one timed text of a film.
type trackBody struct {
	trackPage
	Head     filmHead
	Movie    *movie
	Rows     []cueRow
	Blank    []cueRow // what can be written without JavaScript
	May      bool
	Reviewed bool
	Saved    time.Time
	People   []assets.Person
}

// cueRow is one line as it is typed.
type cueRow struct{ Start, End, Text, Remark string }

func (s *Studio) captions(w http.ResponseWriter, r *http.Request) error {
	return s.showTrack(w, r, assets.TrackCaptions, nil, nil)
}

func (s *Studio) chapters(w http.ResponseWriter, r *http.Request) error {
	return s.showTrack(w, r, assets.TrackChapters, nil, nil)
}

func (s *Studio) synthes(w http.ResponseWriter, r *http.Request) error {
	return s.showTrack(w, r, assets.TrackSynthes, nil, nil)
}

func (s *Studio) saveCaptions(w http.ResponseWriter, r *http.Request) error {
	return s.saveTrack(w, r, assets.TrackCaptions)
}

func (s *Studio) saveChapters(w http.ResponseWriter, r *http.Request) error {
	return s.saveTrack(w, r, assets.TrackChapters)
}

func (s *Studio) saveSynthes(w http.ResponseWriter, r *http.Request) error {
	return s.saveTrack(w, r, assets.TrackSynthes)
}

func (s *Studio) captionsFile(w http.ResponseWriter, r *http.Request) error {
	return s.trackFile(w, r, assets.TrackCaptions)
}

func (s *Studio) chaptersFile(w http.ResponseWriter, r *http.Request) error {
	return s.trackFile(w, r, assets.TrackChapters)
}

// showTrack shows a timed text as it is; or as typed, with what is wrong.
func (s *Studio) showTrack(w http.ResponseWriter, r *http.Request, kind assets.TrackKind, typed []cueRow, fault error) error {
	b := trackBody{trackPage: trackPages()[kind]}
	var err error
	if b.Head, err = s.filmHead(r, b.Path); err != nil {
		return err
	}
	if b.Movie, err = s.movieOf(r.Context(), b.Head.Film); err != nil {
		return err
	}
	t, err := s.Desk.Catalog.Track(r.Context(), b.Head.Film.ID, kind, language)
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return err
	}
	b.May = access.May(user(r).Role, "POST /regie/films/{film}"+b.Path)
	b.Reviewed, b.Saved, b.People = t.Reviewed, t.UpdatedAt, b.Head.Film.People
	b.Rows, b.Blank = rowsOf(t), make([]cueRow, 3)
	if fault != nil {
		b.Rows = typed
	}
	return s.showFault(w, r, "track", page{Title: b.Head.Film.Title, Here: "/regie/films", Body: b, Scripts: []string{"room.js", "track.js"}}, fault)
}

func rowsOf(t assets.Track) []cueRow {
	remarks := map[int]string{}
	if t.Kind == assets.TrackCaptions {
		remarks = captions.Remarks(t.Cues)
	}
	rows := make([]cueRow, len(t.Cues))
	for i, c := range t.Cues {
		rows[i] = cueRow{captions.Clock(c.Start), captions.Clock(c.End), c.Text, remarks[i]}
	}
	return rows
}

// saveTrack takes what was typed, or the file that was brought.
func (s *Studio) saveTrack(w http.ResponseWriter, r *http.Request, kind assets.TrackKind) error {
	is := trackPages()[kind]
	to := "/regie/films/" + r.PathValue("film") + is.Path
	t := assets.Track{Film: assets.ID(r.PathValue("film")), Kind: kind, Language: language, Reviewed: r.FormValue("relu") != ""}
	if file, _, err := r.FormFile("fichier"); err == nil {
		defer file.Close()
		text, err := io.ReadAll(io.LimitReader(file, 4<<20))
		if err == nil {
			t.Cues, err = captions.Read(text)
		}
		if err == nil {
			err = s.Desk.SaveTrack(r.Context(), t, actor(r))
		}
		if err != nil {
			return err
		}
		return s.done(w, r, to, french.Count(len(t.Cues), "ligne reprise", "lignes reprises")+" du fichier. À relire.")
	}
	rows := typedRows(r)
	err := error(nil)
	if t.Cues, err = cuesOf(rows, is.End); err == nil {
		err = s.Desk.SaveTrack(r.Context(), t, actor(r))
	}
	if err != nil {
		return s.showTrack(w, r, kind, rows, err)
	}
	return s.doneWith(w, r, to, gate.Flash{Text: "Enregistré à " + french.Hour(s.Now().In(s.Zone)) + "."})
}

// typedRows are the lines of the form that hold something.
func typedRows(r *http.Request) []cueRow {
	at := func(all []string, i int) string {
		if i < len(all) {
			return strings.TrimSpace(all[i])
		}
		return ""
	}
	var rows []cueRow
	for i, text := range r.PostForm["text"] {
		if text = strings.TrimSpace(strings.ReplaceAll(text, "\r", "")); text != "" {
			rows = append(rows, cueRow{Start: at(r.PostForm["start"], i), End: at(r.PostForm["end"], i), Text: text})
		}
	}
	return rows
}

// cuesOf reads the times of typed lines, and names the first that is none.
func cuesOf(rows []cueRow, end bool) ([]assets.Cue, error) {
	cues := make([]assets.Cue, len(rows))
	for i, row := range rows {
		var from, to bool
		cues[i].Text = row.Text
		cues[i].Start, from = captions.Seconds(row.Start)
		cues[i].End, to = captions.Seconds(row.End)
		if !from || end && !to {
			return nil, invalid("cuesOf", "Ligne "+french.Number(i+1)+" : écrivez le temps ainsi : 00:03:42.500. Rien n’a été enregistré.")
		}
	}
	return cues, nil
}

// trackFile gives a timed text as WebVTT.
func (s *Studio) trackFile(w http.ResponseWriter, r *http.Request, kind assets.TrackKind) error {
	f, err := s.Desk.Catalog.Film(r.Context(), assets.ID(r.PathValue("film")))
	if err != nil {
		return err
	}
	t, err := s.Desk.Catalog.Track(r.Context(), f.ID, kind, language)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/vtt; charset=utf-8")
	if r.FormValue("telecharger") != "" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+f.Slug+"-"+path.Base(string(kind))+`.vtt"`)
	}
	_, _ = w.Write(captions.WebVTT(t.Cues))
	return nil
}
