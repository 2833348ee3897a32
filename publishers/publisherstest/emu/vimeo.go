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

// Vimeo is one account, after the OpenAPI description of its API 3.4. Bytes go to
// a second host, which wants no token.
type Vimeo struct {
	*Frame
	Token      string
	Scope      string
	Upload     string        // the host that takes bytes
	Processing time.Duration // of a film
	Lag        time.Duration // until a film is listed
	Expiry     time.Duration // of a link that takes bytes; 0: never
	Created    int           // the status of a film that was made: 200 or 201
	Free       int64         // bytes
	Reset      time.Time     // of the periodic quota
	Broken     bool          // no film can be read

	films   []*vimeoFilm // newest first
	shelves map[string][]*vimeoShelf
	left    int // requests
}

type vimeoFilm struct {
	id, name, description, view, embed, license string
	versions                                    []*vimeoVersion // the first film's bytes, then others
	made                                        time.Time
	parts                                       map[string][]*vimeoPart // "pictures", "texttracks"
	domains                                     []string
}

type vimeoVersion struct {
	id, name string
	size     int64
	bytes    []byte
	made     time.Time
	ready    time.Time // when it can be played
}

type vimeoPart struct {
	id, name, kind, language string
	bytes                    []byte
	active                   bool
}

type vimeoShelf struct {
	id, name string
	films    []string
}

const vimeoLimit = 600 // requests in a window; half of it without fields

// NewVimeo returns an account that takes this token.
func NewVimeo(token string) *Vimeo {
	v := &Vimeo{
		Frame: NewFrame(), Token: token, Scope: "public private upload edit create interact delete", Upload: "localhost",
		Created: http.StatusOK, Free: 1 << 40, shelves: map[string][]*vimeoShelf{}, left: vimeoLimit,
	}
	v.drop = func(id string) { v.films = slices.DeleteFunc(v.films, func(f *vimeoFilm) bool { return f.id == id }) }
	for pattern, serve := range map[string]func(*Exchange){
		"GET /oauth/verify":                         v.verify,
		"GET /me":                                   v.me,
		"GET /me/videos":                            v.list,
		"POST /me/videos":                           v.create,
		"GET /videos/{id}":                          v.film(v.show),
		"PATCH /videos/{id}":                        v.film(v.edit),
		"DELETE /videos/{id}":                       v.film(v.remove),
		"GET /videos/{id}/versions":                 v.film(v.versions),
		"POST /videos/{id}/versions":                v.film(v.addVersion),
		"PUT /videos/{id}/privacy/domains/{domain}": v.film(v.addDomain),
		"GET /videos/{id}/{parts}":                  v.film(v.parts),
		"POST /videos/{id}/{parts}":                 v.film(v.addPart),
		"PATCH /videos/{id}/{parts}/{part}":         v.film(v.editPart),
		"DELETE /videos/{id}/{parts}/{part}":        v.film(v.removePart),
		"GET /me/{shelves}":                         v.listShelves,
		"POST /me/{shelves}":                        v.addShelf,
		"PUT /me/{shelves}/{shelf}/videos/{id}":     v.film(v.putOnShelf),
	} {
		v.Handle(pattern, v.admitted(serve))
	}
	v.Handle("HEAD /files/{id}", v.bytes(v.offset))
	v.Handle("PATCH /files/{id}", v.bytes(v.append))
	v.Handle("PUT /parts/{id}", v.bytes(v.fillPart))
	v.Handle("POST /files/", v.bytes(func(x *Exchange) { x.W.WriteHeader(http.StatusPreconditionFailed) }))
	return v
}

// Films lists what the account holds: the name, how it can be seen, whether all
// its bytes are there.
func (v *Vimeo) Films() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all []string
	for _, f := range v.films {
		is := f.versions[len(f.versions)-1]
		all = append(all, fmt.Sprintf("%s %s %v", f.name, f.view, is.size == int64(len(is.bytes))))
	}
	return all
}

// Shows is the SHA-256 of the bytes that a film shows, and what goes with it.
func (v *Vimeo) Shows(id string) (sha, license string, with []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, f := range v.films {
		if f.id != id {
			continue
		}
		sha, license = Sum(f.versions[len(f.versions)-1].bytes), f.license
		for _, kind := range []string{"pictures", "texttracks"} {
			for _, p := range f.parts[kind] {
				with = append(with, fmt.Sprintf("%s %s active=%v %s", kind, p.kind, p.active, Sum(p.bytes)[:8]))
			}
		}
		for _, kind := range []string{"albums", "projects"} {
			for _, s := range v.shelves[kind] {
				if slices.Contains(s.films, id) {
					with = append(with, kind+" "+s.name)
				}
			}
		}
		for _, d := range f.domains {
			with = append(with, "embed "+d)
		}
	}
	return sha, license, with
}

// refuse answers as Vimeo does.
func (x *Exchange) refuse(status, code int, text string) {
	x.JSON(status, map[string]any{"error": text, "developer_message": text, "error_code": code})
}

