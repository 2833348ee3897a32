package emu

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Facebook is one page of Facebook, after the Graph API v26.0. Its hosts (graph,
// graph-video) are one here.
type Facebook struct {
	*Frame
	Token      string        // of the page
	User       string        // token of a person who keeps the page
	Secret     string        // of the app "42"; when set, calls must prove that they know it
	Chunk      int64         // bytes that are asked for at once
	Quoted     bool          // error_data comes as text
	Processing time.Duration // of a video
	Unreadable bool          // no video can be processed
	Lag        time.Duration // after which a post is listed

	videos map[string]*facebookVideo // by ID
	posts  []*facebookPost           // newest first
}

type facebookVideo struct {
	id, session string
	size        int64
	content     []byte
	finished    time.Time
	failed      bool
}

type facebookPost struct {
	id, message, link string
	at                time.Time
}

const (
	facebookPage = "1007"
	facebookApp  = "42"
)

// NewFacebook returns a page that takes this token.
func NewFacebook(token string) *Facebook {
	f := &Facebook{Frame: NewFrame(), Token: token, Chunk: 400_000, videos: map[string]*facebookVideo{}}
	f.drop = func(id string) {
		delete(f.videos, id)
		f.posts = slices.DeleteFunc(f.posts, func(p *facebookPost) bool { return p.id == id })
	}
	for pattern, serve := range map[string]func(*Exchange){
		"GET /{version}/me":                     f.me,
		"POST /{version}/{page}/videos":         f.upload,
		"POST /{version}/{page}/feed":           f.feed,
		"GET /{version}/{page}/published_posts": f.list,
		"GET /{version}/{id}":                   f.show,
		"GET /{version}/{id}/video_insights":    f.insights,
		"DELETE /{version}/{id}":                f.remove,
	} {
		f.Handle(pattern, f.admitted(serve))
	}
	f.Handle("POST /{version}/debug_token", f.debug)
	f.Handle("POST /{version}/oauth/access_token", f.exchange)
	f.Handle("GET /{version}/me/accounts", f.accounts)
	return f
}

var facebookVersion = regexp.MustCompile(`^v\d{2}\.0$`)

func (f *Facebook) admitted(serve func(*Exchange)) func(*Exchange) {
	return func(x *Exchange) {
		x.W.Header().Set("X-App-Usage", `{"call_count":3,"total_cputime":1,"total_time":1}`)
		token, _ := strings.CutPrefix(x.Request.Header.Get("Authorization"), "Bearer ")
		page := x.Request.PathValue("page")
		switch {
		case !facebookVersion.MatchString(x.Request.PathValue("version")):
			refuse(x, 2500, 0, "Unknown path components", nil)
		case token != f.Token:
			refuse(x, 190, 467, "Error validating access token: the session has been invalidated", nil)
		case f.Secret != "" && x.Request.URL.Query().Get("appsecret_proof") != proof(token, f.Secret):
			refuse(x, 100, 0, "Invalid appsecret_proof provided in the API argument", nil)
		case page != "" && page != facebookPage:
			refuse(x, 100, 33, "Unsupported request. Object with ID '"+page+"' does not exist", nil)
		default:
			serve(x)
		}
	}
}

func proof(token, secret string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(token))
	return hex.EncodeToString(h.Sum(nil))
}

