// Package exchange writes a selection as other programs read it: edit lists,
// projects, a table and pages to print. Pure functions of the list; it knows no
// catalog and no storage, and reads none of these formats.
package exchange

import (
	"cmp"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// List is a selection: passages end to end.
type List struct {
	Title string
	At    time.Time // of its last change
	Clips []Clip
}

// Clip is a passage of a rush.
type Clip struct {
	*Rush       // the same for all clips of one file
	In, Out int // first frame, and the first that is not included
	Note    string
}

// Rush is a file that clips are taken from. Frames are counted from its first
// one, at Rate: what a program reads in the file itself may be another rate, at
// which the same time is another frame.
type Rush struct {
	Name       string // for people
	File       string // where it lies beside the list: "rushes/IMG_0042.MOV"
	Rate       Rate
	Frames     int // its whole length
	Width      int // pixels as shown; 0 for sound alone
	Height     int
	Channels   int // of its sound; 0 for none
	SampleRate int // Hz
	Start      int // the timecode of its first frame, in frames
	Drop       bool
	People     []string // who is named in it
	Marks      []Mark   // in the order of their frames
	Picture    []byte   // a JPEG; empty for none
}

// Mark is what somebody noted at a frame of a rush.
type Mark struct {
	Frame, Until int // the first and the last frame
	Text         string
}

// marks are the notes that fall into the clip.
func (c Clip) marks() []Mark {
	return slices.DeleteFunc(slices.Clone(c.Marks), func(m Mark) bool { return m.Frame < c.In || m.Frame >= c.Out })
}

func (r Rush) seen() bool  { return r.Width > 0 }
func (r Rush) heard() bool { return r.Channels > 0 }

// Rate is a count of frames per second, as a fraction: 30000/1001.
type Rate struct{ Num, Den int }

// RateOf is the rate that is meant by thousandths of a frame per second: 29970
// stands for 30000/1001.
func RateOf(thousandths int) Rate {
	exact := float64(thousandths) / 1000
	near := math.Round(exact)
	switch {
	case near > 0 && math.Abs(exact-near*1000/1001) < 0.002:
		return Rate{int(near) * 1000, 1001}
	case near > 0 && exact == near:
		return Rate{int(near), 1}
	}
	return Rate{max(1, thousandths), 1000}
}

func (r Rate) float() float64             { return float64(r.Num) / float64(r.Den) }
func (r Rate) seconds(frames int) float64 { return float64(frames) / r.float() }

// nominal is how many frames a timecode counts in a second.
func (r Rate) nominal() int { return max(1, int(math.Round(r.float()))) }

// convert is where a frame of one rate falls in another.
func convert(frame int, from, to Rate) int {
	if from == to {
		return frame
	}
	return int(math.Round(float64(frame) * float64(from.Den) * float64(to.Num) / (float64(from.Num) * float64(to.Den))))
}

// rate is the rate at which the list is played: that of its first picture.
func (l List) rate() Rate {
	if first := l.first(); first != nil {
		return first.Rate
	}
	return Rate{25, 1}
}

// first is the rush that gives the list its size and its rate; nil for none.
func (l List) first() *Rush {
	for _, c := range l.Clips {
		if c.seen() {
			return c.Rush
		}
	}
	if len(l.Clips) > 0 {
		return l.Clips[0].Rush
	}
	return nil
}

// rushes are the files of the list, each once, in the order they come.
func (l List) rushes() []*Rush {
	var all []*Rush
	for _, c := range l.Clips {
		if !slices.Contains(all, c.Rush) {
			all = append(all, c.Rush)
		}
	}
	return all
}

// length is how many frames a clip lasts at a rate.
func (c Clip) length(rate Rate) int { return max(1, convert(c.Out-c.In, c.Rate, rate)) }

// timecode is HH:MM:SS:FF. With drop, HH:MM:SS;FF: two numbers are left out each
// minute but the tenth, so that it keeps to the clock (SMPTE ST 12-1).
func timecode(frame int, rate Rate, drop bool) string {
	fps, mark := rate.nominal(), ":"
	if drop = drop && drops(rate); drop {
		mark = ";"
		tens, rest := frame/17982, frame%17982
		frame += 18*tens + 2*max(0, (rest-2)/1798)
	}
	s := frame / fps
	return fmt.Sprintf("%02d:%02d:%02d%s%02d", s/3600%24, s/60%60, s%60, mark, frame%fps)
}

func drops(rate Rate) bool { return rate == Rate{30000, 1001} }

// StartAt reads the timecode of the first frame of the file, as the file counts
// it; where it has none, or one that can't be, its frames are counted from 0.
func (r *Rush) StartAt(text string, counted Rate) {
	frame, drop := parse(text, counted)
	r.Start, r.Drop = convert(frame, counted, r.Rate), drop && drops(r.Rate)
}

func parse(text string, rate Rate) (frame int, drop bool) {
	var h, m, s, f int
	drop = strings.Contains(text, ";") && drops(rate)
	if n, _ := fmt.Sscanf(strings.ReplaceAll(text, ";", ":"), "%d:%d:%d:%d", &h, &m, &s, &f); n != 4 || min(h, m, s, f) < 0 || h > 23 || max(m, s) > 59 || f >= rate.nominal() {
		return 0, false
	}
	frame = ((h*60+m)*60+s)*rate.nominal() + f
	if minutes := h*60 + m; drop {
		frame -= 2 * (minutes - minutes/10)
	}
	return frame, drop
}

// from and until are the timecodes of a clip in its file; until is the first
// frame that is not included.
func (c Clip) from() string  { return timecode(c.Start+c.In, c.Rate, c.Drop) }
func (c Clip) until() string { return timecode(c.Start+c.Out, c.Rate, c.Drop) }

// line is text that stays on its line and shows what it says.
func line(s string) string {
	return strings.Join(strings.FieldsFunc(plain(s), func(r rune) bool { return r == ' ' }), " ")
}

// plain has no control character, and nothing that turns the direction of what
// follows. The name of a file keeps its spaces.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u00a0', r == '\u202f':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.C, r), r == unicode.ReplacementChar, r == 0xfffe, r == 0xffff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// EDL is a CMX 3600 edit decision list: the clips end to end, at the rate of the
// first one. Its numbers go to 999 on the machines it was made for; what is read
// today takes more.
func EDL(l List) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "TITLE: %s\r\nFCM: NON-DROP FRAME\r\n", line(l.Title))
	at, rate, reels := 0, l.rate(), reels(l.rushes())
	for i, c := range l.Clips {
		length, track := c.length(rate), "AA/V"
		switch {
		case !c.seen():
			track = "AA"
		case !c.heard():
			track = "V"
		}
		fmt.Fprintf(&b, "\r\n%03d  %-8s %-5s C        %s %s %s %s\r\n", i+1, reels[c.Rush], track,
			c.from(), c.until(), timecode(at, rate, false), timecode(at+length, rate, false))
		fmt.Fprintf(&b, "* FROM CLIP NAME: %s\r\n* SOURCE FILE: %s\r\n", line(c.Name), plain(c.File))
		if note := line(c.Note); note != "" {
			fmt.Fprintf(&b, "* COMMENT: %s\r\n", note)
		}
		for _, m := range c.marks() {
			fmt.Fprintf(&b, "* LOC: %s PURPLE %s\r\n", timecode(at+convert(m.Frame-c.In, c.Rate, rate), rate, false), line(m.Text))
		}
		at += length
	}
	return []byte(b.String()), nil
}

