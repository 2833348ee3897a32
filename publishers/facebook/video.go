package facebook

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

const (
	mostTitle = 255      // characters
	perPatch  = 10 << 20 // bytes for which one correction of the offset is taken as normal
)

// video is what Facebook says of a video.
type video struct {
	ID        string `json:"id"`
	Published bool   `json:"published"`
	Permalink string `json:"permalink_url"`
	Status    struct {
		Video      string `json:"video_status"`
		Processing phase  `json:"processing_phase"`
		Publishing phase  `json:"publishing_phase"`
	} `json:"status"`
}

type phase struct {
	Status string `json:"status"`
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
}

func (v video) public() bool { return v.Published || v.Status.Publishing.Status == "complete" }

func (v video) failed() bool {
	return v.Status.Video == "error" || v.Status.Video == "expired" || v.Status.Processing.Status == "error" || v.Status.Publishing.Status == "error"
}

// idle tells that nothing was begun once the file was there: the end of the
// session was never told.
func (v video) idle() bool {
	return v.Status.Processing.Status == "not_started" && v.Status.Publishing.Status == "not_started"
}

// note says what is amiss.
func (v video) note() string {
	if !v.failed() {
		return ""
	}
	for _, e := range append(v.Status.Processing.Errors, v.Status.Publishing.Errors...) {
		if e.Message != "" {
			return fmt.Sprintf("Facebook n'a pas pu préparer la vidéo : « %s ».", e.Message)
		}
	}
	return "Facebook n'a pas pu préparer la vidéo."
}

func (v video) receipt() publishers.Receipt {
	return publishers.Receipt{RemoteID: v.ID, URL: absolute(v.Permalink)}
}

// show sends the film, and tells Facebook to publish it. Told twice, Facebook
// still has one video: that of the session.
func (f *Facebook) show(ctx context.Context, req publishers.Request, film assets.Rendition, h *handle, keep func() error) (publishers.Receipt, error) {
	t, err := f.tokens(ctx)
	if err != nil {
		return publishers.Receipt{}, err
	}
	if h.Other(film) { // the film has another version by now
		if err := f.Withdraw(ctx, h.Video); err != nil {
			return publishers.Receipt{}, err
		}
		*h = handle{Of: h.Of}
	}
	if err := keep(); err != nil {
		return publishers.Receipt{}, err
	}
	to := f.o.VideoURL + "/" + f.o.Version + "/" + t.Page + "/videos"
	v := video{ID: h.Video}
	if h.Sent.IsZero() {
		err = f.upload(ctx, to, film, h, keep)
	} else {
		v, err = f.video(ctx, h.Video)
	}
	if err == nil && !v.failed() {
		h.Sent = f.o.Now()
		if err := keep(); err != nil {
			return publishers.Receipt{}, err
		}
		if err = f.finish(ctx, to, req, *h); err == nil {
			v, err = f.video(ctx, h.Video)
		}
	}
	switch {
	case assets.KindOf(err) == assets.Invalid, assets.KindOf(err) == assets.NotFound, err == nil && v.failed():
		*h = handle{} // who tries again begins again
		if err := keep(); err != nil {
			return publishers.Receipt{}, err
		}
		if err == nil {
			err = &assets.Error{Kind: assets.Invalid, Op: "facebook.show", Msg: v.note() + " Rien n'est public."}
		}
		return publishers.Receipt{}, err
	case err == nil && !v.public():
		err = notYet()
	}
	return v.receipt(), err
}

func (f *Facebook) finish(ctx context.Context, to string, req publishers.Request, h handle) error {
	title := words(publishers.Request{Text: req.Film.Title}, mostTitle)
	text := words(req, mostText)
	if req.Link != "" {
		text = words(req, mostText-len(req.Link)-2) + "\n\n" + req.Link
	}
	var done struct {
		Success bool `json:"success"`
	}
	a, err := f.do(ctx, remote.Call{Method: http.MethodPost, Path: to, Final: true, Form: url.Values{
		"upload_phase": {"finish"}, "upload_session_id": {h.Session}, "title": {title}, "description": {text}, "published": {"true"},
	}}, &done)
	if err == nil && !done.Success {
		err = a.Broken(fmt.Errorf("it answers %s", a.Body))
	}
	return err
}

