package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/remote"
)

// Show 2: whatever becomes of a session, one film comes of it, and what was kept
// is not sent again.
func TestAFilmGoesUpOnceWhateverBecomesOfItsSession(t *testing.T) {
	for _, c := range []struct {
		name     string
		wrong    func(b *bench)
		sessions int
		sent     int // bytes at most
	}{
		{"nothing", func(*bench) {}, 1, size},
		{"the answer to the last bytes is lost", func(b *bench) { b.at(5, emu.CommitThenDrop) }, 1, size},
		{"a piece is answered 503 when 100 000 bytes are kept", func(b *bench) {
			b.at(3, func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
				r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, 100_000), broken{}))
				effect(httptest.NewRecorder(), r)
				w.WriteHeader(http.StatusServiceUnavailable)
			})
		}, 1, size + 256<<10},
		{"less is kept than was sent", func(b *bench) { b.emu.Keep = 100_000 }, 1, 9 * 256 << 10},
		{"308 without Range", func(b *bench) { b.at(3, emu.Status(http.StatusPermanentRedirect, "", nil)) }, 1, size + 256<<10},
		{"308 with what is no Range", func(b *bench) {
			b.at(3, emu.Status(http.StatusPermanentRedirect, "", http.Header{"Range": {"bytes=7-9999999999"}}))
		}, 1, size + 256<<10},
		{"401 in the middle", func(b *bench) { b.at(3, refused(http.StatusUnauthorized, "authError")) }, 1, size + 256<<10},
		{"the token has run out in the middle", func(b *bench) {
			b.at(3, func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
				b.Clock.Advance(2 * time.Hour)
				effect(w, r)
			})
		}, 1, size + 256<<10},
		{"503 with Retry-After", func(b *bench) {
			b.at(4, emu.Status(http.StatusServiceUnavailable, "", http.Header{"Retry-After": {"300"}}))
		}, 1, size + 256<<10},
		{"the session is gone in the middle", func(b *bench) { b.at(3, emu.After(b.emu.Expire)) }, 2, 2 * size},
		{"the session is gone with the last answer", func(b *bench) { b.at(5, emu.After(b.emu.Expire)) }, 1, size},
		{"… and the list of uploads lags behind", func(b *bench) {
			b.emu.Lag = 10 * time.Minute
			b.at(5, emu.After(b.emu.Expire))
		}, 1, size},
		{"a new film is not shown at once", func(b *bench) { b.emu.Hidden = 2 }, 1, size},
		{"409 at the beginning", func(b *bench) {
			b.emu.Plan(emu.Fault{Method: http.MethodPost, Path: atFilms, Nth: 1, Action: refused(http.StatusConflict, "alreadyExists")})
		}, 2, size},
		{"the answer to the opening is lost", func(b *bench) {
			b.emu.Plan(emu.Fault{Method: http.MethodPut, Path: regexp.MustCompile("^/youtube/v3/videos$"), Nth: 1, Action: emu.CommitThenDrop})
		}, 1, size},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			c.wrong(b)
			receipt := b.Published()
			b.want("Zik Zac public")
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
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// A film whose session was lost, and that was not to be seen for so long that it
// was sent again: YouTube rejects the copy, and the first one is opened.
func TestACopyThatIsRejectedLeadsToTheFirst(t *testing.T) {
	b := start(t)
	b.emu.Lag = time.Hour
	b.at(5, emu.After(b.emu.Expire))
	b.emu.Plan(emu.Fault{Method: http.MethodPost, Path: atFilms, Nth: 2, Action: func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		effect(w, r)
		b.Clock.Advance(time.Hour)
	}})
	b.Published()
	b.want("Zik Zac private", "Zik Zac public")
}

// What YouTube will not take today is sent when its day begins, and no sooner.
func TestAQuotaIsWaitedFor(t *testing.T) {
	b := start(t)
	b.emu.Inserts = 0
	_, err := b.Attempt()
	b.WantError(err, assets.Transient, "attendre")
	var e *assets.Error
	errors.As(err, &e)
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	at := b.Clock.Now().Add(e.RetryAfter).In(zone)
	if at.Hour() != 0 || at.Minute() != 0 || e.RetryAfter <= 0 || e.RetryAfter > 25*time.Hour {
		t.Errorf("again at %v", at)
	}
	b.emu.Inserts = 1
	b.Clock.Advance(e.RetryAfter)
	b.Published()
	b.want("Zik Zac public")
}