// reels names each file as tapes are named: eight capitals and figures at most,
// no two alike.
func reels(rushes []*Rush) map[*Rush]string {
	names, taken := map[*Rush]string{}, map[string]bool{"": true, "AX": true, "BL": true}
	for _, r := range rushes {
		base := strings.TrimSuffix(path.Base(r.File), path.Ext(r.File))
		stem := strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z':
				return r - 'a' + 'A'
			case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
				return r
			}
			return -1
		}, base)
		name := stem[:min(8, len(stem))]
		for n := 2; taken[name]; n++ {
			end := "_" + strconv.Itoa(n)
			name = cmp.Or(stem, "RUSH")
			name = name[:min(8-len(end), len(name))] + end
		}
		names[r], taken[name] = name, true
	}
	return names
}

// CSV is a table for the spreadsheets of this country: semicolons, and a mark by
// which they know UTF-8.
func CSV(l List) ([]byte, error) {
	var b strings.Builder
	row := func(cells ...string) {
		for i, c := range cells {
			cells[i] = cell(c)
		}
		b.WriteString(strings.Join(cells, ";") + "\r\n")
	}
	b.WriteString("\ufeff")
	row("Ordre", "Rush", "Fichier", "Entrée", "Sortie", "Durée (s)", "Images par seconde", "Note", "Personnes", "Notes du dérushage")
	for i, c := range l.Clips {
		var marks []string
		for _, m := range c.marks() {
			marks = append(marks, timecode(c.Start+m.Frame, c.Rate, c.Drop)+" "+line(m.Text))
		}
		row(strconv.Itoa(i+1), line(c.Name), plain(c.File), c.from(), c.until(),
			decimal(c.Rate.seconds(c.Out-c.In)), decimal(c.Rate.float()), line(c.Note), line(strings.Join(c.People, ", ")), strings.Join(marks, " / "))
	}
	return []byte(b.String()), nil
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
