package emu

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// X is one account on X, after the API v2 (OpenAPI 2.167).
type X struct {
	*Frame
	Access, Refresh string        // the tokens that are good now
	Processing      time.Duration // of a video
	Unreadable      bool          // no video can be processed
	Lag             time.Duration // after which a post is listed
	Spent           int           // thousandths of a US dollar

	expires time.Time // of Access; zero: it lasts
	media   map[string]*xMedia
	posts   []*xPost // newest first
	window  time.Time
	made    int // posts in this window
}

type xMedia struct {
	id, key, sha string
	total        int
	segments     map[int][]byte
	finished     time.Time
}

type xPost struct {
	ID          string         `json:"id"`
	Text        string         `json:"text"`
	CreatedAt   string         `json:"created_at"`
	Attachments map[string]any `json:"attachments,omitempty"`
	Entities    map[string]any `json:"entities,omitempty"`

	at time.Time
}

const (
	xAccount = "77"
	xApp     = "app" // a public client
	xWindow  = 15 * time.Minute
	xPosts   = 100            // that one window takes
	xKept    = 24 * time.Hour // a video that is not posted
)

// NewX returns an account that takes this token.
func NewX(token string) *X {
	x := &X{Frame: NewFrame(), Access: token, Refresh: "refresh-1", media: map[string]*xMedia{}}
	x.drop = func(id string) { x.posts = slices.DeleteFunc(x.posts, func(p *xPost) bool { return p.ID == id }) }
	x.Handle("POST /2/oauth2/token", x.renew)
	for pattern, serve := range map[string]func(*Exchange){
		"GET /2/users/me":                    x.me,
		"GET /2/users/{id}/tweets":           x.list,
		"POST /2/media/upload/initialize":    x.initialize,
		"POST /2/media/upload/{id}/append":   x.append,
		"POST /2/media/upload/{id}/finalize": x.finalize,
		"GET /2/media/upload":                x.processing,
		"POST /2/tweets":                     x.post,
		"GET /2/tweets/{id}":                 x.show,
		"DELETE /2/tweets/{id}":              x.remove,
	} {
		x.Handle(pattern, func(e *Exchange) {
			if e.Request.Header.Get("Authorization") != "Bearer "+x.Access || !x.expires.IsZero() && !e.Now().Before(x.expires) {
				xRefuse(e, http.StatusUnauthorized, "Unauthorized", "Unauthorized")
				return
			}
			serve(e)
		})
	}
	return x
}

// Expire ends the access token, as two hours do.
func (x *X) Expire() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.Access = "expired"
}

func xRefuse(e *Exchange, status int, title, detail string) {
	e.JSON(status, map[string]any{"title": title, "detail": detail, "type": "about:blank", "status": status})
}

// xInvalid is the shape of what is wrong with a parameter.
func xInvalid(e *Exchange, text string) {
	e.JSON(http.StatusBadRequest, map[string]any{
		"errors": []any{map[string]any{"message": text}}, "title": "Invalid Request",
		"detail": "One or more parameters to your request was invalid.", "type": "https://api.twitter.com/2/problems/invalid-request",
	})
}

