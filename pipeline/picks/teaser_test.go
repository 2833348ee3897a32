package picks

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func total(spans []Span) float64 {
	var sum float64
	for _, s := range spans {
		sum += s.Length()
	}
	return sum
}

// every lists 0, step, 2·step… below length.
func every(step, length float64) []float64 {
	var all []float64
	for i := 0; float64(i)*step < length; i++ {
		all = append(all, float64(i)*step)
	}
	return all
}

func cutsAt(times []float64) []Cut {
	var cuts []Cut
	for _, t := range times {
		cuts = append(cuts, Cut{t, 30})
	}
	return cuts
}

func TestTeaserOfAnEdit(t *testing.T) {
	// 5 min, a shot every 4 s whose cut is a key frame, and one in its middle.
	f := Film{
		Length:    300,
		KeyFrames: every(2, 300),
		Cuts:      cutsAt(every(4, 300)),
		Black:     []Span{{100, 104}, {0, 2}},
		Silence:   []Span{{200, 208}},
	}
	spans := Teaser(f, TeaserOptions{})
	if sum := total(spans); sum < 15 || sum > 30 {
		t.Errorf("%.1f s long", sum)
	}
	if len(spans) < 4 {
		t.Errorf("only %d passages: %v", len(spans), spans)
	}
	for _, s := range spans {
		if math.Mod(s.Start, 4) != 0 || math.Mod(s.End, 4) != 0 {
			t.Errorf("%v is not whole shots", s)
		}
		if s.Start < 15 || s.End > 270 {
			t.Errorf("%v is in the opening or the credits", s)
		}
		if covered(s, f.Black) > 0 || covered(s, f.Silence) > 0 {
			t.Errorf("%v is black or silent", s)
		}
	}
	if first, last := spans[0], spans[len(spans)-1]; first.Start > 80 || last.End < 220 {
		t.Errorf("not from the whole film: %v", spans)
	}
	if again := Teaser(f, TeaserOptions{}); !slices.Equal(spans, again) {
		t.Error("another choice the second time")
	}
}

// TestTeaserTable holds what a teaser of a few kinds of film must be.
func TestTeaserTable(t *testing.T) {
	for name, c := range map[string]struct {
		film        Film
		least, most float64 // seconds together
		passages    int     // at least
	}{
		"shorter than Min":        {Film{Length: 8, KeyFrames: every(4, 8)}, 8, 8, 1},
		"just above Min":          {Film{Length: 16.5, KeyFrames: every(4, 16.5)}, 16.5, 16.5, 1},
		"between Min and Max":     {Film{Length: 25, KeyFrames: every(4, 25)}, 15, 25, 1},
		"one long take":           {Film{Length: 7200, KeyFrames: every(4, 7200)}, 15, 30, 4},
		"one key frame":           {Film{Length: 600, KeyFrames: []float64{0}}, 15, 30, 1},
		"a key frame per frame":   {Film{Length: 600, KeyFrames: every(0.04, 600)}, 15, 30, 4},
		"free to cut":             {Film{Length: 120, Cuts: cutsAt(every(3.7, 120))}, 15, 30, 4},
		"all black":               {Film{Length: 120, KeyFrames: every(4, 120), Black: []Span{{0, 120}}}, 15, 30, 1},
		"key frames at 10 s":      {Film{Length: 300, KeyFrames: every(10, 300)}, 15, 30, 2},
		"cuts off the key frames": {Film{Length: 300, KeyFrames: every(4, 300), Cuts: cutsAt(every(3.3, 300))}, 15, 30, 3},
	} {
		t.Run(name, func(t *testing.T) {
			spans := Teaser(c.film, TeaserOptions{})
			if sum := total(spans); sum < c.least || sum > c.most || len(spans) < c.passages {
				t.Errorf("%.2f s in %v, want %g to %g s in %d or more", sum, spans, c.least, c.most, c.passages)
			}
		})
	}
	if spans := Teaser(Film{}, TeaserOptions{}); spans != nil {
		t.Errorf("no film: %v", spans)
	}
}

// TestTeaserLikesWhatIsAlive: of even shots, the loud and sharp ones are taken.
func TestTeaserLikesWhatIsAlive(t *testing.T) {
	f := Film{Length: 400, KeyFrames: every(4, 400), Cuts: cutsAt(every(4, 400))}
	for s := range 400 {
		loud := -30.0
		if s/4%3 == 0 {
			loud = -14
		}
		f.Loudness = append(f.Loudness, loud)
	}
	for _, s := range Teaser(f, TeaserOptions{}) {
		if int(s.Start)/4%3 != 0 {
			t.Errorf("%v is a quiet shot", s)
		}
	}
}

// TestTeaserVaries: two settings by turns, one a little better; both are shown.
func TestTeaserVaries(t *testing.T) {
	f := Film{Length: 200, KeyFrames: every(4, 200), Cuts: cutsAt(every(4, 200))}
	settings := []Look{film(scene(1))[0], film(scene(2))[0], film(scene(3))[0]}
	for s := range 200 {
		l := settings[s/4%3]
		l.Time = float64(s)
		f.Looks = append(f.Looks, l)
	}
	seen := map[int]int{}
	for _, s := range Teaser(f, TeaserOptions{}) {
		for at := s.Start; at < s.End; at += 4 {
			seen[int(at)/4%3]++
		}
	}
	if len(seen) < 3 {
		t.Errorf("of three settings only %v are shown", seen)
	}
}

