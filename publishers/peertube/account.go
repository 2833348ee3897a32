package peertube

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// account is what is kept of the account: an instance gives out tokens for a day,
// for a name and a password.
type account struct {
	Username  string `json:"username"`
	Password  string `json:"password"`
	Channel   string `json:"channel,omitempty"` // by name; "": the first
	ChannelID int    `json:"channel_id,omitempty"`
	Token     string `json:"access_token,omitempty"`
}

type channel struct {
	ID      int    `json:"id"`
	Name    string `json:"name"`
	Display string `json:"displayName"`
}

// token is a Client's Token.
func (p *PeerTube) token(ctx context.Context, v publishers.Vault, stale string) (string, error) {
	a, err := remote.Load[account](ctx, v)
	if err != nil {
		return "", err
	}
	if a.Token != "" && a.header() != stale {
		return a.header(), nil
	}
	kept, err := v.Renew(ctx, func(ctx context.Context, old []byte) ([]byte, error) {
		var a account
		if err := json.Unmarshal(old, &a); err != nil {
			return nil, err
		}
		if a.Token != "" && a.header() != stale {
			return old, nil // somebody else was first
		}
		if a.Token, err = p.grant(ctx, a); err != nil {
			return nil, err
		}
		return json.Marshal(a)
	})
	if err != nil {
		return "", err
	}
	err = json.Unmarshal(kept, &a)
	return a.header(), err
}

func (a account) header() string { return "Bearer " + a.Token }

// grant asks for a token, by name and password.
func (p *PeerTube) grant(ctx context.Context, a account) (string, error) {
	var local struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	if _, err := p.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/api/v1/oauth-clients/local", Public: true}, &local); err != nil {
		return "", err
	}
	var given struct {
		Token string `json:"access_token"`
	}
	_, err := p.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: "/api/v1/users/token", Public: true, Form: url.Values{
		"client_id": {local.ID}, "client_secret": {local.Secret}, "grant_type": {"password"}, "username": {a.Username}, "password": {a.Password},
	}}, &given)
	if assets.KindOf(err) == assets.Invalid {
		return "", remote.Disconnected(p.api.Name, errors.New("the name or the password is wrong"))
	}
	return given.Token, err
}

// Asks says what connects an account.
func (p *PeerTube) Asks() string {
	return `un nom et un mot de passe, écrits {"username": "…", "password": "…"}`
}

// Introduce takes {"username": …, "password": …, "channel": …}, the last when the
// account has several.
func (p *PeerTube) Introduce(ctx context.Context, given []byte) (publishers.Introduction, error) {
	var a account
	if err := json.Unmarshal(given, &a); err != nil || a.Username == "" || a.Password == "" {
		return publishers.Introduction{}, &assets.Error{Kind: assets.Invalid, Op: "peertube.Introduce", Msg: "Pour PeerTube, il faut " + p.Asks() + ".", Err: err}
	}
	tokens := remote.Given(given)
	asker := *p.api
	asker.Token = func(ctx context.Context, stale string) (string, error) { return p.token(ctx, &tokens, stale) }
	var who struct {
		Channels []channel `json:"videoChannels"`
	}
	if _, err := asker.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/api/v1/users/me"}, &who); err != nil {
		return publishers.Introduction{}, err
	}
	i := slices.IndexFunc(who.Channels, func(c channel) bool { return a.Channel == "" || a.Channel == c.Name })
	if i < 0 {
		return publishers.Introduction{}, &assets.Error{Kind: assets.Invalid, Op: "peertube.Introduce", Msg: "Ce compte n'a pas cette chaîne sur l'instance PeerTube : créez-la, puis reconnectez le compte."}
	}
	if err := json.Unmarshal(tokens, &a); err != nil {
		return publishers.Introduction{}, err
	}
	a.ChannelID = who.Channels[i].ID
	kept, err := json.Marshal(a)
	return publishers.Introduction{Name: who.Channels[i].Display + " (" + p.api.Base.Host + ")", Tokens: kept}, err
}
