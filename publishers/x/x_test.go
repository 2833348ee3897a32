package x

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
	"anonymal.tv/regie/publishers/remote"
)

const given = `{"access_token":"secret","refresh_token":"refresh-1","token_type":"bearer"}`

// platform is an account to which films go as teasers, or as links to the site.
func platform(post string) sweep.Platform {
	return sweep.Platform{
		Emulator: func() *emu.Frame { return emu.NewX("secret").Frame },
		Publisher: func(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (publishers.Publisher, error) {
			return New(Options{URL: url, OAuth: oauth2.Config{ClientID: "app"}, Post: post, Piece: 300_000, Insecure: true, Vault: v, Blobs: b, Now: now})
		},
		Tokens: []byte(given), Site: post == "link",
	}
}

func TestSuite(t *testing.T) {
	for _, post := range []string{"video", "link"} {
		t.Run(post, func(t *testing.T) { sweep.Suite(t, platform(post)) })
	}
}

func TestFaultsOfAVideo(t *testing.T) { sweep.Faults(t, platform("video")) }

func TestFaultsOfALink(t *testing.T) { sweep.Faults(t, platform("link")) }

// What is read is paid for: it is done where the house asks for it.
func TestWatch(t *testing.T) {
	p := platform("video")
	p.Publisher = func(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (publishers.Publisher, error) {
		return NewWatched(Options{URL: url, OAuth: oauth2.Config{ClientID: "app"}, Insecure: true, Vault: v, Blobs: b, Now: now})
	}
	sweep.Watch(t, p, true, assets.DriftBlocked, assets.DriftGone)
	if _, watches := publishers.Publisher(&X{}).(publishers.Watcher); watches {
		t.Error("X is looked at without being asked for")
	}
}

func TestKillsOfAVideo(t *testing.T) { sweep.Kills(t, "TestKillsOfAVideo", platform("video")) }

func TestKillsOfALink(t *testing.T) { sweep.Kills(t, "TestKillsOfALink", platform("link")) }

// profile is an account with one film that may be shown there.
type profile struct {
	*testing.T
	*X
	emu    *emu.X
	clock  *assetstest.Clock
	tokens remote.Given
	resume []byte
}

func open(t *testing.T, change func(*emu.X, *Options)) *profile {
	t.Helper()
	p := &profile{T: t, emu: emu.NewX("secret"), clock: assetstest.NewClock(), tokens: remote.Given(given)}
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	if _, err := disk.Put(t.Context(), "teaser", strings.NewReader(strings.Repeat("film", 2000))); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p.emu)
	t.Cleanup(server.Close)
	p.emu.Clock = p.clock.Now
	o := Options{URL: server.URL, OAuth: oauth2.Config{ClientID: "app"}, Insecure: true, Vault: &p.tokens, Blobs: disk, Now: p.clock.Now}
	if change != nil {
		change(p.emu, &o)
	}
	if p.X, err = New(o); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *profile) publish() (publishers.Receipt, error) {
	return p.Publish(p.Context(), publishers.Request{
		Marker: "decision", Film: assets.Film{Title: "Zik Zac"}, Text: "Zik Zac, le film.", Resume: p.resume, Link: "https://anonymal.example/films/zik-zac/",
		Files: []assets.Rendition{{Role: assets.RoleTeaser, Key: "teaser", Size: 8000, Duration: 42}},
	}, func(resume []byte) error {
		p.resume = resume
		return nil
	})
}

func (p *profile) find() (publishers.Receipt, bool, error) {
	return p.Find(p.Context(), "decision", p.resume)
}

func (p *profile) wantKind(err error, want assets.Kind) {
	p.Helper()
	if err == nil || assets.KindOf(err) != want {
		p.Fatalf("%v, want %s", err, want)
	}
}

func (p *profile) post(action emu.Action) {
	p.emu.Plan(emu.Fault{Method: http.MethodPost, Path: regexp.MustCompile("^/2/tweets$"), Nth: 1, Action: action})
}

// The answer to a post was lost and X lists late: it is looked for twice, and
// found by its video, or by its link.
func TestXListsLate(t *testing.T) {
	for _, post := range []string{"video", "link"} {
		p := open(t, func(x *emu.X, o *Options) { x.Lag, o.Post = 40*time.Second, post })
		p.post(emu.CommitThenStatus(503))
		_, err := p.publish()
		p.wantKind(err, assets.Lost)
		p.clock.Advance(again)
		_, _, err = p.find()
		p.wantKind(err, assets.Transient)
		p.clock.Advance(again)
		if got, found, err := p.find(); err != nil || !found || got.RemoteID != p.emu.Commits()[0].ID {
			t.Errorf("%s: %+v, %v, %v", post, got, found, err)
		}
	}
}

// A post that was hidden from both looks is not made twice: X refuses the
// duplicate, which is taken for what it is.
func TestADuplicateIsEvidence(t *testing.T) {
	p := open(t, func(x *emu.X, _ *Options) { x.Lag = 10 * time.Minute })
	p.post(emu.CommitThenDrop)
	_, err := p.publish()
	p.wantKind(err, assets.Lost)
	p.clock.Advance(settled)
	if _, found, err := p.find(); found || err != nil {
		t.Fatal(found, err)
	}
	_, err = p.publish()
	p.wantKind(err, assets.Lost)
	p.clock.Advance(10 * time.Minute)
	if got, found, err := p.find(); err != nil || !found || len(p.emu.Commits()) != 1 || got.RemoteID != p.emu.Commits()[0].ID {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
}

// Without an earlier attempt, or after one that X refused, a duplicate is what a
// person wrote: they must change the text. One that was refused after a doubt
// leaves the doubt.
func TestADuplicateOfSomebodyElse(t *testing.T) {
	for _, first := range []struct {
		does emu.Action
		ends assets.Kind
	}{{nil, ""}, {emu.Status(http.StatusTooManyRequests, "", nil), assets.Transient}, {emu.Status(http.StatusForbidden, "", nil), assets.Invalid}} {
		p := open(t, nil)
		if _, err := p.publish(); err != nil {
			t.Fatal(err)
		}
		p.resume = nil
		if first.does != nil {
			p.post(first.does)
			_, err := p.publish()
			p.wantKind(err, first.ends)
			if _, found, err := p.find(); found || err != nil {
				t.Errorf("what X refused is looked for: %v, %v", found, err)
			}
		}
		_, err := p.publish()
		p.wantKind(err, assets.Invalid)
	}
	p := open(t, func(x *emu.X, _ *Options) { x.Lag = 10 * time.Minute })
	for _, does := range []emu.Action{emu.CommitThenDrop, emu.Status(http.StatusTooManyRequests, "", nil)} {
		p.post(does)
		if _, err := p.publish(); err == nil {
			t.Fatal("nothing was wrong")
		}
	}
	_, err := p.publish()
	p.wantKind(err, assets.Lost)
}

// A refresh token is good once: what comes for it is kept before it is used, and
// used from then on.
func TestRefreshTokensRotate(t *testing.T) {
	p := open(t, nil)
	p.emu.Expire()
	if _, err := p.publish(); err != nil {
		t.Fatal(err)
	}
	var kept oauth2.Token
	if err := json.Unmarshal(p.tokens, &kept); err != nil || kept.AccessToken != p.emu.Access || kept.RefreshToken != p.emu.Refresh || kept.RefreshToken == "refresh-1" {
		t.Errorf("kept is %s, X wants %s and %s", p.tokens, p.emu.Access, p.emu.Refresh)
	}
	p.emu.Expire()
	if who, err := p.Introduce(t.Context(), p.tokens); err != nil || who.Name != "@anonymal" || !bytes.Contains(who.Tokens, []byte(p.emu.Refresh)) {
		t.Errorf("%+v, %v", who, err)
	}
	for _, e := range p.emu.Journal() {
		if strings.Contains(e.Query, "secret") || strings.Contains(e.Query, "refresh-") {
			t.Errorf("%s?%s holds a token", e.Path, e.Query)
		}
	}
}

// The tokens end between the last byte and the post: one post, with the new ones.
func TestTokensEndBeforeThePost(t *testing.T) {
	p := open(t, nil)
	p.post(func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		p.emu.Expire()
		effect(w, r)
	})
	if _, err := p.publish(); err != nil || len(p.emu.Commits()) != 1 {
		t.Errorf("%v, %v", p.emu.Commits(), err)
	}
}

// The tokens end between two pieces of the video: it is sent again, and nobody is
// asked to connect the account.
func TestTokensEndBetweenTwoPieces(t *testing.T) {
	p := open(t, func(_ *emu.X, o *Options) { o.Piece = 3000 })
	p.emu.Plan(emu.Fault{Path: regexp.MustCompile("/append$"), Nth: 2, Action: func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		p.emu.Expire()
		effect(w, r)
	}})
	_, err := p.publish()
	p.wantKind(err, assets.Transient)
	if _, err := p.publish(); err != nil || len(p.emu.Commits()) != 1 {
		t.Errorf("%v, %v", p.emu.Commits(), err)
	}
}

