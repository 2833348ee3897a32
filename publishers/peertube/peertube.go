// Package peertube shows films on one channel of a PeerTube instance, by its REST
// API (https://docs.joinpeertube.org/api-rest-reference.html).
//
// A film goes up as private, through a session that tells what it kept; opening
// it is one call that may be repeated. Its file has a name by which it is known
// again when its session is gone. Its file is not exchanged: a new version of a
// film that stands changes what is written about it.
package peertube

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Channel is the name of this channel.
const Channel assets.Channel = "peertube"

const (
	piece  = 16 << 20        // bytes that are sent at once
	clocks = 5 * time.Minute // by which theirs and ours may differ
)

// The levels of privacy.
const (
	public  = 1
	private = 3
)

// Options is what a PeerTube is made of.
type Options struct {
	URL      string // of the instance
	Insecure bool   // plain http: an emulator
	Piece    int64  // bytes, a multiple of 256 KiB; 0: 16 MiB
	Vault    publishers.Vault
	Blobs    assets.Blobs
	Now      assets.Clock
}

// PeerTube is one channel of an instance.
type PeerTube struct {
	o   Options
	api *remote.Client
}

// handle is what is kept of a film on its way.
type handle struct {
	remote.Upload
	Since time.Time `json:"since"` // no session is older
	Name  string    `json:"name"`  // of its file there
}

// film is a film as the instance knows it.
type film struct {
	ID      int       `json:"id"`
	UUID    string    `json:"uuid"`
	Short   string    `json:"shortUUID"`
	Created time.Time `json:"createdAt"`
	Privacy struct {
		ID int `json:"id"`
	} `json:"privacy"`
	State struct {
		ID int `json:"id"`
	} `json:"state"`
	Blocked bool   `json:"blacklisted"`
	Name    string `json:"name"`
	Views   int    `json:"views"`
}

var (
	_ publishers.Counter    = (*PeerTube)(nil)
	_ publishers.Checker    = (*PeerTube)(nil)
	_ publishers.Preparer   = (*PeerTube)(nil)
	_ publishers.Withdrawer = (*PeerTube)(nil)
	_ publishers.Updater    = (*PeerTube)(nil)
	_ publishers.Member     = (*PeerTube)(nil)
	_ publishers.Asker      = (*PeerTube)(nil)
	_ publishers.Watcher    = (*PeerTube)(nil)
	_ publishers.Decorator  = (*PeerTube)(nil)
)

// New returns the channel of the account in the vault.
func New(o Options) (*PeerTube, error) {
	o.Piece = cmp.Or(o.Piece, piece)
	api, err := remote.New("PeerTube", o.URL, o.Insecure)
	if err != nil {
		return nil, err
	}
	p := &PeerTube{o: o, api: api}
	api.Sort = sort
	api.Token = func(ctx context.Context, stale string) (string, error) { return p.token(ctx, o.Vault, stale) }
	return p, nil
}

// Channel names this channel.
func (p *PeerTube) Channel() assets.Channel { return Channel }

// Limits are those of all instances; the quota of an account is its own.
func (p *PeerTube) Limits() publishers.Limits {
	return publishers.Limits{TitleRunes: mostName, DescriptionRunes: mostDescription}
}

// Count counts a text with the link that goes below it.
func (p *PeerTube) Count(text, link string) int {
	return utf8.RuneCountInString(publishers.Request{Text: text, Link: link}.Words())
}

// Check looks for a movie, and weighs the words.
func (p *PeerTube) Check(req publishers.Request) error {
	if _, err := p.api.Movie(req); err != nil {
		return err
	}
	_, err := describe(req)
	return err
}

// Prepare sends a film up as private.
func (p *PeerTube) Prepare(ctx context.Context, req publishers.Request, save func([]byte) error) error {
	_, err := p.send(ctx, req, save)
	return err
}

func (p *PeerTube) send(ctx context.Context, req publishers.Request, save func([]byte) error) (h handle, err error) {
	h.Since = p.o.Now()
	if req.Resume != nil {
		if err := json.Unmarshal(req.Resume, &h); err != nil {
			return h, err
		}
	}
	file, err := p.api.Movie(req)
	if err != nil {
		return h, err
	}
	is, err := describe(req)
	if err != nil {
		return h, err
	}
	if h.Other(file) && req.Resume != nil { // the film was made anew meanwhile
		if err := p.Discard(ctx, req.Marker, req.Resume); err != nil {
			return h, err
		}
		h.Upload, h.Since = remote.Upload{Of: h.Of}, p.o.Now()
	}
	h.Name = filename(req)
	kept := func() error { return remote.Keep(h, save) }
	if err := kept(); err != nil {
		return h, err
	}
	way := remote.Resumable{
		Client: p.api, Type: "video/mp4", Piece: p.o.Piece, Now: p.o.Now, Name: name,
		Begin: func(ctx context.Context) (string, error) { return p.begin(ctx, is, req, file.Size) },
		Look:  func(ctx context.Context) (string, bool, error) { return p.look(ctx, h.Name, h.Since) },
	}
	return h, way.Send(ctx, &h.Upload, p.o.Blobs, file.Key, kept)
}

// filename is what the file is called there, where nobody but us sees it: it
// says which decision it is of, and which bytes it has.
func filename(req publishers.Request) string {
	file, _ := req.Best()
	return "regie-" + remote.Mark(req.Marker+" "+file.SHA256) + ".mp4"
}