// refuse answers as the Graph API does: the status says little, the code all.
func refuse(x *Exchange, code, sub int, text string, data any) {
	e := map[string]any{"message": text, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
	if sub != 0 {
		e["error_subcode"] = sub
	}
	if data != nil {
		e["error_data"] = data
	}
	x.JSON(http.StatusBadRequest, map[string]any{"error": e})
}

// field is a field of a form of either kind.
func field(x *Exchange, name string) string {
	if content, _, ok := x.Part(name); ok {
		return string(content)
	}
	values, _ := url.ParseQuery(string(x.Body))
	return values.Get(name)
}

func (f *Facebook) me(x *Exchange) {
	x.JSON(http.StatusOK, map[string]string{"id": facebookPage, "name": "Anonymal TV"})
}

// asks tells whether a call is one of the app for the token that it names.
func (f *Facebook) asks(x *Exchange, name string) (token string, ok bool) {
	token = field(x, name)
	return token, f.Secret != "" && field(x, "method") == http.MethodGet && (token == f.Token || token == f.User && token != "")
}

func (f *Facebook) debug(x *Exchange) {
	if x.Request.Header.Get("Authorization") != "Bearer "+facebookApp+"|"+f.Secret {
		refuse(x, 190, 0, "Invalid OAuth access token signature", nil)
		return
	}
	token, ok := f.asks(x, "input_token")
	kind := "PAGE"
	if token == f.User {
		kind = "USER"
	}
	x.JSON(http.StatusOK, map[string]any{"data": map[string]any{
		"is_valid": ok, "type": kind, "expires_at": 0, "data_access_expires_at": x.Now().AddDate(0, 0, 90).Unix(),
	}})
}

func (f *Facebook) exchange(x *Exchange) {
	token, ok := f.asks(x, "fb_exchange_token")
	if !ok || token != f.User || field(x, "client_id") != facebookApp || field(x, "client_secret") != f.Secret {
		refuse(x, 190, 0, "Invalid OAuth access token", nil)
		return
	}
	x.JSON(http.StatusOK, map[string]any{"access_token": f.User, "token_type": "bearer"})
}

func (f *Facebook) accounts(x *Exchange) {
	if f.User == "" || x.Request.Header.Get("Authorization") != "Bearer "+f.User {
		refuse(x, 190, 0, "Invalid OAuth access token", nil)
		return
	}
	x.JSON(http.StatusOK, map[string]any{"data": []any{map[string]any{
		"id": facebookPage, "name": "Anonymal TV", "access_token": f.Token, "tasks": []string{"CREATE_CONTENT"},
	}}})
}

// upload is the session of a video: start, transfer, finish.
func (f *Facebook) upload(x *Exchange) {
	if x.Cut {
		return
	}
	phase := field(x, "upload_phase")
	if phase == "start" {
		f.start(x)
		return
	}
	var v *facebookVideo
	for _, each := range f.videos {
		if session := field(x, "upload_session_id"); session != "" && each.session == session {
			v = each
		}
	}
	switch {
	case v == nil:
		refuse(x, 100, 0, "Invalid upload session", nil)
	case phase == "transfer":
		f.transfer(x, v)
	case phase == "finish":
		f.finish(x, v)
	default:
		refuse(x, 100, 0, "Param upload_phase must be one of {start, transfer, finish, cancel}", nil)
	}
}

func (f *Facebook) start(x *Exchange) {
	size, err := strconv.ParseInt(field(x, "file_size"), 10, 64)
	if err != nil || size <= 0 || size > 10<<30 {
		refuse(x, 100, 0, "Param file_size is not valid", nil)
		return
	}
	v := &facebookVideo{id: x.Next(), session: x.Next(), size: size}
	f.videos[v.id] = v
	answer := f.offsets(v)
	answer["video_id"], answer["upload_session_id"] = v.id, v.session
	x.JSON(http.StatusOK, answer)
}

// offsets is what is asked for next, in texts; its length varies.
func (f *Facebook) offsets(v *facebookVideo) map[string]any {
	kept, step := int64(len(v.content)), f.Chunk
	if kept > 0 {
		step = f.Chunk / 2
	}
	return map[string]any{"start_offset": strconv.FormatInt(kept, 10), "end_offset": strconv.FormatInt(min(kept+step, v.size), 10)}
}

func (f *Facebook) transfer(x *Exchange, v *facebookVideo) {
	chunk, _, ok := x.Part("video_file_chunk")
	from, err := strconv.ParseInt(field(x, "start_offset"), 10, 64)
	switch {
	case !ok || err != nil || len(chunk) == 0:
		refuse(x, 100, 0, "Param video_file_chunk must be a file", nil)
	case from != int64(len(v.content)), from == v.size:
		var data any = f.offsets(v)
		if f.Quoted {
			data = fmt.Sprintf(`{"start_offset":%q,"end_offset":%q}`, data.(map[string]any)["start_offset"], data.(map[string]any)["end_offset"])
		}
		refuse(x, 6001, 1363037, "There was a problem uploading your video file. Please try again with another file.", data)
	case from+int64(len(chunk)) > v.size:
		refuse(x, 6000, 1363045, "There was a problem with your video file", nil)
	default:
		v.content = append(v.content, chunk...)
		x.JSON(http.StatusOK, f.offsets(v))
	}
}

func (f *Facebook) finish(x *Exchange, v *facebookVideo) {
	title, text := field(x, "title"), field(x, "description")
	switch {
	case int64(len(v.content)) != v.size:
		refuse(x, 6000, 1363045, "There was a problem with your video file", nil)
	case utf8.RuneCountInString(title) > 255, utf8.RuneCountInString(text) > 63206, strings.Contains(title+text, "\x00"):
		refuse(x, 100, 0, "Invalid parameter", nil)
	case field(x, "published") != "true":
		refuse(x, 100, 0, "An unpublished video needs an unpublished_content_type", nil)
	default:
		if v.finished.IsZero() {
			v.finished, v.failed = x.Now(), f.Unreadable
			if !v.failed {
				x.Commit(Commit{Kind: "video", ID: v.id, Text: title, SHA: Sum(v.content)})
			}
		}
		x.JSON(http.StatusOK, map[string]bool{"success": true})
	}
}

func (f *Facebook) feed(x *Exchange) {
	message, link := field(x, "message"), field(x, "link")
	u, err := url.Parse(link)
	switch {
	case x.Cut:
	case strings.TrimSpace(message) == "" && link == "", strings.Contains(message, "\x00"):
		refuse(x, 100, 0, "Invalid parameter", nil)
	case link != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http"):
		refuse(x, 100, 1500, "The url you supplied is invalid", nil)
	case len(f.posts) > 0 && f.posts[0].message == message && f.posts[0].link == link:
		refuse(x, 506, 0, "Duplicate status message", nil)
	default:
		p := &facebookPost{id: facebookPage + "_" + x.Next(), message: message, link: link, at: x.Now()}
		f.posts = slices.Insert(f.posts, 0, p)
		x.Commit(Commit{Kind: "post", ID: p.id, Text: message})
		x.JSON(http.StatusOK, p.shown())
	}
}

func (p *facebookPost) shown() map[string]any {
	return map[string]any{
		"id": p.id, "message": p.message, "created_time": p.at.Format("2006-01-02T15:04:05-0700"), "is_published": true,
		"permalink_url": "https://www.facebook.com/" + facebookPage + "/posts/" + strings.TrimPrefix(p.id, facebookPage+"_"),
		"attachments":   map[string]any{"data": []any{map[string]string{"unshimmed_url": p.link}}},
	}
}

func (f *Facebook) list(x *Exchange) {
	limit, err := strconv.Atoi(x.Request.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		limit = 25
	}
	all := []any{}
	for _, p := range f.posts {
		if !x.Now().Before(p.at.Add(f.Lag)) && len(all) < limit {
			all = append(all, p.shown())
		}
	}
	x.JSON(http.StatusOK, map[string]any{"data": all})
}

func (f *Facebook) show(x *Exchange) {
	id := x.Request.PathValue("id")
	if v := f.videos[id]; v != nil {
		x.JSON(http.StatusOK, f.status(v, x.Now(), x.fates[id]))
		return
	}
	for _, p := range f.posts {
		if p.id == id {
			shown := p.shown()
			shown["is_published"] = !x.fates[id].Hidden
			x.JSON(http.StatusOK, shown)
			return
		}
	}
	absent(x, id)
}

// insights are figures of a video, by the names of metrics that are known.
func (f *Facebook) insights(x *Exchange) {
	const views = "total_video_views"
	id := x.Request.PathValue("id")
	switch {
	case f.videos[id] == nil:
		absent(x, id)
	case x.Request.URL.Query().Get("metric") != views:
		refuse(x, 100, 0, "(#100) The value must be a valid insights metric", nil)
	default:
		x.JSON(http.StatusOK, map[string]any{"data": []any{map[string]any{
			"name": views, "period": "lifetime", "values": []any{map[string]any{"value": x.fates[id].Views}},
		}}})
	}
}

func absent(x *Exchange, id string) {
	refuse(x, 100, 33, "Unsupported get request. Object with ID '"+id+"' does not exist", nil)
}

// status is what is said of a video at an instant.
func (f *Facebook) status(v *facebookVideo, now time.Time, fate Fate) map[string]any {
	const idle, busy, done = "not_started", "in_progress", "complete"
	phase := func(status string) map[string]any { return map[string]any{"status": status} }
	video, uploading, processing, publishing := "processing", busy, idle, idle
	if int64(len(v.content)) == v.size {
		video, uploading = "upload_complete", done
	}
	processed := !v.finished.IsZero() && !now.Before(v.finished.Add(f.Processing))
	switch {
	case v.finished.IsZero():
	case !processed:
		video, processing = "processing", busy
	case v.failed, fate.Blocked:
		video, processing = "error", "error"
	default:
		video, processing, publishing = "ready", done, done
	}
	return map[string]any{
		"id": v.id, "published": publishing == done && !fate.Hidden, "permalink_url": "/" + facebookPage + "/videos/" + v.id + "/",
		"status": map[string]any{
			"video_status": video, "uploading_phase": phase(uploading), "processing_phase": phase(processing), "publishing_phase": phase(publishing),
		},
	}
}

func (f *Facebook) remove(x *Exchange) {
	id := x.Request.PathValue("id")
	i := slices.IndexFunc(f.posts, func(p *facebookPost) bool { return p.id == id })
	switch {
	case i >= 0:
		f.posts = slices.Delete(f.posts, i, i+1)
	case f.videos[id] != nil:
		delete(f.videos, id)
	default:
		absent(x, id)
		return
	}
	x.Uncommit(id)
	x.JSON(http.StatusOK, map[string]bool{"success": true})
}
