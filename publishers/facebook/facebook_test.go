package facebook

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
	"anonymal.tv/regie/publishers/remote"
)

// platform is a page to which films go as videos, or as links to the site.
func platform(post string) sweep.Platform {
	return sweep.Platform{
		Emulator: func() *emu.Frame { return emu.NewFacebook("secret").Frame },
		Publisher: func(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (publishers.Publisher, error) {
			return New(Options{URL: url, Post: post, Insecure: true, Vault: v, Blobs: b, Now: now})
		},
		Tokens: []byte("secret"), Site: post == "link",
	}
}

func TestSuite(t *testing.T) {
	for _, post := range []string{"video", "link"} {
		t.Run(post, func(t *testing.T) { sweep.Suite(t, platform(post)) })
	}
}

func TestFaultsOfAVideo(t *testing.T) { sweep.Faults(t, platform("video")) }

// A link goes out by one request: what is broken besides are the looks that
// follow when its answer is lost.
func TestFaultsOfALink(t *testing.T) {
	var more []sweep.Case
	for lost, first := range map[string]emu.Action{"dropped before": emu.Drop, "done, answer lost": emu.CommitThenDrop, "done, 500": after(500)} {
		for wrong, look := range map[string]emu.Action{"dropped": emu.Drop, "500": after(500), "cut": emu.TruncateAnswer, "a page": emu.Garbage(502), "limited": limited} {
			for at := 2; at <= 4; at++ {
				more = append(more, sweep.Case{Name: fmt.Sprintf("post %s, request %d %s", lost, at, wrong), Faults: []emu.Fault{{Nth: 1, Action: first}, {Nth: at, Action: look}}})
			}
		}
	}
	sweep.Faults(t, platform("link"), more...)
}

// A post with a link has no views, and Facebook does not block it.
func TestWatch(t *testing.T) {
	t.Run("video", func(t *testing.T) {
		sweep.Watch(t, platform("video"), true, assets.DriftHidden, assets.DriftBlocked, assets.DriftGone)
	})
	t.Run("link", func(t *testing.T) { sweep.Watch(t, platform("link"), false, assets.DriftHidden, assets.DriftGone) })
}

func TestKillsOfAVideo(t *testing.T) { sweep.Kills(t, "TestKillsOfAVideo", platform("video")) }

func TestKillsOfALink(t *testing.T) { sweep.Kills(t, "TestKillsOfALink", platform("link")) }

// after does what was asked and answers as Facebook does when it breaks down.
func after(status int) emu.Action {
	return func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		effect(httptest.NewRecorder(), r)
		emu.Status(status, `{"error":{"message":"An unexpected error has occurred. Please retry your request later.","code":2,"is_transient":true}}`, nil)(w, r, nil)
	}
}

func limited(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
	emu.Status(403, `{"error":{"message":"Application request limit reached","code":80001}}`, http.Header{
		"X-Business-Use-Case-Usage": {`{"1007":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":7}]}`},
	})(w, r, nil)
}

// page is a page with one film that may be shown there.
type page struct {
	*testing.T
	*Facebook
	emu    *emu.Facebook
	clock  *assetstest.Clock
	film   []byte
	resume []byte
}

func open(t *testing.T, change func(*emu.Facebook, *Options)) *page {
	t.Helper()
	p := &page{T: t, emu: emu.NewFacebook("secret"), clock: assetstest.NewClock(), film: bytes.Repeat([]byte("film"), 250_000)}
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	if _, err := disk.Put(t.Context(), "film", bytes.NewReader(p.film)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p.emu)
	t.Cleanup(server.Close)
	p.emu.Clock = p.clock.Now
	tokens := remote.Given(`{"access_token":"secret","page":"1007"}`)
	o := Options{URL: server.URL, Post: "video", Insecure: true, Vault: &tokens, Blobs: disk, Now: p.clock.Now}
	if change != nil {
		change(p.emu, &o)
	}
	if p.Facebook, err = New(o); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *page) request() publishers.Request {
	return publishers.Request{
		Marker: "decision", Film: assets.Film{Title: "Zik Zac"}, Text: "Zik Zac, le film.", Resume: p.resume, Link: "https://anonymal.example/films/zik-zac/",
		Files: []assets.Rendition{{Role: assets.MP4Role(1080), Key: "film", Size: int64(len(p.film)), Width: 1920, Height: 1080}},
	}
}

func (p *page) publish() (publishers.Receipt, error) {
	return p.Publish(p.Context(), p.request(), func(resume []byte) error {
		p.resume = resume
		return nil
	})
}

