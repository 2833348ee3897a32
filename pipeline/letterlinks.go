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

// LetterLinks looks where the addresses in a letter lead. Those of its films are on
// our own site, and known to be there.
func (d *Desk) LetterLinks(ctx context.Context, l LetterDraft) ([]LetterLink, error) {
	composed, err := d.ComposeLetter(ctx, l)
	if err != nil || d.Visitor == nil {
		return nil, err
	}
	var all []LetterLink
	for _, found := range webAddress.FindAllString(composed.Text, -1) {
		address := strings.TrimRight(found, afterSentence)
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
	return all, visits.Wait()
}

// linked is text as HTML, in which addresses can be followed.
func linked(text string) template.HTML {
	var out strings.Builder
	at := 0
	for _, span := range webAddress.FindAllStringIndex(text, -1) {
		address := strings.TrimRight(text[span[0]:span[1]], afterSentence)
		safe := template.HTMLEscapeString(address)
		out.WriteString(template.HTMLEscapeString(text[at:span[0]]) + `<a href="` + safe + `">` + safe + `</a>`)
		at = span[0] + len(address)
	}
	return template.HTML(out.String() + template.HTMLEscapeString(text[at:]))
}
