package bluesky

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
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
	uploads = "/xrpc/app.bsky.video.uploadVideo"
	renewal = "/xrpc/com.atproto.server.refreshSession"
)

// bench is an account, and a film whose teaser is the whole of it.
type bench struct {
	*sweep.Bench
	emu   *emu.Bluesky
	sky   *Bluesky
	vault *remote.Given
}

func start(t *testing.T) *bench {
	t.Helper()
	e := emu.NewBluesky(password)
	b := &bench{Bench: sweep.NewBench(t, e.Frame), emu: e, vault: new(remote.Given)}
	var err error
	if b.sky, err = open(b.URL, b.vault, b.Disk, b.Clock.Now); err != nil {
		t.Fatal(err)
	}
	b.To = b.sky
	b.connect()
	b.Req.Files = []assets.Rendition{
		b.File(assets.RoleTeaser, "teaser.mp4", "avc1.640028", 60_000),
		b.File(assets.MP4Role(1080), "mp4-1080.mp4", "avc1.640028", 90_000),
		b.File(assets.RolePoster, "poster.jpg", "image/jpeg", 3000),
		b.File(assets.RoleCaptions, "captions-fr-1.vtt", "text/vtt", 300),
		b.File(assets.RoleCaptions, "captions-en-1.vtt", "text/vtt", 20_001),
	}
	e.Forget()
	return b
}

func (b *bench) connect() {
	b.Helper()
	who, err := b.sky.Introduce(b.Context(), platform(0, false).Tokens)
	if err != nil || who.Name != "@anonymal.example" || strings.Contains(string(who.Tokens), password) {
		b.Fatalf("%+v, %v", who, err)
	}
	*b.vault = who.Tokens
}

// once plans a fault at the next call of a method.
func (b *bench) once(path string, do emu.Action) {
	b.emu.Plan(emu.Fault{Path: regexp.MustCompile("^" + path + "$"), Nth: 1, Action: do})
}

// post is what stands on Bluesky: one post.
func (b *bench) post(r publishers.Receipt) (p post) {
	b.Helper()
	if n := len(b.emu.Commits()); n != 1 {
		b.Errorf("%d posts were made", n)
	}
	if err := json.Unmarshal(b.emu.Record(r.RemoteID), &p); err != nil || p.Embed == nil {
		b.Fatalf("%s: %v", r.RemoteID, err)
	}
	return p
}

// The teaser is the whole film: its captions go with it, those that Bluesky takes.
func TestAVideo(t *testing.T) {
	b := start(t)
	p := b.post(b.Published())
	if e := p.Embed; e.Video == nil || e.External != nil || e.Alt != "Zik Zac" || *e.Ratio != (ratio{1920, 1080}) || len(e.Captions) != 1 || e.Captions[0].Language != "fr" {
		t.Errorf("%+v", e)
	}
	if p.Text != "Zik Zac\n\nanonymal.example/films/zik-zac" || p.Languages[0] != "fr" || p.CreatedAt != b.Req.At.UTC().Format("2006-01-02T15:04:05.000Z") {
		t.Errorf("%+v", p)
	}
	b = start(t)
	b.Req.Files[1].Duration = 600
	if p = b.post(b.Published()); len(p.Embed.Captions) != 0 {
		t.Errorf("a teaser has the captions of the film: %+v", p.Embed.Captions)
	}
}

// A teaser that Bluesky does not take is no obstacle where the film has a page.
func TestACard(t *testing.T) {
	for name, change := range map[string]func(b *bench){
		"no more videos today": func(b *bench) { b.emu.Full = true },
		"too long":             func(b *bench) { b.Req.Files[0].Duration = 181 },
		"too large":            func(b *bench) { b.Req.Files[0].Size = mostVideo + 1 },
		"none":                 func(b *bench) { b.Req.Files = b.Req.Files[1:] },
	} {
		b := start(t)
		change(b)
		if e := b.post(b.Published()).Embed; e.Video != nil || e.External == nil || e.External.URI != b.Req.Link || e.External.Title != "Zik Zac" || e.External.Thumb == nil {
			t.Errorf("%s: %+v", name, e)
		}
		b = start(t)
		change(b)
		b.Req.Link = ""
		_, err := b.Publish()
		b.WantError(err, assets.Invalid, "ni page à montrer, ni teaser")
	}
	b := start(t)
	b.emu.Full, b.Req.Files[2].Size = true, mostPicture+1
	if e := b.post(b.Published()).Embed; e.External.Thumb != nil {
		t.Errorf("a picture that is too large: %+v", e)
	}
}

