// Package picks chooses: the best still pictures of a film, the passages of its
// teaser, the grid of its storyboard, what stays of it when its sides are cropped.
// Everything is a pure function of what has been measured, so that the same film
// always gives the same choice.
//
// It decodes nothing, writes nothing and starts nothing: frames come in as raw
// luma, key frames, cuts and loudness as numbers, and times go out.
//
// All times are seconds from the first frame of the film.
package picks

import (
	"cmp"
	"math"
	"slices"
)

// Span is a passage: from Start up to End, not included, in seconds.
type Span struct{ Start, End float64 }

// Length is how long the passage lasts, in seconds.
func (s Span) Length() float64 { return s.End - s.Start }

// overlap is how many seconds a and b share.
func overlap(a, b Span) float64 {
	return max(0, min(a.End, b.End)-max(a.Start, b.Start))
}

// covered is which part of s lies in the passages, 0 to 1.
func covered(s Span, passages []Span) float64 {
	var sum float64
	for _, p := range passages {
		if o := overlap(s, p); o > 0 { // false for NaN
			sum += o
		}
	}
	return ratio(sum, s.Length())
}

// ratio is a/b held within 0 and 1; 0 where that is no number.
func ratio(a, b float64) float64 {
	if r := a / b; b > 0 && r > 0 {
		return min(r, 1)
	}
	return 0
}

// finite is x, or 0 where x is no number or has no end.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

// instants returns the times that lie in [0, length), sorted, each once; times
// less than half a millisecond apart are the same instant.
func instants(times []float64, length float64) []float64 {
	in := make([]float64, 0, len(times))
	for _, t := range times {
		if t >= 0 && t < length { // false for NaN
			in = append(in, t)
		}
	}
	slices.Sort(in)
	return slices.CompactFunc(in, func(a, b float64) bool { return math.Abs(b-a) < 0.0005 })
}

// nearest is the distance from t to the nearest of the sorted times, in
// seconds; infinite where there is none.
func nearest(sorted []float64, t float64) float64 {
	i, _ := slices.BinarySearch(sorted, t)
	gap := math.Inf(1)
	if i < len(sorted) {
		gap = sorted[i] - t
	}
	if i > 0 {
		gap = min(gap, t-sorted[i-1])
	}
	return gap
}

// median is the middle one of the values; 0 where there is none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.SortedFunc(slices.Values(values), cmp.Compare[float64])
	return sorted[len(sorted)/2]
}
