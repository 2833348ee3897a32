package pipeline

import (
	"context"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"anonymal.tv/regie/assets"
)

// Visitor asks an address of the web as a reader would; nil where a page answers,
// else an *assets.Error whose sentence says what is wrong.
type Visitor interface {
	Visit(ctx context.Context, address string) error
}

// LetterLink is an address that a letter leads to.
type LetterLink struct {
	Address string
	Fault   string // what a reader would meet; "" for a page
}

const (
	letterLinks   = 60 // addresses of a letter that are looked at
	linksAtOnce   = 8
	afterSentence = ".,;:!?)]}…»’'" // signs that end a sentence, not an address
)

var webAddress = regexp.MustCompile(`https?://[^\s<>"«]+`)

// addressesIn are the places of a text at which an address stands.
func addressesIn(text string) [][]int {
	all := webAddress.FindAllStringIndex(text, -1)
	for _, span := range all {
		span[1] = span[0] + len(strings.TrimRight(text[span[0]:span[1]], afterSentence))
	}
	return all
}

// LetterLinks looks where the addresses in the text of a letter lead. Those of its
// films are on our own site, and known to be there.
func (d *Desk) LetterLinks(ctx context.Context, text string) []LetterLink {
	if d.Visitor == nil {
		return nil
	}
	var all []LetterLink
	for _, span := range addressesIn(text) {
		address := text[span[0]:span[1]]
		known := slices.ContainsFunc(all, func(x LetterLink) bool { return x.Address == address })
		if ours := strings.HasPrefix(address, d.Letterhead.BaseURL+"/films/"); !known && !ours && len(all) < letterLinks {
			all = append(all, LetterLink{Address: address})
		}
	}
	var visits errgroup.Group
	visits.SetLimit(linksAtOnce)
	for i := range all {
		visits.Go(func() error {
			if err := d.Visitor.Visit(ctx, all[i].Address); err != nil {
				all[i].Fault = assets.Sentence(err)
			}
			return nil
		})
	}
	_ = visits.Wait() // what is wrong with an address is said of it
	return all
}

// linked is text as HTML, in which addresses can be followed.
func linked(text string) template.HTML {
	var out strings.Builder
	at := 0
	for _, span := range addressesIn(text) {
		address := template.HTMLEscapeString(text[span[0]:span[1]])
		out.WriteString(template.HTMLEscapeString(text[at:span[0]]) + `<a href="` + address + `">` + address + `</a>`)
		at = span[1]
	}
	return template.HTML(out.String() + template.HTMLEscapeString(text[at:]))
}
