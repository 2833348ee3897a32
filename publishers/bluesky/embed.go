package bluesky

import (
	"context"
	"net/http"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

const (
	mostVideo   = 50_000_000 // bytes: what any server takes; those of Bluesky take twice as much
	mostLength  = 180        // seconds
	mostPicture = 1_000_000  // bytes
	mostTrack   = 20_000     // bytes
	mostTracks  = 20
	mostAlt     = 1000
)

// blob is how Bluesky names a file that it has: it is given back as it came.
type blob map[string]any

// embed is what stands below the words: a video, or a card.
type embed struct {
	Type     string    `json:"$type"`
	Video    blob      `json:"video,omitempty"`
	Captions []caption `json:"captions,omitempty"`
	Alt      string    `json:"alt,omitempty"`
	Ratio    *ratio    `json:"aspectRatio,omitempty"`
	External *external `json:"external,omitempty"`
}

type caption struct {
	Language string `json:"lang"`
	File     blob   `json:"file"`
}

type ratio struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type external struct {
	URI         string `json:"uri"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Thumb       blob   `json:"thumb,omitempty"`
}

// embed is the teaser, where it is one that Bluesky takes, and a card of the
// film's page else.
func (b *Bluesky) embed(ctx context.Context, s session, req publishers.Request, h *handle, keep func() error) (*embed, error) {
	teaser, has := req.File(assets.RoleTeaser)
	has = has && teaser.Size <= mostVideo && teaser.Duration <= mostLength
	if h.Other(teaser) { // the film has another version by now
		h.Job = ""
	}
	if has && h.Job == "" {
		var err error
		if has, err = b.mayUpload(ctx, s); err != nil {
			return nil, err
		}
	}
	switch {
	case has:
		return b.film(ctx, s, req, teaser, h, keep)
	case req.Link != "":
		return b.card(ctx, s, req)
	}
	return nil, &assets.Error{Kind: assets.Invalid, Op: "bluesky.embed", Msg: "Ce film n'a ni page à montrer, ni teaser que Bluesky prenne aujourd'hui : rien n'est parti."}
}

func (b *Bluesky) card(ctx context.Context, s session, req publishers.Request) (*embed, error) {
	to := &external{URI: req.Link, Title: french.Clean(req.Film.Title), Description: french.Clean(req.Film.Lede)}
	i := slices.IndexFunc(req.Files, func(f assets.Rendition) bool {
		return f.Role == assets.RolePoster && f.Codec == "image/jpeg" && f.Size <= mostPicture
	})
	var err error
	if i >= 0 {
		to.Thumb, err = b.send(ctx, s, req.Files[i])
	}
	return &embed{Type: "app.bsky.embed.external", External: to}, err
}

// film is the teaser; the captions, which are of the whole film, go with one that
// is the whole film.
func (b *Bluesky) film(ctx context.Context, s session, req publishers.Request, teaser assets.Rendition, h *handle, keep func() error) (*embed, error) {
	e := &embed{Type: "app.bsky.embed.video", Alt: cut(french.Clean(req.Film.Title), mostAlt)}
	if teaser.Width > 0 && teaser.Height > 0 {
		e.Ratio = &ratio{teaser.Width, teaser.Height}
	}
	var err error
	if e.Video, err = b.video(ctx, s, teaser, h, keep); err != nil {
		return nil, err
	}
	if best, has := req.Best(); !has || best.Duration > teaser.Duration+1 {
		return e, nil
	}
	for _, f := range req.Files {
		if f.Role != assets.RoleCaptions || f.Size > mostTrack || len(e.Captions) == mostTracks {
			continue
		}
		file, err := b.send(ctx, s, f)
		if err != nil {
			return nil, err
		}
		e.Captions = append(e.Captions, caption{publishers.Language(f), file})
	}
	return e, nil
}

// send sends a small file; the same one sent again is the same.
func (b *Bluesky) send(ctx context.Context, s session, f assets.Rendition) (blob, error) {
	file, size, err := remote.Blob(ctx, b.o.Blobs, f.Key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var made struct {
		Blob blob `json:"blob"`
	}
	_, err = b.api.Do(ctx, remote.Call{
		Method: http.MethodPost, Path: s.at("com.atproto.repo.uploadBlob"), Body: file, Length: size, Type: f.Codec,
	}, &made)
	return made.Blob, err
}
