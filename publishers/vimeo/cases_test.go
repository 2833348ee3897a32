package vimeo

import (
	"errors"
	"fmt"
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

// desk is a channel on its emulator, with what an attempt saved last.
type desk struct {
	*sweep.Bench
	*Vimeo
	emu *emu.Vimeo
}

func open(t *testing.T) *desk {
	t.Helper()
	e := emu.NewVimeo("secret")
	d := &desk{Bench: sweep.NewBench(t, e.Frame), emu: e}
	vault := remote.Given(`{"access_token":"secret"}`)
	var err error
	if d.Vimeo, err = New(Options{URL: d.URL, Insecure: true, Piece: 1000, Vault: &vault, Blobs: d.Disk, Now: d.Clock.Now}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) file(role assets.Role, kind, content string) assets.Rendition {
	d.Helper()
	b, err := d.Disk.Put(d.Context(), "files/"+emu.Sum([]byte(content)), strings.NewReader(content))
	if err != nil {
		d.Fatal(err)
	}
	return assets.Rendition{Role: role, Key: b.Key, Size: b.Size, SHA256: b.SHA256, Codec: kind, Width: 1920, Height: 1080}
}

func (d *desk) request(content string) publishers.Request {
	d.Helper()
	return publishers.Request{
		Marker: "decision", Film: assets.Film{ID: "f", Title: "Zik Zac", Lede: "Une soirée au Jas.", License: "CC-BY-NC-SA-4.0"},
		Files: []assets.Rendition{d.file(assets.MP4Role(1080), "video/mp4", content)}, Link: "https://anonymal.example/films/zik-zac/",
	}
}

// try is one attempt.
func (d *desk) try(req publishers.Request) (publishers.Receipt, error) {
	req.Resume = d.Resume
	return d.Vimeo.Publish(d.Context(), req, d.Save)
}

func (d *desk) publish(req publishers.Request) publishers.Receipt {
	d.Helper()
	r, err := d.try(req)
	if err != nil {
		d.Fatal(err)
	}
	return r
}

// fails checks how an attempt ends.
func (d *desk) fails(err error, kind assets.Kind, sentence string) *assets.Error {
	d.Helper()
	var e *assets.Error
	if !errors.As(err, &e) || e.Kind != kind || !strings.Contains(e.Msg, sentence) {
		d.Fatalf("%v, want %s: … %s …", err, kind, sentence)
	}
	return e
}

func (d *desk) stands(want ...string) {
	d.Helper()
	if got := d.emu.Films(); !slices.Equal(got, want) {
		d.Fatalf("on Vimeo: %q, want %q", got, want)
	}
}

var film = strings.Repeat("film ", 1000)

// Show 2: the answer to the call that makes a place is lost. It is looked for
// before another is asked for, and taken over.
func TestAPlaceWhoseAnswerWasLostIsTakenOver(t *testing.T) {
	d := open(t)
	d.emu.Plan(emu.Fault{Method: http.MethodPost, Nth: 1, Action: emu.CommitThenDrop})
	_, err := d.try(d.request(film))
	d.fails(err, assets.Transient, "")
	d.stands("Zik Zac nobody false")
	d.publish(d.request(film))
	d.stands("Zik Zac anybody true")
	if n := len(d.emu.Commits()); n != 1 {
		t.Errorf("%d commits", n)
	}
}

// A list that lags is waited for; a place that shows up even later, when another
// was asked for, is deleted.
func TestAPlaceThatShowsUpLateIsDeleted(t *testing.T) {
	d := open(t)
	d.emu.Lag = 2 * time.Minute
	d.emu.Plan(emu.Fault{Method: http.MethodPost, Nth: 1, Action: emu.CommitThenDrop})
	_, err := d.try(d.request(film))
	d.fails(err, assets.Transient, "")
	_, err = d.try(d.request(film))
	if e := d.fails(err, assets.Transient, "ne la montre pas encore"); e.RetryAfter != time.Minute {
		t.Errorf("looked again after %s", e.RetryAfter)
	}
	d.Clock.Advance(time.Minute)
	d.emu.Plan(emu.Fault{Method: http.MethodHead, Nth: 1, Action: emu.Drop})
	_, err = d.try(d.request(film)) // a second place, and nothing sent
	d.fails(err, assets.Transient, "")
	d.stands("Zik Zac nobody false", "Zik Zac nobody false")
	d.Clock.Advance(2 * time.Minute)
	d.publish(d.request(film))
	d.stands("Zik Zac anybody true")
}

// What other bytes were on their way into is deleted when the film was made anew.
func TestOtherBytesGetAPlaceOfTheirOwn(t *testing.T) {
	d := open(t)
	d.emu.Plan(emu.Fault{Method: http.MethodPatch, Path: regexp.MustCompile("^/files/"), Action: emu.Drop})
	_, err := d.try(d.request(film))
	d.fails(err, assets.Transient, "")
	d.emu.Heal()
	other := strings.Repeat("autre ", 700)
	r := d.publish(d.request(other))
	d.stands("Zik Zac anybody true")
	if sha, license, _ := d.emu.Shows(r.RemoteID); sha != emu.Sum([]byte(other)) || license != "by-nc-sa" {
		t.Errorf("Vimeo shows %s under %q", sha, license)
	}
}

// Faults of the way of bytes (platforms.md, 6.3).
func TestBytesThatDoNotGetThroughAreSentFromWhereTheyEnded(t *testing.T) {
	bytes := regexp.MustCompile("^/files/")
	stale := emu.Status(http.StatusOK, "", http.Header{"Upload-Offset": {"0"}, "Upload-Length": {fmt.Sprint(len(film))}})
	for name, f := range map[string]emu.Fault{
		"502 in the middle":        {Method: http.MethodPatch, Nth: 3, Action: emu.Garbage(http.StatusBadGateway)},
		"cut, an offset of chance": {Method: http.MethodPatch, Nth: 2, Action: emu.CutAfter(333)},
		"409":                      {Method: http.MethodPatch, Nth: 2, Action: emu.Status(http.StatusConflict, "", nil)},
		"kept, answer lost":        {Method: http.MethodPatch, Nth: 2, Action: emu.CommitThenDrop},
		"an offset that is stale":  {Method: http.MethodHead, Nth: 3, Action: stale},
		"423":                      {Method: http.MethodPatch, Nth: 2, Action: emu.Status(http.StatusLocked, "", nil)},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			f.Path = bytes
			d.emu.Plan(f)
			r := d.publish(d.request(film))
			d.stands("Zik Zac anybody true")
			if sha, _, _ := d.emu.Shows(r.RemoteID); sha != emu.Sum([]byte(film)) {
				t.Error("Vimeo shows other bytes")
			}
		})
	}
}

