package picks

import (
	"cmp"
	"math"
	"slices"
)

// Options of Thumbnails.
type Options struct {
	Count   int       // pictures wanted; 0 means 6
	Opening float64   // seconds of the beginning to avoid (the titles of the house); 0 means 5, negative none
	Length  float64   // of the film, in seconds; 0 means up to the last frame
	Cuts    []float64 // instants at which a new shot begins, in seconds
}

// Pick is a chosen frame.
type Pick struct {
	Index int // in the looks that were given
	Time  float64
	Score float64 // 0 to 1, see quality
}

// Limits beyond which a frame is not shown when the film has any better. Luma
// is 0 to 255; the limits also hold where black is 16 and white 235.
const (
	blackest = 17   // mean luma: nothing to see
	darkest  = 30   // mean luma: a title on black, a night without light
	lightest = 230  // mean luma: white
	flattest = 11   // spread of luma: fog, a wall, a fade near its end
	blurred  = 0.35 // of the film's median sharpness: shake, racking focus, a whip pan
	softest  = 12   // Sharp, luma²: nothing in the frame is in focus
	nearCut  = 0.2  // seconds: a frame so near a cut may be half of each shot
	twins    = 0.09 // Distance under which two frames are the same picture
)

// candidate is a frame with all that choosing needs to know.
type candidate struct {
	Pick
	look *Look
	flaw int // how bad its worst flaw is; 0 none
}

// Flaws, from bearable to hopeless. When no frame is free of them, those with
// the smallest flaw are taken.
const (
	flawOpening = 1 + iota // in the opening seconds
	flawCut                // next to a cut
	flawDark               // hardly any light
	flawMixed              // in a fade or a dissolve
	flawBlur               // blurred
	flawBlank              // black, white or flat
)

// Thumbnails chooses the frames that stand for a film, best first. They are
// never black, white, flat, blurred, mixed of two shots, next to a cut or from
// the opening, as long as the film has one frame that is not; they differ from
// each other, and lie apart in time. A film that never changes gives fewer
// than Count; a film with any frame gives at least one.
func Thumbnails(looks []Look, o Options) []Pick {
	if len(looks) == 0 {
		return nil
	}
	if o.Count <= 0 {
		o.Count = 6
	}
	all := candidates(looks, o)
	least := slices.MinFunc(all, func(a, b candidate) int { return cmp.Compare(a.flaw, b.flaw) }).flaw
	usable := slices.DeleteFunc(all, func(c candidate) bool { return c.flaw > least })
	if least >= flawBlank {
		o.Count = 1 // one picture says it: there is nothing to see
	}
	picks := spread(usable, o)
	slices.SortStableFunc(picks, func(a, b Pick) int { return cmp.Compare(b.Score, a.Score) })
	return picks
}

// candidates scores every frame and finds its flaw.
func candidates(looks []Look, o Options) []candidate {
	sharpness := make([]float64, 0, len(looks))
	for _, l := range looks {
		if !blank(&l) {
			sharpness = append(sharpness, l.Sharp)
		}
		o.Length = max(o.Length, finite(l.Time))
	}
	usual := max(softest, median(sharpness))
	cuts := instants(o.Cuts, o.Length)
	opening := openingSeconds(o.Opening, o.Length)

	all := make([]candidate, len(looks))
	for i := range looks {
		l := &looks[i]
		c := candidate{Pick{i, l.Time, quality(l, usual)}, l, 0}
		switch {
		case blank(l):
			c.flaw = flawBlank
		case l.Sharp < max(softest, blurred*usual):
			c.flaw = flawBlur
		case mixed(looks, i):
			c.flaw = flawMixed
		case l.Mean < darkest:
			c.flaw = flawDark
		case nearest(cuts, l.Time) < nearCut:
			c.flaw = flawCut
		case l.Time < opening:
			c.flaw = flawOpening
		}
		all[i] = c
	}
	return all
}

// openingSeconds is how much of the beginning is avoided: at most a third of a
// short film.
func openingSeconds(asked, length float64) float64 {
	if asked == 0 {
		asked = 5
	}
	return max(0, min(asked, length/3))
}

// blank tells whether there is nothing to see: black, white or flat.
func blank(l *Look) bool {
	return l.Mean < blackest || l.Mean > lightest || l.Spread < flattest
}