func (p *page) find() (publishers.Receipt, bool, error) {
	return p.Find(p.Context(), "decision", p.resume)
}

func (p *page) wantKind(err error, want assets.Kind) {
	p.Helper()
	if err == nil || assets.KindOf(err) != want {
		p.Fatalf("%v, want %s", err, want)
	}
}

// A piece arrived and its answer did not: Facebook says where to go on, in one of
// two shapes, and the film is whole.
func TestFacebookSaysWhereToGoOn(t *testing.T) {
	for name, quoted := range map[string]bool{"in an object": false, "in a text": true} {
		t.Run(name, func(t *testing.T) {
			p := open(t, func(f *emu.Facebook, _ *Options) { f.Quoted = quoted })
			p.emu.Plan(emu.Fault{Nth: 2, Action: emu.CommitThenDrop})
			_, err := p.publish()
			p.wantKind(err, assets.Transient)
			got, err := p.publish()
			if err != nil {
				t.Fatal(err)
			}
			if all := p.emu.Public(); len(all) != 1 || all[0].SHA != emu.Sum(p.film) || all[0].ID != got.RemoteID {
				t.Errorf("public is %v, the receipt says %+v", all, got)
			}
		})
	}
}

// One who always asks for the same piece is not obeyed for ever.
func TestFacebookIsNotObeyedForEver(t *testing.T) {
	p := open(t, nil)
	p.emu.Plan(emu.Fault{Path: regexp.MustCompile("/videos$"), Action: func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			effect(w, r)
			return
		}
		emu.Status(400, `{"error":{"code":6001,"error_subcode":1363037,"error_data":{"start_offset":"0","end_offset":400000}}}`, nil)(w, r, nil)
	}})
	_, err := p.publish()
	p.wantKind(err, assets.Transient)
	if n := len(p.emu.Journal()); n > 6 {
		t.Errorf("%d requests were made", n)
	}
}