// X counts an address as one length; a link that goes below the text is counted
// where links are posted.
func TestCount(t *testing.T) {
	for post, want := range map[string]int{"video": 5 + linkWeight, "link": 5 + linkWeight + 2 + linkWeight} {
		p := open(t, func(_ *emu.X, o *Options) { o.Post = post })
		if got := p.Count("Voir anonymal.tv", "https://anonymal.example/films/zik-zac/"); got != want || p.Limits().DescriptionRunes != characters {
			t.Errorf("%s: %d of %d, want %d", post, got, p.Limits().DescriptionRunes, want)
		}
	}
}

// What X answers 200 to without saying that it is not there is no absence: a
// withdrawal would be taken for done.
func TestAnAbsenceIsSaid(t *testing.T) {
	p := open(t, nil)
	at, err := p.publish()
	if err != nil {
		t.Fatal(err)
	}
	p.emu.Plan(emu.Fault{Method: http.MethodGet, Path: regexp.MustCompile("^/2/tweets/"), Nth: 1, Action: emu.Status(http.StatusOK, `{"errors":[{"title":"Service Unavailable","type":"about:blank"}]}`, nil)})
	_, err = p.Status(t.Context(), at.RemoteID)
	p.wantKind(err, assets.Transient)
	if s, err := p.Status(t.Context(), at.RemoteID); err != nil || !s.Public {
		t.Errorf("%+v, %v", s, err)
	}
	if err := p.Withdraw(t.Context(), at.RemoteID); err != nil {
		t.Fatal(err)
	}
	if s, err := p.Status(t.Context(), at.RemoteID); err != nil || s.Public {
		t.Errorf("%+v, %v", s, err)
	}
}