func TestRefusalsAreSaidToAPerson(t *testing.T) {
	for _, c := range []struct {
		reason string
		code   int
		kind   assets.Kind
		says   string
	}{
		{"uploadLimitExceeded", http.StatusBadRequest, assets.Transient, "attendre"},
		{"rateLimitExceeded", http.StatusForbidden, assets.Transient, "attendre"},
		{"invalidTags", http.StatusBadRequest, assets.Invalid, "mots-clés"},
		{"youtubeSignupRequired", http.StatusUnauthorized, assets.Invalid, "chaîne"},
		{"forbidden", http.StatusForbidden, assets.Invalid, "YouTube Studio"},
		{"somethingNew", http.StatusBadRequest, assets.Invalid, "refusé"},
	} {
		b := start(t)
		b.emu.Plan(emu.Fault{Method: http.MethodPost, Path: atFilms, Action: refused(c.code, c.reason)})
		_, err := b.Attempt()
		b.WantError(err, c.kind, c.says)
		b.want()
	}
	b := start(t)
	b.emu.Plan(emu.Fault{Method: http.MethodPost, Path: atFilms, Action: refused(http.StatusBadRequest, "uploadLimitExceeded")})
	var e *assets.Error
	if _, err := b.Attempt(); !errors.As(err, &e) || e.RetryAfter != 24*time.Hour {
		t.Errorf("again after %v, want a day", e.RetryAfter)
	}
}

func TestAnAuthorisationThatWasTakenBackDisconnects(t *testing.T) {
	b := start(t)
	b.emu.Refresh = ""
	b.Attempt() // the first token is good for an hour
	b.Clock.Advance(2 * time.Hour)
	b.Resume, b.Req.Marker = nil, "another"
	if _, err := b.Attempt(); !errors.Is(err, publishers.ErrDisconnected) {
		t.Errorf("%v does not disconnect", err)
	}
}

func TestWhatYouTubeRejectsIsNotOpened(t *testing.T) {
	for says, change := range map[string]func(f *emu.Film){
		"une œuvre d'autrui": func(f *emu.Film) { f.Rejected = "copyright" },
		"son codec":          func(f *emu.Film) { f.Failed = "codec" },
	} {
		b := start(t)
		if err := b.tube.Prepare(t.Context(), b.Req, b.Save); err != nil {
			t.Fatal(err)
		}
		b.emu.Change(change)
		_, err := b.Attempt()
		b.WantError(err, assets.Invalid, says)
		b.want("Zik Zac private")
	}
	b := start(t)
	b.emu.Locked = true
	_, err := b.Attempt()
	b.WantError(err, assets.Invalid, "privé")
}

// Before its hour a film is up and nobody sees it; at its hour no byte is sent,
// and what was corrected meanwhile is what people read.
func TestAFilmGoesUpAheadOfItsHour(t *testing.T) {
	b := start(t)
	if err := b.tube.Prepare(t.Context(), b.Req, b.Save); err != nil {
		t.Fatal(err)
	}
	b.want("Zik Zac private")
	b.emu.Change(func(f *emu.Film) { f.Status["embeddable"], f.Status["publishAt"] = false, "2030-01-01T00:00:00Z" })
	b.emu.Forget()
	b.Req.Film.Title = "Zik Zac, la nuit"
	b.Published()
	b.want("Zik Zac, la nuit public")
	if n, _ := b.Asked(http.MethodPut, films); n != 0 {
		t.Errorf("%d pieces were sent at the hour", n)
	}
	b.emu.Change(func(f *emu.Film) {
		if f.Status["embeddable"] != false || f.Status["publishAt"] != nil || f.Status["license"] != "creativeCommon" || f.Status["selfDeclaredMadeForKids"] != false {
			t.Errorf("its status is %v", f.Status)
		}
	})
}

func TestAFilmThatWasDeletedAheadOfItsHourGoesUpAgain(t *testing.T) {
	b := start(t)
	if err := b.tube.Prepare(t.Context(), b.Req, b.Save); err != nil {
		t.Fatal(err)
	}
	b.emu.Change(func(f *emu.Film) { f.Gone = true })
	b.Clock.Advance(time.Hour)
	b.Published()
	b.want("Zik Zac public")
}

// A film that was taken down is opened again: YouTube takes no bytes twice.
func TestAFilmThatIsShownAgainIsNotSentAgain(t *testing.T) {
	b := start(t)
	first := b.Published()
	if err := b.tube.Withdraw(t.Context(), first.RemoteID); err != nil {
		t.Fatal(err)
	}
	b.want("Zik Zac private")
	b.Resume, b.Req.Marker = nil, "another decision"
	if again := b.Published(); again != first {
		t.Errorf("shown again as %v, was %v", again, first)
	}
	b.want("Zik Zac public")
}

func TestATakingDownIsSeenToBeDone(t *testing.T) {
	b := start(t)
	receipt := b.Published()
	b.emu.Plan(emu.Fault{Method: http.MethodPut, Path: regexp.MustCompile("^/youtube/v3/videos$"), Nth: 1, Action: emu.Status(http.StatusOK, `{"id":"`+receipt.RemoteID+`"}`, nil)})
	b.WantError(b.tube.Withdraw(t.Context(), receipt.RemoteID), assets.Transient, "montre encore")
	if err := b.tube.Withdraw(t.Context(), receipt.RemoteID); err != nil {
		t.Fatal(err)
	}
	b.want("Zik Zac private")
}

