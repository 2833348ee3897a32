package site

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/web/static"
)

var programme = assets.Programme{
	Rubriques: []assets.Rubrique{
		{Slug: "politique", Name: "Politique", Light: "#1F4E9E", Dark: "#8FB4F2", Rank: 0},
		{Slug: "societe", Name: "Société", Light: "#8A2A6B", Dark: "#E59CCB", Rank: 1},
		{Slug: "culture", Name: "Culture", Light: "#B3261E", Dark: "#FF9C93", Rank: 2, Lede: "Concerts, théâtre de rue, arts numériques : ce qui se joue près de chez vous."},
		{Slug: "economie", Name: "Économie", Light: "#1B6E5A", Dark: "#7FD1BA", Rank: 3},
		{Slug: "sport", Name: "Sport", Light: "#9A4A06", Dark: "#F2B26B", Rank: 4},
		{Slug: "films-pedagogiques", Name: "Films pédagogiques", Light: "#5B4BB7", Dark: "#B9AEF5", Rank: 5},
		{Slug: "zoom-jas", Name: "Zoom sur le Jas de Bouffan", Light: "#0F6A86", Dark: "#7CCBE3", Rank: 6},
		{Slug: "numerique", Name: "Numérique", Light: "#3F5F22", Dark: "#A9CF83", Rank: 7},
		{Slug: "conseils-citoyens", Name: "Conseils citoyens", Light: "#6B4E16", Dark: "#DDBE7A", Rank: 8},
	},
	Partners: []assets.Partner{
		{Slug: "zik-zac-festival", Name: "Zik Zac Festival", URL: "https://www.zikzac.example/"},
		{Slug: "journees-de-l-eloquence", Name: "Journées de l'Éloquence"},
		{Slug: "ville-de-miramas", Name: "Ville de Miramas"},
	},
	Dossiers: []assets.Dossier{
		{Slug: "zik-zac-2018", Name: "Zik Zac 2018", Partner: "zik-zac-festival", Lede: "La 21e édition du festival, de l'installation des scènes aux retours de soirée."},
		{Slug: "eloquence-2018", Name: "Éloquence 2018", Partner: "journees-de-l-eloquence", Lede: "Théâtre de rue, ateliers au lycée et concours de clôture."},
		{Slug: "citoyens-particip-actifs", Name: "Citoyens Particip'Actifs", Partner: "ville-de-miramas"},
	},
	Territories: []assets.Territory{
		{Slug: "aix-en-provence", Name: "Aix-en-Provence"},
		{Slug: "jas-de-bouffan", Name: "Jas de Bouffan", Parent: "aix-en-provence"},
		{Slug: "beisson", Name: "Beisson", Parent: "aix-en-provence"},
		{Slug: "miramas", Name: "Miramas"},
		{Slug: "quartiers-nord", Name: "Quartiers Nord", Parent: "miramas"},
		{Slug: "salon-de-provence", Name: "Salon-de-Provence"},
		{Slug: "les-canourgues", Name: "Les Canourgues", Parent: "salon-de-provence"},
	},
}

// fixedNow is the clock of every test.
func fixedNow() time.Time { return time.Date(2018, 6, 22, 18, 0, 0, 0, time.UTC) }

type house struct {
	*Site
	blobs *blobs.Disk
	dir   string
}

