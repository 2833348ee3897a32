package site

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// clean drops what no text of a page may hold: broken UTF-8, control characters
// and the marks that turn the direction of writing around.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff', r == '\ufffe', r == '\uffff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

var (
	beforeSign = regexp.MustCompile(`[ \x{2009}\x{202f}]+([:;!?»])`)
	afterQuote = regexp.MustCompile(`«[ \x{2009}\x{202f}]+`)
	elision    = regexp.MustCompile(`(\p{L})'(\p{L})`)
)

// french puts the spaces French wants before high punctuation, so that a line
// never begins with it, and curls the apostrophes.
func french(text string) string {
	text = beforeSign.ReplaceAllString(text, "\u00a0$1")
	text = afterQuote.ReplaceAllString(text, "«\u00a0")
	return elision.ReplaceAllString(text, "$1’$2")
}

// paragraphs splits a text at its blank lines.
func paragraphs(text string) []string {
	var out []string
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if block = strings.Join(strings.Fields(block), " "); block != "" {
			out = append(out, french(block))
		}
	}
	return out
}

// short cuts at a word so that at most limit runes remain.
func short(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	cut := string(runes[:limit-1])
	if i := strings.LastIndexByte(cut, ' '); i > limit/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.–-") + "…"
}

// length says a duration as people do: « 3 min 42 s », « 1 h 58 min ».
func length(seconds float64) string {
	total := int(math.Round(seconds))
	h, m, s := total/3600, total/60%60, total%60
	switch {
	case total <= 0:
		return ""
	case h > 0:
		return fmt.Sprintf("%d\u00a0h\u00a0%02d\u00a0min", h, m)
	case m > 0 && s > 0:
		return fmt.Sprintf("%d\u00a0min\u00a0%02d\u00a0s", m, s)
	case m > 0:
		return fmt.Sprintf("%d\u00a0min", m)
	}
	return fmt.Sprintf("%d\u00a0s", s)
}

// isoLength is a duration in ISO 8601, for machines.
func isoLength(seconds float64) string {
	total := int(math.Round(seconds))
	return fmt.Sprintf("PT%dH%dM%dS", total/3600, total/60%60, total%60)
}

func weight(bytes int64) string {
	const mega = 1_000_000
	switch {
	case bytes >= 1000*mega:
		return strings.Replace(fmt.Sprintf("%.1f\u00a0Go", float64(bytes)/(1000*mega)), ".", ",", 1)
	case bytes >= 10*mega:
		return fmt.Sprintf("%d\u00a0Mo", (bytes+mega/2)/mega)
	case bytes >= mega/10:
		return strings.Replace(fmt.Sprintf("%.1f\u00a0Mo", float64(bytes)/mega), ".", ",", 1)
	}
	return fmt.Sprintf("%d\u00a0ko", max(1, bytes/1000))
}

func day(t time.Time) string {
	months := [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin",
		"juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
	number := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		number = "1er"
	}
	return fmt.Sprintf("%s\u00a0%s %d", number, months[t.Month()-1], t.Year())
}

func films(n int) string {
	if n == 1 {
		return "1\u00a0film"
	}
	return fmt.Sprintf("%d\u00a0films", n)
}

// licence is what a page says of the right to use a film.
type licence struct {
	Name string
	URL  string
	Free bool // may be downloaded and used again by anyone for anything
}

var creativeCommons = regexp.MustCompile(`^CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)$`)

// readLicence understands an SPDX identifier.
func readLicence(id string) licence {
	words := map[string]string{
		"BY": "Attribution", "NC": "Pas d’utilisation commerciale",
		"SA": "Partage dans les mêmes conditions", "ND": "Pas de modification",
	}
	switch m := creativeCommons.FindStringSubmatch(id); {
	case id == "":
		return licence{Name: "Tous droits réservés"}
	case id == "CC0-1.0":
		return licence{"Creative Commons Zéro (domaine public)", "https://creativecommons.org/publicdomain/zero/1.0/deed.fr", true}
	case id == "etalab-2.0":
		return licence{"Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/", true}
	case m != nil:
		var parts []string
		for code := range strings.SplitSeq(m[1], "-") {
			parts = append(parts, words[code])
		}
		return licence{
			Name: "Creative Commons " + strings.Join(parts, ", ") + " " + m[2],
			URL:  "https://creativecommons.org/licenses/" + strings.ToLower(m[1]) + "/" + m[2] + "/deed.fr",
			Free: m[1] == "BY" || m[1] == "BY-SA",
		}
	}
	return licence{Name: id}
}
