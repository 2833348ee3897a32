package bluesky

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// session is what is kept of the account: never its password. Both tokens are
// replaced when the first has run out.
type session struct {
	DID     string `json:"did"`
	Server  string `json:"server"` // where the account lives
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
}

// at is the address of a method.
func (s session) at(method string) string { return s.Server + "/xrpc/" + method }

func (s session) receipt(key string) publishers.Receipt {
	return publishers.Receipt{RemoteID: key, URL: "https://bsky.app/profile/" + s.DID + "/post/" + key}
}

func bearer(token string) string { return "Bearer " + token }

// token is a Client's Token.
func (b *Bluesky) token(ctx context.Context, v publishers.Vault, stale string) (string, error) {
	s, err := remote.Load[session](ctx, v)
	if err != nil || bearer(s.Access) != stale {
		return bearer(s.Access), err
	}
	kept, err := v.Renew(ctx, func(ctx context.Context, old []byte) ([]byte, error) {
		var s session
		if err := json.Unmarshal(old, &s); err != nil || bearer(s.Access) != stale {
			return old, err // somebody else was first
		}
		if _, err := b.api.Do(ctx, remote.Call{
			Method: http.MethodPost, Path: s.at("com.atproto.server.refreshSession"), Public: true, Header: http.Header{"Authorization": {bearer(s.Refresh)}},
		}, &s); err != nil {
			return nil, err
		}
		return json.Marshal(s)
	})
	if err != nil {
		return "", err
	}
	err = json.Unmarshal(kept, &s)
	return bearer(s.Access), err
}

// appPassword is what such a password looks like, and that of an account hardly.
var appPassword = regexp.MustCompile(`^[a-z0-9]{4}(-[a-z0-9]{4}){3}$`)

// Asks says what connects an account.
func (b *Bluesky) Asks() string {
	return "le nom du compte et un mot de passe d'application, séparés par une espace"
}

// Introduce takes the name of the account and an app password, as two words or as
// {"identifier": …, "password": …}, and opens a session, or takes the session
// that is kept.
func (b *Bluesky) Introduce(ctx context.Context, given []byte) (publishers.Introduction, error) {
	const op = "bluesky.Introduce"
	var who struct {
		session
		Identifier string `json:"identifier"`
		Password   string `json:"password"`
	}
	if words := strings.Fields(string(given)); len(words) == 2 && !strings.HasPrefix(words[0], "{") {
		who.Identifier, who.Password = words[0], words[1]
	} else if err := json.Unmarshal(given, &who); err != nil || who.Refresh == "" && (who.Identifier == "" || who.Password == "") {
		return publishers.Introduction{}, &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Pour Bluesky, il faut " + b.Asks() + "."}
	}
	tokens := remote.Given(given)
	if who.Refresh == "" {
		if !b.o.Insecure && !appPassword.MatchString(who.Password) {
			return publishers.Introduction{}, &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Ce n'est pas un mot de passe d'application de Bluesky, qui s'écrit « xxxx-xxxx-xxxx-xxxx ». Créez-en un dans les réglages de Bluesky ; ne donnez jamais celui du compte."}
		}
		s, err := b.open(ctx, strings.TrimPrefix(who.Identifier, "@"), who.Password)
		if err != nil {
			return publishers.Introduction{}, err
		}
		if tokens, err = json.Marshal(s); err != nil {
			return publishers.Introduction{}, err
		}
		who.session = s
	}
	asker := *b.api
	asker.Token = func(ctx context.Context, stale string) (string, error) { return b.token(ctx, &tokens, stale) }
	var is struct {
		Handle string `json:"handle"`
	}
	_, err := asker.Do(ctx, remote.Call{Method: http.MethodGet, Path: who.at("com.atproto.server.getSession")}, &is)
	return publishers.Introduction{Name: "@" + is.Handle, Tokens: tokens}, err
}

// open signs in with an app password: that may be done a few hundred times a day
// at most, so it is done when a person connects the account, and never else.
func (b *Bluesky) open(ctx context.Context, who, password string) (session, error) {
	var made struct {
		session
		Document struct {
			Services []struct {
				ID       string `json:"id"`
				Endpoint string `json:"serviceEndpoint"`
			} `json:"service"`
		} `json:"didDoc"`
	}
	_, err := b.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/xrpc/com.atproto.server.createSession", Public: true, JSON: map[string]string{"identifier": who, "password": password},
	}, &made)
	made.Server = b.api.Base.String()
	for _, place := range made.Document.Services {
		if err == nil && place.ID == "#atproto_pds" {
			made.Server, err = b.api.Follow(strings.TrimSuffix(place.Endpoint, "/"))
		}
	}
	return made.session, err
}

// code is the word by which XRPC says what is wrong.
func code(a remote.Answer) string {
	var body struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(a.Body, &body) // what is not XRPC says nothing
	return body.Error
}

// stale is a Client's Stale: the end of a token is told by 400.
func stale(a remote.Answer) bool {
	return a.Status == http.StatusUnauthorized || a.Status == http.StatusBadRequest && code(a) == "ExpiredToken"
}

// sort is a Client's Sort.
func sort(a remote.Answer) error {
	c := code(a)
	detail := fmt.Errorf("%s answers %d %s", a.Name, a.Status, c)
	switch {
	case a.Status >= http.StatusInternalServerError || a.Status == http.StatusTooManyRequests:
		return nil
	case a.Status == http.StatusBadRequest && c == "": // its end is lost
		return a.Broken(detail)
	case c == "AuthFactorTokenRequired":
		return a.Refused("un code est demandé : connectez le compte avec un mot de passe d'application", detail)
	case c == "ExpiredToken", c == "InvalidToken", c == "AccountTakedown", c == "AccountDeactivated", c == "AccountSuspended":
		return remote.Disconnected(a.Name, detail)
	case c == "RecordNotFound":
		return &assets.Error{Kind: assets.NotFound, Op: "bluesky.sort", Msg: "Bluesky ne trouve pas ce message.", Err: detail}
	}
	return nil
}

// sortVideos is the Sort of the house of the videos: it knows our account by a
// token that was lent, and one that it does not take says nothing of the account.
func sortVideos(a remote.Answer) error {
	if a.Status == http.StatusUnauthorized {
		return a.Later(0, fmt.Errorf("%s answers %d %s about a video", a.Name, a.Status, code(a)))
	}
	return nil
}
