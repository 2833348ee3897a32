package facebook

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// tokens is what is kept of the page.
type tokens struct {
	Token string `json:"access_token"`
	Page  string `json:"page"` // its ID
}

func (f *Facebook) tokens(ctx context.Context) (tokens, error) {
	return remote.Load[tokens](ctx, f.o.Vault)
}

// Introduce takes the token of a page, bare or as {"access_token": …}. Where the
// association's app is known, a token of who keeps one page is exchanged for the
// page's own, and Facebook says for how long it is good.
func (f *Facebook) Introduce(ctx context.Context, given []byte) (publishers.Introduction, error) {
	t := tokens{Token: strings.TrimSpace(string(given))}
	if strings.HasPrefix(t.Token, "{") {
		if err := json.Unmarshal(given, &t); err != nil {
			return publishers.Introduction{}, invalid("Ce fichier n'est pas un jeton de Facebook.", err)
		}
	}
	var ends time.Time
	if f.o.AppID != "" && f.o.AppSecret != "" {
		d, err := f.debug(ctx, t.Token)
		if err != nil {
			return publishers.Introduction{}, err
		}
		if d.Type == "USER" {
			if t, err = f.pageOf(ctx, t); err != nil {
				return publishers.Introduction{}, err
			}
		}
		ends = d.ends()
	}
	asker, err := f.as(t)
	if err != nil {
		return publishers.Introduction{}, err
	}
	var who struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	if _, err := asker.do(ctx, remote.Call{Method: http.MethodGet, Path: "/me", Query: url.Values{"fields": {"id,name"}}}, &who); err != nil {
		return publishers.Introduction{}, err
	}
	if !isID.MatchString(who.ID) {
		return publishers.Introduction{}, invalid("Facebook ne dit pas de quelle page est ce jeton.", nil)
	}
	t.Page = who.ID
	kept, err := json.Marshal(t)
	return publishers.Introduction{Name: who.Name, Tokens: kept, ExpiresAt: ends}, err
}

// as is this channel, speaking with tokens that nobody keeps yet.
func (f *Facebook) as(t tokens) (*Facebook, error) {
	b, err := json.Marshal(t)
	given := remote.Given(b)
	return f.speaking(&given), err
}

func invalid(msg string, err error) error {
	return &assets.Error{Kind: assets.Invalid, Op: "facebook.Introduce", Msg: msg, Err: err}
}

// knowledge is what the app is told of a token.
type knowledge struct {
	Valid      bool   `json:"is_valid"`
	Type       string `json:"type"`
	Expires    int64  `json:"expires_at"`             // Unix time; 0: never
	DataAccess int64  `json:"data_access_expires_at"` // the same
}

// ends is when a person must connect again.
func (k knowledge) ends() (at time.Time) {
	for _, n := range []int64{k.Expires, k.DataAccess} {
		if end := time.Unix(n, 0).UTC(); n > 0 && (at.IsZero() || end.Before(at)) {
			at = end
		}
	}
	return at
}

// debug asks for whom a token speaks, as the app. It is a GET that is sent as a
// POST: no token stands in an address.
func (f *Facebook) debug(ctx context.Context, token string) (knowledge, error) {
	var d struct {
		Data knowledge `json:"data"`
	}
	_, err := f.do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/debug_token", Public: true, Header: http.Header{"Authorization": {"Bearer " + f.o.AppID + "|" + f.o.AppSecret}},
		Form: url.Values{"method": {http.MethodGet}, "input_token": {token}},
	}, &d)
	if err == nil && !d.Data.Valid {
		err = remote.Disconnected("Facebook", errors.New("the token is not valid"))
	}
	return d.Data, err
}

// pageOf exchanges the token of a person for that of the page they keep: one that
// does not end with the session.
func (f *Facebook) pageOf(ctx context.Context, t tokens) (tokens, error) {
	var long tokens
	if _, err := f.do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/oauth/access_token", Public: true, Form: url.Values{
			"method": {http.MethodGet}, "grant_type": {"fb_exchange_token"}, "client_id": {f.o.AppID}, "client_secret": {f.o.AppSecret}, "fb_exchange_token": {t.Token},
		},
	}, &long); err != nil {
		return t, err
	}
	asker, err := f.as(long)
	if err != nil {
		return t, err
	}
	var pages struct {
		Data []struct {
			Name  string `json:"name"`
			Token string `json:"access_token"`
		} `json:"data"`
	}
	if _, err := asker.do(ctx, remote.Call{Method: http.MethodGet, Path: "/me/accounts", Query: url.Values{"fields": {"id,name,access_token"}, "limit": {"100"}}}, &pages); err != nil {
		return t, err
	}
	switch len(pages.Data) {
	case 0:
		return t, invalid("Ce compte ne gère aucune page Facebook : connectez-vous avec celui qui gère la page de l'association.", nil)
	case 1:
		return tokens{Token: pages.Data[0].Token}, nil
	}
	names := make([]string, len(pages.Data))
	for i, p := range pages.Data {
		names[i] = p.Name
	}
	return t, invalid("Ce compte gère plusieurs pages ("+strings.Join(names, ", ")+") : n'en autorisez qu'une, ou donnez son jeton.", nil)
}
