// Package bluesky posts films on one account of Bluesky, by XRPC
// (https://docs.bsky.app): the teaser as a video, or a card with a picture that
// leads to the film; the words, and the link.
//
// The name of a post is made of the decision, and a repository holds one record
// of a name: whatever is repeated, there is one post, and whoever knows the
// decision finds it. Whether Bluesky hides a post is not looked at: one that its
// server holds counts as public.
package bluesky

import (
	"context"
	"net/http"
	"net/url"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Channel is the name of this channel.
const Channel assets.Channel = "bluesky"

const collection = "app.bsky.feed.post"

// Options is what a Bluesky is made of.
type Options struct {
	URL      string // where the account signs in
	VideoURL string // where videos are prepared
	Insecure bool   // plain http and any host: an emulator
	Vault    publishers.Vault
	Blobs    assets.Blobs
	Now      assets.Clock
}

// Bluesky is one account.
type Bluesky struct {
	o           Options
	api, videos *remote.Client
}

// handle is what is kept of a post that is under way; its name is known without.
type handle struct {
	remote.Of
	Job string `json:"job,omitempty"` // that prepares the video
}

var (
	_ publishers.Withdrawer = (*Bluesky)(nil)
	_ publishers.Member     = (*Bluesky)(nil)
	_ publishers.Asker      = (*Bluesky)(nil)
	_ publishers.Watcher    = (*Bluesky)(nil)
	_ publishers.Counter    = (*Bluesky)(nil)
)

// New returns the channel of the account whose session is in the vault.
func New(o Options) (*Bluesky, error) {
	api, err := remote.New("Bluesky", o.URL, o.Insecure)
	if err != nil {
		return nil, err
	}
	videos, err := remote.New("Bluesky", o.VideoURL, o.Insecure)
	if err != nil {
		return nil, err
	}
	b := &Bluesky{o: o, api: api, videos: videos}
	api.Hosts, api.Stale, api.Sort, videos.Sort = []string{"*.bsky.network"}, stale, sort, sortVideos
	api.Token = func(ctx context.Context, stale string) (string, error) { return b.token(ctx, o.Vault, stale) }
	return b, nil
}

// Channel names this channel.
func (b *Bluesky) Channel() assets.Channel { return Channel }

// Limits are of the text, as Count counts it: a film is shown by its teaser.
func (b *Bluesky) Limits() publishers.Limits { return publishers.Limits{DescriptionRunes: mostText} }

// Count counts what is read as one sign as one, with the link below.
func (b *Bluesky) Count(text, link string) int { return size(text + below(text, link)) }

// Publish posts a film.
func (b *Bluesky) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	var h handle
	if err := remote.Recall(req.Resume, &h); err != nil {
		return publishers.Receipt{}, err
	}
	s, err := remote.Load[session](ctx, b.o.Vault)
	if err != nil {
		return publishers.Receipt{}, err
	}
	keep := func() error { return remote.Keep(h, save) }
	if err := keep(); err != nil {
		return publishers.Receipt{}, err
	}
	p, err := compose(req, func(name string) (string, error) { return b.did(ctx, s, name) })
	if err != nil {
		return publishers.Receipt{}, err
	}
	if p.Embed, err = b.embed(ctx, s, req, &h, keep); err != nil {
		return publishers.Receipt{}, err
	}
	key := name(req.Marker)
	_, err = b.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: s.at("com.atproto.repo.createRecord"), Final: true,
		JSON: map[string]any{"repo": s.DID, "collection": collection, "rkey": key, "record": p},
	}, nil)
	if assets.KindOf(err) == assets.Invalid { // it may be there; how that is said is written nowhere
		if there, failed := b.stands(ctx, s, key); there || failed != nil {
			return s.receipt(key), failed
		}
	}
	return s.receipt(key), err
}

// did is the account of a name that a text mentions; "": there is none.
func (b *Bluesky) did(ctx context.Context, s session, name string) (string, error) {
	var is struct {
		DID string `json:"did"`
	}
	_, err := b.api.Do(ctx, remote.Call{
		Method: http.MethodGet, Path: s.at("com.atproto.identity.resolveHandle"), Public: true, Query: url.Values{"handle": {name}},
	}, &is)
	if kind := assets.KindOf(err); kind == assets.Invalid || kind == assets.NotFound {
		return "", nil
	}
	return is.DID, err
}

// Find looks for the one post that a decision can have made.
func (b *Bluesky) Find(ctx context.Context, marker string, _ []byte) (publishers.Receipt, bool, error) {
	s, err := remote.Load[session](ctx, b.o.Vault)
	if err != nil {
		return publishers.Receipt{}, false, err
	}
	key := name(marker)
	found, err := b.stands(ctx, s, key)
	return s.receipt(key), found, err
}

// stands tells whether a post is there; anybody may ask.
func (b *Bluesky) stands(ctx context.Context, s session, key string) (bool, error) {
	_, err := b.api.Do(ctx, remote.Call{
		Method: http.MethodGet, Path: s.at("com.atproto.repo.getRecord"), Public: true,
		Query: url.Values{"repo": {s.DID}, "collection": {collection}, "rkey": {key}},
	}, nil)
	if assets.KindOf(err) == assets.NotFound {
		return false, nil
	}
	return err == nil, err
}

// Status tells whether a post stands.
func (b *Bluesky) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	if !isName(remoteID) {
		return publishers.Status{Note: "Bluesky ne connaît pas ce message."}, nil
	}
	s, err := remote.Load[session](ctx, b.o.Vault)
	if err != nil {
		return publishers.Status{}, err
	}
	stands, err := b.stands(ctx, s, remoteID)
	if err == nil && !stands {
		return publishers.Status{Note: "Ce message n'est plus sur Bluesky."}, nil
	}
	return publishers.Status{Public: stands, URL: s.receipt(remoteID).URL}, err
}

// Withdraw deletes a post, and looks whether it is gone. Deleting what is not
// there is no error over there either.
func (b *Bluesky) Withdraw(ctx context.Context, remoteID string) error {
	if !isName(remoteID) {
		return nil
	}
	s, err := remote.Load[session](ctx, b.o.Vault)
	if err != nil {
		return err
	}
	_, err = b.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: s.at("com.atproto.repo.deleteRecord"),
		JSON: map[string]any{"repo": s.DID, "collection": collection, "rkey": remoteID},
	}, nil)
	if err != nil {
		return err
	}
	stands, err := b.stands(ctx, s, remoteID)
	if stands {
		return &assets.Error{Kind: assets.Transient, Op: "bluesky.Withdraw", Msg: "Bluesky montre encore ce message : on réessaiera de le retirer."}
	}
	return err
}
