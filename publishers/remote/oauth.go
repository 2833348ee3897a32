package remote

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"golang.org/x/oauth2"

	"anonymal.tv/regie/publishers"
)

// OAuth authorises calls with the tokens of a vault (RFC 6749): one that has run
// out, or was refused, is renewed by one attempt at a time, and kept before it is
// used, for a refresh token may be good for one use only.
type OAuth struct {
	Name   string // of the channel
	Config oauth2.Config
	Vault  publishers.Vault
	HTTP   *http.Client
}

// Token is a Client's Token.
func (o *OAuth) Token(ctx context.Context, stale string) (string, error) {
	t, err := Load[oauth2.Token](ctx, o.Vault)
	if err != nil {
		return "", err
	}
	if t.Valid() && header(&t) != stale || t.RefreshToken == "" && stale == "" {
		return header(&t), nil
	}
	kept, err := o.Vault.Renew(ctx, func(ctx context.Context, old []byte) ([]byte, error) {
		var t oauth2.Token
		if err := json.Unmarshal(old, &t); err != nil {
			return nil, err
		}
		if t.Valid() && header(&t) != stale {
			return old, nil // somebody else was first
		}
		return o.refresh(ctx, t)
	})
	if err != nil {
		return "", err
	}
	t = oauth2.Token{}
	err = json.Unmarshal(kept, &t)
	return header(&t), err
}

func (o *OAuth) refresh(ctx context.Context, t oauth2.Token) ([]byte, error) {
	if t.RefreshToken == "" {
		return nil, Disconnected(o.Name, errors.New("there is no refresh token"))
	}
	fresh, err := o.Config.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, o.HTTP), &oauth2.Token{RefreshToken: t.RefreshToken}).Token()
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < 500 && refused.Response.StatusCode != http.StatusTooManyRequests:
		return nil, Disconnected(o.Name, errors.New(refused.ErrorCode))
	case err != nil:
		return nil, (&Client{Name: o.Name}).transient(err)
	}
	if fresh.RefreshToken == "" {
		fresh.RefreshToken = t.RefreshToken
	}
	return json.Marshal(fresh)
}

func header(t *oauth2.Token) string { return t.Type() + " " + t.AccessToken }

// Given is a vault of tokens that nobody keeps yet: those that are being
// introduced.
type Given []byte

// Load returns them.
func (g *Given) Load(context.Context) ([]byte, error) { return *g, nil }

// Renew replaces them.
func (g *Given) Renew(ctx context.Context, renew func(ctx context.Context, old []byte) ([]byte, error)) ([]byte, error) {
	fresh, err := renew(ctx, *g)
	if err == nil {
		*g = fresh
	}
	return fresh, err
}
