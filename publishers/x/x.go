// Package x posts films on one account of X, by the API v2
// (https://docs.x.com/x-api): the teaser with a few words, or a link to the site,
// which costs thirteen times as much (0.20 $ a post, as of April 2026).
//
// X knows no key of a request. A post is known again by the video that it holds,
// or by the mark in its link; one that is made again though the first is hidden
// is refused as a duplicate. Accounts are those of OAuth 2.0: 1.0a is not spoken.
package x

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Channel is the name of this channel.
const Channel assets.Channel = "x"

const (
	characters = 280              // a text may weigh
	again      = 30 * time.Second // between two looks at what is not listed yet
	settled    = time.Minute      // after which a post that is not listed was not made
)

// Options is what an X is made of.
type Options struct {
	URL        string        // of the API
	OAuth      oauth2.Config // the association's app
	Post       string        // "video", "": the teaser, a link only for want of one; "link": a link, where the site shows the film
	Characters int           // a text may weigh; 0: 280
	Piece      int64         // bytes that are sent at once; 0: 2 MiB
	Insecure   bool          // plain http: an emulator
	Vault      publishers.Vault
	Blobs      assets.Blobs
	Now        assets.Clock
}

// X is one account.
type X struct {
	o   Options
	api *remote.Client
}

// handle is what is kept of a post that is under way.
type handle struct {
	remote.Of
	Account string    `json:"account,omitempty"` // our ID
	Media   string    `json:"media,omitempty"`   // the video
	Key     string    `json:"key,omitempty"`     // by which it is known in a post
	Whole   bool      `json:"whole,omitempty"`   // all of it arrived
	Mark    string    `json:"mark,omitempty"`    // of the link
	Since   string    `json:"since,omitempty"`   // our newest post before this one
	Sent    time.Time `json:"sent,omitzero"`     // when the post was last sent, unless X is known not to have made it
	Post    string    `json:"post,omitempty"`    // its ID, once it is known
}

type post struct {
	ID          string `json:"id"`
	Attachments struct {
		Media []string `json:"media_keys"`
	} `json:"attachments"`
	Entities struct {
		URLs []struct {
			Expanded string `json:"expanded_url"`
		} `json:"urls"`
	} `json:"entities"`
	Metrics *struct {
		Impressions int `json:"impression_count"`
	} `json:"public_metrics"`
	Withheld struct {
		Countries []string `json:"country_codes"`
	} `json:"withheld"`
}

// wrapped is how X wraps what it answers.
type wrapped[T any] struct {
	Data T `json:"data"`
}

var (
	_ publishers.Withdrawer = (*X)(nil)
	_ publishers.Member     = (*X)(nil)
	_ publishers.Counter    = (*X)(nil)
	_ publishers.Checker    = (*X)(nil)
)

// New returns the channel of the account whose tokens are in the vault.
func New(o Options) (*X, error) {
	o.Characters, o.Piece = cmp.Or(o.Characters, characters), cmp.Or(o.Piece, piece)
	api, err := remote.New("X", o.URL, o.Insecure)
	if err != nil {
		return nil, err
	}
	o.OAuth.Endpoint.TokenURL = cmp.Or(o.OAuth.Endpoint.TokenURL, api.Base.String()+"/2/oauth2/token")
	o.OAuth.Endpoint.AuthStyle = AuthStyle(o.OAuth)
	x := &X{o: o, api: api}
	api.Sort, api.Token = x.sort, x.oauth(o.Vault).Token
	return x, nil
}

