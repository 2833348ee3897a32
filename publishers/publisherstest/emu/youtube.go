package emu

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// YouTube is one channel, after the discovery document of the Data API v3 and
// Google's guide to resumable uploads.
type YouTube struct {
	*Frame
	Refresh    string        // the refresh token; "": it was revoked
	Processing time.Duration // of a film
	Lag        time.Duration // until a film is in the list of uploads
	Hidden     int           // looks at a new film that find nothing yet
	Inserts    int           // a day
	Units      int           // of all other calls, a day
	Locked     bool          // films stay private
	Unverified bool          // no thumbnails of one's own

	sessions
	access    map[string]time.Time // until when
	day       string
	inserted  int
	spent     int
	films     []*youtubeFilm // newest first
	captions  []map[string]any
	playlists []map[string]any
	entries   []map[string]any
}

type youtubeFilm struct {
	id       string
	parts    map[string]map[string]any
	sha      string
	size     int
	at       time.Time
	hidden   int
	rejected string
	failed   string
	halted   bool
	pictured bool
}

const uploadsList = "UUanonymal"

// NewYouTube returns a channel that takes this access token for an hour, and this
// refresh token.
func NewYouTube(access, refresh string) *YouTube {
	y := &YouTube{
		Frame: NewFrame(), Refresh: refresh, Inserts: 100, Units: 10000, access: map[string]time.Time{access: {}},
		sessions: sessions{Mismatch: http.StatusBadRequest},
	}
	y.drop = func(id string) { y.films = slices.DeleteFunc(y.films, func(v *youtubeFilm) bool { return v.id == id }) }
	y.Handle("POST /token", y.token)
	for pattern, serve := range map[string]struct {
		units int
		do    func(*Exchange)
	}{
		"GET /youtube/v3/channels":               {1, y.channels},
		"POST /upload/youtube/v3/videos":         {0, y.insert},
		"PUT /upload/youtube/v3/videos":          {0, y.put},
		"GET /youtube/v3/videos":                 {1, y.list},
		"PUT /youtube/v3/videos":                 {50, y.update},
		"DELETE /youtube/v3/videos":              {50, y.remove},
		"POST /upload/youtube/v3/thumbnails/set": {50, y.picture},
		"GET /youtube/v3/captions":               {50, y.listCaptions},
		"POST /upload/youtube/v3/captions":       {400, y.caption},
		"PUT /upload/youtube/v3/captions":        {0, y.put},
		"GET /youtube/v3/playlists":              {1, y.listPlaylists},
		"POST /youtube/v3/playlists":             {50, y.playlist},
		"GET /youtube/v3/playlistItems":          {1, y.items},
		"POST /youtube/v3/playlistItems":         {50, y.item},
	} {
		y.Handle(pattern, y.admitted(serve.units, serve.do))
	}
	return y
}

// Expire ends all sessions.
func (y *YouTube) Expire() {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.expire()
}

// Change does something to each film, as a person does in YouTube Studio, or
// YouTube itself.
func (y *YouTube) Change(do func(f *Film)) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.films = slices.DeleteFunc(y.films, func(v *youtubeFilm) bool {
		f := Film{Status: v.parts["status"], Rejected: v.rejected, Failed: v.failed, Halted: v.halted}
		do(&f)
		v.rejected, v.failed, v.halted = f.Rejected, f.Failed, f.Halted
		return f.Gone
	})
}

// Film is what can become of a film on a channel.
type Film struct {
	Status           map[string]any
	Rejected, Failed string // why
	Halted           bool   // its preparation was ended
	Gone             bool   // deleted
}

// Films describes all films, newest first: title, privacy.
func (y *YouTube) Films() []string {
	y.mu.Lock()
	defer y.mu.Unlock()
	var all []string
	for _, v := range y.films {
		all = append(all, v.word("snippet", "title")+" "+v.word("status", "privacyStatus"))
	}
	return all
}

func (v *youtubeFilm) word(part, key string) string {
	s, _ := v.parts[part][key].(string)
	return s
}