func TestALinkThatIsGoneMakesWayForAnotherPlace(t *testing.T) {
	d := open(t)
	d.emu.Expiry = time.Hour
	d.emu.Plan(emu.Fault{Method: http.MethodPatch, Path: regexp.MustCompile("^/files/"), Action: emu.Drop})
	_, err := d.try(d.request(film))
	d.fails(err, assets.Transient, "")
	d.emu.Heal()
	d.Clock.Advance(2 * time.Hour)
	d.publish(d.request(film))
	d.stands("Zik Zac anybody true")
}

// A whole film is not sent again because its link has expired.
func TestAWholeFilmWaitsForItsHour(t *testing.T) {
	d := open(t)
	d.emu.Expiry = time.Hour
	save := d.Save
	if err := d.Prepare(t.Context(), d.request(film), save); err != nil {
		t.Fatal(err)
	}
	d.stands("Zik Zac nobody true")
	d.Clock.Advance(24 * time.Hour)
	d.emu.Forget()
	d.publish(d.request(film))
	for _, e := range d.emu.Journal() {
		if e.Method == http.MethodPost || e.Bytes > 500 {
			t.Errorf("%s %s sends %d bytes", e.Method, e.Path, e.Bytes)
		}
	}
}

// The token goes to the API alone, and into no address.
func TestTheTokenStaysAtHome(t *testing.T) {
	d := open(t)
	d.publish(d.request(film))
	there := 0
	for _, e := range d.emu.Journal() {
		if strings.Contains(e.Path+e.Query, "secret") {
			t.Errorf("the token is in %s?%s", e.Path, e.Query)
		}
		if strings.HasPrefix(e.Path, "/files/") {
			if there++; e.Header.Get("Authorization") != "" {
				t.Errorf("%s %s carries the token", e.Method, e.Path)
			}
		}
	}
	if there == 0 {
		t.Error("no bytes were sent")
	}
	strict, err := New(Options{URL: "https://api.vimeo.com"})
	if err != nil {
		t.Fatal(err)
	}
	for link, ok := range map[string]bool{
		"https://asia.tus.vimeo.com/files/1": true, "http://asia.tus.vimeo.com/files/1": false, "https://vimeo.com.evil.example/": false, "https://evil-vimeo.com/": false,
	} {
		if _, err := strict.api.Follow(link); (err == nil) != ok {
			t.Errorf("%s is followed: %v", link, err)
		}
	}
}