// Facebook takes its time: nobody sends the film again meanwhile.
func TestAVideoThatIsBeingPrepared(t *testing.T) {
	p := open(t, func(f *emu.Facebook, _ *Options) { f.Processing = 25 * time.Minute })
	_, err := p.publish()
	p.wantKind(err, assets.Transient)
	_, _, err = p.find()
	p.wantKind(err, assets.Transient)
	p.clock.Advance(30 * time.Minute)
	if got, found, err := p.find(); !found || err != nil || got.URL == "" {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
}

// What Facebook can't read is refused with a sentence; who tries again sends the
// film again.
func TestAVideoThatCannotBeRead(t *testing.T) {
	p := open(t, func(f *emu.Facebook, _ *Options) { f.Unreadable = true })
	_, err := p.publish()
	p.wantKind(err, assets.Invalid)
	p.emu.Unreadable = false
	if _, found, err := p.find(); found || err != nil {
		t.Fatal(found, err)
	}
	if _, err := p.publish(); err != nil {
		t.Fatal(err)
	}
	if all := p.emu.Commits(); len(all) != 1 {
		t.Errorf("public became %v", all)
	}
}

// A post that is listed late was made; one that never is was not.
func TestALinkIsLookedForTwice(t *testing.T) {
	p := open(t, func(f *emu.Facebook, o *Options) { f.Lag, o.Post = 90*time.Second, "link" })
	p.emu.Plan(emu.Fault{Nth: 1, Action: after(500)})
	_, err := p.publish()
	p.wantKind(err, assets.Lost)
	p.clock.Advance(time.Minute)
	_, _, err = p.find()
	p.wantKind(err, assets.Transient)
	p.clock.Advance(time.Minute)
	got, found, err := p.find()
	if err != nil || !found || got.RemoteID != p.emu.Commits()[0].ID {
		t.Errorf("%+v, %v, %v", got, found, err)
	}

	p = open(t, func(_ *emu.Facebook, o *Options) { o.Post = "link" })
	p.emu.Plan(emu.Fault{Nth: 1, Action: emu.Drop})
	_, err = p.publish()
	p.wantKind(err, assets.Lost)
	p.clock.Advance(settled)
	if _, found, err := p.find(); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}

// A duplicate of the newest post is ours, perhaps: that is looked at.
func TestADuplicateIsLookedAt(t *testing.T) {
	p := open(t, func(_ *emu.Facebook, o *Options) { o.Post = "link" })
	first, err := p.publish()
	if err != nil {
		t.Fatal(err)
	}
	p.resume = nil // as if the handle of the first had never been kept
	_, err = p.publish()
	p.wantKind(err, assets.Lost)
	if got, found, err := p.find(); err != nil || !found || got != first {
		t.Errorf("%+v, %v, %v, want %+v", got, found, err, first)
	}
}

// What the codes mean, whatever the status.
func TestCodes(t *testing.T) {
	for _, c := range []struct {
		code, sub int
		text      string
		final     bool
		want      assets.Kind
		after     time.Duration
	}{
		{190, 460, "", false, assets.Forbidden, 0},
		{102, 0, "", true, assets.Forbidden, 0},
		{4, 0, "", true, assets.Transient, time.Hour},
		{613, 0, "", false, assets.Transient, time.Hour},
		{80001, 0, "", false, assets.Transient, time.Hour},
		{80007, 0, "", false, assets.Invalid, 0},
		{1, 0, "", false, assets.Transient, 0},
		{2, 0, "", true, assets.Lost, 0},
		{10, 0, "", false, assets.Forbidden, 0},
		{200, 0, "", true, assets.Forbidden, 0},
		{299, 0, "", false, assets.Forbidden, 0},
		{368, 0, "", true, assets.Forbidden, 0},
		{506, 0, "", true, assets.Lost, 0},
		{100, 0, "Bad parameter", true, assets.Invalid, 0},
		{100, 33, "", false, assets.NotFound, 0},
		{100, 0, "(#100) No permission to publish the video", true, assets.Forbidden, 0},
		{6000, 1363045, "", false, assets.Invalid, 0},
		{6000, 1363030, "", false, assets.Transient, 0},
	} {
		body := fmt.Sprintf(`{"error":{"message":%q,"code":%d,"error_subcode":%d}}`, c.text, c.code, c.sub)
		err := sort(remote.Answer{Name: "Facebook", Status: 400, Final: c.final, Body: []byte(body)})
		var e *assets.Error
		if !errors.As(err, &e) || e.Kind != c.want || e.RetryAfter != c.after {
			t.Errorf("%s is %v, want %s", body, err, c.want)
		}
		if gone := errors.Is(err, publishers.ErrDisconnected); gone != (c.code == 190 || c.code == 102) {
			t.Errorf("%s disconnects the account: %v", body, gone)
		}
	}
	p := open(t, nil)
	p.emu.Plan(emu.Fault{Action: limited})
	_, err := p.publish()
	var e *assets.Error
	if !errors.As(err, &e) || e.RetryAfter != 7*time.Minute {
		t.Errorf("%v asks for %v, want the seven minutes that Facebook says", err, e.RetryAfter)
	}
}

// With the association's app, calls prove to be its own; a person's token is
// exchanged for the page's, and no token is ever part of an address.
func TestIntroduce(t *testing.T) {
	withApp := func(f *emu.Facebook, o *Options) {
		f.Secret, f.User, o.AppID, o.AppSecret = "hidden", "of a person", "42", "hidden"
	}
	for _, given := range []string{"secret", `{"access_token":"secret"}`, `{"access_token":"of a person","token_type":"bearer"}`} {
		p := open(t, withApp)
		who, err := p.Introduce(t.Context(), []byte(given))
		if err != nil {
			t.Fatalf("%s: %v", given, err)
		}
		if want := p.clock.Now().AddDate(0, 0, 90).Truncate(time.Second); who.Name != "Anonymal TV" || string(who.Tokens) != `{"access_token":"secret","page":"1007"}` || !who.ExpiresAt.Equal(want) {
			t.Errorf("%s is %+v %s", given, who, who.Tokens)
		}
		if _, err := p.publish(); err != nil {
			t.Fatal(err)
		}
		for _, e := range p.emu.Journal() {
			if address := e.Path + "?" + e.Query; strings.Contains(address, "secret&") || strings.HasSuffix(address, "secret") || strings.Contains(address, "person") || strings.Contains(address, "hidden") {
				t.Errorf("%s holds a secret", address)
			}
		}
	}
	p := open(t, withApp)
	if _, err := p.Introduce(t.Context(), []byte("stolen")); !errors.Is(err, publishers.ErrDisconnected) {
		t.Errorf("a stranger's token: %v", err)
	}
	p = open(t, nil)
	if _, err := p.Introduce(t.Context(), []byte("stolen")); !errors.Is(err, publishers.ErrDisconnected) {
		t.Errorf("a stranger's token, without an app: %v", err)
	}
}
