package x

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

const (
	linkWeight  = 23
	emojiWeight = 2
	behind      = linkWeight + 2 // a link below a text
)

// light are the letters that weigh 1; all others weigh 2 (twitter-text,
// configuration v3).
var light = [][2]rune{{0, 0x10FF}, {0x2000, 0x200D}, {0x2010, 0x201F}, {0x2032, 0x2037}}

// weight counts a text as X does: composed, an address as 23 whatever its
// length, an emoji as 2 whatever it is made of.
func weight(text string) int {
	text = norm.NFC.String(text)
	sum, at := 0, 0
	for _, a := range addresses(text) {
		sum += letters(text[at:a[0]]) + linkWeight
		at = a[1]
	}
	return sum + letters(text[at:])
}

func letters(text string) int {
	sum := 0
	for len(text) > 0 {
		if n := len(emoji.FindString(text)); n > 0 {
			sum, text = sum+emojiWeight, text[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(text)
		sum++
		if !slices.ContainsFunc(light, func(span [2]rune) bool { return span[0] <= r && r <= span[1] }) {
			sum++
		}
		text = text[n:]
	}
	return sum
}

// picture is an emoji and what changes it; several are joined to one.
const picture = `[\x{203C}\x{2049}\x{2122}\x{2139}\x{2190}-\x{21FF}\x{2300}-\x{23FF}\x{24C2}\x{25A0}-\x{27BF}\x{2934}\x{2935}\x{2B00}-\x{2BFF}\x{3030}\x{303D}\x{3297}\x{3299}\x{1F000}-\x{1FAFF}]` +
	`\x{FE0F}?[\x{1F3FB}-\x{1F3FF}]?\x{FE0F}?(?:[\x{E0020}-\x{E007E}]+\x{E007F})?`

// emoji is one at the beginning of a text: a key, a flag, a sign that asks to be
// drawn, pictures.
var emoji = regexp.MustCompile(`^(?:[#*0-9]\x{FE0F}?\x{20E3}|[\x{1F1E6}-\x{1F1FF}]{2}|[\x{A9}\x{AE}]\x{FE0F}|` + picture + `(?:\x{200D}` + picture + `)*)`)

const (
	inLabel  = "[^\\s\\pP\\pC\\pZ$+<=>^`|~]"
	inPath   = `a-z0-9\p{Latin}\p{Cyrillic}=_#/+-` // what a path may end with
	pathOnly = `!*';:,.$%\[\]\x{2013}~@|&`         // what it may hold besides
)

// address is what may be one: scheme, host, port, path, query.
var address = regexp.MustCompile(`(?i)(https?://)?` +
	`((?:` + inLabel + `(?:(?:` + inLabel + `|[_-])*` + inLabel + `)?\.)+[\pL\pN-]+)(:[0-9]+)?` +
	`(/(?:[` + pathOnly + inPath + `]|\([` + pathOnly + inPath + `]+\))*)?` +
	`(\?[a-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*[a-z0-9_&=#/-])?`)

// addresses finds the links of a text, those without a scheme, too.
func addresses(text string) [][2]int {
	var all [][2]int
	for _, m := range address.FindAllStringSubmatchIndex(text, -1) {
		begin, bare := m[0], m[2] < 0
		before, _ := utf8.DecodeLastRuneInString(text[:begin])
		if begin > 0 && mayNotPrecede(before, bare) {
			continue
		}
		if bare {
			begin = m[4] + strings.LastIndexFunc(text[m[4]:m[5]], notPlain) + 1
			if begin > m[4] { // behind the last of what no bare host holds
				_, n := utf8.DecodeRuneInString(text[begin-1:])
				begin += n - 1
			}
		}
		host := hostEnd(text[begin:m[5]])
		if host == 0 || strings.HasPrefix(text[begin+host:], "@") || strings.HasPrefix(text[begin+host:], "+") {
			continue
		}
		end := begin + host
		if end == m[5] { // the whole host: with what follows it
			end = m[1]
			if m[10] < 0 { // a sentence may end behind a path
				end = begin + len(strings.TrimRight(text[begin:end], "!*';:,.$%[]–~@|&"))
			}
		}
		all = append(all, [2]int{begin, end})
	}
	return all
}

func mayNotPrecede(r rune, bare bool) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("@＠$#＃", r) || 0x202A <= r && r <= 0x202E ||
		bare && strings.ContainsRune("-_./", r)
}

// notPlain tells what a host without a scheme can't hold.
func notPlain(r rune) bool {
	return !(r == '-' || r == '.' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || 0xC0 <= r && r <= 0x24F && r != 0xD7 && r != 0xF7)
}

// hostEnd is where a host ends: behind the last of its labels that is a domain of
// the top. 0: it has none.
func hostEnd(host string) int {
	for end := len(host); ; {
		dot := strings.LastIndexByte(host[:end], '.')
		if dot <= 0 {
			return 0
		}
		if isTop(strings.ToLower(host[dot+1 : end])) {
			return end
		}
		end = dot
	}
}

func isTop(label string) bool {
	_, listed := publicsuffix.PublicSuffix("a." + label)
	return label != "" && (listed || strings.HasPrefix(label, "xn--"))
}

// fit cuts a text to a weight, and says by "…" that it did.
func fit(text string, most int) string {
	if weight(text) <= most {
		return text
	}
	runes := []rune(text)
	short := func(n int) string { return strings.TrimRight(string(runes[:n]), " \n\u200d\ufe0f") + "…" }
	n := sort.Search(len(runes), func(n int) bool { return weight(short(n)) > most })
	for n > 0 && weight(short(n)) > most { // an address may be lighter whole than cut
		n--
	}
	return short(n)
}
