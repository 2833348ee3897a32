// Package french says things as French readers expect them: spaces and
// apostrophes, dates, lengths, sizes, timecodes. It knows no page.
package french

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Clean drops what no text of a page may hold: broken UTF-8, control characters
// and the marks that turn the direction of writing around.
func Clean(text string) string {
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

// Typeset puts the spaces French wants before high punctuation, so that a line
// never begins with it, and curls the apostrophes.
func Typeset(text string) string {
	text = beforeSign.ReplaceAllString(text, "\u00a0$1")
	text = afterQuote.ReplaceAllString(text, "«\u00a0")
	return elision.ReplaceAllString(text, "$1’$2")
}

// Paragraphs splits a text at its blank lines.
func Paragraphs(text string) []string {
	var out []string
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if block = strings.Join(strings.Fields(block), " "); block != "" {
			out = append(out, Typeset(block))
		}
	}
	return out
}

// Short cuts at a word so that at most limit runes remain.
func Short(text string, limit int) string {
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

// Length says a duration as people do: « 3 min 42 s », « 1 h 58 min ».
func Length(seconds float64) string {
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

// ISOLength is a duration in ISO 8601, for machines.
func ISOLength(seconds float64) string {
	total := int(math.Round(seconds))
	return fmt.Sprintf("PT%dH%dM%dS", total/3600, total/60%60, total%60)
}

// Weight says a size in decimal units: « 1,2 Go ».
func Weight(bytes int64) string {
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

// Day says a date: « 12 juin 2018 ».
func Day(t time.Time) string {
	number := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		number = "1er"
	}
	return fmt.Sprintf("%s\u00a0%s %d", number, months()[t.Month()-1], t.Year())
}

func months() [12]string {
	return [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin",
		"juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
}

// Moment says when, in the zone of t: « mar. 12 juin, 18 h 30 ». The year is
// said when it is not that of now.
func Moment(t, now time.Time) string {
	days := [...]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."}
	number := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		number = "1er"
	}
	year := ""
	if t.Year() != now.Year() {
		year = fmt.Sprintf(" %d", t.Year())
	}
	return fmt.Sprintf("%s\u00a0%s\u00a0%s%s, %s", days[t.Weekday()], number, months()[t.Month()-1], year, Hour(t))
}

// LongDay says a day as people announce it: « jeudi 21 juin ». The year is said
// when it is not that of now.
func LongDay(t, now time.Time) string {
	number, year := fmt.Sprint(t.Day()), ""
	if t.Day() == 1 {
		number = "1er"
	}
	if t.Year() != now.Year() {
		year = fmt.Sprintf(" %d", t.Year())
	}
	return fmt.Sprintf("%s %s\u00a0%s%s", Weekday(t.Weekday()), number, months()[t.Month()-1], year)
}

// Weekday says a day of the week.
func Weekday(d time.Weekday) string {
	return [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}[d]
}

// Month says a month: « juin 2018 ».
func Month(t time.Time) string { return fmt.Sprintf("%s %d", months()[t.Month()-1], t.Year()) }

// Minute says the time of day to the minute: « 18 h 00 ».
func Minute(t time.Time) string { return fmt.Sprintf("%d\u00a0h\u00a0%02d", t.Hour(), t.Minute()) }

// And lists names: « le site, Vimeo et YouTube ».
func And(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " et " + names[len(names)-1]
}

// Capital makes the first letter of a sentence a capital.
func Capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// Hour says the time of day: « 18 h 30 », « 9 h ».
func Hour(t time.Time) string {
	if t.Minute() == 0 {
		return fmt.Sprintf("%d\u00a0h", t.Hour())
	}
	return fmt.Sprintf("%d\u00a0h\u00a0%02d", t.Hour(), t.Minute())
}

// Count says how many: « 1 film », « 12 films », « aucun film ».
func Count(n int, one, many string) string {
	switch n {
	case 0:
		return "0\u00a0" + one
	case 1:
		return "1\u00a0" + one
	}
	return Number(n) + "\u00a0" + many
}

// Number groups digits by three: « 1 512 ».
func Number(n int) string {
	text := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, text = "-", text[1:]
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "\u202f" + text[i:]
	}
	return sign + text
}

// Timecode says where a frame is, in hours, minutes, seconds and frames:
// « 00:03:42:12 ». rate is in thousandths of a frame per second; a second of
// 29.97 frames counts 30 (non-drop, SMPTE ST 12-1).
func Timecode(frame, rate int) string {
	base := max(1, (rate+500)/1000)
	seconds := frame / base
	return fmt.Sprintf("%02d:%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60, frame%base)
}

// Frame reads what Timecode says, and what people type instead: « 3:42:12 »
// where rate counts frames, « 1:23 » and « 83 » in seconds.
func Frame(text string, rate int) (frame int, ok bool) {
	parts := strings.FieldsFunc(strings.TrimSpace(text), func(r rune) bool { return strings.ContainsRune(":;.,", r) })
	if len(parts) == 0 || len(parts) > 4 {
		return 0, false
	}
	values := make([]int, 4)
	first := 4 - len(parts)
	if len(parts) < 3 {
		first-- // without frames
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || n > 99_999 {
			return 0, false
		}
		values[first+i] = n
	}
	base := max(1, (rate+500)/1000)
	return ((values[0]*60+values[1])*60+values[2])*base + values[3], true
}
