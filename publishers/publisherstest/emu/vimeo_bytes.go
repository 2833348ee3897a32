package emu

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// bytes serves the host that takes bytes.
func (v *Vimeo) bytes(serve func(*Exchange)) func(*Exchange) {
	return func(x *Exchange) {
		h := x.Request.Header
		switch {
		case !strings.HasPrefix(x.Request.Host, v.Upload):
			x.W.WriteHeader(http.StatusNotFound)
		case h.Get("Authorization") != "": // a token that leaked
			x.W.WriteHeader(http.StatusTeapot)
		case x.Request.Method != http.MethodPut && h.Get("Tus-Resumable") != "1.0.0":
			x.W.WriteHeader(http.StatusPreconditionFailed)
		default:
			serve(x)
		}
	}
}

// place is the film and the version that a link takes bytes for.
func (v *Vimeo) place(x *Exchange) (*vimeoFilm, *vimeoVersion) {
	for _, f := range v.films {
		for _, is := range f.versions {
			if is.id == x.Request.PathValue("id") && (v.Expiry == 0 || x.Now().Before(is.made.Add(v.Expiry))) {
				return f, is
			}
		}
	}
	return nil, nil
}

func (v *Vimeo) offset(x *Exchange) {
	_, is := v.place(x)
	if is == nil {
		x.W.WriteHeader(http.StatusGone)
		return
	}
	h := x.W.Header()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Cache-Control", "no-store")
	h.Set("Upload-Offset", strconv.Itoa(len(is.bytes)))
	h.Set("Upload-Length", strconv.FormatInt(is.size, 10))
	x.W.WriteHeader(http.StatusOK)
}