// upload sends the film, from where an earlier attempt came to.
func (f *Facebook) upload(ctx context.Context, to string, film assets.Rendition, h *handle, keep func() error) error {
	for fresh := false; ; {
		if h.Session == "" {
			if err := f.start(ctx, to, film, h); err != nil {
				return err
			}
			if err := keep(); err != nil {
				return err
			}
			fresh = true
		}
		err := f.transfer(ctx, to, film, h, keep)
		if kind := assets.KindOf(err); fresh || kind != assets.Invalid && kind != assets.NotFound {
			return err
		}
		*h = handle{Of: h.Of} // it was kept for too long
	}
}

// offsets is what Facebook asks for next, in numbers or in texts.
type offsets struct {
	Start json.Number `json:"start_offset"`
	End   json.Number `json:"end_offset"`
}

// into notes what is asked for, and tells whether that makes sense.
func (o offsets) into(h *handle, size int64) bool {
	start, err := o.Start.Int64()
	end, more := o.End.Int64()
	if err != nil || more != nil || start < 0 || start > end || end > size {
		return false
	}
	h.Start, h.End = start, end
	return true
}

func (f *Facebook) start(ctx context.Context, to string, film assets.Rendition, h *handle) error {
	var s struct {
		offsets
		Video   string `json:"video_id"`
		Session string `json:"upload_session_id"`
	}
	a, err := f.do(ctx, remote.Call{Method: http.MethodPost, Path: to, Form: url.Values{
		"upload_phase": {"start"}, "file_size": {strconv.FormatInt(film.Size, 10)},
	}}, &s)
	if err == nil && (!isID.MatchString(s.Video) || s.Session == "" || !s.into(h, film.Size)) {
		return a.Broken(fmt.Errorf("it begins a session with %s", a.Body))
	}
	h.Video, h.Session = s.Video, s.Session
	return err
}

// transfer sends pieces as Facebook asks for them, until it asks for none. An
// answer that names another place is followed, though not for ever.
func (f *Facebook) transfer(ctx context.Context, to string, film assets.Rendition, h *handle, keep func() error) error {
	content, size, err := remote.Blob(ctx, f.o.Blobs, film.Key)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	for patience := max(2, size/perPatch); h.Start < h.End; {
		if _, err := content.Seek(h.Start, io.SeekStart); err != nil {
			return err
		}
		was := h.Start
		form := remote.Multipart{
			Fields: []remote.Field{{Name: "upload_phase", Value: "transfer"}, {Name: "upload_session_id", Value: h.Session}, {Name: "start_offset", Value: strconv.FormatInt(h.Start, 10)}},
			File:   remote.File{Field: "video_file_chunk", Name: "film.mp4", Type: "application/octet-stream", Content: io.LimitReader(content, h.End-h.Start), Size: h.End - h.Start},
		}
		body, length, kind := form.Body()
		var next offsets
		a, err := f.do(ctx, remote.Call{Method: http.MethodPost, Path: to, Body: body, Length: length, Type: kind}, &next)
		corrected := false
		if err != nil {
			if next, corrected = correction(a); !corrected {
				return err
			}
		}
		if !next.into(h, size) {
			return a.Broken(fmt.Errorf("it asks for %s to %s of %d bytes", next.Start, next.End, size))
		}
		if corrected || h.Start <= was && h.Start < h.End {
			if patience--; patience < 0 {
				return a.Broken(fmt.Errorf("it keeps no byte after %d", h.Start))
			}
		}
		if err := keep(); err != nil {
			return err
		}
	}
	return nil
}

// correction reads where to go on from the error that says so. Its data may be an
// object, or the text of one.
func correction(a remote.Answer) (next offsets, ok bool) {
	e := problemOf(a)
	if e.Code != 6001 || e.Subcode != 1363037 {
		return next, false
	}
	data := []byte(e.Data)
	var text string
	if json.Unmarshal(data, &text) == nil {
		data = []byte(text)
	}
	return next, json.Unmarshal(data, &next) == nil && next.Start != ""
}

func (f *Facebook) video(ctx context.Context, id string) (v video, err error) {
	_, err = f.do(ctx, remote.Call{Method: http.MethodGet, Path: "/" + id, Query: url.Values{"fields": {"id,status,published,permalink_url"}}}, &v)
	return v, err
}

// shown looks at the video whose end was told, or was to be told.
func (f *Facebook) shown(ctx context.Context, h handle) (publishers.Receipt, bool, error) {
	v, err := f.video(ctx, h.Video)
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return publishers.Receipt{}, false, nil
	case err != nil:
		return publishers.Receipt{}, false, err
	case v.public():
		return v.receipt(), true, nil
	case v.failed(), v.idle() && f.o.Now().After(h.Sent.Add(window)):
		return publishers.Receipt{}, false, nil
	}
	return publishers.Receipt{}, false, notYet()
}
