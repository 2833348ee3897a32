package bluesky

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers/remote"
)

const (
	settling = 10 * time.Second // between two looks at a video that is being prepared
	loan     = 30 * time.Minute
)

// lend gets a token by which the house of the videos may do one thing, at an
// address, in our name.
func (b *Bluesky) lend(ctx context.Context, s session, address, method string) (http.Header, error) {
	to, err := url.Parse(address)
	if err != nil {
		return nil, &assets.Error{Kind: assets.Internal, Op: "bluesky.lend", Err: err}
	}
	var lent struct {
		Token string `json:"token"`
	}
	_, err = b.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: s.at("com.atproto.server.getServiceAuth"), Query: url.Values{
		"aud": {"did:web:" + to.Hostname()}, "lxm": {method}, "exp": {strconv.FormatInt(b.o.Now().Add(loan).Unix(), 10)},
	}}, &lent)
	return http.Header{"Authorization": {bearer(lent.Token)}}, err
}

// mayUpload asks whether the account may send a video today.
func (b *Bluesky) mayUpload(ctx context.Context, s session) (bool, error) {
	const method = "app.bsky.video.getUploadLimits"
	as, err := b.lend(ctx, s, b.o.VideoURL, method)
	if err != nil {
		return false, err
	}
	var limits struct {
		May bool `json:"canUpload"`
	}
	_, err = b.videos.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/xrpc/" + method, Header: as}, &limits)
	return limits.May, err
}

// job is the preparing of a video.
type job struct {
	ID      string `json:"jobId"`
	State   string `json:"state"` // two of them have a name that is written down
	Blob    blob   `json:"blob"`
	Error   string `json:"error"`
	Message string `json:"message"`
}

// told is how a job is told: whether bare has changed, so both are read.
type told struct {
	job
	Inner *job `json:"jobStatus"`
}

func (t told) is() job {
	if t.Inner != nil {
		return *t.Inner
	}
	return t.job
}

// video sends the video, unless an earlier attempt did, and sees to it that it is
// prepared. Nobody sees it before a post shows it. One that was sent before, under
// any name, is known again by its bytes.
func (b *Bluesky) video(ctx context.Context, s session, f assets.Rendition, h *handle, keep func() error) (blob, error) {
	if h.Job != "" {
		var t told
		_, err := b.videos.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/xrpc/app.bsky.video.getJobStatus", Query: url.Values{"jobId": {h.Job}}}, &t)
		if kind := assets.KindOf(err); err == nil || kind != assets.NotFound && kind != assets.Invalid { // else it was kept for too long
			return prepared(t.is(), err, h, keep)
		}
	}
	j, err := b.upload(ctx, s, f)
	if err != nil {
		return nil, err
	}
	h.Job = j.ID
	if err := keep(); err != nil {
		return nil, err
	}
	return prepared(j, nil, h, keep)
}

// prepared is the video of a job, or why it can't be shown, or not yet.
func prepared(j job, err error, h *handle, keep func() error) (blob, error) {
	switch {
	case err != nil || j.Blob != nil:
		return j.Blob, err
	case j.State != "JOB_STATE_FAILED":
		return nil, &assets.Error{Kind: assets.Transient, Op: "bluesky.video", RetryAfter: settling, Msg: "Bluesky prépare encore la vidéo : la publication reprendra toute seule."}
	}
	h.Job = "" // who tries again begins again
	if err := keep(); err != nil {
		return nil, err
	}
	return nil, &assets.Error{
		Kind: assets.Invalid, Op: "bluesky.video", Err: errors.New(j.Error),
		Msg: fmt.Sprintf("Bluesky n'a pas pu préparer la vidéo : « %s ». Rien n'est public.", french.Clean(cmp.Or(j.Message, j.Error))),
	}
}

func (b *Bluesky) upload(ctx context.Context, s session, f assets.Rendition) (job, error) {
	as, err := b.lend(ctx, s, s.Server, "com.atproto.repo.uploadBlob")
	if err != nil {
		return job{}, err
	}
	file, size, err := remote.Blob(ctx, b.o.Blobs, f.Key)
	if err != nil {
		return job{}, err
	}
	defer func() { _ = file.Close() }()
	var t told
	a, err := b.videos.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/xrpc/app.bsky.video.uploadVideo", Query: url.Values{"did": {s.DID}, "name": {remote.Mark(f.SHA256) + ".mp4"}}, Header: as,
		Body: file, Length: size, Type: "video/mp4", Want: []int{http.StatusConflict}, // it has these bytes already
	}, &t)
	if j := t.is(); err != nil || j.ID != "" || j.Blob != nil {
		return j, err
	}
	return job{}, a.Broken(fmt.Errorf("it does not say what it does with the video: %s", a.Body))
}
