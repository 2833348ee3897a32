package studio

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/pipeline/captions"
)

// coverBody is the picture that stands for a film, and what it can be.
type coverBody struct {
	Head       filmHead
	Movie      *movie
	Candidates []candidate
	May        bool
	Now        string // what stands for it now, in words
	Picture    bool   // there is one to see
	Coming     bool   // one is being made
}

// candidate is one of the pictures that the house proposes.
type candidate struct {
	Rank   int
	Path   string
	Chosen bool
}

func (s *Studio) covers(w http.ResponseWriter, r *http.Request) error {
	head, err := s.filmHead(r, "/vignettes")
	if err != nil {
		return err
	}
	f := head.Film
	b := coverBody{Head: head, May: access.May(user(r).Role, "POST /regie/films/{film}/vignettes")}
	if b.Movie, err = s.movieOf(r.Context(), f); err != nil {
		return err
	}
	made, err := s.made(r, f)
	if err != nil {
		return err
	}
	for _, m := range made {
		switch {
		case m.Role == assets.RoleThumbnail && m.Codec == "image/jpeg" && !slices.ContainsFunc(b.Candidates, func(c candidate) bool { return c.Rank == m.Rank }):
			b.Candidates = append(b.Candidates, candidate{m.Rank, s.filePath(f, b.Movie, m), f.Cover.Kind == assets.CoverThumbnail && f.Cover.Rank == m.Rank || f.Cover.Kind == "" && m.Rank == 1})
		case m.Role == assets.RoleCover, m.Role == assets.RolePoster:
			b.Picture = true
		}
	}
	slices.SortFunc(b.Candidates, func(a, b candidate) int { return cmp.Compare(a.Rank, b.Rank) })
	if b.Coming, err = s.underWay(r, f.ID, assets.JobCover); err != nil {
		return err
	}
	b.Now = map[assets.CoverKind]string{
		"": "La première vignette, par défaut.", assets.CoverThumbnail: "La vignette " + strconv.Itoa(f.Cover.Rank) + ".",
		assets.CoverFrame: "L’image à " + captions.Clock(f.Cover.Second) + ".", assets.CoverUpload: "Une image déposée.",
	}[f.Cover.Kind]
	return s.show(w, r, "cover", page{Title: f.Title, Here: "/regie/films", Body: b, Scripts: []string{"room.js", "pick.js"}})
}

// made are the files of a film's current version; none before it has one.
func (s *Studio) made(r *http.Request, f assets.Film) ([]assets.Rendition, error) {
	if f.Version == "" {
		return nil, nil
	}
	return s.Desk.Catalog.Renditions(r.Context(), f.Version)
}

// filePath is the address of a made file of the version that m shows.
func (s *Studio) filePath(f assets.Film, m *movie, file assets.Rendition) string {
	if m == nil {
		return ""
	}
	return "/regie/films/" + string(f.ID) + "/versions/" + strconv.Itoa(m.Number) + "/fichiers/" + pipeline.FileOf(file.Key)
}

// underWay tells whether work of a kind is waiting or going on.
func (s *Studio) underWay(r *http.Request, subject assets.ID, kind assets.JobKind) (bool, error) {
	jobs, err := s.Desk.Catalog.JobsOf(r.Context(), subject)
	return slices.ContainsFunc(jobs, func(j assets.Job) bool {
		return j.Kind == kind && (j.State == assets.JobWaiting || j.State == assets.JobRunning)
	}), err
}

func (s *Studio) chooseCover(w http.ResponseWriter, r *http.Request) error {
	film := assets.ID(r.PathValue("film"))
	to := "/regie/films/" + string(film) + "/vignettes"
	said := "Image choisie."
	var err error
	if file, header, absent := r.FormFile("fichier"); absent == nil {
		defer file.Close()
		err, said = s.Desk.BringCover(r.Context(), film, header.Filename, file, actor(r)), "Image reçue : elle sera prête dans un instant."
	} else {
		cover := assets.Cover{Kind: assets.CoverThumbnail}
		if at := r.FormValue("instant"); at != "" {
			cover.Kind, said = assets.CoverFrame, "Image choisie : elle sera prête dans un instant."
			var ok bool
			if cover.Second, ok = captions.Seconds(at); !ok {
				return wrongField("instant", "« "+at+" » n’est pas un temps : écrivez 00:03:42.500.")
			}
		} else if cover.Rank, err = strconv.Atoi(r.FormValue("vignette")); err != nil {
			return invalid("chooseCover", "Choisissez une vignette, une image du film ou un fichier.")
		}
		err = s.Desk.ChooseCover(r.Context(), film, cover, actor(r))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, to, said)
}

// cover is the picture that stands for a film now, as a file.
func (s *Studio) cover(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Desk.Catalog.Film(r.Context(), assets.ID(r.PathValue("film")))
	if err != nil {
		return err
	}
	m, err := s.movieOf(r.Context(), f)
	if err != nil {
		return err
	}
	made, err := s.made(r, f)
	if err != nil {
		return err
	}
	for _, file := range pipeline.Covered(f, made) {
		if file.Role == assets.RolePoster && file.Codec == "image/jpeg" && m != nil {
			http.Redirect(w, r, s.filePath(f, m, file), http.StatusSeeOther)
			return nil
		}
	}
	return &assets.Error{Kind: assets.NotFound, Op: "studio.cover", Msg: "Ce film n’a pas encore d’image."}
}
