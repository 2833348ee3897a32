package vimeo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// handle is what is kept of a film that is under way.
type handle struct {
	Reference string    `json:"reference"`       // the last line of its description
	Asked     time.Time `json:"asked,omitzero"`  // when a place was last asked for
	Twice     bool      `json:"twice,omitempty"` // and before, without an answer: there may be two
	URI       string    `json:"uri,omitempty"`   // of its place
	Link      string    `json:"link,omitempty"`  // takes its bytes
}

// send has a film up, whole and seen by nobody.
func (v *Vimeo) send(ctx context.Context, req publishers.Request, save func([]byte) error) (handle, error) {
	var h handle
	if err := remote.Recall(req.Resume, &h); err != nil {
		return h, err
	}
	file, about, err := describe(req)
	if err != nil {
		return h, err
	}
	if is := reference(req.Marker, file); h.Reference != is { // the film was made anew meanwhile
		if h.URI != "" {
			if err := v.discard(ctx, h.URI); err != nil {
				return h, err
			}
			h = handle{}
		}
		h.Reference = is
	}
	if err := remote.Keep(h, save); err != nil {
		return h, err
	}
	for range 2 { // a place that was kept for too long takes nothing: then another
		if h.URI == "" {
			if err := v.place(ctx, &h, req.Marker, about, file.Size, save); err != nil {
				return h, err
			}
		}
		err := v.fill(ctx, h.URI, h.Link, file)
		switch {
		case err == nil && h.Twice:
			_, err = v.adopt(ctx, &h, req.Marker)
			return h, err
		case assets.KindOf(err) != assets.NotFound:
			return h, err
		}
		if err := v.discard(ctx, h.URI); err != nil {
			return h, err
		}
		h = handle{Reference: h.Reference}
		if err := remote.Keep(h, save); err != nil {
			return h, err
		}
	}
	return h, &assets.Error{Kind: assets.Transient, Op: "vimeo.send", Msg: "Vimeo ne prend pas les octets du film : l'envoi reprendra tout seul."}
}

// place gets a film its place: the one that an earlier attempt asked for, or
// another.
func (v *Vimeo) place(ctx context.Context, h *handle, marker string, about map[string]any, size int64, save func([]byte) error) error {
	if !h.Asked.IsZero() {
		found, err := v.adopt(ctx, h, marker)
		switch {
		case err != nil:
			return err
		case found:
			return remote.Keep(h, save)
		case v.o.Now().Before(h.Asked.Add(lag)):
			return &assets.Error{
				Kind: assets.Transient, Op: "vimeo.place", RetryAfter: lag,
				Msg: "Vimeo a peut-être préparé la place du film, mais ne la montre pas encore : on regardera de nouveau avant d'en demander une autre.",
			}
		}
		h.Twice = true
	}
	if err := v.room(ctx, size); err != nil {
		return err
	}
	h.Asked = v.o.Now()
	if err := remote.Keep(h, save); err != nil {
		return err
	}
	ask := maps.Clone(about)
	ask["upload"] = tus(size)
	ask["privacy"] = map[string]string{"view": "nobody"}
	var made video
	a, err := v.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: "/me/videos", Query: fields(videoFields), JSON: ask}, &made)
	if err != nil {
		return v.whenFull(ctx, a, err)
	}
	h.URI, h.Link = made.uri(), made.Upload.Link
	return remote.Keep(h, save)
}

func tus(size int64) map[string]string {
	return map[string]string{"approach": "tus", "size": strconv.FormatInt(size, 10)}
}