// quality says how good a picture is by itself, 0 to 1: the product of
//
//   - exposure: 1 for a mean luma of 70 to 170, down to 0.2 at black or white;
//   - contrast: the spread of luma, 1 from 45 on;
//   - shades: the entropy of luma, 1 from 7 bits on;
//   - detail: 1 when half the picture has texture, down to 0.3 for a title on a
//     flat ground;
//   - sharpness: the fourth root of the ratio to 1.5 times the film's median,
//     at most 1.
func quality(l *Look, usual float64) float64 {
	exposure := 1.0
	switch {
	case l.Mean < 70:
		exposure = 0.2 + 0.8*ratio(l.Mean-16, 70-16)
	case l.Mean > 170:
		exposure = 0.2 + 0.8*ratio(240-l.Mean, 240-170)
	}
	contrast := ratio(l.Spread, 45)
	shades := ratio(l.Entropy, 7)
	detail := 0.3 + 0.7*ratio(l.Detail, 0.5)
	sharpness := math.Sqrt(math.Sqrt(ratio(l.Sharp, 1.5*usual)))
	return exposure * contrast * shades * detail * sharpness
}

// mixed tells whether frame i is on its way from one picture to another: in a
// dissolve it is the mean of its neighbours, in a fade it is one of them with
// less contrast. Neighbours more than 1.5 s away say nothing.
func mixed(looks []Look, i int) bool {
	const near = 1.5
	l := &looks[i]
	var before, after *Look
	if i > 0 && math.Abs(l.Time-looks[i-1].Time) <= near {
		before = &looks[i-1]
	}
	if i+1 < len(looks) && math.Abs(looks[i+1].Time-l.Time) <= near {
		after = &looks[i+1]
	}
	return fading(l, before) || fading(l, after) || dissolving(before, l, after)
}

// fading: the same picture as its neighbour, with a quarter less contrast and
// visibly nearer to black or white.
func fading(l, neighbour *Look) bool {
	return neighbour != nil &&
		l.Spread < 0.75*neighbour.Spread &&
		math.Abs(l.Mean-neighbour.Mean) > 10 &&
		Distance(l, neighbour) < 0.08
}

// dissolving: clearly different neighbours, and a mix of both fits the frame
// far better than either.
func dissolving(before, l, after *Look) bool {
	if before == nil || after == nil {
		return false
	}
	whole := change(before, after)
	if whole < 12 || Distance(before, after) < 0.3 {
		return false
	}
	// The share of after that fits best, by least squares.
	var dot, norm float64
	for i := range l.little {
		d := float64(after.little[i]) - float64(before.little[i])
		dot += (float64(l.little[i]) - float64(before.little[i])) * d
		norm += d * d
	}
	share := dot / norm
	if share < 0.15 || share > 0.85 {
		return false
	}
	var rest float64
	for i := range l.little {
		mix := float64(before.little[i])*(1-share) + float64(after.little[i])*share
		rest += math.Abs(float64(l.little[i]) - mix)
	}
	return rest/(cells*cells) < 0.25*whole*min(share, 1-share)*2
}

// spread takes the best candidate, then again and again the one that adds most:
// its quality, times how different it looks from those taken (1 from a Distance
// of 0.5 on), times how far it is from them in time (1 from an even share of
// the film on).
func spread(pool []candidate, o Options) []Pick {
	var picks []Pick
	first, last := pool[0].Time, pool[0].Time
	for _, c := range pool {
		first, last = min(first, c.Time), max(last, c.Time)
	}
	share := finite(last-first) / float64(o.Count)
	unlike := make([]float64, len(pool)) // to the most similar taken
	apart := make([]float64, len(pool))  // to the nearest taken
	for i := range pool {
		unlike[i], apart[i] = 1, 1
	}
	for len(picks) < o.Count {
		best, gain := -1, 0.0
		for i, c := range pool {
			if unlike[i] < twins {
				continue
			}
			if g := c.Score * ratio(unlike[i], 0.5) * (0.1 + apart[i]); best < 0 || g > gain {
				best, gain = i, g
			}
		}
		if best < 0 {
			break
		}
		taken := pool[best]
		picks = append(picks, taken.Pick)
		for i, c := range pool {
			unlike[i] = min(unlike[i], Distance(c.look, taken.look))
			apart[i] = min(apart[i], ratio(math.Abs(c.Time-taken.Time), share))
		}
		unlike[best] = -1
	}
	return picks
}
