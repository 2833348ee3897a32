package pipeline

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"text/template"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

// TextTemplate is what posts say of a film, on the channels and for the films it
// is made for; "" stands for all of them. Title and Text are templates of
// facts.
type TextTemplate struct {
	Channel  assets.Channel
	Rubrique string // slug
	Partner  string // slug
	Title    string
	Text     string
	Hashtags []string // without their sign
	Mention  string   // how the partner is named there
	Support  string   // who pays
}

// Texts are the templates of the house, checked. The zero value says a film's
// title and chapô.
type Texts struct{ all []TextTemplate }

// facts is what a template is filled with.
type facts struct {
	Title, Lede, Description, People, Credits, License, Link string
	Rubrique, Dossier, Territory                             string
	Mentions, Support, Hashtags                              string
}

// NewTexts checks templates.
func NewTexts(all []TextTemplate) (Texts, error) {
	for _, t := range all {
		for _, text := range []string{t.Title, t.Text} {
			if _, err := fill(text, facts{}); err != nil {
				return Texts{}, &assets.Error{
					Kind: assets.Invalid, Op: "pipeline.NewTexts", Err: err,
					Msg: "Un modèle de texte ne peut pas être lu : « " + french.Short(text, 60) + " ». Comparez-le avec texts.yaml.",
				}
			}
		}
	}
	return Texts{all}, nil
}

// Words are what a channel says of a film.
type Words struct{ Title, Text string }

// Say fills the templates that fit best: for each field by the channel first,
// then by the partner, then by the rubrique. A text that is too long for the
// channel loses of its description and then of its chapô.
func (x Texts) Say(to publishers.Publisher, req publishers.Request) Words {
	fitting := x.fitting(to.Channel(), req)
	known := factsOf(req, to.Channel(), fitting)
	title := best(fitting, "{{.Title}}", func(t TextTemplate) string { return t.Title })
	text := best(fitting, "{{.Title}}\n\n{{.Lede}}", func(t TextTemplate) string { return t.Text })
	w := Words{Title: strings.Join(strings.Fields(filled(title, known)), " ")}
	if most := to.Limits().TitleRunes; most > 0 {
		w.Title = french.Short(w.Title, most)
	}
	w.Text = fit(text, known, func(text string) bool { return tooLong(to, text, req.Link) <= 0 })
	return w
}

// fitting are the templates for a film on a channel, the most precise first.
func (x Texts) fitting(channel assets.Channel, req publishers.Request) []TextTemplate {
	fits := slices.DeleteFunc(slices.Clone(x.all), func(t TextTemplate) bool {
		return t.Channel != "" && t.Channel != channel ||
			t.Partner != "" && !slices.Contains(req.Film.Partners, t.Partner) ||
			t.Rubrique != "" && !slices.Contains(req.Film.Rubriques, t.Rubrique)
	})
	precision := func(t TextTemplate) (n int) {
		for i, named := range []bool{t.Rubrique != "", t.Partner != "", t.Channel != ""} {
			if named {
				n += 1 << i
			}
		}
		return n
	}
	slices.SortStableFunc(fits, func(a, b TextTemplate) int { return precision(b) - precision(a) })
	return fits
}

// best is a field of the first template that has it.
func best(all []TextTemplate, otherwise string, field func(TextTemplate) string) string {
	for _, t := range all {
		if text := field(t); text != "" {
			return text
		}
	}
	return otherwise
}

// factsOf gathers what templates may say of a film.
func factsOf(req publishers.Request, channel assets.Channel, fitting []TextTemplate) facts {
	f := req.Film
	d := facts{Title: f.Title, Lede: f.Lede, Description: f.Description, Credits: f.Credits, License: f.License, Link: req.Link}
	var people, mentions, support, tags []string
	for _, p := range f.People {
		people = append(people, strings.TrimSuffix(p.Name+" ("+p.Role+")", " ()"))
	}
	for _, p := range req.Partners {
		mentions = append(mentions, best(fitting, p.Name, func(t TextTemplate) string {
			if t.Partner != p.Slug {
				return ""
			}
			return t.Mention
		}))
	}
	for _, t := range slices.Backward(fitting) { // what holds for all comes first
		for _, tag := range t.Hashtags {
			if tag = "#" + strings.TrimPrefix(tag, "#"); !slices.Contains(tags, tag) {
				tags = append(tags, tag)
			}
		}
		if t.Support != "" && !slices.Contains(support, t.Support) {
			support = append(support, t.Support)
		}
	}
	if len(req.Rubriques) > 0 {
		d.Rubrique = req.Rubriques[0].Name
	}
	if req.Dossier != nil {
		d.Dossier = req.Dossier.Name
	}
	if n := len(req.Territory); n > 0 {
		d.Territory = req.Territory[n-1].Name
	}
	d.People, d.Mentions, d.Support, d.Hashtags = listed(people), listed(mentions), strings.Join(support, " "), strings.Join(tags, " ")
	return d
}

// listed is « un, deux et trois ».
func listed(all []string) string {
	if n := len(all) - 1; n > 0 {
		return strings.Join(all[:n], ", ") + " et " + all[n]
	}
	return strings.Join(all, "")
}

// fit fills a template with as much of the film's own words as pass.
func fit(text string, d facts, passes func(string) bool) string {
	said := filled(text, d)
	for _, words := range []*string{&d.Description, &d.Lede} {
		if passes(said) {
			break
		}
		all := []rune(*words)
		keep := func(n int) string {
			if *words = ""; n > 1 {
				*words = strings.TrimSpace(string(all[:n-1])) + "…"
			}
			return filled(text, d)
		}
		n := sort.Search(len(all), func(n int) bool { return !passes(keep(n)) })
		said = keep(max(n-1, 0))
	}
	return said
}

// gaps are the lines that fields without a word leave behind.
var gaps = regexp.MustCompile(`\n{3,}`)

func filled(text string, d facts) string {
	said, err := fill(text, d)
	if err != nil {
		return strings.TrimSpace(d.Title + "\n\n" + d.Lede) // NewTexts has seen them all: never
	}
	return said
}

func fill(text string, d facts) (string, error) {
	t, err := template.New("").Parse(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	if err := t.Execute(&out, d); err != nil {
		return "", err
	}
	lines := strings.Split(strings.ReplaceAll(out.String(), "\r", ""), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.TrimSpace(gaps.ReplaceAllString(strings.Join(lines, "\n"), "\n\n")), nil
}

// counted is the length of a text as a channel counts, with its link.
func counted(to publishers.Publisher, text, link string) int {
	if c, own := to.(publishers.Counter); own {
		return c.Count(text, link)
	}
	return utf8.RuneCountInString(text)
}

// tooLong is by how much a text passes the limit of a channel; 0 and less fits.
func tooLong(to publishers.Publisher, text, link string) int {
	most := to.Limits().DescriptionRunes
	if most == 0 {
		return 0
	}
	return counted(to, text, link) - most
}

// carries tells whether a channel puts the link below a text: where it counts one,
// and everywhere else unless the text has it.
func carries(to publishers.Publisher, text, link string) bool {
	if c, own := to.(publishers.Counter); own {
		return c.Count(text, link) > c.Count(text, "")
	}
	return !strings.Contains(text, link)
}