// adopt takes over what stands for a decision among our newest films: the one
// that is furthest. What is left of others is deleted.
func (v *Vimeo) adopt(ctx context.Context, h *handle, marker string) (bool, error) {
	var page struct {
		Films []video `json:"data"`
	}
	q := fields(videoFields)
	maps.Copy(q, url.Values{"filter": {"app_only"}, "sort": {"date"}, "direction": {"desc"}, "per_page": {"25"}})
	if _, err := v.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/me/videos", Query: q}, &page); err != nil {
		return false, err
	}
	far := func(is video) int {
		switch {
		case is.public():
			return 3
		case !is.shows(h.Reference) || is.dead():
			return 0
		case is.Upload.Status == "complete":
			return 2
		case is.Upload.Link != "":
			return 1
		}
		return 0
	}
	ours := slices.DeleteFunc(page.Films, func(is video) bool { return !strings.Contains(is.Description, decision(marker)+"-") })
	slices.SortStableFunc(ours, func(a, b video) int { return far(b) - far(a) })
	found := len(ours) > 0 && far(ours[0]) > 0
	if found {
		h.URI, h.Link = ours[0].uri(), ours[0].Upload.Link
		ours = ours[1:]
	}
	for _, is := range ours {
		if is.public() { // a person must see it
			continue
		}
		if err := v.discard(ctx, is.uri()); err != nil {
			return found, err
		}
	}
	return found, nil
}

// fill sends what a place lacks. NotFound: it takes nothing any more.
func (v *Vimeo) fill(ctx context.Context, uri, link string, f assets.Rendition) error {
	err := v.pour(ctx, link, f)
	if assets.KindOf(err) != assets.NotFound {
		return err
	}
	is, failed := v.video(ctx, uri)
	switch {
	case failed != nil:
		return failed
	case is.Upload.Status == "complete":
		return nil
	}
	return err
}

// pour sends a file to a link by tus 1.0: how much is there is asked before each
// piece, for of one that was cut any part may have been kept.
func (v *Vimeo) pour(ctx context.Context, link string, f assets.Rendition) error {
	if link == "" {
		return gone(errors.New("the place has no link"))
	}
	link, err := v.api.Follow(link)
	if err != nil {
		return err
	}
	file, size, err := remote.Blob(ctx, v.o.Blobs, f.Key)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	best := int64(-1)
	for idle := 0; idle < mostIdle; idle++ {
		at, err := v.offset(ctx, link, size)
		if err != nil || at == size {
			return err
		}
		if at > best {
			best, idle = at, 0
		}
		if _, err := file.Seek(at, io.SeekStart); err != nil {
			return &assets.Error{Kind: assets.Internal, Op: "vimeo.pour", Err: err}
		}
		n := min(v.o.Piece, size-at)
		_, err = v.api.Do(ctx, remote.Call{
			Method: http.MethodPatch, Path: link, Public: true, Body: io.LimitReader(file, n), Length: n, Type: "application/offset+octet-stream",
			Header: http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Offset": {strconv.FormatInt(at, 10)}},
			Want:   []int{http.StatusConflict, http.StatusLocked}, // another offset is wanted; the last piece is not sorted yet
		}, nil)
		var e *assets.Error
		if errors.As(err, &e) && (e.Kind != assets.Transient || e.RetryAfter > 0) {
			return err
		}
	}
	return &assets.Error{Kind: assets.Transient, Op: "vimeo.pour", Msg: "Vimeo ne garde pas les octets du film : l'envoi reprendra tout seul.", Err: fmt.Errorf("no further than %d of %d bytes", best, size)}
}

// offset is how much of a file is there.
func (v *Vimeo) offset(ctx context.Context, link string, size int64) (int64, error) {
	a, err := v.api.Do(ctx, remote.Call{
		Method: http.MethodHead, Path: link, Public: true, Header: http.Header{"Tus-Resumable": {"1.0.0"}}, Want: []int{http.StatusForbidden, http.StatusLocked},
	}, nil)
	if err != nil {
		return 0, err
	}
	at, err := strconv.ParseInt(a.Header.Get("Upload-Offset"), 10, 64)
	length, errLength := strconv.ParseInt(a.Header.Get("Upload-Length"), 10, 64)
	if err = errors.Join(err, errLength); a.Status == http.StatusForbidden || err == nil && (length != size || at < 0 || at > size) {
		return 0, gone(fmt.Errorf("the link answers %d: %d of %d bytes, not %d", a.Status, at, length, size))
	}
	if err != nil {
		return 0, &assets.Error{Kind: assets.Transient, Op: "vimeo.offset", Msg: "Vimeo ne dit pas ce qu'il a reçu : l'envoi reprendra tout seul.", Err: err}
	}
	return at, nil
}

