package emu

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Mastodon is an instance with one account, after docs.joinmastodon.org (API of
// 4.4).
type Mastodon struct {
	*Frame
	Token      string
	Characters int           // of a status
	VideoSize  int64         // bytes
	Processing time.Duration // of a video

	media    map[string]*mastodonMedia
	statuses []*mastodonStatus // newest first
	keys     map[string]mastodonKey
}

type mastodonMedia struct {
	sha      string
	ready    time.Time
	attached bool
}

type mastodonStatus struct {
	ID         string `json:"id"`
	URL        string `json:"url"`
	CreatedAt  string `json:"created_at"`
	Content    string `json:"content"`
	Visibility string `json:"visibility"`
}

type mastodonKey struct {
	status *mastodonStatus
	until  time.Time
}

const keyKept = time.Hour // how long an Idempotency-Key is known

// NewMastodon returns an instance that takes this token.
func NewMastodon(token string) *Mastodon {
	m := &Mastodon{
		Frame: NewFrame(), Token: token, Characters: 500, VideoSize: 103809024,
		media: map[string]*mastodonMedia{}, keys: map[string]mastodonKey{},
	}
	m.drop = func(id string) {
		m.statuses = slices.DeleteFunc(m.statuses, func(s *mastodonStatus) bool { return s.ID == id })
	}
	for pattern, serve := range map[string]func(*Exchange){
		"GET /api/v2/instance":                    m.instance,
		"GET /api/v1/accounts/verify_credentials": m.account,
		"GET /api/v1/accounts/{id}/statuses":      m.list,
		"POST /api/v2/media":                      m.upload,
		"GET /api/v1/media/{id}":                  m.processing,
		"POST /api/v1/statuses":                   m.post,
		"GET /api/v1/statuses/{id}":               m.show,
		"DELETE /api/v1/statuses/{id}":            m.remove,
	} {
		m.Handle(pattern, m.admitted(serve))
	}
	return m
}

func (m *Mastodon) admitted(serve func(*Exchange)) func(*Exchange) {
	return func(x *Exchange) {
		if x.Request.Header.Get("Authorization") != "Bearer "+m.Token {
			x.JSON(http.StatusUnauthorized, map[string]string{"error": "The access token is invalid"})
			return
		}
		serve(x)
	}
}

func (m *Mastodon) instance(x *Exchange) {
	x.JSON(http.StatusOK, map[string]any{"domain": x.Request.Host, "configuration": map[string]any{
		"statuses":          map[string]any{"max_characters": m.Characters, "max_media_attachments": 4, "characters_reserved_per_url": 23},
		"media_attachments": map[string]any{"video_size_limit": m.VideoSize, "supported_mime_types": []string{"video/mp4", "image/jpeg"}},
	}})
}

func (m *Mastodon) account(x *Exchange) {
	x.JSON(http.StatusOK, map[string]string{"id": "1", "acct": "anonymal", "url": "https://" + x.Request.Host + "/@anonymal"})
}

func (m *Mastodon) list(x *Exchange) {
	if x.Request.PathValue("id") != "1" {
		x.JSON(http.StatusNotFound, map[string]string{"error": "Record not found"})
		return
	}
	limit, err := strconv.Atoi(x.Request.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 40 {
		limit = 20
	}
	x.JSON(http.StatusOK, m.statuses[:min(limit, len(m.statuses))])
}

func (m *Mastodon) upload(x *Exchange) {
	refuse := func(text string) { x.JSON(http.StatusUnprocessableEntity, map[string]string{"error": text}) }
	file, kind, ok := x.Part("file")
	switch {
	case x.Cut:
	case !ok:
		refuse("Validation failed: File can't be blank")
	case kind != "video/mp4" && kind != "image/jpeg":
		refuse("Validation failed: File content type is invalid")
	case int64(len(file)) > m.VideoSize:
		x.JSON(http.StatusRequestEntityTooLarge, map[string]string{"error": "Payload too large"})
	default:
		id := x.Next()
		m.media[id] = &mastodonMedia{sha: Sum(file), ready: x.Now().Add(m.Processing)}
		status := http.StatusOK
		if m.Processing > 0 {
			status = http.StatusAccepted
		}
		x.JSON(status, map[string]any{"id": id, "type": "video"})
	}
}

func (m *Mastodon) processing(x *Exchange) {
	f := m.media[x.Request.PathValue("id")]
	switch {
	case f == nil, f.attached:
		x.JSON(http.StatusNotFound, map[string]string{"error": "Record not found"})
	case x.Now().Before(f.ready):
		x.JSON(http.StatusPartialContent, map[string]any{"id": x.Request.PathValue("id"), "url": nil})
	default:
		x.JSON(http.StatusOK, map[string]any{"id": x.Request.PathValue("id"), "url": "https://" + x.Request.Host + "/media"})
	}
}

func (m *Mastodon) post(x *Exchange) {
	refuse := func(text string) { x.JSON(http.StatusUnprocessableEntity, map[string]string{"error": text}) }
	key := x.Request.Header.Get("Idempotency-Key")
	if k, known := m.keys[key]; key != "" && known && x.Now().Before(k.until) {
		x.JSON(http.StatusOK, k.status)
		return
	}
	var s struct {
		Status     string   `json:"status"`
		Media      []string `json:"media_ids"`
		Visibility string   `json:"visibility"`
		Language   string   `json:"language"`
	}
	if err := json.Unmarshal(x.Body, &s); err != nil || x.Cut {
		x.JSON(http.StatusBadRequest, map[string]string{"error": "Bad request"})
		return
	}
	if strings.TrimSpace(s.Status) == "" && len(s.Media) == 0 {
		refuse("Validation failed: Text can't be blank")
		return
	}
	if mastodonLength(s.Status) > m.Characters {
		refuse("Validation failed: Text character limit of " + strconv.Itoa(m.Characters) + " exceeded")
		return
	}
	if !slices.Contains([]string{"public", "unlisted", "private", "direct"}, s.Visibility) {
		refuse("Validation failed: Visibility is not included in the list")
		return
	}
	sha := ""
	for _, id := range s.Media {
		f := m.media[id]
		if f == nil || f.attached {
			refuse("Validation failed: Media not found")
			return
		}
		if x.Now().Before(f.ready) {
			refuse("Cannot attach files that have not finished processing. Try again in a moment!")
			return
		}
		f.attached, sha = true, f.sha
	}
	id := x.Next()
	status := &mastodonStatus{
		ID: id, URL: "https://" + x.Request.Host + "/@anonymal/" + id, CreatedAt: x.Now().Format(time.RFC3339Nano),
		Content: "<p>" + htmlText(s.Status) + "</p>", Visibility: s.Visibility,
	}
	m.statuses = slices.Insert(m.statuses, 0, status)
	if key != "" {
		m.keys[key] = mastodonKey{status, x.Now().Add(keyKept)}
	}
	x.Commit(Commit{Kind: "post", ID: id, Text: s.Status, SHA: sha})
	x.JSON(http.StatusOK, status)
}

func (m *Mastodon) find(x *Exchange) int {
	return slices.IndexFunc(m.statuses, func(s *mastodonStatus) bool { return s.ID == x.Request.PathValue("id") })
}

func (m *Mastodon) show(x *Exchange) {
	if i := m.find(x); i >= 0 {
		s := *m.statuses[i]
		if x.fates[s.ID].Hidden {
			s.Visibility = "private"
		}
		x.JSON(http.StatusOK, s)
		return
	}
	x.JSON(http.StatusNotFound, map[string]string{"error": "Record not found"})
}

func (m *Mastodon) remove(x *Exchange) {
	i := m.find(x)
	if i < 0 {
		x.JSON(http.StatusNotFound, map[string]string{"error": "Record not found"})
		return
	}
	gone := m.statuses[i]
	m.statuses = slices.Delete(m.statuses, i, i+1)
	for key, k := range m.keys {
		if k.status == gone {
			delete(m.keys, key)
		}
	}
	x.Uncommit(gone.ID)
	x.JSON(http.StatusOK, gone)
}

// mastodonLength counts as the instance does: a link is 23 characters.
func mastodonLength(text string) int {
	n := 0
	for _, word := range strings.SplitAfter(strings.ReplaceAll(text, "\n", " "), " ") {
		if bare := strings.TrimRight(word, " "); strings.HasPrefix(bare, "https://") || strings.HasPrefix(bare, "http://") {
			n += 23 + len(word) - len(bare)
			continue
		}
		n += utf8.RuneCountInString(word)
	}
	return n
}
