package vimeo

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Steps are what goes with a film.
func (v *Vimeo) Steps() []string {
	return []string{"picture", "captions", "chapters", "showcase", "folder", "embed"}
}

// Decorate adds what goes with a film that is there.
func (v *Vimeo) Decorate(ctx context.Context, step, remoteID string, req publishers.Request) error {
	is, err := v.named(ctx, remoteID)
	if err != nil {
		return err
	}
	switch step {
	case "picture":
		return v.picture(ctx, is, req)
	case "captions":
		return v.track(ctx, is, req, assets.RoleCaptions, "captions")
	case "chapters":
		return v.track(ctx, is, req, assets.RoleChapters, "chapters")
	case "showcase":
		return v.shelve(ctx, is, req.Dossier, "/me/albums", map[string]any{"privacy": "anybody"})
	case "folder":
		return v.shelve(ctx, is, req.Dossier, "/me/projects", map[string]any{})
	case "embed":
		return v.embed(ctx, is, req)
	}
	return &assets.Error{Kind: assets.Internal, Op: "vimeo.Decorate", Msg: "Vimeo ne connaît pas cette étape : " + step + "."}
}

// part is something that belongs to a film: a picture, a track.
type part struct {
	URI    string `json:"uri"`
	Link   string `json:"link"` // takes its bytes
	Name   string `json:"name"`
	Type   string `json:"type"`
	Active bool   `json:"active"`
}

func (v *Vimeo) parts(ctx context.Context, of string, more url.Values) ([]part, error) {
	var page struct {
		Parts []part `json:"data"`
	}
	q := fields("uri,name,type,active")
	q.Set("per_page", "100")
	for name, values := range more {
		q[name] = values
	}
	_, err := v.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: of, Query: q}, &page)
	return page.Parts, err
}

// bring makes a part, fills it and has it shown. Dying in between leaves a part
// that nobody sees.
func (v *Vimeo) bring(ctx context.Context, of string, about map[string]any, f assets.Rendition) error {
	var made part
	if _, err := v.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: of, Query: fields("uri,link"), JSON: about}, &made); err != nil {
		return err
	}
	link, err := v.api.Follow(made.Link)
	if err != nil {
		return err
	}
	file, _, err := remote.Blob(ctx, v.o.Blobs, f.Key)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(file)
	if err != nil {
		return &assets.Error{Kind: assets.Internal, Op: "vimeo.bring", Err: err}
	}
	if _, err := v.api.Do(ctx, remote.Call{
		Method: http.MethodPut, Path: link, Public: true, Body: bytes.NewReader(content), Length: int64(len(content)), Type: f.Codec,
	}, nil); err != nil {
		return err
	}
	return v.patch(ctx, below(made.URI), map[string]any{"active": true}, false)
}

// picture shows the poster, unless a picture that was brought is shown already:
// it may be one that a person chose over there.
func (v *Vimeo) picture(ctx context.Context, is video, req publishers.Request) error {
	poster, has := req.File(assets.RolePoster)
	if !has {
		return nil
	}
	all, err := v.parts(ctx, is.uri()+"/pictures", nil)
	if err != nil || slices.ContainsFunc(all, func(p part) bool { return p.Active && p.Type == "custom" }) {
		return err
	}
	return v.bring(ctx, is.uri()+"/pictures", map[string]any{}, poster)
}

// track shows a text track. Its name says which text it is: one of another text,
// or that never became active, makes room.
func (v *Vimeo) track(ctx context.Context, is video, req publishers.Request, role assets.Role, kind string) error {
	text, has := req.File(role)
	if !has {
		return nil
	}
	of, name := is.uri()+"/texttracks", "regie-"+short(text.SHA256)+".vtt"
	all, err := v.parts(ctx, of, nil)
	if err != nil || slices.ContainsFunc(all, func(p part) bool { return p.Name == name && p.Type == kind && p.Active }) {
		return err
	}
	for _, p := range all {
		if strings.HasPrefix(p.Name, "regie-") && p.Type == kind {
			if err := v.discard(ctx, below(p.URI)); err != nil {
				return err
			}
		}
	}
	return v.bring(ctx, of, map[string]any{"type": kind, "language": "fr", "name": name}, text)
}

// shelve puts a film on the shelf of its dossier, which is made when it is not
// there.
func (v *Vimeo) shelve(ctx context.Context, is video, d *assets.Dossier, shelves string, about map[string]any) error {
	if d == nil {
		return nil
	}
	all, err := v.parts(ctx, shelves, url.Values{"query": {d.Name}})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(p part) bool { return p.Name == d.Name })
	if i < 0 {
		var made part
		about["name"] = d.Name
		if _, err := v.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: shelves, Query: fields("uri"), JSON: about}, &made); err != nil {
			return err
		}
		i, all = 0, []part{made}
	}
	_, err = v.api.Do(ctx, remote.Call{Method: http.MethodPut, Path: shelves + "/" + path.Base(all[i].URI) + is.uri()}, nil)
	return err
}

// embed lets the sites of the partners show the film, and our own; without a
// partner whose site is known, any site may.
func (v *Vimeo) embed(ctx context.Context, is video, req publishers.Request) error {
	var hosts []string
	add := func(address string) {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" && !slices.Contains(hosts, u.Hostname()) {
			hosts = append(hosts, u.Hostname())
		}
	}
	for _, p := range req.Partners {
		add(p.URL)
		for _, host := range p.Sites {
			add("https://" + host)
			add("https://www." + host)
		}
	}
	if len(hosts) == 0 {
		return nil
	}
	add(req.Link)
	if err := v.patch(ctx, is.uri(), map[string]any{"privacy": map[string]string{"embed": "whitelist"}}, false); err != nil {
		return err
	}
	for _, host := range hosts {
		if _, err := v.api.Do(ctx, remote.Call{Method: http.MethodPut, Path: is.uri() + "/privacy/domains/" + url.PathEscape(host)}, nil); err != nil {
			return err
		}
	}
	return nil
}