// One decision is one post, by its name: whatever is sent again, and whatever
// Bluesky calls the refusal.
func TestAPostThatIsThereIsTheOne(t *testing.T) {
	b := start(t)
	first := b.Published()
	b.Resume, b.Req.Resume = nil, nil
	second, err := b.sky.Publish(t.Context(), b.Req, b.Save)
	if err != nil || second != first {
		t.Errorf("%+v, %v; want %+v", second, err, first)
	}
	b.post(first)
	b.Req.Text = "Autre chose."
	b.Req.Marker = "another decision"
	if third, err := b.sky.Publish(t.Context(), b.Req, b.Save); err != nil || third == first {
		t.Errorf("%+v, %v", third, err)
	}
}

// A video that is being prepared is waited for, and is never sent twice.
func TestAVideoIsSentOnce(t *testing.T) {
	for name, c := range map[string]struct {
		change func(b *bench)
		sent   int
	}{
		"prepared at once":                 {func(*bench) {}, 1},
		"prepared for ten minutes":         {func(b *bench) { b.emu.Processing = 10 * time.Minute }, 1},
		"a job without its name":           {func(b *bench) { b.emu.Processing, b.emu.Bare = time.Minute, true }, 1},
		"the answer to its bytes is lost":  {func(b *bench) { b.once(uploads, emu.CommitThenDrop) }, 2}, // the second is answered by the first: already_exists
		"the job is forgotten":             {func(b *bench) { b.emu.Processing = time.Minute; b.once(uploads, emu.After(b.emu.ForgetVideos)) }, 2},
		"the lent token has run out":       {func(b *bench) { b.once(uploads, late(b, 40*time.Minute)) }, 2},
		"the token has run out on the way": {func(b *bench) { b.once("/xrpc/com.atproto.repo.uploadBlob", late(b, 3*time.Hour)) }, 1},
	} {
		b := start(t)
		c.change(b)
		if e := b.post(b.Published()).Embed; e.Video == nil {
			t.Errorf("%s: %+v", name, e)
		}
		if n, _ := b.Asked(http.MethodPost, uploads); n != c.sent {
			t.Errorf("%s: it was sent %d times, want %d", name, n, c.sent)
		}
	}
}

// late serves a request when some time has passed.
func late(b *bench, by time.Duration) emu.Action {
	return func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		b.Clock.Advance(by)
		effect(w, r)
	}
}

// What is being prepared is of the version that was to go out then: another is
// sent, and shown.
func TestAnotherVersionIsShown(t *testing.T) {
	b := start(t)
	b.emu.Processing = time.Minute
	_, err := b.Attempt()
	b.WantError(err, assets.Transient, "prépare encore")
	b.Req.Files[0] = b.File(assets.RoleTeaser, "teaser-2.mp4", "avc1.640028", 60_000)
	b.post(b.Published())
	if got := b.emu.Commits()[0].SHA; got != b.Req.Files[0].SHA256 {
		t.Errorf("shown is %s, want %s", got, b.Req.Files[0].SHA256)
	}
}

func TestAVideoThatCanNotBePreparedIsSaid(t *testing.T) {
	b := start(t)
	b.emu.Unreadable, b.emu.Processing = true, time.Minute
	_, err := b.Publish()
	b.WantError(err, assets.Invalid, "Unsupported codec")
	b.emu.Unreadable = false
	b.post(b.Published())
}

