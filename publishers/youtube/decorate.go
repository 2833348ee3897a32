package youtube

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// mostPicture is what YouTube has always taken, in bytes.
const mostPicture = 2 << 20

// Steps are what a film gets once it is public.
func (y *YouTube) Steps() []string { return []string{"thumbnail", "captions", "playlist"} }

// Decorate does one of them.
func (y *YouTube) Decorate(ctx context.Context, step, remoteID string, req publishers.Request) error {
	v, err := y.video(ctx, remoteID)
	if err != nil {
		return err
	}
	switch step {
	case "thumbnail":
		return y.thumbnail(ctx, v, req)
	case "captions":
		return y.captions(ctx, v, req)
	case "playlist":
		return y.playlist(ctx, v, req)
	}
	return &assets.Error{Kind: assets.Internal, Op: "youtube.Decorate", Msg: "YouTube ne connaît pas l'étape « " + step + " »."}
}

func (y *YouTube) thumbnail(ctx context.Context, v video, req publishers.Request) error {
	i := slices.IndexFunc(req.Files, func(f assets.Rendition) bool {
		return f.Role == assets.RolePoster && f.Codec == "image/jpeg" && f.Size <= mostPicture
	})
	if i < 0 || v.Content["hasCustomThumbnail"] == true {
		return nil
	}
	file, size, err := remote.Blob(ctx, y.o.Blobs, req.Files[i].Key)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	_, err = y.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: y.o.UploadURL + "/upload/youtube/v3/thumbnails/set", Query: url.Values{"videoId": {v.ID}},
		Body: file, Length: size, Type: "image/jpeg",
	}, nil)
	return err
}

type caption struct {
	Snippet map[string]any `json:"snippet"`
}

func (y *YouTube) captions(ctx context.Context, v video, req publishers.Request) error {
	there, _, err := list[caption](ctx, y.api, "captions", url.Values{"videoId": {v.ID}, "part": {"snippet"}})
	if err != nil {
		return err
	}
	for _, f := range req.Files {
		if f.Role != assets.RoleCaptions || slices.ContainsFunc(there, func(c caption) bool {
			return c.Snippet["language"] == publishers.Language(f) && c.Snippet["trackKind"] != "asr" // heard by a machine
		}) {
			continue
		}
		about := caption{map[string]any{"videoId": v.ID, "language": publishers.Language(f), "name": "", "isDraft": false}}
		way := y.resumable(f.Size, "text/vtt", "captions", url.Values{"part": {"snippet"}}, about)
		way.Look = func(context.Context) (string, bool, error) { return "", false, nil }
		if err := way.Send(ctx, &remote.Upload{}, y.o.Blobs, f.Key, func() error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// playlist puts a film into the playlist of its dossier, which is made when there
// is none of that name.
func (y *YouTube) playlist(ctx context.Context, v video, req publishers.Request) error {
	if req.Dossier == nil {
		return nil
	}
	id, err := y.playlistOf(ctx, line(req.Dossier.Name))
	if err != nil {
		return err
	}
	there, _, err := list[json.RawMessage](ctx, y.api, "playlistItems", url.Values{"playlistId": {id}, "videoId": {v.ID}, "part": {"id"}})
	if err != nil || len(there) > 0 {
		return err
	}
	_, err = y.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/youtube/v3/playlistItems", Query: url.Values{"part": {"snippet"}},
		JSON: map[string]any{"snippet": map[string]any{"playlistId": id, "resourceId": map[string]string{"kind": "youtube#video", "videoId": v.ID}}},
	}, nil)
	return err
}

type playlist struct {
	ID      string            `json:"id,omitempty"`
	Snippet map[string]any    `json:"snippet"`
	Status  map[string]string `json:"status,omitempty"`
}

func (y *YouTube) playlistOf(ctx context.Context, name string) (string, error) {
	q := url.Values{"mine": {"true"}, "part": {"snippet"}, "maxResults": {"50"}}
	for range pages {
		all, next, err := list[playlist](ctx, y.api, "playlists", q)
		if err != nil {
			return "", err
		}
		if i := slices.IndexFunc(all, func(p playlist) bool { return p.Snippet["title"] == name }); i >= 0 {
			return all[i].ID, nil
		}
		if next == "" {
			break
		}
		q.Set("pageToken", next)
	}
	var made playlist
	_, err := y.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: "/youtube/v3/playlists", Query: url.Values{"part": {"snippet,status"}},
		JSON: playlist{Snippet: map[string]any{"title": name, "defaultLanguage": "fr"}, Status: map[string]string{"privacyStatus": "public"}},
	}, &made)
	return made.ID, err
}
