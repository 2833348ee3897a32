package picks

import (
	"cmp"
	"math"
	"slices"
)

// Cut is an instant at which the picture changes at once.
type Cut struct {
	Time  float64
	Score float64 // how much it changes, 0 to 100, as ffmpeg's scdet says
}

// Film is what is known of a film when its teaser is chosen. Only Length is
// needed; the more there is, the better the choice.
type Film struct {
	Length float64
	// KeyFrames are the instants at which a copy without encoding can begin and
	// end. Empty means that the passages will be encoded: any instant will do.
	KeyFrames []float64
	Cuts      []Cut
	Loudness  []float64 // of each second, in LUFS or any measure that grows with it
	Activity  []float64 // of each second, any measure that grows with movement; empty: taken from Looks
	Black     []Span
	Silence   []Span
	Looks     []Look // some frames of each second
}

// TeaserOptions says how long a teaser may be, in seconds.
type TeaserOptions struct {
	Min, Max float64 // 0 means 15 and 30
}

const (
	leastCut   = 8     // scdet score from which a change is a cut
	longestMax = 600   // seconds of teaser
	longest    = 86400 // seconds of film that are looked at: a day
	shortSpan  = 1.4   // seconds: nothing shorter is understood
	longSpan   = 8.0   // seconds: a longer passage is no teaser any more
	flash      = 0.5   // seconds of another shot at the edge of a passage: a mistake
	alike      = 0.12  // Distance under which two passages show the same
)

// Teaser chooses the passages of a film that make its teaser: sorted, disjoint,
// each beginning on a key frame and ending right before one (or at the end of
// the film), between Min and Max seconds together.
//
// They are whole shots where the cuts lie on key frames, and pieces of shots
// where a shot is too long or its cut can't be reached. They come from
// different parts of the film, leave out its opening and its credits, black and
// silence as far as its length allows, and look different from each other. A
// film hardly longer than Min is its own teaser. Where key frames lie so far
// apart that nothing fits, one passage begins on a key frame and ends freely.
func Teaser(f Film, o TeaserOptions) []Span {
	f.Length = min(finite(f.Length), longest)
	o = o.sane()
	if f.Length <= 0 {
		return nil
	}
	shots := Shots(strongCuts(f.Cuts), f.KeyFrames, f.Length)
	points := marks(shots, f.KeyFrames, f.Length)
	if f.Length <= min(o.Max, 1.2*o.Min) {
		return []Span{{points[0].time, f.Length}}
	}
	aim := min(max(o.Min, 0.4*f.Length), o.Min+0.6*(o.Max-o.Min))
	reel := reel{
		marks:  points,
		appeal: sums(appeal(f)),
		looks:  sortedLooks(f.Looks),
		black:  f.Black, silence: f.Silence,
		body: body(f.Length, aim),
		all:  Span{points[0].time, f.Length},
		o:    o, aim: aim,
	}
	for _, r := range []rule{
		{within: reel.body, whole: true, longest: longSpan},
		{within: reel.body, longest: longSpan},
		{within: reel.all, longest: o.Max},
	} {
		if spans := reel.choose(r); spans != nil {
			return join(spans)
		}
	}
	if spans := reel.fill(); spans != nil {
		return join(spans)
	}
	return []Span{reel.torn()}
}

func (o TeaserOptions) sane() TeaserOptions {
	o.Min, o.Max = finite(o.Min), finite(o.Max)
	if o.Min <= 0 {
		o.Min = 15
	}
	o.Min = min(max(o.Min, 1), longestMax)
	if o.Max <= 0 {
		o.Max = max(30, o.Min)
	}
	o.Max = min(max(o.Max, o.Min), longestMax)
	return o
}

// strongCuts returns the times of the cuts that are cuts.
func strongCuts(cuts []Cut) []float64 {
	var times []float64
	for _, c := range cuts {
		if c.Score >= leastCut {
			times = append(times, c.Time)
		}
	}
	return times
}

// body is the film without its opening (5 s or 5 %, at most a minute) and its
// credits (10 %, at most 3 min); a short film gives up a quarter of what it can
// spare for each.
func body(length, aim float64) Span {
	spare := (length - aim) / 4
	return Span{
		min(max(5, 0.05*length), 60, spare),
		length - min(0.10*length, 180, spare),
	}
}

// sortedLooks are the looks in the order of time, without those that have none.
func sortedLooks(looks []Look) []Look {
	sorted := slices.DeleteFunc(slices.Clone(looks), func(l Look) bool {
		return math.IsNaN(l.Time) || math.IsInf(l.Time, 0)
	})
	slices.SortStableFunc(sorted, func(a, b Look) int { return cmp.Compare(a.Time, b.Time) })
	return sorted
}

// appeal says of each second how much it makes one want to see the film, 0 to
// 1: half the quality of its pictures, a quarter its movement, a quarter its
// sound, each by its rank within the film. What isn't known counts as middling.
func appeal(f Film) []float64 {
	seconds := int(math.Ceil(f.Length))
	pictures, movement := fromLooks(sortedLooks(f.Looks), seconds)
	if len(f.Activity) > 0 {
		movement = f.Activity
	}
	picture, moving, sound := ranks(pictures, seconds), ranks(movement, seconds), ranks(f.Loudness, seconds)
	all := make([]float64, seconds)
	for s := range all {
		all[s] = 0.5*picture[s] + 0.25*moving[s] + 0.25*sound[s]
	}
	return all
}

// fromLooks gives the best quality and the change of each second; NaN where no
// frame was seen.
func fromLooks(looks []Look, seconds int) (pictures, movement []float64) {
	pictures, movement = make([]float64, seconds), make([]float64, seconds)
	sharpness := make([]float64, len(looks))
	for i, l := range looks {
		sharpness[i] = l.Sharp
	}
	usual := max(softest, median(sharpness))
	for s := range seconds {
		pictures[s], movement[s] = math.NaN(), math.NaN()
	}
	for i := range looks {
		l := &looks[i]
		if l.Time < 0 || l.Time >= float64(seconds) {
			continue
		}
		s := int(l.Time)
		q := quality(l, usual)
		if blank(l) {
			q = 0
		}
		if !(pictures[s] >= q) { // true for NaN
			pictures[s] = q
		}
		if i > 0 && l.Time-looks[i-1].Time <= 2 {
			if c := change(&looks[i-1], l); !(movement[s] >= c) {
				movement[s] = c
			}
		}
	}
	return pictures, movement
}

// ranks turns values into their rank, 0 to 1, equal values alike; what is
// missing or no number gets ½.
func ranks(values []float64, n int) []float64 {
	values = values[:min(len(values), n)]
	known := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(known)
	all := make([]float64, n)
	for i := range all {
		all[i] = 0.5
		if i >= len(values) || math.IsNaN(values[i]) || len(known) < 2 {
			continue
		}
		low, _ := slices.BinarySearch(known, values[i])
		high, _ := slices.BinarySearchFunc(known, values[i], func(k, v float64) int {
			if k <= v {
				return -1
			}
			return 1
		})
		all[i] = float64(low+high-1) / float64(2*(len(known)-1))
	}
	return all
}

// sums are the running totals of the values: sums[i] of the first i.
func sums(values []float64) []float64 {
	all := make([]float64, len(values)+1)
	for i, v := range values {
		all[i+1] = all[i] + v
	}
	return all
}

// join makes one passage of those that touch.
func join(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	var joined []Span
	for _, s := range spans {
		if n := len(joined); n > 0 && s.Start <= joined[n-1].End {
			joined[n-1].End = s.End
			continue
		}
		joined = append(joined, s)
	}
	return joined
}
