package emu

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// PeerTube is an instance with one account and one channel, after its OpenAPI
// description (6.2).
type PeerTube struct {
	*Frame
	Password    string
	Transcoding time.Duration // of a film
	Quota       int           // bytes of a film at most

	sessions
	tokens    map[string]time.Time // until when
	films     []*peertubeFilm      // newest first
	begun     map[string]string    // sessions by the file they are for
	playlists []map[string]any
	placed    map[int][]int // playlists by film
	captioned map[string][]string
}

type peertubeFilm struct {
	number   int
	uuid     string
	about    map[string]any
	filename string
	sha      string
	size     int
	at       time.Time
	pictured int
}

// NewPeerTube returns an instance that knows "anonymal" by this password.
func NewPeerTube(password string) *PeerTube {
	p := &PeerTube{
		Frame: NewFrame(), Password: password, Quota: 1 << 40, sessions: sessions{Mismatch: http.StatusConflict},
		tokens: map[string]time.Time{}, begun: map[string]string{}, placed: map[int][]int{}, captioned: map[string][]string{},
	}
	p.drop = func(id string) {
		p.films = slices.DeleteFunc(p.films, func(f *peertubeFilm) bool { return f.uuid == id })
	}
	p.Handle("GET /api/v1/oauth-clients/local", func(x *Exchange) {
		x.JSON(http.StatusOK, map[string]string{"client_id": "local", "client_secret": "public"})
	})
	p.Handle("POST /api/v1/users/token", p.token)
	for pattern, serve := range map[string]func(*Exchange){
		"GET /api/v1/users/me":                              p.me,
		"GET /api/v1/users/me/videos":                       p.list,
		"GET /api/v1/users/me/video-playlists/videos-exist": p.exist,
		"POST /api/v1/videos/upload-resumable":              p.insert,
		"PUT /api/v1/videos/upload-resumable":               p.put,
		"GET /api/v1/videos/{id}":                           p.film(p.show),
		"PUT /api/v1/videos/{id}":                           p.film(p.update),
		"DELETE /api/v1/videos/{id}":                        p.film(p.remove),
		"GET /api/v1/videos/{id}/source":                    p.film(p.source),
		"PUT /api/v1/videos/{id}/captions/{language}":       p.film(p.caption),
		"GET /api/v1/accounts/{name}/video-playlists":       p.listPlaylists,
		"POST /api/v1/video-playlists":                      p.playlist,
		"POST /api/v1/video-playlists/{id}/videos":          p.place,
	} {
		p.Handle(pattern, p.admitted(serve))
	}
	return p
}

// Expire ends all sessions.
func (p *PeerTube) Expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expire()
}

// Delete deletes all films, as a person does.
func (p *PeerTube) Delete() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.films = nil
}

// Films describes all films, newest first: name, privacy.
func (p *PeerTube) Films() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, f := range p.films {
		all = append(all, fmt.Sprintf("%v %v", f.about["name"], f.about["privacy"]))
	}
	return all
}

func refusePeerTube(x *Exchange, status int, code, detail string) {
	x.JSON(status, map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "detail": detail})
}

func (p *PeerTube) token(x *Exchange) {
	f := formOf(x.Body)
	switch {
	case x.Request.Header.Get("Content-Type") != "application/x-www-form-urlencoded", f.Get("client_id") != "local", f.Get("client_secret") != "public", f.Get("grant_type") != "password":
		refusePeerTube(x, http.StatusBadRequest, "invalid_client", "Invalid client")
	case f.Get("username") != "anonymal", f.Get("password") != p.Password:
		refusePeerTube(x, http.StatusBadRequest, "invalid_grant", "Invalid grant: user credentials are invalid")
	default:
		fresh := "access-" + x.Next()
		p.tokens[fresh] = x.Now().Add(24 * time.Hour)
		x.JSON(http.StatusOK, map[string]any{"token_type": "Bearer", "access_token": fresh, "refresh_token": "r", "expires_in": 86400})
	}
}

func (p *PeerTube) admitted(serve func(*Exchange)) func(*Exchange) {
	return func(x *Exchange) {
		until, known := p.tokens[strings.TrimPrefix(x.Request.Header.Get("Authorization"), "Bearer ")]
		if !known || x.Now().After(until) {
			refusePeerTube(x, http.StatusUnauthorized, "invalid_token", "Invalid token: access token is invalid")
			return
		}
		serve(x)
	}
}

func (p *PeerTube) me(x *Exchange) {
	x.JSON(http.StatusOK, map[string]any{"username": "anonymal", "videoChannels": []any{map[string]any{"id": 7, "name": "anonymal_channel", "displayName": "Anonymal"}}})
}

