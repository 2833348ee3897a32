// Package fold is how French words are compared, and how titles become
// addresses: without accents, case, elisions or plurals.
//
// It knows no grammar: « journaux » does not find « journal ».
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// longestWord bounds a folded word, in runes: longer ones are cut, so that
	// no index refuses them.
	longestWord = 60
	// longestSlug bounds an address, in bytes.
	longestSlug = 80
	// noSlug is the address of a title without a letter or digit.
	noSlug = "film"
)

// Fold returns the words of s as they are compared: lower-case letters and
// digits, without accents, elisions and the marks of the plural, one space
// between two words. Folding a word's beginning gives the beginning of the
// folded word, so that both sides of a prefix search may be folded.
func Fold(s string) string {
	words := split(s)
	for i, w := range words {
		words[i] = singular(shorten(w))
	}
	return strings.Join(words, " ")
}

// Slug returns s as the last part of an address: [a-z0-9-], at most 80 bytes,
// cut between words, never empty. Elided articles stay.
func Slug(s string) string {
	var b strings.Builder
	for _, w := range strings.FieldsFunc(plain(s), func(r rune) bool { return !isASCIIWord(r) }) {
		room := longestSlug - b.Len()
		if b.Len() > 0 {
			room-- // the dash
		}
		if len(w) > room {
			if b.Len() == 0 {
				b.WriteString(w[:longestSlug]) // one endless word
			}
			break
		}
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteString(w)
	}
	if b.Len() == 0 {
		return noSlug
	}
	return b.String()
}

// split parts s into plain words and drops elided ones (l', qu'…).
func split(s string) []string {
	var words []string
	s = plain(s)
	for s != "" {
		end := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) })
		if end < 0 {
			return append(words, s)
		}
		mark, size := utf8.DecodeRuneInString(s[end:])
		if end > 0 && !(isApostrophe(mark) && elided(s[:end])) {
			words = append(words, s[:end])
		}
		s = s[end+size:]
	}
	return words
}

// plain takes accents, ligatures and case away.
func plain(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, " ")) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		switch r = unicode.ToLower(r); r {
		case 'œ':
			b.WriteString("oe")
		case 'æ':
			b.WriteString("ae")
		case 'ß':
			b.WriteString("ss")
		case 'ø':
			b.WriteByte('o')
		case 'ł':
			b.WriteByte('l')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// elided tells whether an apostrophe after w stands for a dropped vowel. Words
// that people search as such (presqu'île, aujourd'hui, O'Connor) are not among
// them.
func elided(w string) bool {
	switch w {
	case "c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu":
		return true
	}
	return false
}

// singular takes a final -s, and the -x of -aux and -eux, from words of four
// letters or more. It never takes more than one letter: the beginning of a
// word still begins it.
func singular(w string) string {
	if len(w) < 4 {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ss"):
		return w
	case strings.HasSuffix(w, "s"), strings.HasSuffix(w, "aux"), strings.HasSuffix(w, "eux"):
		return w[:len(w)-1]
	}
	return w
}

func shorten(w string) string {
	n := 0
	for i := range w {
		if n == longestWord {
			return w[:i]
		}
		n++
	}
	return w
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func isASCIIWord(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', 'ʼ', '‘', '´', '`', '′':
		return true
	}
	return false
}
