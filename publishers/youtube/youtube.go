// Package youtube shows films on one channel of YouTube, by the Data API v3
// (https://developers.google.com/youtube/v3/docs).
//
// A film goes up as private, through a session that tells what it kept; opening
// it is one call that may be repeated. It carries a tag by which it is known
// again when its session is gone. Its file can't be exchanged: a new version of a
// film that stands changes what is written about it.
package youtube

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"golang.org/x/oauth2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Channel is the name of this channel.
const Channel assets.Channel = "youtube"

// Scope is the one permission that covers all that is done here.
const Scope = "https://www.googleapis.com/auth/youtube.force-ssl"

const (
	piece    = 16 << 20       // bytes that are sent at once
	category = "22"           // People & Blogs, as YouTube files what is not filed
	pages    = 4              // of 50 films that are looked through
	again    = time.Minute    // between two looks at a film that is not shown yet
	length   = 12 * time.Hour // of a film
)

// Options is what a YouTube is made of.
type Options struct {
	URL       string // of the API
	UploadURL string // where films go; "": to the same place
	OAuth     oauth2.Config
	Insecure  bool   // plain http: an emulator
	Piece     int64  // bytes, a multiple of 256 KiB; 0: 16 MiB
	Category  string // of films; "": 22
	Daily     int    // films a day, of about 700 units of the quota each; 0: no limit
	Vault     publishers.Vault
	Blobs     assets.Blobs
	Now       assets.Clock
}

// YouTube is one channel there.
type YouTube struct {
	o   Options
	api *remote.Client
}

var (
	_ publishers.Counter    = (*YouTube)(nil)
	_ publishers.Checker    = (*YouTube)(nil)
	_ publishers.Rationer   = (*YouTube)(nil)
	_ publishers.Preparer   = (*YouTube)(nil)
	_ publishers.Withdrawer = (*YouTube)(nil)
	_ publishers.Updater    = (*YouTube)(nil)
	_ publishers.Member     = (*YouTube)(nil)
	_ publishers.Watcher    = (*YouTube)(nil)
	_ publishers.Decorator  = (*YouTube)(nil)
)

// New returns the channel of the account whose tokens are in the vault.
func New(o Options) (*YouTube, error) {
	o.Piece, o.UploadURL, o.Category = cmp.Or(o.Piece, piece), cmp.Or(o.UploadURL, o.URL), cmp.Or(o.Category, category)
	api, err := remote.New("YouTube", o.URL, o.Insecure)
	if err != nil {
		return nil, err
	}
	up, err := remote.New("YouTube", o.UploadURL, o.Insecure)
	if err != nil {
		return nil, err
	}
	y := &YouTube{o: o, api: api}
	y.o.UploadURL = up.Base.String()
	api.Hosts, api.Sort = []string{"*.googleapis.com", up.Base.Host}, y.sort
	api.Token = y.oauth(o.Vault).Token
	return y, nil
}

func (y *YouTube) oauth(v publishers.Vault) *remote.OAuth {
	return &remote.OAuth{Name: "YouTube", Config: y.o.OAuth, Vault: v, HTTP: y.api.HTTP}
}

// Channel names this channel.
func (y *YouTube) Channel() assets.Channel { return Channel }

// Limits are those of a channel whose phone number is known to YouTube.
func (y *YouTube) Limits() publishers.Limits {
	return publishers.Limits{TitleRunes: mostTitle, DescriptionRunes: mostDescription, Length: length, Bytes: 256 << 30}
}

// Count counts bytes, as YouTube does, with the link that goes below the text.
func (y *YouTube) Count(text, link string) int {
	return len(plain(publishers.Request{Text: text, Link: link}.Words()))
}

// Check looks for a movie, and weighs the words.
func (y *YouTube) Check(req publishers.Request) error {
	if _, err := y.api.Movie(req); err != nil {
		return err
	}
	_, err := y.describe(req)
	return err
}

// Introduce takes the tokens of OAuth 2.0 in JSON.
func (y *YouTube) Introduce(ctx context.Context, given []byte) (publishers.Introduction, error) {
	var t oauth2.Token
	if err := json.Unmarshal(given, &t); err != nil || t.AccessToken == "" && t.RefreshToken == "" {
		return publishers.Introduction{}, &assets.Error{Kind: assets.Invalid, Op: "youtube.Introduce", Msg: "Ce fichier n'est pas un jeton de YouTube.", Err: err}
	}
	tokens := remote.Given(given)
	asker := *y.api
	asker.Token = y.oauth(&tokens).Token
	who, err := mine(ctx, &asker)
	return publishers.Introduction{Name: who.Snippet.Title, Tokens: tokens}, err
}

