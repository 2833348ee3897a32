package french

import (
	"cmp"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestName is what every disk takes: 255 bytes, with room for " (2)".
const longestName = 200

// nameless is the name of what has none.
const nameless = "fichier"

// escape is what browsers read as one byte of a name.
var escape = regexp.MustCompile(`%([0-9A-Fa-f]{2})`)

// FileName is the name of a file as anyone's disk and any archive can hold it, and
// any browser saves it: the last element of what may be a path, composed (NFC),
// without what some system forbids. What is left is text of the one who named it;
// it is never "" and never hidden.
func FileName(name string) string {
	name = strings.ReplaceAll(norm.NFC.String(strings.Map(plain, Clean(name))), `\`, "/")
	name = name[strings.LastIndex(name, "/")+1:]
	name = strings.TrimLeft(strings.Trim(escape.ReplaceAllString(name, "-$1"), " ."), "~ .")
	ext := path.Ext(name)
	if len(ext) > 12 || ext == name {
		ext = ""
	}
	stem := shortened(strings.TrimRight(strings.TrimSuffix(name, ext), " ."), longestName)
	switch {
	case stem == "":
		stem = nameless
	case reserved[strings.ToUpper(firstPart(stem))]:
		stem = firstPart(stem) + "_" + strings.TrimPrefix(stem, firstPart(stem))
	}
	return stem + ext
}

// FileNameOf is the name of a file after a title, which is no path: with what this
// one is of several, if anything, and its extension. However long the title, what
// tells the files of a film apart stays.
func FileNameOf(title, what, ext string) string {
	title = strings.NewReplacer("/", "-", `\`, "-").Replace(strings.TrimSpace(Clean(title)))
	if what != "" {
		what = " (" + what + ")"
	}
	return FileName(shortened(cmp.Or(strings.TrimLeft(title, "~ ."), nameless), longestName-len(what)) + what + ext)
}

// plain is what stands for a sign in the name of a file: browsers change those that
// some system forbids, and those that are not seen, but for the joiners that letters
// and emoji are made with.
func plain(r rune) rune {
	switch {
	case strings.ContainsRune("\n:*?\"<>|", r):
		return '-'
	case r == '\u2028', r == '\u2029':
		return ' '
	case unicode.Is(unicode.Noncharacter_Code_Point, r), unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d':
		return -1
	}
	return r
}

// shortened cuts a text between two signs.
func shortened(text string, most int) string {
	for len(text) > most {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}

func firstPart(name string) string {
	first, _, _ := strings.Cut(name, ".")
	return first
}

// reserved are names that Windows gives to devices.
var reserved = map[string]bool{
	"CON": true, "PRN": true, "AUX": true, "NUL": true,
	"COM1": true, "COM2": true, "COM3": true, "COM4": true, "COM5": true, "COM6": true, "COM7": true, "COM8": true, "COM9": true,
	"LPT1": true, "LPT2": true, "LPT3": true, "LPT4": true, "LPT5": true, "LPT6": true, "LPT7": true, "LPT8": true, "LPT9": true,
}