// newHouse makes a site in a folder of its own, or opens the one that is there.
func newHouse(t testing.TB, dir string) house {
	t.Helper()
	store, err := blobs.NewDisk(blobs.DiskOptions{Dir: filepath.Join(dir, "blobs")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	s, err := New(Options{
		Public: filepath.Join(dir, "public"), State: filepath.Join(dir, "site"), BaseURL: "https://anonymal.example",
		Identity: Identity{Name: "Anonymal", Tagline: "La web TV participative", Mail: "contact@anonymal.example"},
		Blobs:    store, Assets: static.FS(), Now: fixedNow,
		Programme: func(context.Context) (assets.Programme, error) { return programme, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return house{s, store, dir}
}

func unsaved([]byte) error { return nil }

func (h house) publish(t testing.TB, req publishers.Request) publishers.Receipt {
	t.Helper()
	receipt, err := h.Publish(t.Context(), req, unsaved)
	if err != nil {
		t.Fatalf("publish %s: %v", req.Film.Slug, err)
	}
	return receipt
}

func (h house) keep(t testing.TB, key string, text []byte) assets.Blob {
	t.Helper()
	b, err := h.blobs.Put(t.Context(), key, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// paper is a request whose media are a few bytes that no player opens.
func (h house) paper(t testing.TB, n int) publishers.Request {
	t.Helper()
	req := h.paperText(n)
	id := string(req.Film.ID)
	base := "films/" + id + "/v1/"
	file := func(role assets.Role, name string, w, h2 int, codec string) assets.Rendition {
		b := h.keep(t, base+name, []byte(strings.Repeat(id+name, 8)))
		return assets.Rendition{Role: role, Key: b.Key, Size: b.Size, SHA256: b.SHA256, Width: w, Height: h2, Codec: codec, Duration: 222}
	}
	hls := file(assets.RoleHLS, "hls/main.m3u8", 1280, 720, "")
	for _, name := range []string{"hls/720/init.mp4", "hls/720/000.m4s", "hls/audio/000.m4s"} {
		b := h.keep(t, base+name, []byte(id+name))
		hls.Parts = append(hls.Parts, assets.Part(b))
	}
	req.Files = []assets.Rendition{
		hls, file("mp4-720", "720.mp4", 1280, 720, ""), file("mp4-1080", "1080.mp4", 1920, 1080, ""),
		file(assets.RoleAudio, "audio.m4a", 0, 0, ""), file(assets.RoleTeaser, "teaser.mp4", 1280, 720, ""),
		file(assets.RolePoster, "p1280.jpg", 1280, 720, "image/jpeg"), file(assets.RolePoster, "p640.jpg", 640, 360, "image/jpeg"),
		file(assets.RolePoster, "p1280.webp", 1280, 720, "image/webp"), file(assets.RolePoster, "p640.webp", 640, 360, "image/webp"),
	}
	return req
}

// paperText is all of paper but its files.
func (h house) paperText(n int) publishers.Request {
	id := fmt.Sprintf("01hzzzzzzzzzzzzzzzzzz%05d", n)
	pick := func(i int, all int) int { return (n*7 + i) % all }
	req := publishers.Request{
		Marker: "decision-" + strconv.Itoa(n), At: fixedNow().Add(-time.Duration(n) * 26 * time.Hour),
		Film: assets.Film{
			ID: assets.ID(id), Slug: "film-" + strconv.Itoa(n), Title: "Soirée d'ouverture n° " + strconv.Itoa(n),
			Lede: "Une installation, trois concerts et un public ravi : récit d'une soirée.", Genre: "reportage",
			Description: "Premier paragraphe.\n\nSecond paragraphe !", License: "CC-BY-4.0",
			People: []assets.Person{{Name: "La présidente", Role: "association du quartier"}},
		},
		Version:   assets.Version{ID: assets.ID(id), Film: assets.ID(id), Number: 1},
		Rubriques: []assets.Rubrique{programme.Rubriques[pick(0, len(programme.Rubriques))]},
	}
	if n%3 == 0 {
		dossier := programme.Dossiers[pick(1, len(programme.Dossiers))]
		req.Dossier = &dossier
		req.Partners = []assets.Partner{programme.Partners[pick(1, len(programme.Partners))]}
	}
	if n%2 == 0 {
		req.Territory = []assets.Territory{programme.Territories[0], programme.Territories[1]}
	}
	return req
}

// reel is a film of the test: a passage of a real clip and what is said of it.
type reel struct {
	clip      string
	at        string // seconds
	film      assets.Film
	rubriques []int
	dossier   int // from 1; 0 without
	territory []int
}

// shoot makes small but real media of a reel with plain ffmpeg.
func (h house) shoot(t testing.TB, n int, r reel) publishers.Request {
	t.Helper()
	clip, dir := services.Media(t, "good/"+r.clip), t.TempDir()
	ffmpeg := func(args ...string) {
		services.Run(t, dir, "ffmpeg", "ffmpeg", append([]string{"-hide_banner", "-loglevel", "error", "-y"}, args...)...)
	}
	in := []string{"-ss", r.at, "-t", "6", "-i", clip}
	sound := []string{"-f", "lavfi", "-i", "sine=f=330:d=6", "-map", "0:v:0", "-map", "1:a:0", "-t", "6"}
	video := []string{"-c:v", "libx264", "-preset", "ultrafast", "-crf", "27", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", "-ac", "2"}
	size := "scale='if(gt(iw,ih),1280,-2)':'if(gt(iw,ih),-2,720)',setsar=1"
	ffmpeg(join(in, sound, video, []string{"-vf", size, "-movflags", "+faststart", "720.mp4"})...)
	if err := os.MkdirAll(filepath.Join(dir, "hls"), 0o755); err != nil {
		t.Fatal(err)
	}
	ffmpeg("-i", "720.mp4", "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod",
		"-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init_%v.mp4", "-hls_segment_filename", "hls/%v_%03d.m4s",
		"-master_pl_name", "main.m3u8", "-var_stream_map", "v:0,agroup:sound,name:v a:0,agroup:sound,default:yes,name:a", "hls/%v.m3u8")
	ffmpeg("-i", "720.mp4", "-vn", "-c", "copy", "audio.m4a")
	ffmpeg("-i", "720.mp4", "-t", "3", "-c", "copy", "teaser.mp4")
	for _, w := range []string{"1280", "640"} {
		crop := "crop='min(iw,ih*16/9)':'min(ih,iw*9/16)',scale=" + w + ":-2"
		ffmpeg("-ss", "2", "-i", "720.mp4", "-frames:v", "1", "-vf", crop, "-q:v", "5", w+".jpg")
		ffmpeg("-ss", "2", "-i", "720.mp4", "-frames:v", "1", "-vf", crop, "-quality", "74", w+".webp")
	}
	return h.request(t, n, r, dir)
}

func join(all ...[]string) []string {
	var out []string
	for _, part := range all {
		out = append(out, part...)
	}
	return out
}

// request stores what shoot left in dir.
func (h house) request(t testing.TB, n int, r reel, dir string) publishers.Request {
	t.Helper()
	req := h.paper(t, n)
	base := "films/" + string(req.Film.ID) + "/real/"
	stored := func(name string) assets.Blob {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return h.keep(t, base+name, text)
	}
	width, height := 1280, 720
	var kept []assets.Rendition
	for _, f := range req.Files {
		name := map[assets.Role]string{"mp4-720": "720.mp4", assets.RoleAudio: "audio.m4a", assets.RoleTeaser: "teaser.mp4", assets.RoleHLS: "hls/main.m3u8"}[f.Role]
		if f.Role == assets.RolePoster {
			name = strconv.Itoa(f.Width) + "." + strings.Replace(strings.TrimPrefix(f.Codec, "image/"), "jpeg", "jpg", 1)
		}
		if name == "" {
			continue
		}
		b := stored(name)
		f.Key, f.Size, f.SHA256, f.Parts, f.Duration = b.Key, b.Size, b.SHA256, nil, 6
		if f.Role == assets.RoleHLS {
			f.Width, f.Height = width, height
			files, err := filepath.Glob(filepath.Join(dir, "hls", "*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if name := "hls/" + filepath.Base(file); name != "hls/main.m3u8" {
					part := stored(name)
					f.Parts = append(f.Parts, assets.Part(part))
				}
			}
		}
		kept = append(kept, f)
	}
	req.Files = kept
	film := r.film
	film.ID = req.Film.ID
	req.Film, req.Rubriques, req.Dossier, req.Territory, req.Partners = film, nil, nil, nil, nil
	for _, i := range r.rubriques {
		req.Rubriques = append(req.Rubriques, programme.Rubriques[i])
	}
	for _, i := range r.territory {
		req.Territory = append(req.Territory, programme.Territories[i])
	}
	if r.dossier > 0 {
		dossier := programme.Dossiers[r.dossier-1]
		req.Dossier = &dossier
		req.Partners = []assets.Partner{programme.Partners[r.dossier-1]}
	}
	return req
}