// The answer to a renewal is lost: its token is dead, and a person must connect
// again.
func TestARenewalIsLost(t *testing.T) {
	p := open(t, nil)
	p.emu.Expire()
	p.emu.Plan(emu.Fault{Path: regexp.MustCompile("token$"), Nth: 1, Action: emu.CommitThenDrop})
	_, err := p.publish()
	p.wantKind(err, assets.Transient)
	_, err = p.publish()
	if !errors.Is(err, publishers.ErrDisconnected) || len(p.emu.Commits()) != 0 {
		t.Errorf("%v, %v", p.emu.Commits(), err)
	}
}

// A video takes time, can't be read, or was kept for too long.
func TestVideos(t *testing.T) {
	p := open(t, func(x *emu.X, _ *Options) { x.Processing = time.Minute })
	_, err := p.publish()
	p.wantKind(err, assets.Transient)
	p.clock.Advance(time.Minute)
	if _, err := p.publish(); err != nil {
		t.Fatal(err)
	}
	if n := count(p, "finalize"); n != 1 {
		t.Errorf("the video was sent %d times", n)
	}

	p = open(t, func(x *emu.X, _ *Options) { x.Unreadable = true })
	_, err = p.publish()
	p.wantKind(err, assets.Invalid)
	p.emu.Unreadable = false
	if _, err := p.publish(); err != nil || len(p.emu.Commits()) != 1 {
		t.Errorf("%v, %v", p.emu.Commits(), err)
	}

	p = open(t, nil)
	p.post(emu.Status(http.StatusTooManyRequests, "", nil))
	_, err = p.publish()
	p.wantKind(err, assets.Transient)
	p.clock.Advance(25 * time.Hour)
	if _, err := p.publish(); err != nil || count(p, "finalize") != 2 {
		t.Errorf("sent %d times, %v", count(p, "finalize"), err)
	}
}