// channel is the channel that tokens speak for.
type channel struct {
	Snippet struct {
		Title string `json:"title"`
	} `json:"snippet"`
	Content struct {
		Lists struct {
			Uploads string `json:"uploads"`
		} `json:"relatedPlaylists"`
	} `json:"contentDetails"`
}

func mine(ctx context.Context, api *remote.Client) (channel, error) {
	all, _, err := list[channel](ctx, api, "channels", url.Values{"mine": {"true"}, "part": {"snippet,contentDetails"}})
	if err == nil && len(all) == 0 {
		err = &assets.Error{Kind: assets.Invalid, Op: "youtube.mine", Msg: "Ce compte Google n'a pas de chaîne YouTube : créez-la, puis reconnectez le compte."}
	}
	if err != nil {
		return channel{}, err
	}
	return all[0], nil
}

// list reads one page of a list, and the token of the next.
func list[T any](ctx context.Context, api *remote.Client, of string, q url.Values) (items []T, next string, err error) {
	var page struct {
		Items []T    `json:"items"`
		Next  string `json:"nextPageToken"`
	}
	_, err = api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/youtube/v3/" + of, Query: q}, &page)
	return page.Items, page.Next, err
}

// Prepare sends a film up as private.
func (y *YouTube) Prepare(ctx context.Context, req publishers.Request, save func([]byte) error) error {
	_, err := y.send(ctx, req, save)
	return err
}

func (y *YouTube) send(ctx context.Context, req publishers.Request, save func([]byte) error) (u remote.Upload, err error) {
	if req.Resume != nil {
		if err := json.Unmarshal(req.Resume, &u); err != nil {
			return u, err
		}
	}
	file, err := y.api.Movie(req)
	if err != nil {
		return u, err
	}
	is, err := y.describe(req)
	if err != nil {
		return u, err
	}
	if u.Other(file) && req.Resume != nil { // the film was made anew meanwhile
		if err := y.Discard(ctx, req.Marker, req.Resume); err != nil {
			return u, err
		}
		u = remote.Upload{Of: u.Of}
	}
	kept := func() error { return remote.Keep(u, save) }
	if err := kept(); err != nil {
		return u, err
	}
	is.Status["privacyStatus"] = "private"
	way := y.resumable(file.Size, "video/mp4", "videos", url.Values{"part": {is.names()}}, is)
	way.Look = func(ctx context.Context) (string, bool, error) { return y.look(ctx, carries(req)) }
	return u, way.Send(ctx, &u, y.o.Blobs, file.Key, kept)
}

// resumable is the way of a file into one collection, with what is said of it.
func (y *YouTube) resumable(size int64, kind, into string, q url.Values, about any) remote.Resumable {
	return remote.Resumable{
		Client: y.api, Type: kind, Piece: y.o.Piece, Now: y.o.Now,
		Begin: func(ctx context.Context) (string, error) {
			q.Set("uploadType", "resumable")
			a, err := y.api.Do(ctx, remote.Call{
				Method: http.MethodPost, Path: y.o.UploadURL + "/upload/youtube/v3/" + into, Query: q, JSON: about,
				Header: http.Header{"X-Upload-Content-Length": {strconv.FormatInt(size, 10)}, "X-Upload-Content-Type": {kind}},
			}, nil)
			if err != nil {
				return "", err
			}
			return y.api.Follow(a.Header.Get("Location"))
		},
		Name: func(a remote.Answer) string {
			var made struct {
				ID string `json:"id"`
			}
			_ = json.Unmarshal(a.Body, &made) // without an ID it is asked for again
			return made.ID
		},
	}
}

// Publish opens a film, once it is up.
func (y *YouTube) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	u, err := y.send(ctx, req, save)
	if err != nil {
		return publishers.Receipt{}, err
	}
	v, err := y.video(ctx, u.Film)
	if err == nil && v.text("rejectionReason") == "duplicate" {
		v, err = y.first(ctx, v, req, save)
	}
	switch {
	case assets.KindOf(err) == assets.NotFound && u.Fresh(y.o.Now()):
		return publishers.Receipt{}, notYet(err)
	case assets.KindOf(err) == assets.NotFound: // somebody deleted it: from the beginning
		return publishers.Receipt{}, errors.Join(remote.Keep(remote.Upload{}, save), &assets.Error{
			Kind: assets.Transient, Op: "youtube.Publish", Msg: "La vidéo préparée n'est plus sur YouTube : elle y repart.", Err: err,
		})
	case err != nil:
		return publishers.Receipt{}, err
	case v.dead():
		return publishers.Receipt{}, &assets.Error{Kind: assets.Invalid, Op: "youtube.Publish", Msg: v.note() + " Rien n'est public."}
	}
	is, err := y.describe(req)
	if err != nil {
		return publishers.Receipt{}, err
	}
	is.Status["privacyStatus"] = "public"
	if v, err = y.update(ctx, v, is); err != nil {
		return publishers.Receipt{}, err
	}
	if !v.public() {
		return publishers.Receipt{}, &assets.Error{Kind: assets.Invalid, Op: "youtube.Publish", Msg: "YouTube garde ce film privé : vérifiez le projet Google de l'association. Rien n'est public."}
	}
	return v.receipt(), nil
}