func TestAFullAccountIsWaitedFor(t *testing.T) {
	full := func(code int) emu.Action {
		return emu.Status(http.StatusForbidden, fmt.Sprintf(`{"error":"full","error_code":%d}`, code), nil)
	}
	for name, c := range map[string]struct {
		free     int64
		reset    bool
		fault    emu.Action
		after    time.Duration
		sentence string
	}{
		"seen before":       {free: 10, after: crowded, sentence: "supprimez des films"},
		"4101":              {free: 1 << 40, fault: full(4101), after: crowded, sentence: "supprimez des films"},
		"4102 with its day": {free: 1 << 40, reset: true, fault: full(4102), after: 72 * time.Hour, sentence: "reprendra le "},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			d.emu.Free = c.free
			if c.reset {
				d.emu.Reset = d.Clock.Now().Add(72 * time.Hour).Truncate(time.Second)
			}
			if c.fault != nil {
				d.emu.Plan(emu.Fault{Method: http.MethodPost, Action: c.fault})
			}
			_, err := d.try(d.request(film))
			if e := d.fails(err, assets.Transient, c.sentence); (e.RetryAfter - c.after).Abs() > time.Minute {
				t.Errorf("tried again after %s, want %s", e.RetryAfter, c.after)
			}
			d.stands()
		})
	}
}

func TestTooManyRequestsSayWhenToComeBack(t *testing.T) {
	for _, reset := range []string{time.Now().Add(10 * time.Minute).UTC().Format(time.RFC3339), fmt.Sprint(time.Now().Add(10 * time.Minute).Unix())} {
		d := open(t)
		d.emu.Plan(emu.Fault{Action: emu.Status(http.StatusTooManyRequests, `{"error_code":9000}`, http.Header{"X-Ratelimit-Reset": {reset}})})
		_, err := d.try(d.request(film))
		if e := d.fails(err, assets.Transient, "attendre"); e.RetryAfter < 8*time.Minute || e.RetryAfter > 10*time.Minute {
			t.Errorf("after %s: %s", reset, e.RetryAfter)
		}
	}
}

func TestAFilmThatVimeoCannotReadIsNotOpened(t *testing.T) {
	d := open(t)
	d.emu.Broken = true
	_, err := d.try(d.request(film))
	d.fails(err, assets.Invalid, "n'a pas pu lire ce film")
	d.stands()
	d.emu.Broken = false
	r := d.publish(d.request(film))
	d.emu.Broken = true
	s, err := d.Vimeo.Status(t.Context(), r.RemoteID)
	if err != nil || s.Note != "Vimeo n'a pas pu lire ce film." {
		t.Errorf("status %+v, %v", s, err)
	}
}

// A withdrawal is believed when it was seen.
func TestAWithdrawalIsReadBack(t *testing.T) {
	d := open(t)
	r := d.publish(d.request(film))
	d.emu.Plan(emu.Fault{Method: http.MethodPatch, Nth: 1, Action: emu.Status(http.StatusOK, "{}", nil)}) // says yes, does nothing
	d.fails(d.Withdraw(t.Context(), r.RemoteID), assets.Transient, "montre encore")
	if err := d.Withdraw(t.Context(), r.RemoteID); err != nil {
		t.Fatal(err)
	}
	d.stands("Zik Zac nobody true")
}