func count(p *profile, what string) (n int) {
	for _, e := range p.emu.Journal() {
		if strings.HasSuffix(e.Path, what) {
			n++
		}
	}
	return n
}

// How long X wants to be left alone, said or not; an empty purse is for a person.
func TestLimits(t *testing.T) {
	p := open(t, nil)
	in := func(d time.Duration) string { return strconv.FormatInt(p.clock.Now().Add(d).Unix(), 10) }
	for _, c := range []struct {
		name, body string
		status     int
		header     http.Header
		want       assets.Kind
		after      time.Duration
	}{
		{"without a word", "", 429, nil, assets.Transient, unsaid},
		{"one window", "", 429, http.Header{"X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {in(7 * time.Minute)}}, assets.Transient, 7 * time.Minute},
		{"two windows", "", 429, http.Header{
			"X-Rate-Limit-Remaining": {"0"}, "X-Rate-Limit-Reset": {in(7 * time.Minute)},
			"X-App-Limit-24hour-Remaining": {"0"}, "X-App-Limit-24hour-Reset": {in(9 * time.Hour)},
		}, assets.Transient, 9 * time.Hour},
		{"a window that is not used up", "", 429, http.Header{"X-Rate-Limit-Remaining": {"3"}, "X-Rate-Limit-Reset": {in(7 * time.Minute)}}, assets.Transient, unsaid},
		{"capped", `{"type":"https://api.twitter.com/2/problems/usage-capped"}`, 429, nil, assets.Forbidden, 0},
		{"not paid", `{"detail":"Your account has no credits."}`, 402, nil, assets.Forbidden, 0},
		{"not allowed", `{"errors":[{"message":"You are not permitted to perform this action.","code":1}]}`, 403, nil, assets.Invalid, 0},
		{"a bad parameter", `{"code":3,"message":"text is not valid"}`, 400, nil, assets.Invalid, 0},
	} {
		var e *assets.Error
		header := http.Header{}
		for name, values := range c.header { // as they come over the wire
			header.Set(name, values[0])
		}
		if err := p.sort(remote.Answer{Name: "X", Status: c.status, Header: header, Body: []byte(c.body)}); !errors.As(err, &e) || e.Kind != c.want || e.RetryAfter.Round(time.Second) != c.after {
			t.Errorf("%s: %v after %v, want %s after %v", c.name, err, e.RetryAfter, c.want, c.after)
		}
	}
}

// A teaser costs what one post costs, in thousandths of a US dollar; a link
// thirteen times as much.
func TestWhatIsSpent(t *testing.T) {
	for post, want := range map[string]int{"video": 15, "link": 200} {
		p := open(t, func(_ *emu.X, o *Options) { o.Post = post })
		if _, err := p.publish(); err != nil {
			t.Fatal(err)
		}
		if p.emu.Spent != want {
			t.Errorf("%s cost %d, want %d", post, p.emu.Spent, want)
		}
	}
}
