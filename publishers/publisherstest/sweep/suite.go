package sweep

import (
	"fmt"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest"
)

// Suite runs the suite of all publishers on a channel and its emulator, and what
// becomes of a film that is made otherwise before it went out.
func Suite(t *testing.T, p Platform) {
	t.Run("another version of what was half sent", func(t *testing.T) { versions(t, p) })
	publisherstest.Suite(t, func(t *testing.T) publisherstest.Fixture {
		h := open(t, p, t.TempDir())
		frame, url := h.emulate()
		d := h.desk(url)
		h.connect(d)
		channel, err := d.Publishers.Get(d.Publishers.Channels()[0])
		if err != nil {
			t.Fatal(err)
		}
		return publisherstest.Fixture{
			Publisher: channel, OneAtATime: true,
			Request: func(n int) publishers.Request { return h.request(n) },
			Public: func() []string {
				var all []string
				for _, c := range frame.Public() {
					all = append(all, c.Text)
				}
				return all
			},
		}
	})
}

func (h *house) request(n int) publishers.Request {
	h.Helper()
	id := assets.ID(fmt.Sprintf("film-%d", n))
	v := assets.Version{ID: id, Film: id, Number: 1, State: assets.VersionReady}
	return publishers.Request{
		Marker: fmt.Sprintf("decision-%d", n), Version: v, Files: h.files(v.ID, string(v.ID)), At: h.clock.Now(),
		Film: assets.Film{ID: id, Slug: string(id), Title: fmt.Sprintf("Zik Zac, soir %d", n), Lede: "Une soirée au Jas.", State: assets.FilmApproved},
		Text: fmt.Sprintf("Zik Zac, soir %d", n), Link: fmt.Sprintf("https://anonymal.example/films/film-%d/", n),
	}
}
