package peertube

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Steps are what a film gets once it is public.
func (p *PeerTube) Steps() []string { return []string{"thumbnail", "captions", "playlist"} }

// Decorate does one of them. A picture and a track take the place of the one that
// is there; a film that is in a playlist is not added again.
func (p *PeerTube) Decorate(ctx context.Context, step, remoteID string, req publishers.Request) error {
	f, err := p.film(ctx, remoteID)
	if err != nil {
		return err
	}
	switch step {
	case "thumbnail":
		i := slices.IndexFunc(req.Files, func(r assets.Rendition) bool { return r.Role == assets.RolePoster && r.Codec == "image/jpeg" })
		if i < 0 {
			return nil
		}
		for _, field := range []string{"thumbnailfile", "previewfile"} {
			if err := p.put(ctx, path(f.UUID), remote.File{Field: field, Name: "poster.jpg", Type: "image/jpeg"}, req.Files[i]); err != nil {
				return err
			}
		}
		return nil
	case "captions":
		for _, r := range req.Files {
			if r.Role != assets.RoleCaptions {
				continue
			}
			if err := p.put(ctx, path(f.UUID)+"/captions/"+url.PathEscape(publishers.Language(r)), remote.File{Field: "captionfile", Name: "captions.vtt", Type: "text/vtt"}, r); err != nil {
				return err
			}
		}
		return nil
	case "playlist":
		return p.playlist(ctx, f, req.Dossier)
	}
	return &assets.Error{Kind: assets.Internal, Op: "peertube.Decorate", Msg: "PeerTube ne connaît pas l'étape « " + step + " »."}
}

// put sends a picture or a track in a form.
func (p *PeerTube) put(ctx context.Context, path string, as remote.File, r assets.Rendition) error {
	file, size, err := remote.Blob(ctx, p.o.Blobs, r.Key)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	as.Content, as.Size = file, size
	body, length, kind := remote.Multipart{File: as}.Body()
	_, err = p.api.Do(ctx, remote.Call{Method: http.MethodPut, Path: path, Body: body, Length: length, Type: kind}, nil)
	return err
}

// playlist puts a film into the playlist of its dossier, which is made when there
// is none of that name.
func (p *PeerTube) playlist(ctx context.Context, f film, dossier *assets.Dossier) error {
	if dossier == nil {
		return nil
	}
	id, err := p.playlistOf(ctx, strings.TrimSpace(french.Clean(dossier.Name)))
	if err != nil {
		return err
	}
	number := strconv.Itoa(f.ID)
	var in map[string][]struct {
		Playlist int `json:"playlistId"`
	}
	if _, err := p.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/api/v1/users/me/video-playlists/videos-exist", Query: url.Values{"videoIds": {number}}}, &in); err != nil {
		return err
	}
	for _, e := range in[number] {
		if e.Playlist == id {
			return nil
		}
	}
	_, err = p.api.Do(ctx, remote.Call{Method: http.MethodPost, Path: "/api/v1/video-playlists/" + strconv.Itoa(id) + "/videos", JSON: map[string]int{"videoId": f.ID}}, nil)
	return err
}

type playlist struct {
	ID   int    `json:"id"`
	Name string `json:"displayName"`
}

func (p *PeerTube) playlistOf(ctx context.Context, name string) (int, error) {
	a, err := remote.Load[account](ctx, p.o.Vault)
	if err != nil {
		return 0, err
	}
	var all struct {
		Data []playlist `json:"data"`
	}
	if _, err := p.api.Do(ctx, remote.Call{Method: http.MethodGet, Path: "/api/v1/accounts/" + url.PathEscape(a.Username) + "/video-playlists", Query: url.Values{"count": {"100"}}}, &all); err != nil {
		return 0, err
	}
	if i := slices.IndexFunc(all.Data, func(l playlist) bool { return l.Name == name }); i >= 0 {
		return all.Data[i].ID, nil
	}
	var made struct {
		Playlist playlist `json:"videoPlaylist"`
	}
	_, err = p.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/api/v1/video-playlists", JSON: map[string]any{"displayName": name, "privacy": public, "videoChannelId": a.ChannelID},
	}, &made)
	return made.Playlist.ID, err
}
