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

// look finds one of the channel's newest films.
func (y *YouTube) look(ctx context.Context, it func(video) bool) (string, bool, error) {
	us, err := mine(ctx, y.api)
	if err != nil {
		return "", false, err
	}
	q := url.Values{"playlistId": {us.Content.Lists.Uploads}, "part": {"contentDetails"}, "maxResults": {"50"}}
	for range pages {
		entries, next, err := list[entry](ctx, y.api, "playlistItems", q)
		if err != nil || len(entries) == 0 {
			return "", false, err
		}
		ids := url.Values{"part": {"snippet,status"}}
		for _, e := range entries {
			ids.Add("id", e.Content.Video)
		}
		films, _, err := list[video](ctx, y.api, "videos", ids)
		if err != nil {
			return "", false, err
		}
		if i := slices.IndexFunc(films, it); i >= 0 {
			return films[i].ID, true, nil
		}
		if next == "" {
			break
		}
		q.Set("pageToken", next)
	}
	return "", false, nil
}

type entry struct {
	Content struct {
		Video string `json:"videoId"`
	} `json:"contentDetails"`
}

// carries tells the film with these bytes that this decision sent up, or one that
// was taken down: YouTube takes none twice.
func carries(req publishers.Request) func(video) bool {
	decision, bytes := marks(req)
	return func(v video) bool {
		return !v.dead() && v.tagged(bytes) && (v.tagged(decision) || !v.public())
	}
}

// Discard deletes a film that nobody has seen. A session that was never filled
// ends by itself.
func (y *YouTube) Discard(ctx context.Context, marker string, resume []byte) error {
	var u remote.Upload
	if err := json.Unmarshal(resume, &u); err != nil {
		return err
	}
	fresh := u.Fresh(y.o.Now())
	if u.Film == "" && !u.Last.IsZero() { // its last bytes may have made a film of it
		var err error
		if u.Film, _, err = y.look(ctx, func(v video) bool { return v.tagged(decisionMark(marker)) }); err != nil {
			return err
		}
		if u.Film == "" && fresh {
			return notYet(nil)
		}
	}
	if u.Film == "" {
		return nil
	}
	v, err := y.video(ctx, u.Film)
	switch {
	case assets.KindOf(err) == assets.NotFound && fresh:
		return notYet(err)
	case assets.KindOf(err) == assets.NotFound:
		return nil
	case err != nil:
		return err
	case v.public():
		return &assets.Error{Kind: assets.Conflict, Op: "youtube.Discard", Msg: "Une personne a rendu ce film public sur YouTube : rien n'y a été supprimé."}
	}
	_, err = y.api.Do(ctx, remote.Call{Method: http.MethodDelete, Path: "/youtube/v3/videos", Query: url.Values{"id": {u.Film}}}, nil)
	if assets.KindOf(err) == assets.NotFound {
		return nil
	}
	return err
}