func (v *Vimeo) append(x *Exchange) {
	f, is := v.place(x)
	at, err := strconv.Atoi(x.Request.Header.Get("Upload-Offset"))
	switch {
	case is == nil:
		x.W.WriteHeader(http.StatusGone)
		return
	case x.Request.Header.Get("Content-Type") != "application/offset+octet-stream":
		x.W.WriteHeader(http.StatusUnsupportedMediaType)
		return
	case err != nil, at != len(is.bytes):
		x.W.WriteHeader(http.StatusConflict)
		return
	case int64(at+len(x.Body)) > is.size:
		x.W.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	is.bytes = append(is.bytes, x.Body...)
	if int64(len(is.bytes)) == is.size {
		is.ready = x.Now().Add(v.Processing)
		v.note(x, f)
	}
	x.W.Header().Set("Tus-Resumable", "1.0.0")
	x.W.Header().Set("Upload-Offset", strconv.Itoa(len(is.bytes)))
	x.W.WriteHeader(http.StatusNoContent)
}

func (v *Vimeo) versions(x *Exchange, f *vimeoFilm) {
	var all []any
	for _, is := range f.versions {
		all = append(all, map[string]any{"filename": is.name, "upload": v.toldUpload(x, is)})
	}
	x.JSON(http.StatusOK, map[string]any{"data": all})
}

func (v *Vimeo) addVersion(x *Exchange, f *vimeoFilm) {
	var e struct {
		Name   string       `json:"file_name"`
		Upload *vimeoUpload `json:"upload"`
	}
	if !x.read(&e) {
		return
	}
	if e.Name == "" {
		x.refuse(http.StatusBadRequest, 2204, "file_name")
		return
	}
	is, ok := v.begin(x, e.Upload, e.Name)
	if !ok {
		return
	}
	f.versions = append(f.versions, is)
	x.JSON(http.StatusCreated, map[string]any{"upload": v.toldUpload(x, is)})
}

func (v *Vimeo) addDomain(x *Exchange, f *vimeoFilm) {
	if f.embed != "whitelist" {
		x.refuse(http.StatusForbidden, 3428, "The video has no whitelist.")
		return
	}
	if d := x.Request.PathValue("domain"); !slices.Contains(f.domains, d) {
		f.domains = append(f.domains, d)
	}
	x.W.WriteHeader(http.StatusNoContent)
}

// of is the kind of the parts that a request is about.
func (v *Vimeo) of(x *Exchange) (string, bool) {
	kind := x.Request.PathValue("parts")
	if kind == "pictures" || kind == "texttracks" {
		return kind, true
	}
	x.refuse(http.StatusNotFound, 5000, "There is no such collection.")
	return "", false
}

func (v *Vimeo) toldPart(f *vimeoFilm, kind string, p *vimeoPart) map[string]any {
	return map[string]any{"uri": "/videos/" + f.id + "/" + kind + "/" + p.id, "name": p.name, "type": p.kind, "language": p.language, "active": p.active}
}

func (v *Vimeo) parts(x *Exchange, f *vimeoFilm) {
	kind, ok := v.of(x)
	if !ok {
		return
	}
	all := []any{}
	for _, p := range f.parts[kind] {
		all = append(all, v.toldPart(f, kind, p))
	}
	x.JSON(http.StatusOK, map[string]any{"data": all})
}

func (v *Vimeo) addPart(x *Exchange, f *vimeoFilm) {
	kind, ok := v.of(x)
	if !ok {
		return
	}
	var e struct {
		Type     string `json:"type"`
		Language string `json:"language"`
		Name     string `json:"name"`
	}
	if !x.read(&e) {
		return
	}
	p := &vimeoPart{id: x.Next(), name: e.Name, kind: e.Type, language: e.Language}
	switch {
	case kind == "pictures":
		p.kind = "custom"
	case !slices.Contains([]string{"captions", "chapters", "descriptions", "metadata", "subtitles"}, e.Type) || e.Language == "" || e.Name == "":
		x.refuse(http.StatusBadRequest, 2204, "type")
		return
	}
	f.parts[kind] = append(f.parts[kind], p)
	told := v.toldPart(f, kind, p)
	_, port, _ := strings.Cut(x.Request.Host, ":")
	told["link"] = "http://" + v.Upload + ":" + port + "/parts/" + p.id
	x.JSON(http.StatusCreated, told)
}

func (v *Vimeo) fillPart(x *Exchange) {
	for _, f := range v.films {
		for _, all := range f.parts {
			for _, p := range all {
				if p.id == x.Request.PathValue("id") && !x.Cut {
					p.bytes = x.Body
					x.W.WriteHeader(http.StatusOK)
					return
				}
			}
		}
	}
	x.W.WriteHeader(http.StatusNotFound)
}

func (v *Vimeo) part(x *Exchange, f *vimeoFilm) (string, *vimeoPart) {
	kind, ok := v.of(x)
	if !ok {
		return "", nil
	}
	i := slices.IndexFunc(f.parts[kind], func(p *vimeoPart) bool { return p.id == x.Request.PathValue("part") })
	if i < 0 {
		x.refuse(http.StatusNotFound, 5000, "There is no such part.")
		return "", nil
	}
	return kind, f.parts[kind][i]
}

func (v *Vimeo) editPart(x *Exchange, f *vimeoFilm) {
	kind, p := v.part(x, f)
	var e struct {
		Active bool `json:"active"`
	}
	if p == nil || !x.read(&e) {
		return
	}
	if e.Active && len(p.bytes) == 0 {
		x.refuse(http.StatusBadRequest, 2204, "There are no bytes.")
		return
	}
	for _, o := range f.parts[kind] { // one of a kind is shown
		if o.kind == p.kind && o.language == p.language {
			o.active = false
		}
	}
	p.active = e.Active
	x.JSON(http.StatusOK, v.toldPart(f, kind, p))
}

func (v *Vimeo) removePart(x *Exchange, f *vimeoFilm) {
	kind, p := v.part(x, f)
	if p == nil {
		return
	}
	f.parts[kind] = slices.DeleteFunc(f.parts[kind], func(o *vimeoPart) bool { return o == p })
	x.W.WriteHeader(http.StatusNoContent)
}

// shelf is the kind of shelf that a request is about.
func (v *Vimeo) shelf(x *Exchange) (string, bool) {
	kind := x.Request.PathValue("shelves")
	if kind == "albums" || kind == "projects" {
		return kind, true
	}
	x.refuse(http.StatusNotFound, 5000, "There is no such collection.")
	return "", false
}

func (v *Vimeo) listShelves(x *Exchange) {
	kind, ok := v.shelf(x)
	if !ok {
		return
	}
	all := []any{}
	for _, s := range v.shelves[kind] {
		if strings.Contains(strings.ToLower(s.name), strings.ToLower(x.Request.URL.Query().Get("query"))) {
			all = append(all, map[string]any{"uri": "/users/1/" + kind + "/" + s.id, "name": s.name})
		}
	}
	x.JSON(http.StatusOK, map[string]any{"data": all})
}

func (v *Vimeo) addShelf(x *Exchange) {
	kind, ok := v.shelf(x)
	var e struct {
		Name    string `json:"name"`
		Privacy string `json:"privacy"`
	}
	if !ok || !x.read(&e) {
		return
	}
	if e.Name == "" {
		x.refuse(http.StatusBadRequest, 2204, "name")
		return
	}
	s := &vimeoShelf{id: x.Next(), name: e.Name}
	v.shelves[kind] = append(v.shelves[kind], s)
	x.JSON(http.StatusCreated, map[string]any{"uri": "/users/1/" + kind + "/" + s.id, "name": s.name})
}

func (v *Vimeo) putOnShelf(x *Exchange, f *vimeoFilm) {
	kind, ok := v.shelf(x)
	if !ok {
		return
	}
	i := slices.IndexFunc(v.shelves[kind], func(s *vimeoShelf) bool { return s.id == x.Request.PathValue("shelf") })
	if i < 0 {
		x.refuse(http.StatusNotFound, 5000, "There is no such shelf.")
		return
	}
	if s := v.shelves[kind][i]; !slices.Contains(s.films, f.id) {
		s.films = append(s.films, f.id)
	}
	x.W.WriteHeader(http.StatusNoContent)
}
