// Package mastodon posts films to one account of a Mastodon instance: the teaser
// with a few words and the link, by API v1 and v2
// (https://docs.joinmastodon.org/client/).
//
// A post repeated within the hour under the same Idempotency-Key is made once;
// after that the account's own posts tell whether it was made.
package mastodon

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Channel is the name of this channel.
const Channel assets.Channel = "mastodon"

const (
	characters = 500             // of a post
	linkLength = 23              // characters that any link counts for
	clocks     = 5 * time.Minute // by which theirs and ours may differ
	settling   = time.Second     // between two looks at a video that is being sorted
)

// Options is what a Mastodon is made of.
type Options struct {
	URL      string // of the instance
	Insecure bool   // plain http: an emulator
	Vault    publishers.Vault
	Blobs    assets.Blobs
	Now      assets.Clock
}

// Mastodon is one account.
type Mastodon struct {
	o   Options
	api *remote.Client
}

// tokens is what is kept of the account.
type tokens struct {
	Token   string `json:"access_token"`
	Account string `json:"account"` // its ID
}

// handle is what is kept of a post that is under way.
type handle struct {
	remote.Of
	Proof string    `json:"proof"` // by which the post is known again
	Media string    `json:"media,omitempty"`
	Sent  time.Time `json:"sent,omitzero"` // when the post itself was first sent
}

type status struct {
	ID         string    `json:"id"`
	URL        string    `json:"url"`
	CreatedAt  time.Time `json:"created_at"`
	Content    string    `json:"content"` // HTML
	Visibility string    `json:"visibility"`
}

var (
	_ publishers.Withdrawer = (*Mastodon)(nil)
	_ publishers.Member     = (*Mastodon)(nil)
	_ publishers.Watcher    = (*Mastodon)(nil)
	_ publishers.Counter    = (*Mastodon)(nil)
	_ publishers.Checker    = (*Mastodon)(nil)
)

// New returns the channel of an instance.
func New(o Options) (*Mastodon, error) {
	api, err := remote.New("Mastodon", o.URL, o.Insecure)
	if err != nil {
		return nil, err
	}
	m := &Mastodon{o: o, api: api}
	api.Token = func(ctx context.Context, _ string) (string, error) {
		t, err := m.tokens(ctx)
		return "Bearer " + t.Token, err
	}
	return m, nil
}

// Channel names this channel.
func (m *Mastodon) Channel() assets.Channel { return Channel }

// Limits are those of an instance as it is installed; what this one sets is
// looked at before a post.
func (m *Mastodon) Limits() publishers.Limits { return publishers.Limits{DescriptionRunes: characters} }

// links are what an instance takes for one.
var links = regexp.MustCompile(`https?://\S+`)

// Count counts as an instance does: a link has one length, whatever it is.
func (m *Mastodon) Count(text, link string) int { return count(text, link) }

// Check looks for something to show; a text that is too long is cut.
func (m *Mastodon) Check(req publishers.Request) error {
	_, err := compose(req, characters)
	return err
}

func count(text, link string) int {
	n := utf8.RuneCountInString(links.ReplaceAllString(text, strings.Repeat("x", linkLength)))
	if link != "" && !strings.Contains(text, link) {
		n += linkLength + 2
	}
	return n
}

func (m *Mastodon) tokens(ctx context.Context) (tokens, error) {
	return remote.Load[tokens](ctx, m.o.Vault)
}

// Introduce takes an access token, bare or as {"access_token": …}.
func (m *Mastodon) Introduce(ctx context.Context, given []byte) (publishers.Introduction, error) {
	t := tokens{Token: strings.TrimSpace(string(given))}
	if strings.HasPrefix(t.Token, "{") {
		if err := json.Unmarshal(given, &t); err != nil {
			return publishers.Introduction{}, &assets.Error{Kind: assets.Invalid, Op: "mastodon.Introduce", Msg: "Ce fichier n'est pas un jeton de Mastodon.", Err: err}
		}
	}
	asker := *m.api
	asker.Token = func(context.Context, string) (string, error) { return "Bearer " + t.Token, nil }
	var who struct {
		ID   string `json:"id"`
		Acct string `json:"acct"`
	}
	if _, err := asker.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/api/v1/accounts/verify_credentials"}, &who); err != nil {
		return publishers.Introduction{}, err
	}
	t.Account = who.ID
	kept, err := json.Marshal(t)
	return publishers.Introduction{Name: "@" + who.Acct + "@" + m.api.Base.Host, Tokens: kept}, err
}

// Publish posts a film.
func (m *Mastodon) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	var h handle
	if err := remote.Recall(req.Resume, &h); err != nil {
		return publishers.Receipt{}, err
	}
	limits, err := m.limits(ctx)
	if err != nil {
		return publishers.Receipt{}, err
	}
	text, err := compose(req, limits.characters)
	if err != nil {
		return publishers.Receipt{}, err
	}
	h.Proof = cmp.Or(req.Link, req.Film.Title)
	if err := remote.Keep(h, save); err != nil {
		return publishers.Receipt{}, err
	}
	post := map[string]any{"status": text, "visibility": "public", "language": "fr"}
	if video, has := req.File(assets.RoleTeaser); has && video.Size <= limits.video {
		if err := m.media(ctx, &h, video, req.Film.Title, save); err != nil {
			return publishers.Receipt{}, err
		}
		post["media_ids"] = []string{h.Media}
	}
	if h.Sent.IsZero() {
		h.Sent = m.o.Now()
	}
	if err := remote.Keep(h, save); err != nil {
		return publishers.Receipt{}, err
	}
	var s status
	_, err = m.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/api/v1/statuses", JSON: post, Final: true, Header: http.Header{"Idempotency-Key": {key(req.Marker)}},
	}, &s)
	return s.receipt(), err
}