// first is the film that was there before v, a copy: an attempt whose session was
// lost had sent it all.
func (y *YouTube) first(ctx context.Context, v video, req publishers.Request, save func([]byte) error) (video, error) {
	film, found, err := y.look(ctx, carries(req))
	if err != nil || !found {
		return v, err
	}
	file, err := y.api.Movie(req)
	if err != nil {
		return v, err
	}
	if err := remote.Keep(remote.Upload{Of: remote.Of{File: file.SHA256}, Film: film}, save); err != nil {
		return v, err
	}
	return y.video(ctx, film)
}

func notYet(err error) error {
	return &assets.Error{Kind: assets.Transient, Op: "youtube.open", RetryAfter: again, Msg: "YouTube a reçu le film, mais ne le montre pas encore : on regardera de nouveau.", Err: err}
}

// Find looks at the film that the handle names. Before it names one, nothing can
// have been opened.
func (y *YouTube) Find(ctx context.Context, _ string, resume []byte) (publishers.Receipt, bool, error) {
	var u remote.Upload
	if resume == nil {
		return publishers.Receipt{}, false, nil
	}
	if err := json.Unmarshal(resume, &u); err != nil || u.Film == "" {
		return publishers.Receipt{}, false, err
	}
	v, err := y.video(ctx, u.Film)
	if assets.KindOf(err) == assets.NotFound {
		if u.Fresh(y.o.Now()) {
			return publishers.Receipt{}, false, notYet(err)
		}
		return publishers.Receipt{}, false, nil
	}
	if err != nil || !v.public() || v.dead() {
		return publishers.Receipt{}, false, err
	}
	return v.receipt(), true, nil
}

// Status tells whether a film stands, and what YouTube makes of it.
func (y *YouTube) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	v, err := y.video(ctx, remoteID)
	if assets.KindOf(err) == assets.NotFound {
		return publishers.Status{Note: "Ce film n'est plus sur YouTube."}, nil
	}
	if err != nil {
		return publishers.Status{}, err
	}
	return publishers.Status{Public: v.public() && !v.dead(), URL: v.receipt().URL, Note: v.note()}, nil
}

// Update changes what is said of a film.
func (y *YouTube) Update(ctx context.Context, remoteID string, req publishers.Request) error {
	is, err := y.describe(req)
	if err != nil {
		return err
	}
	v, err := y.video(ctx, remoteID)
	if err != nil {
		return err
	}
	v.keepMarks(is)
	_, err = y.update(ctx, v, is)
	return err
}

// Withdraw makes a film private, and looks whether it is. It does not delete it:
// that could not be undone, would lose what people wrote beneath it, and YouTube
// might refuse the same bytes when they are shown again.
func (y *YouTube) Withdraw(ctx context.Context, remoteID string) error {
	v, err := y.video(ctx, remoteID)
	if err == nil && v.text("privacyStatus") != "private" {
		if _, err = y.update(ctx, v, video{Status: map[string]any{"privacyStatus": "private"}}); err == nil {
			v, err = y.video(ctx, remoteID)
		}
	}
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return nil
	case err == nil && v.text("privacyStatus") != "private":
		return &assets.Error{Kind: assets.Transient, Op: "youtube.Withdraw", Msg: "YouTube montre encore ce film : on réessaiera de le retirer."}
	}
	return err
}

var isID = regexp.MustCompile(`^[A-Za-z0-9_-]{6,20}$`)

// video reads one film. NotFound: it is not there, or not yet.
func (y *YouTube) video(ctx context.Context, id string) (video, error) {
	gone := &assets.Error{Kind: assets.NotFound, Op: "youtube.video", Msg: "Ce film n'est pas sur YouTube."}
	if !isID.MatchString(id) {
		return video{}, gone
	}
	all, _, err := list[video](ctx, y.api, "videos", url.Values{"id": {id}, "part": {"snippet,status,recordingDetails,processingDetails,contentDetails,statistics"}})
	if err != nil {
		return video{}, err
	}
	i := slices.IndexFunc(all, func(v video) bool { return v.ID == id && v.text("uploadStatus") != "deleted" })
	if i < 0 {
		return video{}, gone
	}
	return all[i], nil
}
