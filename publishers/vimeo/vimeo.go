// Package vimeo shows films on one account of Vimeo, by its API 3.4
// (https://developer.vimeo.com/api/reference).
//
// A film goes up as seen by nobody, into a place that Vimeo gives it first; to
// open it is one call that may be repeated. The last line of its description says
// which decision and which bytes it shows: by that a place whose answer was lost
// is found again, taken over or deleted. Vimeo opens nothing at an hour by
// itself, and is not asked to.
package vimeo

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/oauth2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Channel is the name of this channel.
const Channel assets.Channel = "vimeo"

const (
	piece    = 128 << 20 // bytes that are sent at once
	lag      = time.Minute
	crowded  = 6 * time.Hour // after which a full account is tried again, when it does not say itself
	mostIdle = 6             // calls in a row that bring a file no further
)

// Options is what a Vimeo is made of.
type Options struct {
	URL      string        // of the API
	Hosts    []string      // where Vimeo may have bytes sent; none: anywhere below vimeo.com
	OAuth    oauth2.Config // of an application; a personal token needs none
	Insecure bool          // plain http and any host: an emulator
	Piece    int64         // bytes; 0: 128 MiB
	Vault    publishers.Vault
	Blobs    assets.Blobs
	Now      assets.Clock
}

// Vimeo is one account.
type Vimeo struct {
	o   Options
	api *remote.Client
}

var (
	_ publishers.Counter    = (*Vimeo)(nil)
	_ publishers.Preparer   = (*Vimeo)(nil)
	_ publishers.Checker    = (*Vimeo)(nil)
	_ publishers.Withdrawer = (*Vimeo)(nil)
	_ publishers.Updater    = (*Vimeo)(nil)
	_ publishers.Member     = (*Vimeo)(nil)
	_ publishers.Watcher    = (*Vimeo)(nil)
	_ publishers.Decorator  = (*Vimeo)(nil)
)

// New returns the channel of the account whose token is in the vault.
func New(o Options) (*Vimeo, error) {
	o.Piece = cmp.Or(o.Piece, piece)
	api, err := remote.New("Vimeo", o.URL, o.Insecure)
	if err != nil {
		return nil, err
	}
	v := &Vimeo{o: o, api: api}
	if api.Hosts = o.Hosts; len(api.Hosts) == 0 {
		api.Hosts = []string{"*.vimeo.com"}
	}
	api.Header = http.Header{"Accept": {"application/vnd.vimeo.*+json;version=3.4"}}
	api.Token = v.oauth(o.Vault).Token
	return v, nil
}

func (v *Vimeo) oauth(vault publishers.Vault) *remote.OAuth {
	return &remote.OAuth{Name: "Vimeo", Config: v.o.OAuth, Vault: vault, HTTP: v.api.HTTP}
}

// Channel names this channel.
func (v *Vimeo) Channel() assets.Channel { return Channel }

// Limits are those of the texts; how much an account may hold is asked of it
// before a film is sent.
func (v *Vimeo) Limits() publishers.Limits {
	return publishers.Limits{TitleRunes: mostTitle, DescriptionRunes: mostDescription}
}

// Count counts a text with what goes below it: the link, and the reference.
func (v *Vimeo) Count(text, link string) int {
	return utf8.RuneCountInString(publishers.Request{Text: text, Link: link}.Words() + "\n\n" + reference("", assets.Rendition{}))
}

// Check looks for a movie, and weighs the words.
func (v *Vimeo) Check(req publishers.Request) error {
	_, _, err := describe(req)
	return err
}

// needs are the rights of a token, and what each is for.
var needs = []struct{ scope, purpose string }{
	{"public", "lire le compte"},
	{"private", "voir les films qui ne sont pas publics"},
	{"upload", "envoyer un film"},
	{"edit", "modifier un film et l'ouvrir"},
	{"create", "créer une vitrine ou un dossier"},
	{"interact", "ranger un film dans un dossier"},
	{"delete", "supprimer un envoi abandonné"},
}

// Scopes are the rights that an application asks for.
func Scopes() []string {
	var all []string
	for _, n := range needs {
		all = append(all, n.scope)
	}
	return all
}