// media sends the video, unless an earlier attempt did, and waits until the
// instance has sorted it. Nobody sees it before it is attached to a post.
func (m *Mastodon) media(ctx context.Context, h *handle, video assets.Rendition, title string, save func([]byte) error) error {
	if h.Other(video) { // the film has another version by now
		h.Media = ""
	}
	for fresh := false; ; {
		if h.Media == "" {
			id, err := m.upload(ctx, video, title)
			if err != nil {
				return err
			}
			h.Media, fresh = id, true
			if err := remote.Keep(h, save); err != nil {
				return err
			}
		}
		a, err := m.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/api/v1/media/" + url.PathEscape(h.Media)}, nil)
		switch {
		case assets.KindOf(err) == assets.NotFound && !fresh: // it was kept for too long
			h.Media = ""
			continue
		case err != nil:
			return err
		case a.Status == http.StatusOK:
			return nil
		}
		select {
		case <-ctx.Done():
			return &assets.Error{Kind: assets.Transient, Op: "mastodon.media", Msg: "Mastodon prépare encore la vidéo : la publication reprendra toute seule.", Err: ctx.Err()}
		case <-time.After(settling):
		}
	}
}

func (m *Mastodon) upload(ctx context.Context, video assets.Rendition, title string) (string, error) {
	file, size, err := remote.Blob(ctx, m.o.Blobs, video.Key)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	form := remote.Multipart{
		Fields: []remote.Field{{Name: "description", Value: title}},
		File:   remote.File{Field: "file", Name: "film.mp4", Type: "video/mp4", Content: file, Size: size},
	}
	body, length, kind := form.Body()
	var media struct {
		ID string `json:"id"`
	}
	_, err = m.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: "/api/v2/media", Body: body, Length: length, Type: kind}, &media)
	return media.ID, err
}

type limits struct {
	characters int
	video      int64 // bytes
}

// limits are what this instance allows.
func (m *Mastodon) limits(ctx context.Context) (limits, error) {
	var i struct {
		Configuration struct {
			Statuses struct {
				Characters int `json:"max_characters"`
			} `json:"statuses"`
			Media struct {
				Video int64 `json:"video_size_limit"`
			} `json:"media_attachments"`
		} `json:"configuration"`
	}
	_, err := m.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/api/v2/instance"}, &i)
	return limits{cmp.Or(i.Configuration.Statuses.Characters, characters), i.Configuration.Media.Video}, err
}

// compose is the text of a post: the words, cut to what the instance takes, and
// the link.
func compose(req publishers.Request, characters int) (string, error) {
	words := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(cmp.Or(req.Text, req.Film.Title), "\x00", ""), ""))
	if _, has := req.File(assets.RoleTeaser); !has && req.Link == "" || words == "" {
		return "", &assets.Error{Kind: assets.Invalid, Op: "mastodon.compose", Msg: "Ce film n'a ni vidéo ni page à montrer sur Mastodon : rien n'est parti."}
	}
	if req.Link != "" && strings.Contains(words, req.Link) && count(words, "") <= characters {
		return words, nil // it says itself where the film is
	}
	room := characters
	if req.Link != "" {
		room -= linkLength + 2
	}
	if runes := []rune(words); len(runes) > room {
		words = strings.TrimSpace(string(runes[:room-1])) + "…"
	}
	if req.Link != "" {
		words += "\n\n" + req.Link
	}
	return words, nil
}

// Find looks for a post among the account's newest.
func (m *Mastodon) Find(ctx context.Context, _ string, resume []byte) (publishers.Receipt, bool, error) {
	var h handle
	if err := remote.Recall(resume, &h); err != nil || h.Sent.IsZero() {
		return publishers.Receipt{}, false, err
	}
	t, err := m.tokens(ctx)
	if err != nil {
		return publishers.Receipt{}, false, err
	}
	var all []status
	_, err = m.api.Do(ctx, remote.Call{
		Method: http.MethodGet, Path: "/api/v1/accounts/" + url.PathEscape(t.Account) + "/statuses",
		Query: url.Values{"limit": {"40"}, "exclude_reblogs": {"true"}},
	}, &all)
	for _, s := range all {
		if s.CreatedAt.After(h.Sent.Add(-clocks)) && strings.Contains(html.UnescapeString(s.Content), h.Proof) {
			return s.receipt(), true, err
		}
	}
	return publishers.Receipt{}, false, err
}

// Status tells whether a post stands.
func (m *Mastodon) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	if !isID(remoteID) {
		return publishers.Status{Note: "Mastodon ne connaît pas ce message."}, nil
	}
	var s status
	_, err := m.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/api/v1/statuses/" + remoteID}, &s)
	if assets.KindOf(err) == assets.NotFound {
		return publishers.Status{Note: "Ce message n'est plus sur Mastodon."}, nil
	}
	return publishers.Status{Public: s.Visibility == "public" || s.Visibility == "unlisted", URL: s.URL}, err
}

// Withdraw deletes a post.
func (m *Mastodon) Withdraw(ctx context.Context, remoteID string) error {
	if !isID(remoteID) {
		return nil
	}
	_, err := m.api.Do(ctx, remote.Call{Method: http.MethodDelete, Path: "/api/v1/statuses/" + remoteID}, nil)
	if assets.KindOf(err) == assets.NotFound {
		return nil
	}
	return err
}

func isID(id string) bool {
	return id != "" && len(id) < 40 && strings.Trim(id, "0123456789") == ""
}

func (s status) receipt() publishers.Receipt { return publishers.Receipt{RemoteID: s.ID, URL: s.URL} }

// key is the Idempotency-Key of a decision.
func key(marker string) string {
	sum := sha256.Sum256([]byte(marker))
	return hex.EncodeToString(sum[:16])
}
