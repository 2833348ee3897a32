// Package facebook shows films on one page of Facebook, by the Graph API
// (https://developers.facebook.com/docs/graph-api): as a post with the link to
// the site, or as a video of the page.
//
// A video has its ID before its first byte is sent, and is finished once, however
// often that is asked. A post has none: the mark in its link tells whether it was
// made. It is no reel, and Facebook's own timer is not used.
package facebook

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Channel is the name of this channel.
const Channel assets.Channel = "facebook"

const (
	version  = "v26.0"
	mostText = 63206            // characters of a post
	again    = time.Minute      // between two looks at what is not shown yet
	settled  = 2 * time.Minute  // after which a post that is not listed was not made
	window   = 10 * time.Minute // in which Facebook may still take up a video whose end it was told
)

// Options is what a Facebook is made of.
type Options struct {
	URL       string // of the Graph API
	VideoURL  string // where films go; "": to the same place
	Version   string // of the API; "": the one this was written for
	AppID     string // of the association's app, where it has one
	AppSecret string // proves calls to be the app's
	Post      string // "video": films go up themselves; "link", "": a link, where the site shows the film
	Insecure  bool   // plain http: an emulator
	Vault     publishers.Vault
	Blobs     assets.Blobs
	Now       assets.Clock
}

// Facebook is one page.
type Facebook struct {
	o   Options
	api *remote.Client
}

// handle is what is kept of what is under way.
type handle struct {
	remote.Of
	Video   string    `json:"video,omitempty"`
	Session string    `json:"session,omitempty"`
	Start   int64     `json:"start,omitempty"` // bytes of the film that Facebook wants next
	End     int64     `json:"end,omitempty"`
	Mark    string    `json:"mark,omitempty"` // of a link, by which its post is known again
	Post    string    `json:"post,omitempty"` // its ID, once it is known
	Sent    time.Time `json:"sent,omitzero"`  // when the call that can't be undone was last sent
}

type post struct {
	ID          string `json:"id"`
	Permalink   string `json:"permalink_url"`
	Published   bool   `json:"is_published"`
	Attachments struct {
		Data []struct {
			URL string `json:"unshimmed_url"`
		} `json:"data"`
	} `json:"attachments"`
}

var (
	_ publishers.Checker    = (*Facebook)(nil)
	_ publishers.Withdrawer = (*Facebook)(nil)
	_ publishers.Member     = (*Facebook)(nil)
	_ publishers.Watcher    = (*Facebook)(nil)
)

// New returns the channel of the page whose token is in the vault.
func New(o Options) (*Facebook, error) {
	o.VideoURL, o.Version = cmp.Or(o.VideoURL, o.URL), cmp.Or(o.Version, version)
	api, err := remote.New("Facebook", o.URL, o.Insecure)
	if err != nil {
		return nil, err
	}
	films, err := remote.New("Facebook", o.VideoURL, o.Insecure)
	if err != nil {
		return nil, err
	}
	o.VideoURL, api.Sort = films.Base.String(), sort
	return (&Facebook{o: o, api: api}).speaking(o.Vault), nil
}

// speaking is the same channel, with the tokens of this vault.
func (f *Facebook) speaking(v publishers.Vault) *Facebook {
	g, api := *f, *f.api
	g.o.Vault, g.api = v, &api
	api.Token = func(ctx context.Context, _ string) (string, error) {
		t, err := g.tokens(ctx)
		return "Bearer " + t.Token, err
	}
	return &g
}

// Channel names this channel.
func (f *Facebook) Channel() assets.Channel { return Channel }

// Limits are those of a video; a post with a link has none.
func (f *Facebook) Limits() publishers.Limits {
	if f.o.Post != "video" {
		return publishers.Limits{}
	}
	return publishers.Limits{DescriptionRunes: mostText, Length: 4 * time.Hour, Bytes: 10 << 30}
}

// do makes a call below the version of the API.
func (f *Facebook) do(ctx context.Context, call remote.Call, out any) (remote.Answer, error) {
	if !strings.Contains(call.Path, "://") {
		call.Path = "/" + f.o.Version + call.Path
	}
	if f.o.AppSecret != "" && !call.Public {
		t, err := f.tokens(ctx)
		if err != nil {
			return remote.Answer{}, err
		}
		proof := hmac.New(sha256.New, []byte(f.o.AppSecret))
		proof.Write([]byte(t.Token))
		call.Query = maps.Clone(call.Query)
		if call.Query == nil {
			call.Query = url.Values{}
		}
		call.Query.Set("appsecret_proof", hex.EncodeToString(proof.Sum(nil)))
	}
	return f.api.Do(ctx, call, out)
}

// Publish posts a link to the film, or the film itself.
func (f *Facebook) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	var h handle
	if err := remote.Recall(req.Resume, &h); err != nil {
		return publishers.Receipt{}, err
	}
	keep := func() error { return remote.Keep(h, save) }
	if film, has := req.Best(); has && (f.o.Post == "video" || req.Link == "" || h.Video != "") {
		return f.show(ctx, req, film, &h, keep)
	}
	if err := f.Check(req); err != nil {
		return publishers.Receipt{}, err
	}
	return f.link(ctx, req, &h, keep)
}

// Check looks for something to show; a text that is too long is cut.
func (f *Facebook) Check(req publishers.Request) error {
	if _, has := req.Best(); !has && req.Link == "" {
		return &assets.Error{Kind: assets.Invalid, Op: "facebook.Check", Msg: "Ce film n'a ni vidéo ni page à montrer sur Facebook : rien n'est parti."}
	}
	return nil
}