// Introduce takes an access token, bare or as OAuth 2.0 writes it in JSON.
func (v *Vimeo) Introduce(ctx context.Context, given []byte) (publishers.Introduction, error) {
	t := oauth2.Token{AccessToken: strings.TrimSpace(string(given))}
	if strings.HasPrefix(t.AccessToken, "{") {
		t = oauth2.Token{}
		if err := json.Unmarshal(given, &t); err != nil || t.AccessToken == "" {
			return publishers.Introduction{}, &assets.Error{Kind: assets.Invalid, Op: "vimeo.Introduce", Msg: "Ce fichier n'est pas un jeton de Vimeo.", Err: err}
		}
	}
	asker := *v.api
	asker.Token = func(context.Context, string) (string, error) { return "Bearer " + t.AccessToken, nil }
	var token struct {
		Scope   string    `json:"scope"`
		Expires time.Time `json:"expires_on"`
	}
	if _, err := asker.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/oauth/verify"}, &token); err != nil {
		return publishers.Introduction{}, err
	}
	var missing []string
	for _, n := range needs {
		if !slices.Contains(strings.Fields(token.Scope), n.scope) {
			missing = append(missing, n.purpose+" ("+n.scope+")")
		}
	}
	if len(missing) > 0 {
		return publishers.Introduction{}, &assets.Error{
			Kind: assets.Invalid, Op: "vimeo.Introduce",
			Msg: "Il manque des droits à ce jeton de Vimeo : " + strings.Join(missing, ", ") + ". Créez-en un autre avec ces droits.",
		}
	}
	var who struct {
		Name string `json:"name"`
	}
	if _, err := asker.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/me", Query: fields("name")}, &who); err != nil {
		return publishers.Introduction{}, err
	}
	i := publishers.Introduction{Name: who.Name}
	if !token.Expires.IsZero() {
		t.Expiry = token.Expires
	}
	if t.RefreshToken == "" {
		i.ExpiresAt = t.Expiry
	}
	var err error
	i.Tokens, err = json.Marshal(t)
	return i, err
}

// fields asks for these fields only: a longer answer counts for more.
func fields(names string) url.Values { return url.Values{"fields": {names}} }

// Prepare sends a film up, seen by nobody.
func (v *Vimeo) Prepare(ctx context.Context, req publishers.Request, save func([]byte) error) error {
	_, err := v.send(ctx, req, save)
	return err
}

// Publish sends a film up, unless it is there, and opens it.
func (v *Vimeo) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	h, err := v.send(ctx, req, save)
	if err != nil {
		return publishers.Receipt{}, err
	}
	is, err := v.video(ctx, h.URI)
	if err != nil {
		return publishers.Receipt{}, err
	}
	if is.dead() { // the next attempt sends it again
		if err := v.discard(ctx, h.URI); err != nil {
			return publishers.Receipt{}, err
		}
		if err := remote.Keep(handle{}, save); err != nil {
			return publishers.Receipt{}, err
		}
		return publishers.Receipt{}, &assets.Error{
			Kind: assets.Invalid, Op: "vimeo.Publish", Msg: is.note() + " Rien n'est public : réessayez, le film sera envoyé de nouveau.",
		}
	}
	_, about, err := describe(req) // it may have been said otherwise since it went up
	if err != nil {
		return publishers.Receipt{}, err
	}
	about["privacy"] = map[string]string{"view": "anybody"}
	err = v.patch(ctx, h.URI, about, true)
	return is.receipt(), err
}

// patch changes a film. It may be repeated; that a film was opened and its answer
// lost is said all the same.
func (v *Vimeo) patch(ctx context.Context, uri string, change map[string]any, opens bool) error {
	_, err := v.api.Do(ctx, remote.Call{Method: http.MethodPatch, Path: uri, Query: fields("uri"), JSON: change, Final: opens}, nil)
	return err
}