// wild draws numbers with the bad ones among them.
func wild(low, high float64) *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64Range(low, high), rapid.Float64Range(low, high), rapid.Float64Range(low, high),
		rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0, 1e300}))
}

func spanOf(n *rapid.Generator[float64]) *rapid.Generator[Span] {
	return rapid.Custom(func(t *rapid.T) Span { return Span{n.Draw(t, "start"), n.Draw(t, "end")} })
}

// TestTeaserOfAnything: whatever comes in, what comes out is sorted, disjoint,
// within the film and never too long.
func TestTeaserOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(wild(-10, 400), 0, 40)
		f := Film{
			Length:    wild(0, 400).Draw(t, "length"),
			KeyFrames: times.Draw(t, "keys"),
			Cuts: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Cut {
				return Cut{wild(-10, 400).Draw(t, "time"), wild(0, 100).Draw(t, "score")}
			}), 0, 40).Draw(t, "cuts"),
			Loudness: times.Draw(t, "loudness"),
			Activity: times.Draw(t, "activity"),
			Black:    rapid.SliceOfN(spanOf(wild(-10, 400)), 0, 5).Draw(t, "black"),
			Silence:  rapid.SliceOfN(spanOf(wild(-10, 400)), 0, 5).Draw(t, "silence"),
		}
		for _, at := range times.Draw(t, "looks") {
			f.Looks = append(f.Looks, Look{Time: at, Mean: at, Spread: 40, Sharp: at, Entropy: at, Detail: at})
		}
		o := TeaserOptions{wild(0, 60).Draw(t, "min"), wild(0, 60).Draw(t, "max")}
		spans := Teaser(f, o)
		length := min(finite(f.Length), longest)
		if (len(spans) == 0) != (length <= 0) {
			t.Fatalf("%d passages of %g s", len(spans), length)
		}
		end := 0.0
		for i, s := range spans {
			if !(s.Start >= 0 && s.Start < s.End && s.End <= length) || i > 0 && s.Start <= end {
				t.Fatalf("passage %d of %v", i, spans)
			}
			end = s.End
		}
		if o = o.sane(); total(spans) > o.Max+0.001 {
			t.Fatalf("%g s, more than %g", total(spans), o.Max)
		}
	})
}

// TestTeaserFits: whenever pieces between key frames can be added up to a total
// between Min and Max, they are, and every end is a key frame.
func TestTeaserFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(2, 140), 1, 14).Draw(t, "quarter seconds between key frames")
		var keys []float64
		at := 0
		for _, s := range steps {
			keys = append(keys, float64(at)/4)
			at += s
		}
		length := float64(at) / 4
		cuts := rapid.SliceOfN(rapid.SampledFrom(keys), 0, 8).Draw(t, "cuts")
		least := float64(rapid.IntRange(5, 20).Draw(t, "min"))
		most := least + float64(rapid.IntRange(0, 15).Draw(t, "more"))

		spans := Teaser(Film{Length: length, KeyFrames: keys, Cuts: cutsAt(cuts)}, TeaserOptions{least, most})
		reachable := map[int]bool{0: true}
		for _, s := range steps {
			for _, sum := range slices.Collect(func(yield func(int) bool) {
				for k := range reachable {
					if !yield(k) {
						return
					}
				}
			}) {
				reachable[sum+s] = true
			}
		}
		feasible := false
		for sum := range reachable {
			feasible = feasible || float64(sum)/4 >= least && float64(sum)/4 <= most
		}
		if !feasible {
			return
		}
		if sum := total(spans); sum < least || sum > most {
			t.Fatalf("%g s in %v, not %g to %g", sum, spans, least, most)
		}
		for _, s := range spans {
			if !slices.Contains(keys, s.Start) || !slices.Contains(append(keys, length), s.End) {
				t.Fatalf("%v is off the key frames %v", s, keys)
			}
		}
	})
}

func TestShots(t *testing.T) {
	got := Shots([]float64{8, 4, math.NaN(), -3, 4, 99}, []float64{0, 4.01, 6}, 10)
	want := []Shot{{Span{0, 4}, true}, {Span{4, 8}, true}, {Span{8, 10}, false}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Shots(nil, nil, 0); got != nil {
		t.Errorf("no film: %v", got)
	}
}

func BenchmarkTeaserTwoHours(b *testing.B) {
	f := Film{Length: 7200, KeyFrames: append(every(4, 7200), every(5.3, 7200)...), Cuts: cutsAt(every(5.3, 7200))}
	l := film(scene(1))[0]
	for i := range 14400 {
		l.Time = float64(i) / 2
		f.Looks = append(f.Looks, l)
		f.Loudness = append(f.Loudness, math.Sin(float64(i)))
	}
	for b.Loop() {
		Teaser(f, TeaserOptions{})
	}
}