// link posts the film's page. A duplicate of the newest post can only be ours:
// its link is of this decision.
func (f *Facebook) link(ctx context.Context, req publishers.Request, h *handle, keep func() error) (publishers.Receipt, error) {
	t, err := f.tokens(ctx)
	if err != nil {
		return publishers.Receipt{}, err
	}
	h.Mark, h.Sent = remote.Mark(req.Marker), f.o.Now()
	to, err := remote.Marked(req.Link, Channel, h.Mark)
	if err != nil {
		return publishers.Receipt{}, err
	}
	if err := keep(); err != nil {
		return publishers.Receipt{}, err
	}
	var p post
	_, err = f.do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/" + t.Page + "/feed", Query: url.Values{"fields": {"id,permalink_url"}}, Final: true,
		Form: url.Values{"message": {words(req, mostText)}, "link": {to}},
	}, &p)
	if err != nil {
		return publishers.Receipt{}, err
	}
	h.Post = p.ID
	return p.receipt(), keep()
}

// Find looks for what an attempt left: its video, or its post among the newest.
func (f *Facebook) Find(ctx context.Context, _ string, resume []byte) (publishers.Receipt, bool, error) {
	var h handle
	if err := remote.Recall(resume, &h); err != nil || h.Sent.IsZero() {
		return publishers.Receipt{}, false, err
	}
	if h.Video != "" {
		return f.shown(ctx, h)
	}
	t, err := f.tokens(ctx)
	if err != nil {
		return publishers.Receipt{}, false, err
	}
	if h.Post != "" {
		p, err := f.post(ctx, h.Post)
		if assets.KindOf(err) == assets.NotFound {
			return publishers.Receipt{}, false, nil
		}
		return p.receipt(), err == nil, err
	}
	var all struct {
		Data []post `json:"data"`
	}
	_, err = f.do(ctx, remote.Call{
		Method: http.MethodGet, Path: "/" + t.Page + "/published_posts",
		Query: url.Values{"fields": {"id,permalink_url,attachments{unshimmed_url}"}, "limit": {"100"}},
	}, &all)
	if err != nil {
		return publishers.Receipt{}, false, err
	}
	for _, p := range all.Data {
		for _, a := range p.Attachments.Data {
			if isMarked(a.URL, h.Mark) {
				return p.receipt(), true, nil
			}
		}
	}
	if f.o.Now().Before(h.Sent.Add(settled)) {
		return publishers.Receipt{}, false, notYet()
	}
	return publishers.Receipt{}, false, nil
}

func notYet() error {
	return &assets.Error{Kind: assets.Transient, Op: "facebook.notYet", RetryAfter: again, Msg: "Facebook ne montre pas encore le film : on regardera de nouveau."}
}

func (f *Facebook) post(ctx context.Context, id string) (p post, err error) {
	_, err = f.do(ctx, remote.Call{Method: http.MethodGet, Path: "/" + id, Query: url.Values{"fields": {"id,permalink_url,is_published"}}}, &p)
	return p, err
}

// Status tells whether a post or a video stands.
func (f *Facebook) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	if !isID.MatchString(remoteID) {
		return publishers.Status{Note: "Facebook ne connaît pas ce film."}, nil
	}
	var s publishers.Status
	var err error
	if strings.Contains(remoteID, "_") {
		var p post
		p, err = f.post(ctx, remoteID)
		s = publishers.Status{Public: p.Published, URL: p.receipt().URL}
	} else {
		var v video
		v, err = f.video(ctx, remoteID)
		s = publishers.Status{Public: v.public(), URL: v.receipt().URL, Note: v.note()}
	}
	if assets.KindOf(err) == assets.NotFound {
		return publishers.Status{Note: "Ce film n'est plus sur Facebook."}, nil
	}
	return s, err
}

// Withdraw deletes a post or a video, and looks whether it is gone.
func (f *Facebook) Withdraw(ctx context.Context, remoteID string) error {
	if !isID.MatchString(remoteID) {
		return nil
	}
	_, err := f.do(ctx, remote.Call{Method: http.MethodDelete, Path: "/" + remoteID}, nil)
	if err == nil {
		_, err = f.do(ctx, remote.Call{Method: http.MethodGet, Path: "/" + remoteID, Query: url.Values{"fields": {"id"}}}, nil)
	}
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return nil
	case err != nil:
		return err
	}
	return &assets.Error{Kind: assets.Transient, Op: "facebook.Withdraw", RetryAfter: again, Msg: "Facebook montre encore ce film : on réessaiera de le retirer."}
}

// isID is the form of IDs: a video's, or page_post.
var isID = regexp.MustCompile(`^[0-9]{1,30}(_[0-9]{1,30})?$`)

func (p post) receipt() publishers.Receipt {
	return publishers.Receipt{RemoteID: p.ID, URL: absolute(p.Permalink)}
}

// absolute is a permalink that may come without its host.
func absolute(permalink string) string {
	if strings.HasPrefix(permalink, "/") {
		return "https://www.facebook.com" + permalink
	}
	return permalink
}

// words are the text of a request, cut to so many characters.
func words(req publishers.Request, most int) string {
	text := clean(cmp.Or(req.Text, req.Film.Title))
	if runes := []rune(text); len(runes) > most {
		return strings.TrimSpace(string(runes[:most-1])) + "…"
	}
	return text
}

func clean(text string) string {
	return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), ""))
}

func isMarked(link, mark string) bool {
	u, err := url.Parse(link)
	return err == nil && mark != "" && u.Query().Get("utm_content") == mark
}