func gone(err error) error {
	return &assets.Error{Kind: assets.NotFound, Op: "vimeo.fill", Msg: "Vimeo ne prend plus les octets de ce film.", Err: err}
}

// exchange puts other bytes in the place of those that a film shows.
func (v *Vimeo) exchange(ctx context.Context, uri string, f assets.Rendition) error {
	type version struct {
		Name   string `json:"filename"`
		Upload upload `json:"upload"`
	}
	name := short(f.SHA256) + ".mp4"
	var page struct {
		Versions []version `json:"data"`
	}
	if _, err := v.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: uri + "/versions", Query: fields("filename,upload")}, &page); err != nil {
		return err
	}
	for _, begun := range page.Versions { // by an earlier attempt
		if begun.Name != name || begun.Upload.Status == "error" {
			continue
		}
		if begun.Upload.Status == "complete" {
			return nil
		}
		if err := v.pour(ctx, begun.Upload.Link, f); assets.KindOf(err) != assets.NotFound {
			return err
		}
	}
	var made version
	a, err := v.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: uri + "/versions", Query: fields("upload"), JSON: map[string]any{"file_name": name, "upload": tus(f.Size)},
	}, &made)
	if err != nil {
		return v.whenFull(ctx, a, err)
	}
	if err = v.pour(ctx, made.Upload.Link, f); assets.KindOf(err) == assets.NotFound {
		err = &assets.Error{Kind: assets.Transient, Op: "vimeo.exchange", Msg: "Vimeo ne prend pas les octets du film : l'envoi reprendra tout seul.", Err: err}
	}
	return err
}

// quota is what an account may still take; what is null has no limit.
type quota struct {
	Upload struct {
		Space    share `json:"space"`
		Periodic share `json:"periodic"`
	} `json:"upload_quota"`
}

type share struct {
	Free  *int64    `json:"free"` // bytes
	Reset time.Time `json:"reset_date"`
}

func (v *Vimeo) quota(ctx context.Context) (q quota, err error) {
	_, err = v.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/me", Query: fields("upload_quota")}, &q)
	return q, err
}

// room refuses a file for which the account has no room.
func (v *Vimeo) room(ctx context.Context, size int64) error {
	q, err := v.quota(ctx)
	if err != nil {
		return err
	}
	for _, s := range []share{q.Upload.Space, q.Upload.Periodic} {
		if s.Free != nil && *s.Free < size {
			return v.full(s.Reset, fmt.Errorf("%d bytes are free, %d wanted", *s.Free, size))
		}
	}
	return nil
}

// whenFull says what an account that is full does, when that is why it refused:
// 4101 is its space, 4102 what it may send in a while.
func (v *Vimeo) whenFull(ctx context.Context, a remote.Answer, refused error) error {
	var body struct {
		Code int `json:"error_code"`
	}
	if a.Status != http.StatusForbidden || json.Unmarshal(a.Body, &body) != nil || body.Code != 4101 && body.Code != 4102 {
		return refused
	}
	q, err := v.quota(ctx)
	if err != nil {
		return err
	}
	if body.Code == 4101 {
		return v.full(q.Upload.Space.Reset, refused)
	}
	return v.full(q.Upload.Periodic.Reset, refused)
}

func (v *Vimeo) full(reset time.Time, why error) error {
	e := &assets.Error{
		Kind: assets.Transient, Op: "vimeo.full", RetryAfter: crowded, Err: why,
		Msg: "Il n'y a plus assez de place sur le compte Vimeo : supprimez des films ou changez d'abonnement. L'envoi sera retenté.",
	}
	if wait := reset.Sub(v.o.Now()); wait > 0 {
		e.RetryAfter = wait
		e.Msg = "Le compte Vimeo a reçu tout ce qu'il peut recevoir pour l'instant : l'envoi reprendra le " + french.Day(reset) + "."
	}
	return e
}
