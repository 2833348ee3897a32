package peertube

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers/remote"
)

// look finds among the account's newest films the one whose file has our name.
func (p *PeerTube) look(ctx context.Context, filename string, since time.Time) (string, bool, error) {
	var all struct {
		Data []film `json:"data"`
	}
	_, err := p.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/api/v1/users/me/videos", Query: url.Values{"sort": {"-createdAt"}, "count": {"100"}}}, &all)
	for _, f := range all.Data {
		if f.Created.Before(since.Add(-clocks)) {
			break
		}
		var source struct {
			Name string `json:"inputFilename"`
		}
		_, err := p.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: path(f.UUID) + "/source"}, &source)
		if err != nil && assets.KindOf(err) != assets.NotFound {
			return "", false, err
		}
		if source.Name == filename {
			return f.UUID, true, nil
		}
	}
	return "", false, err
}

// Discard deletes a film that nobody has seen. A session that was never filled
// ends by itself.
func (p *PeerTube) Discard(ctx context.Context, _ string, resume []byte) error {
	var h handle
	if err := json.Unmarshal(resume, &h); err != nil {
		return err
	}
	if h.Film == "" && !h.Last.IsZero() { // its last bytes may have made a film of it
		var err error
		if h.Film, _, err = p.look(ctx, h.Name, h.Since); err != nil {
			return err
		}
	}
	if h.Film == "" {
		return nil
	}
	f, err := p.film(ctx, h.Film)
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return nil
	case err != nil:
		return err
	case f.Privacy.ID != private:
		return &assets.Error{Kind: assets.Conflict, Op: "peertube.Discard", Msg: "Une personne a ouvert ce film sur PeerTube : rien n'y a été supprimé."}
	}
	_, err = p.api.Do(ctx, remote.Call{Method: http.MethodDelete, Path: path(h.Film)}, nil)
	if assets.KindOf(err) == assets.NotFound {
		return nil
	}
	return err
}
