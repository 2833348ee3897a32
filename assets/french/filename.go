package french

import (
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestName is what every disk takes: 255 bytes, with room for " (2)".
const longestName = 200

// escape is what browsers read as one byte of a name.
var escape = regexp.MustCompile(`%([0-9A-Fa-f]{2})`)

// FileName is the name of a file as anyone's disk and any archive can hold it, and
// any browser saves it: the last element of what may be a path, composed (NFC),
// without what some system forbids. What is left is text of the one who named it;
// it is never "" and never hidden.
func FileName(name string) string {
	name = strings.ReplaceAll(norm.NFC.String(Clean(name)), `\`, "/")
	name = name[strings.LastIndex(name, "/")+1:]
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\n:*?\"<>|", r) {
			return '-'
		}
		return r
	}, name)
	name = strings.TrimLeft(strings.Trim(escape.ReplaceAllString(name, "-$1"), " ."), "~ .")
	ext := path.Ext(name)
	if len(ext) > 12 || ext == name {
		ext = ""
	}
	stem := strings.TrimRight(strings.TrimSuffix(name, ext), " .")
	for len(stem) > longestName {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	switch {
	case stem == "":
		stem = "fichier"
	case reserved[strings.ToUpper(firstPart(stem))]:
		stem = firstPart(stem) + "_" + strings.TrimPrefix(stem, firstPart(stem))
	}
	return stem + ext
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
