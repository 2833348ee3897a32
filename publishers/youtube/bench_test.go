package youtube

import (
	"net/http"
	"regexp"
	"slices"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
	"anonymal.tv/regie/publishers/remote"
)

const size = 900_000 // of the film: four pieces

// bench is a channel on its emulator, and a film for it.
type bench struct {
	*sweep.Bench
	emu  *emu.YouTube
	tube *YouTube
}

func start(t *testing.T) *bench {
	t.Helper()
	e := emu.NewYouTube("first", "refresh")
	b := &bench{Bench: sweep.NewBench(t, e.Frame), emu: e}
	vault := remote.Given(tokens)
	var err error
	if b.tube, err = open(b.URL, &vault, b.Disk, b.Clock.Now); err != nil {
		t.Fatal(err)
	}
	b.To = b.tube
	b.Req.Files = []assets.Rendition{
		b.File(assets.MP4Role(1080), "mp4-1080.mp4", "video/mp4", size),
		b.File(assets.RolePoster, "poster.jpg", "image/jpeg", 3000),
		b.File(assets.RoleCaptions, "captions-fr-1.vtt", "text/vtt", 300),
	}
	b.Req.Dossier = &assets.Dossier{Slug: "zik-zac", Name: "Zik Zac"}
	b.Req.Territory = []assets.Territory{{Name: "Aix-en-Provence"}, {Name: "Jas-de-Bouffan"}}
	return b
}

func (b *bench) want(films ...string) {
	b.Helper()
	if got := b.emu.Films(); !slices.Equal(got, films) {
		b.Errorf("on the channel are %q, want %q", got, films)
	}
}

const films = "/upload/youtube/v3/videos"

var atFilms = regexp.MustCompile("^" + films + "$")

// refusal is the answer that YouTube gives for a reason.
func refused(code int, reason string) emu.Action {
	return emu.Status(code, `{"error":{"code":1,"message":"<b>no</b>","errors":[{"reason":"`+reason+`"}]}}`, nil)
}

// at puts a fault at the nth piece or question of the session: the first asks.
func (b *bench) at(nth int, do emu.Action) {
	b.emu.Plan(emu.Fault{Method: http.MethodPut, Path: atFilms, Nth: nth, Action: do})
}