// AuthStyle is how an app says who it is. It is never tried out: codes and refresh
// tokens are good once.
func AuthStyle(app oauth2.Config) oauth2.AuthStyle {
	if app.ClientSecret == "" {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

func (x *X) oauth(v publishers.Vault) *remote.OAuth {
	return &remote.OAuth{Name: "X", Config: x.o.OAuth, Vault: v, HTTP: x.api.HTTP}
}

// Channel names this channel.
func (x *X) Channel() assets.Channel { return Channel }

// Limits are of the text alone, as Count counts it: a film is shown by its teaser.
func (x *X) Limits() publishers.Limits {
	return publishers.Limits{DescriptionRunes: x.o.Characters}
}

// Count weighs a text, and the link where links are what is posted.
func (x *X) Count(text, link string) int {
	if x.o.Post == "link" && link != "" {
		return weight(text) + behind
	}
	return weight(text)
}

// Introduce takes the tokens of OAuth 2.0 in JSON.
func (x *X) Introduce(ctx context.Context, given []byte) (publishers.Introduction, error) {
	var t oauth2.Token
	if err := json.Unmarshal(given, &t); err != nil || t.AccessToken == "" && t.RefreshToken == "" {
		return publishers.Introduction{}, &assets.Error{Kind: assets.Invalid, Op: "x.Introduce", Msg: "Ce fichier n'est pas un jeton de X.", Err: err}
	}
	tokens := remote.Given(given)
	asker := *x.api
	asker.Token = x.oauth(&tokens).Token
	who, err := me(ctx, &asker)
	return publishers.Introduction{Name: "@" + who.Name, Tokens: tokens}, err
}

// teaser is the video that is posted, and whether one is.
func (x *X) teaser(req publishers.Request) (assets.Rendition, bool) {
	t, has := req.File(assets.RoleTeaser)
	return t, has && t.Duration <= longest.Seconds() && t.Size <= heaviest && (x.o.Post != "link" || req.Link == "")
}

// Check looks for something to show; a text that is too long is cut.
func (x *X) Check(req publishers.Request) error {
	if _, has := x.teaser(req); !has && req.Link == "" {
		return &assets.Error{Kind: assets.Invalid, Op: "x.Check", Msg: "Ce film n'a ni teaser ni page à montrer sur X : rien n'est parti."}
	}
	return nil
}

type account struct {
	ID   string `json:"id"`
	Name string `json:"username"`
}

func me(ctx context.Context, api *remote.Client) (account, error) {
	var who wrapped[account]
	_, err := api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/2/users/me"}, &who)
	return who.Data, err
}

// Publish posts a film.
func (x *X) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	var h handle
	if err := remote.Recall(req.Resume, &h); err != nil {
		return publishers.Receipt{}, err
	}
	keep := func() error { return remote.Keep(h, save) }
	if err := x.Check(req); err != nil {
		return publishers.Receipt{}, err
	}
	teaser, has := x.teaser(req)
	if err := keep(); err != nil {
		return publishers.Receipt{}, err
	}
	body := map[string]any{}
	if has {
		body["text"] = fit(words(req), x.o.Characters)
		if err := x.video(ctx, teaser, &h, keep); err != nil {
			return publishers.Receipt{}, err
		}
		body["media"] = map[string]any{"media_ids": []string{h.Media}}
	} else {
		h.Mark = remote.Mark(req.Marker)
		to, err := remote.Marked(req.Link, Channel, h.Mark)
		if err != nil {
			return publishers.Receipt{}, err
		}
		body["text"] = fit(words(req), x.o.Characters-behind) + "\n\n" + to
	}
	return x.post(ctx, body, &h, keep)
}

// post makes the post. Where an earlier attempt may have, a duplicate is evidence
// of that; one that X refused has not.
func (x *X) post(ctx context.Context, body map[string]any, h *handle, keep func() error) (publishers.Receipt, error) {
	earlier := h.Sent
	if earlier.IsZero() {
		if err := x.before(ctx, h); err != nil {
			return publishers.Receipt{}, err
		}
	}
	h.Sent = x.o.Now()
	if err := keep(); err != nil {
		return publishers.Receipt{}, err
	}
	var made wrapped[post]
	a, err := x.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: "/2/tweets", JSON: body, Final: true}, &made)
	p := problemOf(a)
	switch {
	case err == nil && !isID(made.Data.ID), !earlier.IsZero() && a.Status == http.StatusForbidden && p.has("duplicate"):
		return publishers.Receipt{}, a.Broken(p.error(a))
	case err == nil:
		h.Post = made.Data.ID
		return receipt(h.Post), keep()
	case assets.KindOf(err) == assets.Lost:
		return publishers.Receipt{}, err
	case h.Media != "" && a.Status == http.StatusBadRequest && p.has("media"):
		h.Media, h.Key, h.Whole = "", "", false // it was kept for too long
		err = &assets.Error{Kind: assets.Transient, Op: "x.post", Msg: "X n'a plus la vidéo préparée : elle y repart.", Err: err}
	}
	h.Sent = earlier
	return publishers.Receipt{}, errors.Join(err, keep())
}

