package peertube

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
	"anonymal.tv/regie/publishers/remote"
)

const (
	size  = 900_000 // of the film: four pieces
	films = "/api/v1/videos/upload-resumable"
)

// bench is a channel on its emulator, and a film for it.
type bench struct {
	*sweep.Bench
	emu  *emu.PeerTube
	tube *PeerTube
}

func start(t *testing.T) *bench {
	t.Helper()
	e := emu.NewPeerTube("secret")
	b := &bench{Bench: sweep.NewBench(t, e.Frame), emu: e}
	var vault remote.Given
	var err error
	if b.tube, err = New(Options{URL: b.URL, Insecure: true, Piece: 256 << 10, Vault: &vault, Blobs: b.Disk, Now: b.Clock.Now}); err != nil {
		t.Fatal(err)
	}
	who, err := b.tube.Introduce(t.Context(), platform.Tokens)
	if err != nil {
		t.Fatal(err)
	}
	vault, b.To = who.Tokens, b.tube
	b.Req.Film.License, b.Req.Link = "CC-BY-SA-4.0", ""
	b.Req.Files = []assets.Rendition{
		b.File(assets.MP4Role(1080), "mp4-1080.mp4", "video/mp4", size),
		b.File(assets.RolePoster, "poster.jpg", "image/jpeg", 3000),
		b.File(assets.RoleCaptions, "captions-fr-1.vtt", "text/vtt", 300),
	}
	b.Req.Dossier = &assets.Dossier{Slug: "zik-zac", Name: "Zik Zac"}
	e.Forget()
	return b
}

func (b *bench) want(films ...string) {
	b.Helper()
	if got := b.emu.Films(); !slices.Equal(got, films) {
		b.Errorf("on the channel are %q, want %q", got, films)
	}
}

// at puts a fault at the nth piece or question of the session: the first asks.
func (b *bench) at(nth int, do emu.Action) {
	b.emu.Plan(emu.Fault{Method: http.MethodPut, Path: regexp.MustCompile("^" + films + "$"), Nth: nth, Action: do})
}

// Whatever becomes of a session, one film comes of it, and what was kept is not
// sent again.
func TestAFilmGoesUpOnceWhateverBecomesOfItsSession(t *testing.T) {
	for _, c := range []struct {
		name     string
		wrong    func(b *bench)
		sessions int
		sent     int // bytes at most
	}{
		{"nothing", func(*bench) {}, 1, size},
		{"the answer to the last bytes is lost", func(b *bench) { b.at(5, emu.CommitThenDrop) }, 1, size},
		{"the last bytes are sorted for five minutes", func(b *bench) { b.emu.Sorting = 5 * time.Minute }, 1, size},
		{"less is kept than was sent", func(b *bench) { b.emu.Keep = 100_000 }, 1, 9 * 256 << 10},
		{"another offset is wanted", func(b *bench) {
			b.at(3, emu.Status(http.StatusConflict, `{"status":409}`, nil))
		}, 1, size + 256<<10},
		{"somebody else is at it", func(b *bench) { b.at(3, emu.Status(http.StatusTooManyRequests, "", nil)) }, 1, size + 256<<10},
		{"the token has run out in the middle", func(b *bench) {
			b.at(3, func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
				b.Clock.Advance(25 * time.Hour)
				effect(w, r)
			})
		}, 1, size + 256<<10},
		{"the session is gone in the middle", func(b *bench) { b.at(3, emu.After(b.emu.Expire)) }, 2, 2 * size},
		{"the session is gone with the last answer", func(b *bench) { b.at(5, emu.After(b.emu.Expire)) }, 1, size},
		// The instance knows the file, and gives the same session again.
		{"the answer to the beginning is lost", func(b *bench) {
			b.emu.Plan(emu.Fault{Method: http.MethodPost, Path: regexp.MustCompile("^" + films + "$"), Nth: 1, Action: emu.CommitThenDrop})
		}, 2, size},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			c.wrong(b)
			receipt := b.Published()
			b.want("Zik Zac 1")
			commits := b.emu.Commits()
			if len(commits) != 1 || commits[0].ID != receipt.RemoteID || commits[0].SHA != b.Req.Files[0].SHA256 {
				t.Errorf("commits %v, receipt %v", commits, receipt)
			}
			if n, _ := b.Asked(http.MethodPost, films); n != c.sessions {
				t.Errorf("%d sessions, want %d", n, c.sessions)
			}
			if _, sent := b.Asked(http.MethodPut, films); sent > c.sent {
				t.Errorf("%d bytes were sent, want %d at most", sent, c.sent)
			}
			if b.emu.Hasty > 0 {
				t.Errorf("%d calls came while the instance wanted none", b.emu.Hasty)
			}
		})
	}
}

