package emu

import (
	"net"
	"net/http"
	"strings"
	"time"
)

// blueskyBlob is a file that was sent, and how a record names one.
type blueskyBlob struct {
	Type string            `json:"$type"`
	Ref  map[string]string `json:"ref"`
	Mime string            `json:"mimeType"`
	Size int               `json:"size"`

	sha string
}

// blueskyVideos is the house of the videos. It takes tokens that were lent for
// what is asked, and no others.
type blueskyVideos struct {
	Processing time.Duration // of a video
	Unreadable bool          // no video can be prepared
	Full       bool          // no more videos today
	Bare       bool          // a job is told as it was told once, without a name

	jobs []*blueskyJob
}

type blueskyJob struct {
	id    string
	video blueskyBlob
	ready time.Time
}

const (
	blueskyVideo = 100_000_000 // bytes
	blueskyImage = 1_000_000
	blueskyTrack = 20_000
)

// ForgetVideos ends all jobs, and loses what they made.
func (b *Bluesky) ForgetVideos() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.jobs = nil
}

// blob keeps a file.
func (b *Bluesky) blob(file []byte, mime string) blueskyBlob {
	sha := Sum(file)
	link := "bafkrei" + sha[:40]
	b.blobs[link] = blueskyBlob{Type: "blob", Ref: map[string]string{"$link": link}, Mime: mime, Size: len(file), sha: sha}
	return b.blobs[link]
}

func (b *Bluesky) uploadBlob(x *Exchange) {
	kind := x.Request.Header.Get("Content-Type")
	most := map[string]int{"image/jpeg": blueskyImage, "image/png": blueskyImage, "image/webp": blueskyImage, "text/vtt": blueskyTrack}[kind]
	switch {
	case x.Cut:
	case most == 0 || len(x.Body) == 0:
		x.xrpc(http.StatusBadRequest, "InvalidRequest", "Content-Type")
	case len(x.Body) > most:
		x.xrpc(http.StatusRequestEntityTooLarge, "PayloadTooLarge", "request entity too large")
	default:
		x.JSON(http.StatusOK, map[string]any{"blob": b.blob(x.Body, kind)})
	}
}

func hostOf(x *Exchange) string {
	host, _, err := net.SplitHostPort(x.Request.Host)
	if err != nil {
		return x.Request.Host
	}
	return host
}

// borrowed tells whether a token was lent to this host for a method, and refuses
// else.
func (b *Bluesky) borrowed(x *Exchange, host, method string) bool {
	loan := b.lent[bearerOf(x)]
	if loan.audience == "did:web:"+host && loan.method == method && x.Now().Before(loan.until) {
		return true
	}
	x.xrpc(http.StatusUnauthorized, "BadJwt", "Invalid service token")
	return false
}

func (b *Bluesky) limits(x *Exchange) {
	if b.borrowed(x, hostOf(x), "app.bsky.video.getUploadLimits") {
		x.JSON(http.StatusOK, map[string]any{"canUpload": !b.Full, "remainingDailyVideos": 25, "remainingDailyBytes": 10 << 30})
	}
}

func (b *Bluesky) uploadVideo(x *Exchange) {
	if !b.borrowed(x, b.server, "com.atproto.repo.uploadBlob") {
		return
	}
	q := x.Request.URL.Query()
	switch {
	case x.Cut:
		return
	case q.Get("did") != blueskyDID || q.Get("name") == "" || x.Request.Header.Get("Content-Type") != "video/mp4" || x.Request.ContentLength < 1:
		x.xrpc(http.StatusBadRequest, "InvalidRequest", "did, name, Content-Type or Content-Length")
		return
	case len(x.Body) > blueskyVideo:
		x.xrpc(http.StatusRequestEntityTooLarge, "PayloadTooLarge", "The video is too large")
		return
	}
	video := b.blob(x.Body, "video/mp4")
	for _, j := range b.jobs {
		if j.video.sha == video.sha && !x.Now().Before(j.ready) {
			told := b.told(x, j)
			told["error"], told["message"] = "already_exists", "Video already processed"
			b.tell(x, http.StatusConflict, told)
			return
		}
	}
	j := &blueskyJob{id: "job-" + x.Next(), video: video, ready: x.Now().Add(b.Processing)}
	b.jobs = append(b.jobs, j)
	b.tell(x, http.StatusOK, b.told(x, j))
}

// told is a job; only two of its states have a name that is written down.
func (b *Bluesky) told(x *Exchange, j *blueskyJob) map[string]any {
	told := map[string]any{"jobId": j.id, "did": blueskyDID, "state": "JOB_STATE_ENCODING", "progress": 40}
	switch {
	case x.Now().Before(j.ready):
	case b.Unreadable:
		told["state"], told["error"], told["message"] = "JOB_STATE_FAILED", "unsupported", "Unsupported codec"
	default:
		told["state"], told["blob"] = "JOB_STATE_COMPLETED", j.video
	}
	return told
}

func (b *Bluesky) tell(x *Exchange, status int, job map[string]any) {
	if b.Bare {
		x.JSON(status, job)
		return
	}
	x.JSON(status, map[string]any{"jobStatus": job})
}

func (b *Bluesky) jobStatus(x *Exchange) {
	for _, j := range b.jobs {
		if j.id == x.Request.URL.Query().Get("jobId") {
			b.tell(x, http.StatusOK, b.told(x, j))
			return
		}
	}
	x.xrpc(http.StatusBadRequest, "InvalidRequest", "job not found")
}

// holds tells that a file was sent, as it is named, is of this kind and not larger.
func (b *Bluesky) holds(f *blueskyBlob, kind string, most int) bool {
	if f == nil {
		return false
	}
	sent, there := b.blobs[f.Ref["$link"]]
	return there && f.Type == "blob" && f.Mime == sent.Mime && f.Size == sent.Size && strings.HasPrefix(f.Mime, kind) && f.Size <= most
}
