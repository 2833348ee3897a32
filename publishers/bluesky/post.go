package bluesky

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"regexp"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

const (
	mostText = 300 // graphemes
	mostLink = 40  // graphemes of the link that are shown
	mostTag  = 64  // graphemes
	perSign  = 10  // bytes that a grapheme may have, one by another
)

// post is a record of app.bsky.feed.post.
type post struct {
	Type      string   `json:"$type"`
	Text      string   `json:"text"`
	CreatedAt string   `json:"createdAt"`
	Languages []string `json:"langs"`
	Facets    []facet  `json:"facets,omitempty"`
	Embed     *embed   `json:"embed"`
}

// facet is what a part of a text leads to; it is counted in bytes of UTF-8.
type facet struct {
	Index    span      `json:"index"`
	Features []feature `json:"features"`
}

type span struct {
	Start int `json:"byteStart"`
	End   int `json:"byteEnd"`
}

type feature struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitempty"`
	Tag  string `json:"tag,omitempty"`
	DID  string `json:"did,omitempty"`
}

func leads(start, end int, to feature) facet { return facet{span{start, end}, []feature{to}} }

func link(uri string) feature { return feature{Type: "app.bsky.richtext.facet#link", URI: uri} }

// compose is a post without what stands below its words: they are cut to what a
// post may hold. did finds who is mentioned.
func compose(req publishers.Request, did func(name string) (string, error)) (post, error) {
	words := strings.TrimSpace(french.Clean(cmp.Or(req.Text, req.Film.Title)))
	if words == "" {
		return post{}, &assets.Error{Kind: assets.Invalid, Op: "bluesky.compose", Msg: "Il n'y a rien à dire de ce film sur Bluesky : donnez-lui un titre. Rien n'est parti."}
	}
	shown := below(words, req.Link)
	if shown == "" && size(words) > mostText {
		shown = below("", req.Link) // the link may be in what is cut off
	}
	words = cut(words, mostText-size(shown))
	all, err := facets(words, did)
	if shown != "" {
		all = append(all, leads(len(words)+len(gap), len(words)+len(shown), link(req.Link)))
	}
	return post{
		Type: collection, Text: words + shown, CreatedAt: req.At.UTC().Format("2006-01-02T15:04:05.000Z"), Languages: []string{"fr"}, Facets: all,
	}, err
}

const gap = "\n\n"

// below is the link as it is shown below a text, unless the text has it.
func below(text, link string) string {
	if link == "" || strings.Contains(text, link) {
		return ""
	}
	_, shown, _ := strings.Cut(link, "://")
	return gap + cut(strings.TrimSuffix(shown, "/"), mostLink)
}

// size counts a text as Bluesky does: what is read as one sign as one, unless it
// takes more bytes than signs may.
func size(text string) int {
	return max(uniseg.GraphemeClusterCount(text), (len(text)+perSign-1)/perSign)
}

// cut leaves of a text what is no larger than most.
func cut(text string, most int) string {
	if size(text) <= most {
		return text
	}
	end := 0
	signs := uniseg.NewGraphemes(text)
	for n := 2; n <= most && signs.Next(); n++ { // with the sign of the cut
		_, to := signs.Positions()
		if to+len("…") > most*perSign {
			break
		}
		end = to
	}
	return strings.TrimSpace(text[:end]) + "…"
}

var leading = regexp.MustCompile(`https?://[\p{L}\p{N}][^\s\p{Z}]*|(?:^|[\s\p{Z}(])(?:#[\p{L}\p{M}\p{N}_]+|@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]+)`)

// facets are the links, the hashtags and the mentions of a text: Bluesky looks for
// none itself.
func facets(text string, did func(name string) (string, error)) (all []facet, err error) {
	for _, at := range leading.FindAllStringIndex(text, -1) {
		start, end := at[0], at[1]
		start += strings.IndexAny(text[start:end], "h#@")
		switch word := text[start+1 : end]; text[start] {
		case 'h':
			if end = start + len(strings.TrimRight(text[start:end], ".,;:!?)]}»\"'’")); !strings.HasSuffix(text[start:end], "…") { // else it was cut
				all = append(all, leads(start, end, link(text[start:end])))
			}
		case '#':
			if strings.Trim(word, "0123456789") != "" && size(word) <= mostTag {
				all = append(all, leads(start, end, feature{Type: "app.bsky.richtext.facet#tag", Tag: word}))
			}
		case '@':
			who, err := did(word)
			if err != nil {
				return nil, err
			}
			if who != "" {
				all = append(all, leads(start, end, feature{Type: "app.bsky.richtext.facet#mention", DID: who}))
			}
		}
	}
	return all, nil
}

const (
	digits   = "234567abcdefghijklmnopqrstuvwxyz"
	nameSize = 13
)

// name is the record key of a decision: a TID (https://atproto.com/specs/tid), as
// posts have, whose time means nothing: it lies in the two years from 2024 on.
func name(marker string) string {
	sum := sha256.Sum256([]byte(marker))
	micros := uint64(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()) + binary.BigEndian.Uint64(sum[:])&(1<<46-1)
	id := micros<<10 | uint64(binary.BigEndian.Uint16(sum[8:])&(1<<10-1))
	var text [nameSize]byte
	for i := range text {
		text[nameSize-1-i] = digits[id&31]
		id >>= 5
	}
	return string(text[:])
}

func isName(key string) bool { return len(key) == nameSize && strings.Trim(key, digits) == "" }