func refuseYouTube(x *Exchange, status int, reason string) {
	x.JSON(status, map[string]any{"error": map[string]any{
		"code": status, "message": "<b>" + reason + "</b>", "errors": []any{map[string]string{"message": "<b>" + reason + "</b>", "domain": "youtube", "reason": reason}},
	}})
}

func (y *YouTube) token(x *Exchange) {
	form := formOf(x.Body)
	switch {
	case form.Get("grant_type") != "refresh_token":
		x.JSON(http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
	case y.Refresh == "" || form.Get("refresh_token") != y.Refresh:
		x.JSON(http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
	default:
		fresh := "access-" + x.Next()
		y.access[fresh] = x.Now().Add(time.Hour)
		x.JSON(http.StatusOK, map[string]any{"access_token": fresh, "expires_in": 3600, "token_type": "Bearer"})
	}
}

// admitted serves those who have a token and something left of the day's quota.
func (y *YouTube) admitted(units int, serve func(*Exchange)) func(*Exchange) {
	return func(x *Exchange) {
		token := strings.TrimPrefix(x.Request.Header.Get("Authorization"), "Bearer ")
		until, known := y.access[token]
		if known && until.IsZero() {
			until = x.Now().Add(time.Hour)
			y.access[token] = until
		}
		if !known || x.Now().After(until) {
			refuseYouTube(x, http.StatusUnauthorized, "authError")
			return
		}
		if day := y.today(x); day != y.day {
			y.day, y.inserted, y.spent = day, 0, 0
		}
		if y.spent += units; y.spent > y.Units {
			refuseYouTube(x, http.StatusForbidden, "quotaExceeded")
			return
		}
		serve(x)
	}
}

func (y *YouTube) today(x *Exchange) string {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		panic(err)
	}
	return x.Now().In(zone).Format(time.DateOnly)
}

func (y *YouTube) channels(x *Exchange) {
	if x.Request.URL.Query().Get("mine") != "true" {
		refuseYouTube(x, http.StatusBadRequest, "missingRequiredParameter")
		return
	}
	x.JSON(http.StatusOK, map[string]any{"items": []any{map[string]any{
		"id": "UCanonymal", "snippet": map[string]any{"title": "Anonymal"},
		"contentDetails": map[string]any{"relatedPlaylists": map[string]any{"uploads": uploadsList}},
	}}})
}

// insert opens the session of a film.
func (y *YouTube) insert(x *Exchange) {
	parts, ok := y.resource(x)
	if !ok {
		return
	}
	if y.inserted++; y.inserted > y.Inserts {
		refuseYouTube(x, http.StatusForbidden, "quotaExceeded")
		return
	}
	if parts["status"]["privacyStatus"] == nil {
		parts["status"]["privacyStatus"] = "public"
	}
	y.locate(x, "video/", 256<<30, func(x *Exchange, file []byte) any {
		v := &youtubeFilm{id: "film-" + x.Next(), parts: parts, sha: Sum(file), size: len(file), at: x.Now(), hidden: y.Hidden}
		if slices.ContainsFunc(y.films, func(o *youtubeFilm) bool { return o.sha == v.sha && o.rejected == "" }) {
			v.rejected = "duplicate"
		}
		y.films = slices.Insert(y.films, 0, v)
		y.show(x, v)
		return y.answer(x, v, "snippet", "status")
	})
}

// locate opens a session for a file of this kind.
func (y *YouTube) locate(x *Exchange, kind string, most int, become func(*Exchange, []byte) any) {
	size, err := strconv.Atoi(x.Request.Header.Get("X-Upload-Content-Length"))
	switch {
	case x.Request.URL.Query().Get("uploadType") != "resumable":
		refuseYouTube(x, http.StatusBadRequest, "badRequest")
	case err != nil, size <= 0, size > most, !strings.HasPrefix(x.Request.Header.Get("X-Upload-Content-Type"), kind):
		refuseYouTube(x, http.StatusBadRequest, "mediaBodyRequired")
	default:
		x.W.Header().Set("Location", "http://"+x.Request.Host+x.Request.URL.Path+"?uploadType=resumable&upload_id="+y.begin(x, size, become))
		x.W.WriteHeader(http.StatusOK)
	}
}

// show notes what the world sees of a film.
func (y *YouTube) show(x *Exchange, v *youtubeFilm) {
	if y.Locked {
		v.parts["status"]["privacyStatus"] = "private"
	}
	if v.word("status", "privacyStatus") == "public" && v.rejected == "" {
		x.Commit(Commit{Kind: "video", ID: v.id, Text: v.word("snippet", "title"), SHA: v.sha})
		return
	}
	x.Uncommit(v.id)
}

func (y *YouTube) list(x *Exchange) {
	var ids []string
	for _, id := range x.Request.URL.Query()["id"] {
		ids = append(ids, strings.Split(id, ",")...)
	}
	items := []any{}
	for _, v := range y.films {
		if !slices.Contains(ids, v.id) {
			continue
		}
		if v.hidden--; v.hidden < 0 {
			items = append(items, y.answer(x, v, strings.Split(x.Request.URL.Query().Get("part"), ",")...))
		}
	}
	x.JSON(http.StatusOK, map[string]any{"items": items})
}

// answer is the resource of a film, in these parts.
func (y *YouTube) answer(x *Exchange, v *youtubeFilm, parts ...string) map[string]any {
	status := map[string]any{"uploadStatus": "processed"}
	processing := map[string]any{"processingStatus": "succeeded"}
	switch {
	case v.rejected != "":
		status["uploadStatus"], status["rejectionReason"] = "rejected", v.rejected
	case v.failed != "":
		status["uploadStatus"], status["failureReason"] = "failed", v.failed
	case v.halted:
		processing["processingStatus"] = "terminated"
	case x.Now().Before(v.at.Add(y.Processing)):
		status["uploadStatus"], processing["processingStatus"] = "uploaded", "processing"
	}
	for key, value := range v.parts["status"] {
		status[key] = value
	}
	snippet, fate := maps.Clone(v.parts["snippet"]), x.fates[v.id]
	if fate.Title != "" {
		snippet["title"] = fate.Title
	}
	if fate.Hidden {
		status["privacyStatus"] = "private"
	}
	if fate.Blocked {
		status["uploadStatus"], status["rejectionReason"] = "rejected", "claim"
	}
	all := map[string]any{
		"snippet": snippet, "status": status, "statistics": map[string]any{"viewCount": strconv.FormatInt(fate.Views, 10)}, "recordingDetails": v.parts["recordingDetails"],
		"processingDetails": processing, "contentDetails": map[string]any{"hasCustomThumbnail": v.pictured},
	}
	out := map[string]any{"id": v.id}
	for _, part := range parts {
		if value, known := all[part]; known {
			out[part] = value
		}
	}
	return out
}

func (y *YouTube) find(id string) *youtubeFilm {
	for _, v := range y.films {
		if v.id == id {
			return v
		}
	}
	return nil
}

// remove deletes a film.
func (y *YouTube) remove(x *Exchange) {
	v := y.find(x.Request.URL.Query().Get("id"))
	if v == nil {
		refuseYouTube(x, http.StatusNotFound, "videoNotFound")
		return
	}
	y.films = slices.DeleteFunc(y.films, func(o *youtubeFilm) bool { return o == v })
	x.Uncommit(v.id)
	x.W.WriteHeader(http.StatusNoContent)
}

// update replaces the parts that are named: what is not sent again is gone.
func (y *YouTube) update(x *Exchange) {
	parts, ok := y.resource(x)
	if !ok {
		return
	}
	v := y.find(idOf(x.Body))
	if v == nil {
		refuseYouTube(x, http.StatusNotFound, "videoNotFound")
		return
	}
	for name, part := range parts {
		v.parts[name] = part
	}
	x.mended(v.id, parts["status"] != nil, parts["snippet"] != nil)
	y.show(x, v)
	names := strings.Split(x.Request.URL.Query().Get("part"), ",")
	x.JSON(http.StatusOK, y.answer(x, v, names...))
}
