package pipeline

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

// shown is what the channel was last given of the one film.
func (b *bench) shown(role assets.Role) (string, bool) {
	b.Helper()
	for _, req := range b.channel.public {
		if f, found := req.File(role); found {
			r, err := b.Blobs.Open(b.Context(), f.Key)
			if err != nil {
				b.Fatal(err)
			}
			defer r.Close()
			text, err := io.ReadAll(r)
			if err != nil {
				b.Fatal(err)
			}
			return string(text), true
		}
	}
	return "", false
}

// TestTrackReachesTheChannel: what is written is public with the next breath,
// and a wrong line changes nothing.
func TestTrackReachesTheChannel(t *testing.T) {
	b := newBench(t)
	film := b.take("film", assets.ChannelSite).Film
	b.settle()
	track := assets.Track{Film: film, Kind: assets.TrackCaptions, Language: "fr", Cues: []assets.Cue{{Start: 1, End: 2, Text: "<b>Bonjour</b>"}}}
	if err := b.SaveTrack(t.Context(), track, "monteur"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if got, _ := b.shown(assets.RoleCaptions); got != "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nBonjour\n" {
		t.Errorf("the channel has %q", got)
	}
	track.Cues = []assets.Cue{{Start: 2, End: 1, Text: "à l'envers"}}
	err := b.SaveTrack(t.Context(), track, "monteur")
	b.fails(assets.Invalid, err)
	if got := assets.Sentence(err); got != "Ligne 1 : la fin est avant le début." {
		t.Error(got)
	}
	chapters := assets.Track{Film: film, Kind: assets.TrackChapters, Language: "fr", Cues: []assets.Cue{{Start: 1.5, Text: "Suite"}, {Start: 0, Text: "Début"}}}
	if err := b.SaveTrack(t.Context(), chapters, "monteur"); err != nil {
		t.Fatal(err)
	}
	got, err := b.Catalog.Track(t.Context(), film, assets.TrackChapters, "fr")
	if err != nil || len(got.Cues) != 2 || got.Cues[0].End != 1.5 || got.Cues[1].End != 3 {
		t.Errorf("chapters %+v, %v", got.Cues, err)
	}
}

// TestChosenPictureIsThePoster, whichever way it was chosen, and after the film
// was made again.
func TestChosenPictureIsThePoster(t *testing.T) {
	b := newBench(t)
	film := b.take("film", assets.ChannelSite).Film
	b.settle()
	choose := func(c assets.Cover) string {
		t.Helper()
		if err := b.ChooseCover(t.Context(), film, c, "com"); err != nil {
			t.Fatal(err)
		}
		b.settle()
		got, _ := b.shown(assets.RolePoster)
		return got
	}
	if got := choose(assets.Cover{Kind: assets.CoverThumbnail, Rank: 1}); got != "filmthumbnail0" {
		t.Errorf("a candidate: %q", got)
	}
	if got := choose(assets.Cover{Kind: assets.CoverFrame, Second: 1.5}); got != "1.5 false" {
		t.Errorf("a frame: %q", got)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 800, 450))); err != nil {
		t.Fatal(err)
	}
	if err := b.BringCover(t.Context(), film, "affiche.png", bytes.NewReader(picture.Bytes()), "com"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if got, _ := b.shown(assets.RolePoster); got != "0 true" {
		t.Errorf("a picture: %q", got)
	}
	b.maker.generation++
	if err := b.Remake(t.Context(), film, "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if got, _ := b.shown(assets.RolePoster); got != "0 true" {
		t.Errorf("after the remake: %q", got)
	}
	b.fails(assets.Invalid, b.ChooseCover(t.Context(), film, assets.Cover{Kind: assets.CoverThumbnail, Rank: 9}, "com"))
	b.fails(assets.Invalid, b.ChooseCover(t.Context(), film, assets.Cover{Kind: assets.CoverFrame, Second: 99}, "com"))
	for name, text := range map[string]string{
		"SVG": `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600"/>`, "small": tiny(t), "text": "bonjour", "bomb": bomb(t),
	} {
		if err := b.BringCover(t.Context(), film, name, strings.NewReader(text), "com"); assets.KindOf(err) != assets.Invalid || name == "bomb" && !strings.Contains(assets.Sentence(err), "trop grande") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func tiny(t *testing.T) string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bomb is a picture whose header says 30,000 × 30,000 (safety.md M-07).
func bomb(t *testing.T) string {
	small := []byte(tiny(t))
	copy(small[16:24], []byte{0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30})
	binary.BigEndian.PutUint32(small[29:], crc32.ChecksumIEEE(small[12:29]))
	return string(small)
}

// TestChosenTeaser: the passages are checked, cut, and public.
func TestChosenTeaser(t *testing.T) {
	b := newBench(t)
	film := b.take("film", assets.ChannelSite).Film
	b.settle()
	spans := []assets.Span{{Start: 0, End: 1.5}, {Start: 1.5, End: 3}}
	if err := b.ChooseTeaser(t.Context(), film, spans, "com"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if got, _ := b.shown(assets.RoleTeaser); got != "[{0 1.5} {1.5 3}]" {
		t.Errorf("the channel has %q", got)
	}
	for name, bad := range map[string][]assets.Span{"beyond the end": {{Start: 0, End: 9}}, "too short": {{Start: 0, End: 2}}, "backwards": {{Start: 2, End: 0}}} {
		if err := b.ChooseTeaser(t.Context(), film, bad, "com"); assets.KindOf(err) != assets.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFiche: an edit is told field by field, reaches the channel, and one that
// changes nothing leaves no trace.
func TestFiche(t *testing.T) {
	b := newBench(t)
	film := b.take("film", assets.ChannelSite).Film
	b.settle()
	f, err := b.Catalog.Film(t.Context(), film)
	if err != nil {
		t.Fatal(err)
	}
	f.Title, f.Lede, f.People = "  Before\u202e  Zik Zac ", "Une soirée.", []assets.Person{{Name: " "}, {Name: "La présidente", Role: "présidente du festival"}}
	if err := b.EditFilm(t.Context(), film, f, "com"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	for _, req := range b.channel.public {
		if req.Film.Title != "Before Zik Zac" || len(req.Film.People) != 1 {
			t.Errorf("the channel has %+v", req.Film)
		}
	}
	before, err := b.Catalog.Events(t.Context(), film)
	if err != nil {
		t.Fatal(err)
	}
	last := before[len(before)-1]
	for _, field := range []string{"title", "lede", "people"} {
		if _, told := last.Edits[field]; !told {
			t.Errorf("%s is not told: %+v", field, last.Edits)
		}
	}
	if err := b.EditFilm(t.Context(), film, f, "com"); err != nil {
		t.Fatal(err)
	}
	after, err := b.Catalog.Events(t.Context(), film)
	if err != nil || len(after) != len(before) {
		t.Errorf("%d events, want %d, %v", len(after), len(before), err)
	}
	f.Title = strings.Repeat("é", 200)
	b.fails(assets.Invalid, b.EditFilm(t.Context(), film, f, "com"))
	f.Title, f.Rubriques = "Titre", []string{"inconnue"}
	b.fails(assets.Invalid, b.EditFilm(t.Context(), film, f, "com"))
	if !slices.ContainsFunc(after, func(e assets.Event) bool { return e.From == e.To && e.Actor == "com" }) {
		t.Error("no event names the actor")
	}
}
