package studio

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"anonymal.tv/regie/assets"
)

// compareBody is two versions of a film side by side.
type compareBody struct {
	Head  filmHead
	A, B  side
	All   []int // the numbers of the versions that play
	Apart string
}

// side is one of them.
type side struct {
	*movie
	Notes []noteView
}

// compare shows two versions, played together.
func (s *Studio) compare(w http.ResponseWriter, r *http.Request) error {
	head, err := s.filmHead(r, "")
	if err != nil {
		return err
	}
	versions, err := s.Desk.Catalog.Versions(r.Context(), head.Film.ID)
	if err != nil {
		return err
	}
	b := compareBody{Head: head}
	sides := map[int]side{}
	for _, v := range versions {
		m, err := s.movieOfVersion(r.Context(), v)
		if err != nil {
			return err
		}
		if m == nil {
			continue
		}
		notes, err := s.Desk.Catalog.Notes(r.Context(), v.ID)
		if err != nil {
			return err
		}
		b.All = append(b.All, v.Number)
		sides[v.Number] = side{m, notesOf(notes, m.Rate, user(r), nil)}
	}
	if len(b.All) < 2 {
		return &assets.Error{Kind: assets.NotFound, Op: "studio.compare", Msg: "Il faut deux versions prêtes pour comparer."}
	}
	pick := func(name string, otherwise int) side {
		if n, err := strconv.Atoi(r.FormValue(name)); err == nil {
			if found, there := sides[n]; there {
				return found
			}
		}
		return sides[otherwise]
	}
	b.A, b.B = pick("a", b.All[len(b.All)-2]), pick("b", b.All[len(b.All)-1])
	b.Apart = apart(b.A, b.B)
	return s.show(w, r, "compare", page{Title: head.Film.Title, Here: "/regie/films", Class: "room", Body: b, Scripts: []string{"compare.js"}})
}

// apart says which of two versions is the longer.
func apart(a, b side) string {
	more := b.Length - a.Length
	switch seconds := decimal(math.Abs(more), 1); {
	case math.Abs(more) < 0.05:
		return "Même durée."
	case more > 0:
		return fmt.Sprintf("La V%d dure %s\u00a0s de plus.", b.Number, seconds)
	default:
		return fmt.Sprintf("La V%d est plus courte de %s\u00a0s.", b.Number, seconds)
	}
}