// renew rotates the tokens: those that were used are dead.
func (x *X) renew(e *Exchange) {
	form, _ := url.ParseQuery(string(e.Body))
	id, _, basic := e.Request.BasicAuth()
	switch {
	case !basic && form.Get("client_id") != xApp, basic && id != xApp:
		e.JSON(http.StatusUnauthorized, map[string]string{"error": "unauthorized_client"})
	case form.Get("grant_type") != "refresh_token" || form.Get("refresh_token") != x.Refresh:
		e.JSON(http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": "Value passed for the token was invalid."})
	default:
		x.Access, x.Refresh, x.expires = "access-"+e.Next(), "refresh-"+e.Next(), e.Now().Add(2*time.Hour)
		e.JSON(http.StatusOK, map[string]any{"token_type": "bearer", "expires_in": 7200, "access_token": x.Access, "refresh_token": x.Refresh, "scope": "tweet.read tweet.write users.read media.write offline.access"})
	}
}

func (x *X) me(e *Exchange) {
	e.JSON(http.StatusOK, map[string]any{"data": map[string]string{"id": xAccount, "name": "Anonymal", "username": "anonymal"}})
}

// strict reads JSON that holds nothing else.
func strict(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func (x *X) initialize(e *Exchange) {
	var in struct {
		Type     string `json:"media_type"`
		Category string `json:"media_category"`
		Total    int    `json:"total_bytes"`
	}
	if err := strict(e.Body, &in); err != nil || in.Type != "video/mp4" || in.Category != "tweet_video" || in.Total <= 0 || in.Total > 512<<20 {
		xInvalid(e, "media_type, media_category or total_bytes is not valid")
		return
	}
	id := e.Next()
	x.media[id] = &xMedia{id: id, key: "13_" + id, total: in.Total, segments: map[int][]byte{}}
	e.JSON(http.StatusOK, map[string]any{"data": map[string]any{"id": id, "media_key": "13_" + id, "expires_after_secs": 15 * 86400}})
}

func (x *X) append(e *Exchange) {
	m := x.media[e.Request.PathValue("id")]
	content, _, ok := e.Part("media")
	index, _, _ := e.Part("segment_index")
	n, err := strconv.Atoi(string(index))
	switch {
	case e.Cut:
	case m == nil, !m.finished.IsZero():
		xInvalid(e, "Your media IDs are invalid.")
	case !ok || err != nil || n < 0 || n > 999 || len(content) == 0:
		xInvalid(e, "media or segment_index is not valid")
	case len(content) > 5<<20:
		xRefuse(e, http.StatusRequestEntityTooLarge, "Payload Too Large", "The segment is too large.")
	default:
		m.segments[n] = content
		e.JSON(http.StatusOK, map[string]any{"data": map[string]any{"expires_at": e.Now().Add(xKept).Unix()}})
	}
}

func (x *X) finalize(e *Exchange) {
	m := x.media[e.Request.PathValue("id")]
	if m == nil {
		xInvalid(e, "Your media IDs are invalid.")
		return
	}
	var whole []byte
	for i := 0; m.segments[i] != nil; i++ {
		whole = append(whole, m.segments[i]...)
	}
	if len(whole) != m.total {
		xInvalid(e, "Segments do not add up to provided total file size.")
		return
	}
	if m.finished.IsZero() {
		m.finished, m.sha = e.Now(), Sum(whole)
	}
	e.JSON(http.StatusOK, map[string]any{"data": x.state(m, e.Now())})
}

func (x *X) state(m *xMedia, now time.Time) map[string]any {
	out := map[string]any{"id": m.id, "media_key": m.key, "size": m.total, "expires_after_secs": 86400}
	switch {
	case now.Before(m.finished.Add(x.Processing)):
		out["processing_info"] = map[string]any{"state": "in_progress", "check_after_secs": 5, "progress_percent": 40}
	case x.Unreadable:
		out["processing_info"] = map[string]any{"state": "failed", "error": map[string]any{"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}}
	case x.Processing > 0:
		out["processing_info"] = map[string]any{"state": "succeeded", "progress_percent": 100}
	}
	return out
}

// ready finds a video that may be posted.
func (x *X) ready(id string, now time.Time) *xMedia {
	m := x.media[id]
	if m == nil || m.finished.IsZero() || !now.Before(m.finished.Add(xKept)) {
		return nil
	}
	return m
}

func (x *X) processing(e *Exchange) {
	q := e.Request.URL.Query()
	m := x.ready(q.Get("media_id"), e.Now())
	if q.Get("command") != "STATUS" || m == nil {
		xInvalid(e, "Your media IDs are invalid.")
		return
	}
	e.JSON(http.StatusOK, map[string]any{"data": x.state(m, e.Now())})
}

func (x *X) post(e *Exchange) {
	var in struct {
		Text  string `json:"text"`
		Media *struct {
			IDs []string `json:"media_ids"`
		} `json:"media"`
		Settings string `json:"reply_settings"`
	}
	now := e.Now()
	if !now.Before(x.window.Add(xWindow)) {
		x.window, x.made = now, 0
	}
	head := e.W.Header()
	head.Set("X-Rate-Limit-Limit", strconv.Itoa(xPosts))
	head.Set("X-Rate-Limit-Remaining", strconv.Itoa(max(0, xPosts-x.made-1)))
	head.Set("X-Rate-Limit-Reset", strconv.FormatInt(x.window.Add(xWindow).Unix(), 10))
	p := &xPost{at: now, CreatedAt: now.Format(time.RFC3339)}
	sha := ""
	switch err := strict(e.Body, &in); {
	case err != nil:
		xInvalid(e, "$: the object holds what is not allowed")
		return
	case x.made >= xPosts:
		xRefuse(e, http.StatusTooManyRequests, "Too Many Requests", "Too Many Requests")
		return
	case strings.TrimSpace(in.Text) == "" && in.Media == nil, xLength(in.Text) > 280, strings.ContainsAny(in.Text, "\uFFFE\uFEFF\uFFFF"):
		xRefuse(e, http.StatusForbidden, "Forbidden", "Your Tweet text is not valid.")
		return
	case slices.ContainsFunc(x.posts, func(old *xPost) bool { return old.Text == in.Text }):
		xRefuse(e, http.StatusForbidden, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
		return
	case in.Media != nil:
		m := x.ready(strings.Join(in.Media.IDs, ","), now)
		if info := m != nil && x.state(m, now)["processing_info"] != nil && (x.Unreadable || now.Before(m.finished.Add(x.Processing))); m == nil || info {
			xInvalid(e, "Your media IDs are invalid.")
			return
		}
		p.Attachments, sha = map[string]any{"media_keys": []string{m.key}}, m.sha
	}
	x.made++
	p.ID, p.Text = e.Next(), in.Text
	x.Spent += 15
	if links := xLinks(in.Text); len(links) > 0 {
		x.Spent += 185
		p.Entities = map[string]any{"urls": links}
	}
	x.posts = slices.Insert(x.posts, 0, p)
	e.Commit(Commit{Kind: "post", ID: p.ID, Text: in.Text, SHA: sha})
	e.JSON(http.StatusCreated, map[string]any{"data": map[string]string{"id": p.ID, "text": in.Text}})
}

func (x *X) list(e *Exchange) {
	q := e.Request.URL.Query()
	most, err := strconv.Atoi(q.Get("max_results"))
	if err != nil || most < 5 || most > 100 || e.Request.PathValue("id") != xAccount {
		xInvalid(e, "max_results is not between 5 and 100, or the id is not valid")
		return
	}
	since, _ := strconv.Atoi(q.Get("since_id"))
	all := []*xPost{}
	for _, p := range x.posts {
		if id, _ := strconv.Atoi(p.ID); id > since && len(all) < most && !e.Now().Before(p.at.Add(x.Lag)) {
			all = append(all, p)
		}
	}
	out := map[string]any{"meta": map[string]any{"result_count": len(all)}}
	if len(all) > 0 {
		x.Spent += len(all)
		out["data"] = all
	}
	e.JSON(http.StatusOK, out)
}

func (x *X) find(e *Exchange) int {
	return slices.IndexFunc(x.posts, func(p *xPost) bool { return p.ID == e.Request.PathValue("id") })
}

func (x *X) show(e *Exchange) {
	if i := x.find(e); i >= 0 {
		x.Spent += 5
		e.JSON(http.StatusOK, map[string]any{"data": x.told(e, x.posts[i])})
		return
	}
	e.JSON(http.StatusOK, map[string]any{"errors": []any{map[string]any{"title": "Not Found Error", "detail": "Could not find tweet.", "type": "https://api.twitter.com/2/problems/resource-not-found"}}})
}

// told is a post with what is asked for beside its text.
func (x *X) told(e *Exchange, p *xPost) any {
	fate := e.fates[p.ID]
	all := struct {
		xPost
		Metrics  map[string]any `json:"public_metrics,omitempty"`
		Withheld map[string]any `json:"withheld,omitempty"`
	}{xPost: *p}
	for field := range strings.SplitSeq(e.Request.URL.Query().Get("tweet.fields"), ",") {
		switch {
		case field == "public_metrics":
			all.Metrics = map[string]any{"impression_count": fate.Views, "like_count": 0, "retweet_count": 0}
		case field == "withheld" && fate.Blocked:
			all.Withheld = map[string]any{"copyright": true, "country_codes": []string{"FR"}}
		}
	}
	return all
}

func (x *X) remove(e *Exchange) {
	if i := x.find(e); i >= 0 {
		e.Uncommit(x.posts[i].ID)
		x.posts = slices.Delete(x.posts, i, i+1)
	}
	e.JSON(http.StatusOK, map[string]any{"data": map[string]bool{"deleted": true}})
}

func xLinks(text string) []any {
	var all []any
	for _, word := range strings.Fields(text) {
		if strings.HasPrefix(word, "https://") || strings.HasPrefix(word, "http://") {
			all = append(all, map[string]string{"expanded_url": word})
		}
	}
	return all
}

// xLength counts roughly as X does: a link is 23, a letter outside of the old
// alphabets 2.
func xLength(text string) int {
	n := 0
	for i, word := range strings.Split(strings.ReplaceAll(text, "\n", " "), " ") {
		if i > 0 {
			n++
		}
		if strings.HasPrefix(word, "https://") || strings.HasPrefix(word, "http://") {
			n += 23
			continue
		}
		for _, r := range word {
			n++
			if r > 0x10FF && (r < 0x2000 || r > 0x201F) {
				n++
			}
		}
	}
	return n
}