// The end of a token is told by a 400. Both tokens are renewed, once, and kept; a
// renewal whose answer is lost is made again with what was kept before.
func TestASessionIsRenewed(t *testing.T) {
	b := start(t)
	was := string(*b.vault)
	b.Clock.Advance(3 * time.Hour)
	b.once(renewal, emu.CommitThenDrop)
	b.post(b.Published())
	if n, _ := b.Asked(http.MethodPost, renewal); n != 2 || string(*b.vault) == was {
		t.Errorf("%d renewals; kept is %s", n, *b.vault)
	}
	if n, _ := b.Asked(http.MethodPost, "/xrpc/com.atproto.server.createSession"); n != 0 {
		t.Errorf("%d more sessions were opened", n)
	}
	b.emu.Spent = true
	b.connect() // the look at the account renews them
	kept := *b.vault
	who, err := b.sky.Introduce(t.Context(), kept)
	if err != nil || who.Name != "@anonymal.example" {
		t.Errorf("a session that is kept: %+v, %v", who, err)
	}
	b.emu.Revoke()
	if _, err = b.sky.Introduce(t.Context(), kept); !errors.Is(err, publishers.ErrDisconnected) {
		t.Errorf("a session that was ended: %v", err)
	}
	b.Req.Marker = "another decision"
	if _, err = b.sky.Publish(t.Context(), b.Req, b.Save); !errors.Is(err, publishers.ErrDisconnected) {
		t.Errorf("a post in a session that was ended: %v", err)
	}
}

func TestAnAccountIsIntroduced(t *testing.T) {
	b := start(t)
	for given, kind := range map[string]assets.Kind{
		"": assets.Invalid, "jeton": assets.Invalid, "{}": assets.Invalid, `{"identifier":"anonymal.example"}`: assets.Invalid,
		"anonymal.example wrong": assets.Forbidden, "nobody.example " + password: assets.Forbidden,
	} {
		_, err := b.sky.Introduce(t.Context(), []byte(given))
		b.WantError(err, kind, "Bluesky")
	}
	if who, err := b.sky.Introduce(t.Context(), []byte(`{"identifier":"anonymal.example","password":"`+password+`"}`)); err != nil || who.Name != "@anonymal.example" {
		t.Errorf("%+v, %v", who, err)
	}
	real, err := New(Options{URL: "https://bsky.invalid", VideoURL: "https://video.bsky.invalid", Vault: b.vault, Blobs: b.Disk, Now: b.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	_, err = real.Introduce(t.Context(), []byte("anonymal.example the-password-of-the-account"))
	b.WantError(err, assets.Invalid, "mot de passe d'application")
	for address, home := range map[string]bool{"https://bsky.invalid": true, "https://morel.us-east.host.bsky.network": true, "https://elsewhere.invalid": false, "http://bsky.invalid": false} {
		if _, err := real.api.Follow(address); (err == nil) != home {
			t.Errorf("an account that lives at %s: %v", address, err)
		}
	}
}

// Who is mentioned is looked up; a network that is down there is waited for.
func TestAMention(t *testing.T) {
	b := start(t)
	b.Req.Text = "Avec @zikzac.example et @personne.example."
	b.once("/xrpc/com.atproto.identity.resolveHandle", emu.Drop)
	p := b.post(b.Published())
	if len(p.Facets) != 2 || p.Facets[0].Features[0].DID != "did:plc:zikzac" {
		t.Errorf("%+v", p.Facets)
	}
}

func TestATakingDownIsSeenToBeDone(t *testing.T) {
	b := start(t)
	r := b.Published()
	b.emu.Stubborn = true
	b.WantError(b.sky.Withdraw(t.Context(), r.RemoteID), assets.Transient, "montre encore")
	b.emu.Stubborn = false
	if err := b.sky.Withdraw(t.Context(), r.RemoteID); err != nil || len(b.emu.Public()) != 0 {
		t.Errorf("%v, %v", b.emu.Public(), err)
	}
}

// Too many calls are waited for as long as Bluesky says.
func TestTooManyCalls(t *testing.T) {
	b := start(t)
	b.once("/xrpc/com.atproto.repo.createRecord", emu.Status(http.StatusTooManyRequests, `{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}`, http.Header{"Retry-After": {"700"}}))
	_, err := b.Attempt()
	var e *assets.Error
	if !errors.As(err, &e) || e.Kind != assets.Transient || e.RetryAfter != 700*time.Second {
		t.Errorf("%v", err)
	}
	b.post(b.Published())
}
