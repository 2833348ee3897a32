package remote

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Grant asks a person for an account by the authorization code of RFC 6749, bound
// to who asked by PKCE (RFC 7636). Its tokens are an oauth2.Token in JSON.
type Grant struct {
	Name   string // of the channel
	Config oauth2.Config
	HTTP   *http.Client // nil: the usual one
	// Query is what this channel wants to be asked besides.
	Query url.Values
}

var _ publishers.Grant = (*Grant)(nil)

// Ask is the address at which a person says yes.
func (g *Grant) Ask(redirect, state, verifier string) string {
	c := g.Config
	c.RedirectURL = redirect
	more := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	for key := range g.Query {
		more = append(more, oauth2.SetAuthURLParam(key, g.Query.Get(key)))
	}
	return c.AuthCodeURL(state, more...)
}

// Trade gives the tokens for the code that the channel sent that person back with.
func (g *Grant) Trade(ctx context.Context, redirect, code, verifier string) ([]byte, error) {
	c := g.Config
	c.RedirectURL = redirect
	if g.HTTP != nil {
		ctx = context.WithValue(ctx, oauth2.HTTPClient, g.HTTP)
	}
	t, err := c.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused):
		// Nothing of the answer goes on: it may repeat the secret.
		return nil, &assets.Error{
			Kind: assets.Forbidden, Op: "remote.Trade " + refused.ErrorCode,
			Msg: g.Name + " n'a pas accepté cette autorisation. Recommencez la connexion.",
		}
	case err != nil:
		return nil, (&Client{Name: g.Name}).transient(err)
	}
	return json.Marshal(t)
}