// said reads what is written of a film, and refuses what PeerTube refuses.
func said(x *Exchange) (map[string]any, bool) {
	var about map[string]any
	if x.Cut || json.Unmarshal(x.Body, &about) != nil || !strings.HasPrefix(x.Request.Header.Get("Content-Type"), "application/json") {
		refusePeerTube(x, http.StatusBadRequest, "", "Incorrect request parameters")
		return nil, false
	}
	bad := func(key string, least, most int) bool {
		text, is := about[key].(string)
		n := utf8.RuneCountInString(text)
		return about[key] != nil && (!is || n < least || n > most)
	}
	tags, _ := about["tags"].([]any)
	refused := bad("name", 3, 120) || bad("description", 3, 10000) || len(tags) > 5
	for i, t := range tags {
		tag, _ := t.(string)
		n := utf8.RuneCountInString(tag)
		refused = refused || n < 2 || n > 30 || slices.Contains(tags[:i], t)
	}
	if privacy, sent := about["privacy"]; sent {
		n, _ := privacy.(float64)
		refused = refused || n < 1 || n > 5
	}
	if refused {
		refusePeerTube(x, http.StatusBadRequest, "", "Incorrect request parameters: name, description, tags or privacy")
	}
	return about, !refused
}

// insert opens a session, or tells of the one that there is for this file.
func (p *PeerTube) insert(x *Exchange) {
	about, ok := said(x)
	if !ok {
		return
	}
	filename, _ := about["filename"].(string)
	size, err := strconv.Atoi(x.Request.Header.Get("X-Upload-Content-Length"))
	switch {
	case filename == "" || about["name"] == nil || about["channelId"] != 7.0 || err != nil || size <= 0:
		refusePeerTube(x, http.StatusBadRequest, "", "Incorrect request parameters: filename, name, channelId or length")
		return
	case !strings.HasPrefix(x.Request.Header.Get("X-Upload-Content-Type"), "video/"):
		refusePeerTube(x, http.StatusUnsupportedMediaType, "", "Unsupported media type")
		return
	case size > p.Quota:
		refusePeerTube(x, http.StatusRequestEntityTooLarge, "quota_reached", "The user video quota is exceeded with this video.")
		return
	}
	file, status := fmt.Sprintf("%s %d", filename, size), http.StatusOK
	if u := p.open[p.begun[file]]; u == nil || u.became != nil {
		status = http.StatusCreated
		p.begun[file] = p.begin(x, size, func(x *Exchange, content []byte) any {
			n, _ := strconv.Atoi(x.Next())
			f := &peertubeFilm{
				number: n, uuid: fmt.Sprintf("%08d-0000-4000-8000-000000000000", n), about: about, filename: filename, sha: Sum(content), size: size, at: x.Now(),
			}
			p.films = slices.Insert(p.films, 0, f)
			p.expose(x, f)
			return map[string]any{"video": map[string]any{"id": n, "uuid": f.uuid, "shortUUID": "s" + strconv.Itoa(n)}}
		})
	}
	x.W.Header().Set("Location", "//"+x.Request.Host+x.Request.URL.Path+"?upload_id="+p.begun[file])
	x.W.WriteHeader(status)
}

// expose notes what the world sees of a film.
func (p *PeerTube) expose(x *Exchange, f *peertubeFilm) {
	if f.about["privacy"] == 1.0 {
		x.Commit(Commit{Kind: "video", ID: f.uuid, Text: fmt.Sprint(f.about["name"]), SHA: f.sha})
		return
	}
	x.Uncommit(f.uuid)
}

func (p *PeerTube) film(serve func(*Exchange, *peertubeFilm)) func(*Exchange) {
	return func(x *Exchange) {
		i := slices.IndexFunc(p.films, func(f *peertubeFilm) bool { return f.uuid == x.Request.PathValue("id") })
		if i < 0 {
			refusePeerTube(x, http.StatusNotFound, "", "Video not found")
			return
		}
		serve(x, p.films[i])
	}
}

func (p *PeerTube) resource(x *Exchange, f *peertubeFilm) map[string]any {
	state := 1
	if x.Now().Before(f.at.Add(p.Transcoding)) {
		state = 2
	}
	name, privacy, fate := f.about["name"], f.about["privacy"], x.fates[f.uuid]
	if fate.Title != "" {
		name = fate.Title
	}
	if fate.Hidden {
		privacy = 3
	}
	return map[string]any{
		"id": f.number, "uuid": f.uuid, "shortUUID": "s" + strconv.Itoa(f.number), "name": name, "createdAt": f.at.Format(time.RFC3339Nano),
		"privacy": map[string]any{"id": privacy}, "views": fate.Views, "blacklisted": fate.Blocked, "state": map[string]any{"id": state},
	}
}