// Find looks at the film that an attempt sent up. Where an attempt did not learn
// its name there is at most a place that nobody sees.
func (v *Vimeo) Find(ctx context.Context, _ string, resume []byte) (publishers.Receipt, bool, error) {
	var h handle
	if err := remote.Recall(resume, &h); err != nil || h.URI == "" {
		return publishers.Receipt{}, false, err
	}
	is, err := v.video(ctx, h.URI)
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return publishers.Receipt{}, false, nil
	case err != nil || !is.public():
		return publishers.Receipt{}, false, err
	}
	return is.receipt(), true, nil
}

// Status tells whether a film is public, and what Vimeo has against it.
func (v *Vimeo) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	is, err := v.named(ctx, remoteID)
	if assets.KindOf(err) == assets.NotFound {
		return publishers.Status{Note: "Ce film n'est plus sur Vimeo."}, nil
	}
	return publishers.Status{Public: is.public(), URL: is.Link, Note: is.note()}, err
}

// Withdraw closes a film to everybody, and looks whether it is closed. It does not
// delete it: its address, what is said below it and its figures would be gone for
// good, and a person who opens it again finds all that.
func (v *Vimeo) Withdraw(ctx context.Context, remoteID string) error {
	is, err := v.named(ctx, remoteID)
	if err == nil && is.Privacy.View != "nobody" {
		if err = v.patch(ctx, is.uri(), map[string]any{"privacy": map[string]string{"view": "nobody"}}, false); err == nil {
			is, err = v.video(ctx, is.uri())
		}
	}
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return nil
	case err == nil && is.Privacy.View != "nobody":
		return &assets.Error{Kind: assets.Transient, Op: "vimeo.Withdraw", Msg: "Vimeo montre encore ce film : le retrait sera retenté."}
	}
	return err
}

// Update changes what is written about a film; when its bytes are others, they
// take the place of those that stand, at the same address. The description, with
// the line that says which bytes it shows, is written last.
func (v *Vimeo) Update(ctx context.Context, remoteID string, req publishers.Request) error {
	is, err := v.named(ctx, remoteID)
	if err != nil {
		return err
	}
	file, about, err := describe(req)
	if err != nil {
		return err
	}
	if !is.shows(reference(req.Marker, file)) {
		if err := v.exchange(ctx, is.uri(), file); err != nil {
			return err
		}
	}
	return v.patch(ctx, is.uri(), about, false)
}

// named is the film of this name on Vimeo.
func (v *Vimeo) named(ctx context.Context, remoteID string) (video, error) {
	if !isID(remoteID) {
		return video{}, &assets.Error{Kind: assets.NotFound, Op: "vimeo.named", Msg: "Vimeo ne connaît pas ce film."}
	}
	return v.video(ctx, "/videos/"+remoteID)
}

func (v *Vimeo) video(ctx context.Context, uri string) (is video, err error) {
	_, err = v.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: uri, Query: fields(videoFields)}, &is)
	return is, err
}

// Discard deletes what attempts sent up and nobody has seen.
func (v *Vimeo) Discard(ctx context.Context, marker string, resume []byte) error {
	var h handle
	if err := remote.Recall(resume, &h); err != nil {
		return err
	}
	if h.URI == "" && !h.Asked.IsZero() || h.Twice { // a place whose answer was lost
		found, err := v.adopt(ctx, &h, marker)
		switch {
		case err != nil:
			return err
		case !found && v.o.Now().Before(h.Asked.Add(lag)):
			return &assets.Error{Kind: assets.Transient, Op: "vimeo.Discard", RetryAfter: lag, Msg: "Vimeo ne montre peut-être pas encore ce qui est à supprimer : on regardera de nouveau."}
		}
	}
	if h.URI == "" {
		return nil
	}
	is, err := v.video(ctx, h.URI)
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return nil
	case err != nil:
		return err
	case is.public():
		return &assets.Error{Kind: assets.Conflict, Op: "vimeo.Discard", Msg: "Une personne a ouvert ce film sur Vimeo : rien n'y a été supprimé."}
	}
	return v.discard(ctx, h.URI)
}

// discard deletes a film that nobody has seen.
func (v *Vimeo) discard(ctx context.Context, uri string) error {
	_, err := v.api.Do(ctx, remote.Call{Method: http.MethodDelete, Path: uri}, nil)
	if assets.KindOf(err) == assets.NotFound {
		return nil
	}
	return err
}