// before notes who we are and what our newest post is: ours will be newer.
func (x *X) before(ctx context.Context, h *handle) error {
	who, err := me(ctx, x.api)
	if err != nil {
		return err
	}
	h.Account = who.ID
	newest, err := x.timeline(ctx, *h, url.Values{"max_results": {"5"}})
	if len(newest) > 0 {
		h.Since = newest[0].ID
	}
	return err
}

func (x *X) timeline(ctx context.Context, h handle, q url.Values) ([]post, error) {
	var all wrapped[[]post]
	_, err := x.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/2/users/" + url.PathEscape(h.Account) + "/tweets", Query: q}, &all)
	return all.Data, err
}

// Find looks for the post among those that are newer than the attempt. One that
// is not listed is looked for again: X lists late.
func (x *X) Find(ctx context.Context, _ string, resume []byte) (publishers.Receipt, bool, error) {
	var h handle
	if err := remote.Recall(resume, &h); err != nil || h.Sent.IsZero() {
		return publishers.Receipt{}, false, err
	}
	if h.Post != "" {
		_, found, err := x.look(ctx, h.Post, nil)
		return receipt(h.Post), found, err
	}
	q := url.Values{
		"max_results": {"100"}, "exclude": {"retweets"}, "tweet.fields": {"created_at,attachments,entities"}, "expansions": {"attachments.media_keys"},
	}
	if h.Since != "" {
		q.Set("since_id", h.Since)
	}
	newer, err := x.timeline(ctx, h, q)
	if err != nil {
		return publishers.Receipt{}, false, err
	}
	if i := slices.IndexFunc(newer, h.isOf); i >= 0 {
		return receipt(newer[i].ID), true, nil
	}
	if x.o.Now().Before(h.Sent.Add(settled)) {
		return publishers.Receipt{}, false, &assets.Error{Kind: assets.Transient, Op: "x.Find", RetryAfter: again, Msg: "X ne montre pas encore le message : on regardera de nouveau."}
	}
	return publishers.Receipt{}, false, nil
}

// isOf tells whether a post is that of the handle.
func (h handle) isOf(p post) bool {
	if h.Key != "" && slices.Contains(p.Attachments.Media, h.Key) {
		return true
	}
	for _, u := range p.Entities.URLs {
		if to, err := url.Parse(u.Expanded); err == nil && h.Mark != "" && to.Query().Get("utm_content") == h.Mark {
			return true
		}
	}
	return false
}

// look reads a post with these fields, and tells whether it is there.
func (x *X) look(ctx context.Context, id string, fields url.Values) (post, bool, error) {
	var p wrapped[post]
	a, err := x.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/2/tweets/" + id, Query: fields}, &p)
	switch said := problemOf(a); {
	case assets.KindOf(err) == assets.NotFound, err == nil && said.has("resource-not-found"):
		return post{}, false, nil
	case err == nil && p.Data.ID != id: // X answers 200 to what it could not look up
		return post{}, false, a.Broken(said.error(a))
	}
	return p.Data, err == nil, err
}

// Status tells whether a post stands.
func (x *X) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	if !isID(remoteID) {
		return publishers.Status{Note: "X ne connaît pas ce message."}, nil
	}
	_, stands, err := x.look(ctx, remoteID, nil)
	if err == nil && !stands {
		return publishers.Status{Note: "Ce message n'est plus sur X."}, nil
	}
	return publishers.Status{Public: stands, URL: receipt(remoteID).URL}, err
}

// Withdraw deletes a post.
func (x *X) Withdraw(ctx context.Context, remoteID string) error {
	if !isID(remoteID) {
		return nil
	}
	var gone wrapped[struct {
		Deleted bool `json:"deleted"`
	}]
	_, err := x.api.Do(ctx, remote.Call{Method: http.MethodDelete, Path: "/2/tweets/" + remoteID}, &gone)
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return nil
	case err == nil && !gone.Data.Deleted:
		return &assets.Error{Kind: assets.Transient, Op: "x.Withdraw", Msg: "X montre encore ce message : on réessaiera de le retirer."}
	}
	return err
}

func isID(id string) bool {
	return id != "" && len(id) < 40 && strings.Trim(id, "0123456789") == ""
}

func receipt(id string) publishers.Receipt {
	return publishers.Receipt{RemoteID: id, URL: "https://x.com/i/status/" + id}
}

// words are the text of a request, without what X refuses.
func words(req publishers.Request) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == 0 || r == 0xFEFF || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(cmp.Or(req.Text, req.Film.Title), "")))
}