func TestWhatYouTubeMakesOfAFilmIsSaid(t *testing.T) {
	b := start(t)
	b.emu.Processing = time.Hour
	receipt := b.Published()
	note := func(public bool, want string) {
		t.Helper()
		s, err := b.tube.Status(t.Context(), receipt.RemoteID)
		if err != nil || s.Public != public || !strings.Contains(s.Note, want) || (want == "") != (s.Note == "") {
			t.Errorf("%+v, %v; want %v, %q", s, err, public, want)
		}
	}
	note(true, "prépare encore")
	b.Clock.Advance(30 * time.Minute)
	b.Clock.Advance(29 * time.Minute)
	note(true, "prépare encore")
	b.Clock.Advance(2 * time.Minute)
	note(true, "")
	b.emu.Change(func(f *emu.Film) { f.Halted = true })
	note(true, "pas fini")
	b.emu.Change(func(f *emu.Film) { f.Rejected = "claim" })
	note(false, "ayant droit")
	b.emu.Change(func(f *emu.Film) { f.Gone = true })
	note(false, "n'est plus")
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
	for _, path := range []string{"/upload/youtube/v3/thumbnails/set", "/upload/youtube/v3/captions", "/youtube/v3/playlists", "/youtube/v3/playlistItems"} {
		if n, _ := b.Asked(http.MethodPost, path); n != 1 {
			t.Errorf("%s: %d times", path, n)
		}
	}
	b.emu.Unverified = true
	b.Req.Marker, b.Resume, b.Req.Film.ID = "other", nil, "other"
	b.Req.Files[0] = b.File(assets.MP4Role(1080), "other.mp4", "video/mp4", size)
	b.WantError(b.tube.Decorate(t.Context(), "thumbnail", b.Published().RemoteID, b.Req), assets.Invalid, "YouTube Studio")
	b.want("Zik Zac public", "Zik Zac public")
}

// The description is the text that the page of the film shows, and the link; what
// fits by Count is taken.
func TestTheDescriptionIsTheTextOfTheChannel(t *testing.T) {
	b := start(t)
	b.Req.Text, b.Req.Link = "<Ici>", "https://anonymal.example/films/zik-zac/"
	b.Req.Text += strings.Repeat("é", (mostDescription-b.tube.Count(b.Req.Text, b.Req.Link))/2)
	v, err := b.tube.describe(b.Req)
	if want := "‹Ici›éé"; err != nil || !strings.HasPrefix(v.Snippet["description"].(string), want) || !strings.HasSuffix(v.Snippet["description"].(string), "é\n\n"+b.Req.Link) {
		t.Errorf("%v, %v", v.Snippet["description"], err)
	}
	b.Req.Text += "é"
	_, err = b.tube.describe(b.Req)
	b.WantError(err, assets.Invalid, "de trop")
}

func TestTextsAreMeasuredAsYouTubeDoes(t *testing.T) {
	for _, c := range []struct {
		title, text, says string
	}{
		{strings.Repeat("é", 100), strings.Repeat("é", 2400), ""},
		{strings.Repeat("é", 101), "", "Le titre a 1\u00a0signe de trop"},
		{strings.Repeat("🎥", 51), "", "Le titre a 2\u00a0signes de trop"},
		{"Film", strings.Repeat("é", 2500), "La description a"},
		{"a <b> & c", "2 < 3", ""},
		{" ", "", "titre"},
	} {
		b := start(t)
		b.Req.Film.Title, b.Req.Text = c.title, c.text
		b.Req.Film.Keywords = []string{"musique", "Jas de Bouffan", strings.Repeat("x", 480), "a,b<c>"}
		if c.says == "" {
			b.Published()
			continue
		}
		_, err := b.Attempt()
		b.WantError(err, assets.Invalid, c.says)
		b.want()
	}
}

// No address holds a token, and each handle is kept before what it is for.
func TestAddressesHoldNoSecret(t *testing.T) {
	b := start(t)
	b.Clock.Advance(2 * time.Hour)
	b.tube.Publish(context.Background(), b.Req, func(resume []byte) error {
		var u remote.Upload
		if err := json.Unmarshal(resume, &u); err != nil {
			return err
		}
		if _, sent := b.Asked(http.MethodPut, films); sent > 0 && u.Session == "" {
			t.Error("bytes were sent before the session was kept")
		}
		return nil
	})
	b.want("Zik Zac public")
	for _, e := range b.emu.Journal() {
		if strings.Contains(e.Path+e.Query, "refresh") || strings.Contains(e.Path+e.Query, "access") {
			t.Errorf("%s?%s", e.Path, e.Query)
		}
	}
}
