package emu

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// blueskyPost is a record as the lexicon has it.
type blueskyPost struct {
	Type      string          `json:"$type"`
	Text      string          `json:"text"`
	CreatedAt string          `json:"createdAt"`
	Languages []string        `json:"langs"`
	Facets    []blueskyFacet  `json:"facets"`
	Embed     json.RawMessage `json:"embed"`

	sha string // of the video
}

type blueskyFacet struct {
	Index struct {
		Start int `json:"byteStart"`
		End   int `json:"byteEnd"`
	} `json:"index"`
	Features []map[string]string `json:"features"`
}

type blueskyFilm struct {
	Type     string       `json:"$type"`
	Video    *blueskyBlob `json:"video"`
	Alt      string       `json:"alt"`
	Captions []struct {
		Language string       `json:"lang"`
		File     *blueskyBlob `json:"file"`
	} `json:"captions"`
	Ratio *struct {
		Width  int `json:"width"`
		Height int `json:"height"`
	} `json:"aspectRatio"`
}

type blueskyCard struct {
	Type     string `json:"$type"`
	External struct {
		URI         string       `json:"uri"`
		Title       *string      `json:"title"`
		Description *string      `json:"description"`
		Thumb       *blueskyBlob `json:"thumb"`
	} `json:"external"`
}

// strictly reads JSON of these fields only.
func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

var (
	blueskyLanguage = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]+)*$`)
	blueskyTime     = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
)

// post reads a record, and says what the lexicon has against it.
func (b *Bluesky) post(record json.RawMessage) (p blueskyPost, err error) {
	if err := strictly(record, &p); err != nil {
		return p, err
	}
	_, wrongTime := time.Parse(time.RFC3339Nano, p.CreatedAt)
	switch {
	case p.Type != blueskyPosts:
		return p, errors.New("$type")
	case wrongTime != nil || !blueskyTime.MatchString(p.CreatedAt):
		return p, errors.New("createdAt")
	case uniseg.GraphemeClusterCount(p.Text) > 300:
		return p, errors.New("text must not be longer than 300 graphemes")
	case len(p.Text) > 3000:
		return p, errors.New("text must not be longer than 3000 characters")
	case len(p.Languages) > 3:
		return p, errors.New("langs must not have more than 3 elements")
	}
	for _, l := range p.Languages {
		if !blueskyLanguage.MatchString(l) {
			return p, errors.New("langs")
		}
	}
	last := 0
	for _, f := range p.Facets {
		if f.Index.Start < last || !f.fits(p.Text) {
			return p, errors.New("facets")
		}
		last = f.Index.End
	}
	p.sha, err = b.below(p.Embed)
	return p, err
}

// fits tells that a facet stands on whole letters of a text, and leads somewhere.
func (f blueskyFacet) fits(text string) bool {
	at := f.Index
	if at.Start < 0 || at.Start >= at.End || at.End > len(text) || len(f.Features) != 1 || !utf8.ValidString(text[:at.Start]) || !utf8.ValidString(text[at.Start:at.End]) {
		return false
	}
	to, on := f.Features[0], text[at.Start:at.End]
	switch to["$type"] {
	case "app.bsky.richtext.facet#link":
		return isAddress(to["uri"])
	case "app.bsky.richtext.facet#tag":
		return "#"+to["tag"] == on && uniseg.GraphemeClusterCount(to["tag"]) <= 64
	case "app.bsky.richtext.facet#mention":
		return strings.HasPrefix(on, "@") && strings.HasPrefix(to["did"], "did:")
	}
	return false
}

func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// below says what the lexicon has against what stands below the words, and the sum
// of the video.
func (b *Bluesky) below(embed json.RawMessage) (sha string, err error) {
	var of struct {
		Type string `json:"$type"`
	}
	if err := json.Unmarshal(embed, &of); err != nil {
		return "", err
	}
	switch of.Type {
	case "app.bsky.embed.video":
		var f blueskyFilm
		if err := strictly(embed, &f); err != nil {
			return "", err
		}
		if !b.holds(f.Video, "video/mp4", blueskyVideo) || f.Ratio != nil && (f.Ratio.Width < 1 || f.Ratio.Height < 1) || uniseg.GraphemeClusterCount(f.Alt) > 1000 || len(f.Captions) > 20 {
			return "", errors.New("embed: the video")
		}
		for _, c := range f.Captions {
			if !blueskyLanguage.MatchString(c.Language) || !b.holds(c.File, "text/vtt", blueskyTrack) {
				return "", errors.New("embed: the captions")
			}
		}
		return b.blobs[f.Video.Ref["$link"]].sha, nil
	case "app.bsky.embed.external":
		var c blueskyCard
		if err := strictly(embed, &c); err != nil {
			return "", err
		}
		e := c.External
		if !isAddress(e.URI) || e.Title == nil || e.Description == nil || e.Thumb != nil && !b.holds(e.Thumb, "image/", blueskyImage) {
			return "", errors.New("embed: the card")
		}
		return "", nil
	}
	return "", errors.New("embed: " + of.Type)
}