// Before its hour a film is up and nobody sees it; at its hour no byte is sent,
// and what was corrected meanwhile is what people read.
func TestAFilmGoesUpAheadOfItsHour(t *testing.T) {
	b := start(t)
	b.emu.Transcoding = time.Hour
	if err := b.tube.Prepare(t.Context(), b.Req, b.Save); err != nil {
		t.Fatal(err)
	}
	b.want("Zik Zac 3")
	b.emu.Forget()
	b.Req.Film.Title = "Zik Zac, la nuit"
	receipt := b.Published()
	b.want("Zik Zac, la nuit 1")
	if n, _ := b.Asked(http.MethodPut, films); n != 0 {
		t.Errorf("%d pieces were sent at the hour", n)
	}
	s, err := b.tube.Status(t.Context(), receipt.RemoteID)
	if err != nil || s.Public || !strings.Contains(s.Note, "prépare encore") {
		t.Errorf("%+v, %v", s, err)
	}
	b.Clock.Advance(time.Hour)
	if s, err = b.tube.Status(t.Context(), receipt.RemoteID); err != nil || !s.Public || s.Note != "" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAFilmThatWasDeletedAheadOfItsHourGoesUpAgain(t *testing.T) {
	b := start(t)
	if err := b.tube.Prepare(t.Context(), b.Req, b.Save); err != nil {
		t.Fatal(err)
	}
	b.emu.Delete()
	b.Published()
	b.want("Zik Zac 1")
}

func TestATakingDownIsSeenToBeDone(t *testing.T) {
	b := start(t)
	receipt := b.Published()
	b.emu.Plan(emu.Fault{Method: http.MethodPut, Path: regexp.MustCompile(receipt.RemoteID), Nth: 1, Action: emu.Status(http.StatusNoContent, "", nil)})
	b.WantError(b.tube.Withdraw(t.Context(), receipt.RemoteID), assets.Transient, "montre encore")
	if err := b.tube.Withdraw(t.Context(), receipt.RemoteID); err != nil {
		t.Fatal(err)
	}
	b.want("Zik Zac 3")
}

func TestDecorationsAreMadeOnce(t *testing.T) {
	b := start(t)
	receipt := b.Published()
	b.emu.Forget()
	for range 2 {
		for _, step := range b.tube.Steps() {
			if err := b.tube.Decorate(t.Context(), step, receipt.RemoteID, b.Req); err != nil {
				t.Errorf("%s: %v", step, err)
			}
		}
	}
	for path, want := range map[string]int{"/api/v1/video-playlists": 1, "/api/v1/video-playlists/1000/videos": 1} {
		if n, _ := b.Asked(http.MethodPost, path); n != want {
			t.Errorf("%s: %d times", path, n)
		}
	}
	if n, _ := b.Asked(http.MethodPut, "/api/v1/videos/"+receipt.RemoteID+"/captions/fr"); n != 2 {
		t.Errorf("%d captions were put into their place", n)
	}
}

// The description is the text that the page of the film shows, and the link; what
// fits by Count is taken.
func TestTheDescriptionIsTheTextOfTheChannel(t *testing.T) {
	b := start(t)
	b.Req.Text, b.Req.Link = "Ici", "https://anonymal.example/films/zik-zac/"
	b.Req.Text += strings.Repeat("é", mostDescription-b.tube.Count(b.Req.Text, b.Req.Link))
	is, err := describe(b.Req)
	if text, _ := is["description"].(string); err != nil || !strings.HasPrefix(text, "Icié") || !strings.HasSuffix(text, "é\n\n"+b.Req.Link) {
		t.Errorf("%q, %v", text, err)
	}
	b.Req.Text += "é"
	_, err = describe(b.Req)
	b.WantError(err, assets.Invalid, "La description a 1\u00a0signe de trop")
}

func TestWhatPeerTubeWillNotTakeIsSaidToAPerson(t *testing.T) {
	for says, change := range map[string]func(b *bench){
		"plus de place":                   func(b *bench) { b.emu.Quota = 1000 },
		"plus connecté":                   func(b *bench) { b.emu.Password = "another"; b.Clock.Advance(25 * time.Hour) },
		"Le titre a 1\u00a0signe":         func(b *bench) { b.Req.Film.Title = strings.Repeat("é", 121) },
		"Le titre est trop court":         func(b *bench) { b.Req.Film.Title = "Ah" },
		"La description a 20\u00a0signes": func(b *bench) { b.Req.Text = strings.Repeat("é", 10020) },
	} {
		b := start(t)
		change(b)
		_, err := b.Publish()
		if kind := assets.KindOf(err); kind != assets.Invalid && !errors.Is(err, publishers.ErrDisconnected) || !strings.Contains(assets.Sentence(err), says) {
			t.Errorf("%v: %s; want %q", err, assets.Sentence(err), says)
		}
		b.want()
	}
	b := start(t)
	b.Req.Film.Keywords = []string{"a", "musique", "musique", strings.Repeat("x", 31), "un", "deux", "trois", "quatre", "cinq"}
	b.Published()
	if _, err := b.tube.Introduce(t.Context(), []byte(`{"username":"anonymal","password":"wrong"}`)); !errors.Is(err, publishers.ErrDisconnected) {
		t.Errorf("a wrong password: %v", err)
	}
	_, err := b.tube.Introduce(t.Context(), []byte(`{"username":"anonymal","password":"secret","channel":"none"}`))
	b.WantError(err, assets.Invalid, "chaîne")
}
