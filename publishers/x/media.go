package x

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers/remote"
)

const (
	longest  = 140 * time.Second // of a video
	heaviest = 512 << 20         // bytes
	piece    = 2 << 20           // bytes
	pieces   = 1000              // that a video may come in
)

// media is what X says of a video that nobody sees yet.
type media struct {
	ID         string `json:"id"`
	Key        string `json:"media_key"`
	Processing *struct {
		State string `json:"state"`
		After int    `json:"check_after_secs"`
		Error struct {
			Name    string `json:"name"`
			Message string `json:"message"`
		} `json:"error"`
	} `json:"processing_info"`
}

// video sends the teaser, unless an earlier attempt did, and sees to it that it
// can be posted. One that came in part is sent anew: it costs nothing.
func (x *X) video(ctx context.Context, teaser assets.Rendition, h *handle, keep func() error) error {
	if h.Other(teaser) { // the film has another version by now
		h.Whole = false
	}
	for fresh := false; ; {
		if !h.Whole {
			if err := x.upload(ctx, teaser, h, keep); err != nil {
				return err
			}
			fresh = true
		}
		var m wrapped[media]
		_, err := x.api.Do(ctx, remote.Call{
			Method: http.MethodGet, Path: "/2/media/upload", Query: url.Values{"command": {"STATUS"}, "media_id": {h.Media}},
		}, &m)
		switch kind := assets.KindOf(err); {
		case err == nil:
			return x.usable(m.Data, h, keep)
		case fresh || kind != assets.NotFound && kind != assets.Invalid:
			return err
		}
		h.Whole = false // it was kept for too long
	}
}

// usable tells by its error that a video can't be posted, or not yet.
func (x *X) usable(m media, h *handle, keep func() error) error {
	switch {
	case m.Processing == nil || m.Processing.State == "succeeded":
		return nil
	case m.Processing.State != "failed":
		return &assets.Error{
			Kind: assets.Transient, Op: "x.usable", RetryAfter: time.Duration(m.Processing.After) * time.Second,
			Msg: "X prépare encore la vidéo : la publication reprendra toute seule.",
		}
	}
	*h = handle{} // who tries again begins again
	if err := keep(); err != nil {
		return err
	}
	return &assets.Error{
		Kind: assets.Invalid, Op: "x.usable",
		Msg: fmt.Sprintf("X n'a pas pu préparer la vidéo : « %s ». Rien n'est public.", m.Processing.Error.Message),
	}
}

func (x *X) upload(ctx context.Context, teaser assets.Rendition, h *handle, keep func() error) error {
	content, size, err := remote.Blob(ctx, x.o.Blobs, teaser.Key)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	var m wrapped[media]
	a, err := x.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: "/2/media/upload/initialize", JSON: map[string]any{
		"media_type": "video/mp4", "media_category": "tweet_video", "total_bytes": size,
	}}, &m)
	if err == nil && (!isID(m.Data.ID) || m.Data.Key == "") {
		err = a.Broken(fmt.Errorf("it names a video %s", a.Body))
	}
	if err != nil {
		return err
	}
	h.Media, h.Key = m.Data.ID, m.Data.Key
	if err := keep(); err != nil {
		return err
	}
	to := "/2/media/upload/" + h.Media
	step := max(x.o.Piece, (size+pieces-1)/pieces)
	for i, at := 0, int64(0); at < size; i, at = i+1, at+step {
		n := min(step, size-at)
		form := remote.Multipart{
			Fields: []remote.Field{{Name: "segment_index", Value: strconv.Itoa(i)}},
			File:   remote.File{Field: "media", Name: "teaser.mp4", Type: "application/octet-stream", Content: io.LimitReader(content, n), Size: n},
		}
		body, length, kind := form.Body()
		if _, err := x.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: to + "/append", Body: body, Length: length, Type: kind}, nil); err != nil {
			return err
		}
	}
	if _, err := x.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: to + "/finalize"}, nil); err != nil {
		return err
	}
	h.Whole = true
	return keep()
}