func (v *Vimeo) admitted(serve func(*Exchange)) func(*Exchange) {
	return func(x *Exchange) {
		cost := 2
		if x.Request.URL.Query().Get("fields") != "" {
			cost = 1
		}
		v.left = max(v.left-cost, 0)
		for name, value := range map[string]string{
			"X-RateLimit-Limit": strconv.Itoa(vimeoLimit), "X-RateLimit-Remaining": strconv.Itoa(v.left), "X-RateLimit-Reset": x.Now().Add(time.Minute).Format(time.RFC3339),
		} {
			x.W.Header().Set(name, value)
		}
		h := x.Request.Header
		kind := h.Get("Content-Type")
		switch {
		case h.Get("Authorization") != "Bearer "+v.Token:
			x.refuse(http.StatusUnauthorized, 8000, "Invalid or expired access token.")
		case strings.HasPrefix(x.Request.Host, v.Upload):
			x.refuse(http.StatusNotFound, 5000, "Not here.")
		case h.Get("Accept") != "application/vnd.vimeo.*+json;version=3.4":
			x.refuse(http.StatusBadRequest, 2205, "The version of the API is not asked for.")
		case v.left == 0:
			x.refuse(http.StatusTooManyRequests, 9000, "Too many API requests.")
		case len(x.Body) > 0 && !strings.HasPrefix(kind, "application/json"):
			x.refuse(http.StatusBadRequest, 2205, "The body is not JSON.")
		case !v.allowed(x.Request.Method):
			x.refuse(http.StatusForbidden, 3200, "Your access token lacks a scope.")
		default:
			serve(x)
		}
	}
}

func (v *Vimeo) allowed(method string) bool {
	scope := map[string]string{"POST": "upload", "PATCH": "edit", "PUT": "edit", "DELETE": "delete"}[method]
	return scope == "" || slices.Contains(strings.Fields(v.Scope), scope)
}

