// Package exchange writes a list of clips as other programs read it: edit
// decision lists and tables. Pure functions of the list; it knows no catalog
// and no storage.
package exchange

import (
	"fmt"
	"math"
	"strings"
)

// Clip is a passage of a rush.
type Clip struct {
	Name    string // of the rush, for people
	File    string // where it lies beside the list: "rushes/IMG_0042.MOV"
	Rate    int    // frames per second times 1000, in which In and Out are counted
	In, Out int    // first frame, and the first that is not included
	Note    string
}

// seconds is how long a count of frames lasts: 29970 stands for 30000/1001.
func seconds(frames, rate int) float64 {
	exact := float64(rate) / 1000
	if near := math.Round(exact); math.Abs(exact-near*1000/1001) < 0.002 {
		exact = near * 1000 / 1001
	}
	return float64(frames) / exact
}

// nominal is how many frames a timecode counts in a second.
func nominal(rate int) int { return max(1, int(math.Round(float64(rate)/1000))) }

// timecode is HH:MM:SS:FF, without dropped numbers.
func timecode(frame, rate int) string {
	fps := nominal(rate)
	s := frame / fps
	return fmt.Sprintf("%02d:%02d:%02d:%02d", s/3600, s/60%60, s%60, frame%fps)
}

// EDL is a CMX 3600 edit decision list: the clips end to end, at the rate of the
// first one.
func EDL(title string, clips []Clip) string {
	var b strings.Builder
	fmt.Fprintf(&b, "TITLE: %s\r\nFCM: NON-DROP FRAME\r\n", line(title))
	at := 0
	for i, c := range clips {
		rate := clips[0].Rate
		length := c.Out - c.In
		if c.Rate != rate {
			length = int(math.Round(seconds(length, c.Rate) / seconds(1, rate)))
		}
		fmt.Fprintf(&b, "\r\n%03d  AX       AA/V  C        %s %s %s %s\r\n", i+1,
			timecode(c.In, c.Rate), timecode(c.Out, c.Rate), timecode(at, rate), timecode(at+length, rate))
		fmt.Fprintf(&b, "* FROM CLIP NAME: %s\r\n* SOURCE FILE: %s\r\n", line(c.Name), line(c.File))
		if c.Note != "" {
			fmt.Fprintf(&b, "* COMMENT: %s\r\n", line(c.Note))
		}
		at += length
	}
	return b.String()
}

// line is text that stays on its line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// CSV is a table for the spreadsheets of this country: semicolons, and a mark by
// which they know UTF-8.
func CSV(clips []Clip) string {
	var b strings.Builder
	row := func(cells ...string) {
		for i, c := range cells {
			cells[i] = cell(c)
		}
		b.WriteString(strings.Join(cells, ";") + "\r\n")
	}
	b.WriteString("\ufeff")
	row("Ordre", "Rush", "Fichier", "Entrée", "Sortie", "Durée (s)", "Images par seconde", "Note")
	for i, c := range clips {
		row(fmt.Sprint(i+1), c.Name, c.File, timecode(c.In, c.Rate), timecode(c.Out, c.Rate),
			decimal(seconds(c.Out-c.In, c.Rate)), decimal(float64(c.Rate)/1000), c.Note)
	}
	return b.String()
}

func decimal(v float64) string {
	return strings.Replace(strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f", v), "0"), "."), ".", ",", 1)
}

// cell is quoted, and never a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		s = "'" + s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
