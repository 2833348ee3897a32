// Package captions reads, checks and writes timed text: subtitles, chapters and
// synthés. It takes SRT and WebVTT in whatever encoding they come, and gives
// plain text in WebVTT (https://www.w3.org/TR/webvtt1/): no tags, no styles.
//
// It knows no film and makes no subtitle by itself.
package captions

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/asticode/go-astisub"
	"golang.org/x/text/encoding/charmap"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

const (
	largest  = 2 << 20 // bytes of a file
	mostCues = 20_000
	longest  = 2000 // bytes of one cue
)

// Read takes the cues out of a file, by what it holds and not by its name.
func Read(text []byte) ([]assets.Cue, error) {
	refuse := func(sentence string) ([]assets.Cue, error) {
		return nil, &assets.Error{Kind: assets.Invalid, Op: "captions.Read", Msg: sentence}
	}
	if len(text) > largest {
		return refuse("Ce fichier est trop grand pour des sous-titres (2 Mo au plus). Rien n’a été changé.")
	}
	text = bytes.ReplaceAll(bytes.TrimPrefix(utf8Of(text), []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	read := astisub.ReadFromSRT
	switch {
	case bytes.HasPrefix(text, []byte("WEBVTT")):
		read = func(r io.Reader) (*astisub.Subtitles, error) { return astisub.ReadFromWebVTT(r) }
	case bytes.HasPrefix(text, []byte("#EXT")) || !bytes.Contains(text, []byte("-->")):
		return refuse("Ce fichier ne contient pas de sous-titres : déposez un .srt ou un .vtt. Rien n’a été changé.")
	}
	subs, err := read(bytes.NewReader(text))
	if err != nil {
		return nil, &assets.Error{Kind: assets.Invalid, Op: "captions.Read", Msg: "Ces sous-titres n’ont pas pu être lus : réexportez-les en .srt ou .vtt. Rien n’a été changé.", Err: err}
	}
	var cues []assets.Cue
	for _, item := range subs.Items {
		var lines []string
		for _, l := range item.Lines {
			var line strings.Builder
			for _, part := range l.Items {
				line.WriteString(part.Text)
			}
			lines = append(lines, line.String())
		}
		cues = append(cues, assets.Cue{Start: item.StartAt.Seconds(), End: item.EndAt.Seconds(), Text: strings.Join(lines, "\n")})
	}
	return Clean(cues), nil
}

// utf8Of reads what is no UTF-8 as Windows-1252, as old French programs write.
func utf8Of(text []byte) []byte {
	if utf8.Valid(text) {
		return text
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(text)
	if err != nil {
		return bytes.ToValidUTF8(text, []byte("\ufffd"))
	}
	return decoded
}

// Clean puts cues in order and their text into plain lines; those without text
// are left out.
func Clean(cues []assets.Cue) []assets.Cue {
	var all []assets.Cue
	for _, c := range cues {
		var lines []string
		for line := range strings.SplitSeq(html.UnescapeString(c.Text), "\n") {
			if line = strings.TrimSpace(french.Clean(untagged(line))); line != "" {
				lines = append(lines, line)
			}
		}
		c.Start, c.End, c.Text = milli(c.Start), milli(c.End), strings.Join(lines, "\n")
		if c.Text != "" {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b assets.Cue) int { return cmp.Compare(a.Start, b.Start) })
	return all
}

func milli(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

// untagged drops <b>, <font …>, {\an8}: what is left is what is read aloud. A
// sign that opens no tag stays.
func untagged(line string) string {
	for _, pair := range []struct{ open, shut string }{{"<", ">"}, {"{\\", "}"}} {
		for {
			before, rest, found := strings.Cut(line, pair.open)
			inside, after, shut := strings.Cut(rest, pair.shut)
			if !found || !shut || pair.open == "<" && !tag(inside) {
				break
			}
			line = before + after
		}
	}
	return line
}

// tag tells <i> and </font> from « 3 < 5 ».
func tag(inside string) bool {
	first := strings.TrimPrefix(inside, "/")
	return first != "" && (first[0] >= 'a' && first[0] <= 'z' || first[0] >= 'A' && first[0] <= 'Z')
}

// Check refuses cues that no player could show, and names the line. length is
// that of the film in seconds; 0 is unknown.
func Check(cues []assets.Cue, length float64) error {
	refuse := func(n int, sentence string) error {
		return &assets.Error{Kind: assets.Invalid, Op: "captions.Check", Msg: fmt.Sprintf("Ligne %d : %s", n+1, sentence)}
	}
	if len(cues) > mostCues {
		return refuse(mostCues, "il y a trop de lignes pour un seul film.")
	}
	for i, c := range cues {
		switch {
		case c.Start < 0 || math.IsNaN(c.Start) || math.IsNaN(c.End):
			return refuse(i, "le début n’est pas un temps.")
		case c.End <= c.Start:
			return refuse(i, "la fin est avant le début.")
		case length > 0 && c.Start >= length:
			return refuse(i, "le début est après la fin du film ("+Clock(length)+").")
		case len(c.Text) > longest:
			return refuse(i, "le texte est trop long.")
		}
	}
	return nil
}

// Remarks are what a reader would stumble over, by cue: more than two lines,
// lines of more than 42 signs, more than 20 signs a second.
func Remarks(cues []assets.Cue) map[int]string {
	const lines, width, speed = 2, 42, 20
	said := map[int]string{}
	for i, c := range cues {
		rows := strings.Split(c.Text, "\n")
		wide := slices.ContainsFunc(rows, func(r string) bool { return utf8.RuneCountInString(r) > width })
		perSecond := float64(utf8.RuneCountInString(strings.ReplaceAll(c.Text, "\n", ""))) / max(0.001, c.End-c.Start)
		switch {
		case len(rows) > lines:
			said[i] = "plus de deux lignes"
		case wide:
			said[i] = "ligne de plus de 42 signes"
		case perSecond > speed:
			said[i] = fmt.Sprintf("trop rapide à lire : %.0f signes par seconde", perSecond)
		case i+1 < len(cues) && c.End > cues[i+1].Start+0.0005:
			said[i] = "chevauche la ligne suivante"
		}
	}
	return said
}

// WebVTT writes cues as a file for <track>.
func WebVTT(cues []assets.Cue) []byte {
	var b bytes.Buffer
	b.WriteString("WEBVTT\n")
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	for _, c := range cues {
		fmt.Fprintf(&b, "\n%s --> %s\n%s\n", Clock(c.Start), Clock(c.End), escape.Replace(c.Text))
	}
	return b.Bytes()
}

// Clock says a time as WebVTT does: 00:03:42.500.
func Clock(seconds float64) string {
	d := time.Duration(math.Round(max(0, seconds)*1000)) * time.Millisecond
	return fmt.Sprintf("%02d:%02d:%02d.%03d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Milliseconds()%1000)
}

// Seconds reads what Clock says, and what people type: 3:42, 3:42,5, 222.
func Seconds(text string) (float64, bool) {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", ".")
	if text == "" {
		return 0, false
	}
	parts := strings.Split(text, ":")
	if len(parts) > 3 {
		return 0, false
	}
	total := 0.0
	for i, part := range parts {
		var v float64
		if n, err := fmt.Sscanf(part+"\n", "%f\n", &v); n != 1 || err != nil || v < 0 || math.IsInf(v, 0) || i < len(parts)-1 && strings.Contains(part, ".") {
			return 0, false
		}
		total = total*60 + v
	}
	return milli(total), total < 1e6
}