// read takes a body of these fields only.
func (x *Exchange) read(into any) bool {
	d := json.NewDecoder(strings.NewReader(string(x.Body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil || x.Cut {
		x.refuse(http.StatusBadRequest, 2204, "You have provided an invalid parameter.")
		return false
	}
	return true
}

func (v *Vimeo) verify(x *Exchange) {
	x.JSON(http.StatusOK, map[string]any{"scope": v.Scope, "token_type": "bearer", "user": map[string]any{"name": "Anonymal TV"}})
}

func (v *Vimeo) me(x *Exchange) {
	periodic := map[string]any{"free": v.Free, "max": 1 << 40}
	if !v.Reset.IsZero() {
		periodic["reset_date"] = v.Reset.Format(time.RFC3339)
	}
	x.JSON(http.StatusOK, map[string]any{
		"name": "Anonymal TV", "uri": "/users/1",
		"upload_quota": map[string]any{"space": map[string]any{"free": v.Free, "max": 1 << 40}, "periodic": periodic, "lifetime": map[string]any{"free": nil}},
	})
}

func (v *Vimeo) list(x *Exchange) {
	limit, err := strconv.Atoi(x.Request.URL.Query().Get("per_page"))
	if err != nil || limit < 1 || limit > 100 {
		x.refuse(http.StatusBadRequest, 2204, "per_page")
		return
	}
	all := []any{}
	for _, f := range v.films {
		if !x.Now().Before(f.made.Add(v.Lag)) && len(all) < limit {
			all = append(all, v.told(x, f))
		}
	}
	x.JSON(http.StatusOK, map[string]any{"total": len(all), "data": all})
}

type vimeoUpload struct {
	Approach string `json:"approach"`
	Size     string `json:"size"`
}

type vimeoEdit struct {
	Name        *string      `json:"name"`
	Description *string      `json:"description"`
	License     *string      `json:"license"`
	Upload      *vimeoUpload `json:"upload"`
	Privacy     struct {
		View  *string `json:"view"`
		Embed *string `json:"embed"`
	} `json:"privacy"`
}

// wrong is what Vimeo has against a change, "" when nothing.
func (e vimeoEdit) wrong() string {
	oneOf := func(s *string, all string) bool { return s == nil || slices.Contains(strings.Fields(all), *s) }
	switch {
	case e.Name != nil && (*e.Name == "" || utf8.RuneCountInString(*e.Name) > 128):
		return "name"
	case e.Description != nil && utf8.RuneCountInString(*e.Description) > 5000:
		return "description"
	case !oneOf(e.License, "by by-nc by-nc-nd by-nc-sa by-nd by-sa cc0"):
		return "license"
	case !oneOf(e.Privacy.View, "anybody contacts disable nobody password unlisted users"):
		return "privacy.view"
	case !oneOf(e.Privacy.Embed, "private public whitelist"):
		return "privacy.embed"
	}
	return ""
}

func (f *vimeoFilm) apply(e vimeoEdit) {
	for to, from := range map[*string]*string{&f.name: e.Name, &f.description: e.Description, &f.license: e.License, &f.view: e.Privacy.View, &f.embed: e.Privacy.Embed} {
		if from != nil {
			*to = *from
		}
	}
}

// begin takes the beginning of an upload.
func (v *Vimeo) begin(x *Exchange, u *vimeoUpload, name string) (*vimeoVersion, bool) {
	if u == nil || u.Approach != "tus" {
		x.refuse(http.StatusBadRequest, 2204, "upload.approach")
		return nil, false
	}
	size, err := strconv.ParseInt(u.Size, 10, 64)
	switch {
	case err != nil || size < 1:
		x.refuse(http.StatusBadRequest, 2204, "upload.size")
	case size > v.Free:
		x.refuse(http.StatusForbidden, 4102, "You have exceeded your upload quota.")
	default:
		return &vimeoVersion{id: x.Next(), name: name, size: size, made: x.Now()}, true
	}
	return nil, false
}

func (v *Vimeo) create(x *Exchange) {
	var e vimeoEdit
	if !x.read(&e) {
		return
	}
	if wrong := e.wrong(); wrong != "" || e.Name == nil {
		x.refuse(http.StatusBadRequest, 2204, wrong)
		return
	}
	version, ok := v.begin(x, e.Upload, "")
	if !ok {
		return
	}
	f := &vimeoFilm{id: x.Next(), view: "anybody", embed: "public", made: x.Now(), versions: []*vimeoVersion{version}, parts: map[string][]*vimeoPart{}}
	f.apply(e)
	v.films = slices.Insert(v.films, 0, f)
	v.note(x, f)
	x.JSON(v.Created, v.told(x, f))
}

// note keeps the log of what the world sees.
func (v *Vimeo) note(x *Exchange, f *vimeoFilm) {
	if f.view != "anybody" {
		x.Uncommit(f.id)
		return
	}
	x.Commit(Commit{Kind: "video", ID: f.id, Text: f.name, SHA: Sum(f.versions[len(f.versions)-1].bytes)})
}

func (v *Vimeo) toldUpload(x *Exchange, is *vimeoVersion) map[string]any {
	if int64(len(is.bytes)) == is.size {
		return map[string]any{"status": "complete", "size": is.size}
	}
	port := ""
	if _, p, found := strings.Cut(x.Request.Host, ":"); found {
		port = ":" + p
	}
	return map[string]any{"status": "in_progress", "approach": "tus", "size": is.size, "upload_link": "http://" + v.Upload + port + "/files/" + is.id}
}

func (v *Vimeo) told(x *Exchange, f *vimeoFilm) map[string]any {
	is := f.versions[len(f.versions)-1]
	transcode, status := "complete", "available"
	switch {
	case int64(len(is.bytes)) < is.size:
		transcode, status = "in_progress", "uploading"
	case v.Broken:
		transcode, status = "error", "transcoding_error"
	case x.Now().Before(is.ready):
		transcode, status = "in_progress", "transcoding"
	}
	name, view, fate := f.name, f.view, x.fates[f.id]
	if fate.Title != "" {
		name = fate.Title
	}
	if fate.Hidden {
		view = "nobody"
	}
	if fate.Blocked {
		status = "unavailable"
	}
	return map[string]any{
		"uri": "/videos/" + f.id, "link": "https://vimeo.com/" + f.id, "name": name, "stats": map[string]any{"plays": fate.Views}, "description": f.description, "created_time": f.made.Format(time.RFC3339),
		"upload": v.toldUpload(x, is), "transcode": map[string]string{"status": transcode}, "status": status,
		"privacy": map[string]string{"view": view, "embed": f.embed}, "license": f.license,
	}
}

// film serves a request about a film that is there.
func (v *Vimeo) film(serve func(*Exchange, *vimeoFilm)) func(*Exchange) {
	return func(x *Exchange) {
		i := slices.IndexFunc(v.films, func(f *vimeoFilm) bool { return f.id == x.Request.PathValue("id") })
		if i < 0 {
			x.refuse(http.StatusNotFound, 5000, "The requested video couldn't be found.")
			return
		}
		serve(x, v.films[i])
	}
}

func (v *Vimeo) show(x *Exchange, f *vimeoFilm) { x.JSON(http.StatusOK, v.told(x, f)) }

func (v *Vimeo) edit(x *Exchange, f *vimeoFilm) {
	var e vimeoEdit
	if !x.read(&e) {
		return
	}
	if wrong := e.wrong(); wrong != "" || e.Upload != nil {
		x.refuse(http.StatusBadRequest, 2204, wrong)
		return
	}
	f.apply(e)
	x.mended(f.id, e.Privacy.View != nil, e.Name != nil)
	v.note(x, f)
	x.JSON(http.StatusOK, v.told(x, f))
}

func (v *Vimeo) remove(x *Exchange, f *vimeoFilm) {
	v.films = slices.DeleteFunc(v.films, func(o *vimeoFilm) bool { return o == f })
	x.Uncommit(f.id)
	x.W.WriteHeader(http.StatusNoContent)
}