// begin opens a session, or gets the one that the instance has for this file.
func (p *PeerTube) begin(ctx context.Context, is map[string]any, req publishers.Request, size int64) (string, error) {
	t, err := remote.Load[account](ctx, p.o.Vault)
	if err != nil {
		return "", err
	}
	is["channelId"], is["filename"], is["privacy"], is["waitTranscoding"] = t.ChannelID, filename(req), private, true
	a, err := p.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/api/v1/videos/upload-resumable", JSON: is,
		Header: http.Header{"X-Upload-Content-Length": {strconv.FormatInt(size, 10)}, "X-Upload-Content-Type": {"video/mp4"}},
	}, nil)
	if err != nil {
		return "", err
	}
	return p.api.Follow(a.Header.Get("Location"))
}

func name(a remote.Answer) string {
	var made struct {
		Video film `json:"video"`
	}
	_ = json.Unmarshal(a.Body, &made) // without a name it is asked for again
	return made.Video.UUID
}

// Publish opens a film, once it is up.
func (p *PeerTube) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	h, err := p.send(ctx, req, save)
	if err != nil {
		return publishers.Receipt{}, err
	}
	is, err := describe(req)
	if err != nil {
		return publishers.Receipt{}, err
	}
	is["privacy"] = public
	f, err := p.change(ctx, h.Film, is)
	switch {
	case assets.KindOf(err) == assets.NotFound: // somebody deleted it: from the beginning
		return publishers.Receipt{}, errors.Join(remote.Keep(handle{Since: p.o.Now()}, save), &assets.Error{
			Kind: assets.Transient, Op: "peertube.Publish", Msg: "La vidéo préparée n'est plus sur PeerTube : elle y repart.", Err: err,
		})
	case err != nil:
		return publishers.Receipt{}, err
	case f.Privacy.ID != public:
		return publishers.Receipt{}, &assets.Error{Kind: assets.Transient, Op: "peertube.Publish", Msg: "PeerTube n'a pas ouvert ce film : on réessaiera."}
	}
	return p.receipt(f), nil
}

// change writes what is said of a film, and reads the film back.
func (p *PeerTube) change(ctx context.Context, uuid string, is map[string]any) (film, error) {
	if !isUUID.MatchString(uuid) {
		return film{}, &assets.Error{Kind: assets.NotFound, Op: "peertube.change", Msg: "Ce film n'est pas sur PeerTube."}
	}
	if _, err := p.api.Do(ctx, remote.Call{Method: http.MethodPut, Path: path(uuid), JSON: is}, nil); err != nil {
		return film{}, err
	}
	return p.film(ctx, uuid)
}

// Find looks at the film that the handle names. Before it names one, nothing can
// have been opened.
func (p *PeerTube) Find(ctx context.Context, _ string, resume []byte) (publishers.Receipt, bool, error) {
	var h handle
	if resume == nil {
		return publishers.Receipt{}, false, nil
	}
	if err := json.Unmarshal(resume, &h); err != nil || h.Film == "" {
		return publishers.Receipt{}, false, err
	}
	f, err := p.film(ctx, h.Film)
	if assets.KindOf(err) == assets.NotFound {
		return publishers.Receipt{}, false, nil
	}
	if err != nil || f.Privacy.ID != public {
		return publishers.Receipt{}, false, err
	}
	return p.receipt(f), true, nil
}

func (p *PeerTube) receipt(f film) publishers.Receipt {
	return publishers.Receipt{RemoteID: f.UUID, URL: p.api.Base.String() + "/w/" + url.PathEscape(f.Short)}
}

// Status tells whether a film stands, and what the instance makes of it. What is
// still being prepared is shown when it is ready.
func (p *PeerTube) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	f, err := p.film(ctx, remoteID)
	if assets.KindOf(err) == assets.NotFound {
		return publishers.Status{Note: "Ce film n'est plus sur PeerTube."}, nil
	}
	if err != nil {
		return publishers.Status{}, err
	}
	s := publishers.Status{Public: f.Privacy.ID == public && f.State.ID == 1 && !f.Blocked, URL: p.receipt(f).URL}
	switch {
	case f.Blocked:
		s.Note = "L'instance PeerTube a bloqué ce film."
	case f.State.ID == 7 || f.State.ID == 8: // transcoding or a move that failed
		s.Note = "PeerTube n'a pas pu préparer ce film : voyez avec l'instance."
	case f.State.ID != 1:
		s.Note = "PeerTube prépare encore ce film."
	case f.Privacy.ID != public:
		s.Note = "Ce film est sur PeerTube, mais pas public."
	}
	return s, nil
}

// Update changes what is said of a film.
func (p *PeerTube) Update(ctx context.Context, remoteID string, req publishers.Request) error {
	is, err := describe(req)
	if err == nil {
		_, err = p.change(ctx, remoteID, is)
	}
	return err
}

// Withdraw makes a film private, and looks whether it is. It does not delete it:
// that could not be undone, and would lose what people wrote beneath it.
func (p *PeerTube) Withdraw(ctx context.Context, remoteID string) error {
	f, err := p.change(ctx, remoteID, map[string]any{"privacy": private})
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return nil
	case err == nil && f.Privacy.ID != private:
		return &assets.Error{Kind: assets.Transient, Op: "peertube.Withdraw", Msg: "PeerTube montre encore ce film : on réessaiera de le retirer."}
	}
	return err
}

var isUUID = regexp.MustCompile(`^[0-9a-fA-F-]{36}$`)

func path(uuid string) string { return "/api/v1/videos/" + url.PathEscape(uuid) }

// film reads one film. NotFound: it is not there.
func (p *PeerTube) film(ctx context.Context, uuid string) (film, error) {
	var f film
	if !isUUID.MatchString(uuid) {
		return f, &assets.Error{Kind: assets.NotFound, Op: "peertube.film", Msg: "Ce film n'est pas sur PeerTube."}
	}
	_, err := p.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: path(uuid)}, &f)
	return f, err
}