func (p *PeerTube) show(x *Exchange, f *peertubeFilm) { x.JSON(http.StatusOK, p.resource(x, f)) }

func (p *PeerTube) source(x *Exchange, f *peertubeFilm) {
	x.JSON(http.StatusOK, map[string]any{"inputFilename": f.filename, "size": f.size})
}

func (p *PeerTube) list(x *Exchange) {
	count, err := strconv.Atoi(x.Request.URL.Query().Get("count"))
	if err != nil || count < 1 || count > 100 || x.Request.URL.Query().Get("sort") != "-createdAt" {
		refusePeerTube(x, http.StatusBadRequest, "", "Incorrect request parameters: count, sort")
		return
	}
	data := []any{}
	for _, f := range p.films[:min(count, len(p.films))] {
		data = append(data, p.resource(x, f))
	}
	x.JSON(http.StatusOK, map[string]any{"total": len(p.films), "data": data})
}

// update changes what is sent, a picture by a form.
func (p *PeerTube) update(x *Exchange, f *peertubeFilm) {
	for _, name := range []string{"thumbnailfile", "previewfile"} {
		if _, kind, sent := x.Part(name); sent && kind == "image/jpeg" {
			f.pictured++
			x.W.WriteHeader(http.StatusNoContent)
			return
		}
	}
	about, ok := said(x)
	if !ok {
		return
	}
	for key, value := range about {
		f.about[key] = value
	}
	x.mended(f.uuid, about["privacy"] != nil, about["name"] != nil)
	p.expose(x, f)
	x.W.WriteHeader(http.StatusNoContent)
}

func (p *PeerTube) remove(x *Exchange, f *peertubeFilm) {
	p.films = slices.DeleteFunc(p.films, func(o *peertubeFilm) bool { return o == f })
	x.Uncommit(f.uuid)
	x.W.WriteHeader(http.StatusNoContent)
}

func (p *PeerTube) caption(x *Exchange, f *peertubeFilm) {
	if _, _, sent := x.Part("captionfile"); !sent {
		refusePeerTube(x, http.StatusBadRequest, "", "Incorrect request parameters: captionfile")
		return
	}
	if language := x.Request.PathValue("language"); !slices.Contains(p.captioned[f.uuid], language) {
		p.captioned[f.uuid] = append(p.captioned[f.uuid], language)
	}
	x.W.WriteHeader(http.StatusNoContent)
}

func (p *PeerTube) listPlaylists(x *Exchange) {
	if x.Request.PathValue("name") != "anonymal" {
		refusePeerTube(x, http.StatusNotFound, "", "Account not found")
		return
	}
	x.JSON(http.StatusOK, map[string]any{"data": p.playlists})
}

func (p *PeerTube) playlist(x *Exchange) {
	var l map[string]any
	if x.Cut || json.Unmarshal(x.Body, &l) != nil || l["displayName"] == nil || l["privacy"] == 1.0 && l["videoChannelId"] != 7.0 {
		refusePeerTube(x, http.StatusBadRequest, "", "Cannot set a public playlist without a channel")
		return
	}
	l["id"] = 1000 + len(p.playlists)
	p.playlists = append(p.playlists, l)
	x.JSON(http.StatusOK, map[string]any{"videoPlaylist": map[string]any{"id": l["id"]}})
}

func (p *PeerTube) exist(x *Exchange) {
	film, _ := strconv.Atoi(x.Request.URL.Query().Get("videoIds"))
	in := []any{}
	for _, id := range p.placed[film] {
		in = append(in, map[string]any{"playlistId": id})
	}
	x.JSON(http.StatusOK, map[string]any{strconv.Itoa(film): in})
}

func (p *PeerTube) place(x *Exchange) {
	id, _ := strconv.Atoi(x.Request.PathValue("id"))
	var e struct {
		Video int `json:"videoId"`
	}
	if x.Cut || json.Unmarshal(x.Body, &e) != nil || !slices.ContainsFunc(p.films, func(f *peertubeFilm) bool { return f.number == e.Video }) {
		refusePeerTube(x, http.StatusNotFound, "", "Video not found")
		return
	}
	p.placed[e.Video] = append(p.placed[e.Video], id)
	x.JSON(http.StatusOK, map[string]any{"videoPlaylistElement": map[string]any{"id": len(p.placed[e.Video])}})
}
