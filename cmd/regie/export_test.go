package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// TestKdenliveOpensASelection: the project of a selection, laid beside what its
// zip holds, is rendered by MLT, which Kdenlive is made of: each frame is the
// one that was chosen, and the sound is there where it should be.
func TestKdenliveOpensASelection(t *testing.T) {
	s := openStudio(t)
	good, dir := filepath.Join(clips(t), "good"), t.TempDir()
	frames := s.given("Numéros & <images>", burnt(t, dir, 6))
	flower := s.given("Une fleur", filepath.Join(good, "cam-flower-540p30-5s.mp4"))
	voice := s.given("La voix", filepath.Join(good, "audio-only-interview-92s.mp4"))
	tab := s.as(assets.RoleMonteur)
	for _, id := range []assets.ID{frames, flower, voice} {
		until(t, tab, `fetch("/regie/rushes/`+string(id)+`").then(r => r.text()).then(t => t.includes("room-player"))`)
	}
	tab.Open(t, s.URL+"/regie/selections")
	post := func(path string, form map[string]any) string {
		t.Helper()
		body, _ := json.Marshal(form)
		at, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[string](`fetch("`+path+`", {method: "POST", body: new URLSearchParams(`+string(body)+`)}).then(r => r.url)`, browser.Awaited))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	page := post("/regie/selections", map[string]any{"name": "Bout à bout « d’été »"})
	id := page[strings.LastIndex(page, "/")+1:]
	for _, c := range []struct {
		rush    assets.ID
		in, out int
	}{{frames, 30, 55}, {flower, 40, 70}, {voice, 200, 250}, {frames, 100, 125}} {
		post("/regie/selections", map[string]any{"rush": c.rush, "in": c.in, "out": c.out, "selection": id})
	}
	post("/regie/rushes/"+string(frames)+"/notes", map[string]any{"frame": 32, "text": "Ici ]]> « là »"})
	tab.Open(t, page)
	tab.Until(t, `document.querySelectorAll(".clips li").length === 4`)
	shoot(t, tab, "selection")
	fetch := func(format string) []byte {
		t.Helper()
		text, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[string](`fetch(location.pathname + "/export/`+format+`").then(r => r.ok ? r.blob() : Promise.reject(r.status)).then(b => new Promise(done => { const f = new FileReader(); f.onload = () => done(f.result); f.readAsDataURL(b) }))`, browser.Awaited))
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		_, data, _ := strings.Cut(text, ",")
		got, err := base64.StdEncoding.DecodeString(data)
		if err != nil || len(got) == 0 {
			t.Fatalf("%s: %d bytes, %v", format, len(got), err)
		}
		return got
	}
	for _, format := range []string{"otio", "fcpxml", "edl", "csv", "pdf"} {
		if got := fetch(format); format == "pdf" && !bytes.HasPrefix(got, []byte("%PDF-")) {
			t.Errorf("the PDF begins with %q", got[:8])
		}
	}
	if _, err := exec.LookPath("melt"); err != nil {
		t.Skip("melt is not installed (apt-get install melt): nothing here can open a Kdenlive project")
	}
	for files, project := range map[string]string{"originaux.zip": "kdenlive", "proxies.zip": "proxies.kdenlive"} {
		at := filepath.Join(dir, project)
		unzip(t, fetch(files), at)
		if err := os.WriteFile(filepath.Join(at, "montage.kdenlive"), fetch(project), 0o600); err != nil {
			t.Fatal(err)
		}
		movie := filepath.Join(at, "rendu.mkv")
		melt(t, filepath.Join(at, "montage.kdenlive"), movie)
		got := numbers(t, movie)
		if len(got) != 25+25+50+25 {
			t.Fatalf("%s: %d frames", project, len(got))
		}
		for i, want := range map[int]int{0: 30, 1: 31, 24: 54, 100: 100, 124: 124} {
			if got[i] != want {
				t.Errorf("%s: frame %d shows %d, want %d", project, i, got[i], want)
			}
		}
		if level := loudness(t, movie); level < -40 {
			t.Errorf("%s: its sound is at %.1f LUFS", project, level)
		}
	}
	tab.Faults(t)
}

// melt renders a project; it needs no screen.
func melt(t *testing.T, project, movie string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "melt", project, "-silent", "-consumer", "avformat:"+movie, "vcodec=ffv1", "acodec=pcm_s16le", "real_time=-1")
	cmd.Env = append(os.Environ(), "QT_QPA_PLATFORM=offscreen")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("melt: %v\n%s", err, out)
	}
}

// given is a rush of a clip, whose proxy the server has made.
func (s *opened) given(title, clip string) assets.ID {
	s.Helper()
	var got assets.Rush
	code, out, errs := outcome(s.T, s.Data, "ingest", clip, "--kind", "rush", "--title", title, "--wait", "--json")
	if code != exitDone || json.Unmarshal([]byte(out), &got) != nil || got.State != assets.RushReady {
		s.Fatalf("ingest: %d %s%s", code, out, errs)
	}
	return got.ID
}

func unzip(t *testing.T, archive []byte, dir string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if !filepath.IsLocal(f.Name) {
			t.Fatalf("%q leaves its folder", f.Name)
		}
		name := filepath.Join(dir, f.Name)
		from, err := f.Open()
		if err == nil {
			err = os.MkdirAll(filepath.Dir(name), 0o700)
		}
		var text []byte
		if err == nil {
			text, err = io.ReadAll(from)
		}
		if err == nil {
			err = os.WriteFile(name, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// numbers are those that the frames of a burnt clip say, one after the other.
func numbers(t *testing.T, movie string) []int {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", movie, "-vf", "crop=iw:ih*16/180:0:0,scale=16:1:flags=area,format=gray", "-f", "rawvideo", "-")
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var all []int
	for row := range slices.Chunk(out, 16) {
		n := 0
		for i, v := range row {
			if v > 128 {
				n |= 1 << i
			}
		}
		all = append(all, n)
	}
	return all
}
