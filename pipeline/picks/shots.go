package picks

import "math"

// Shot is what lies between two cuts.
type Shot struct {
	Span
	OnKey bool // begins on a key frame: a copy without encoding can begin here
}

// onKey is how far a key frame may lie from a cut and still begin the shot, in
// seconds: half a frame at 24 per second.
const onKey = 0.021

// Shots parts a film of that length at its cuts. Times outside the film are
// left out; a film without a cut is one shot.
func Shots(cuts, keyFrames []float64, length float64) []Shot {
	length = finite(length)
	if length <= 0 {
		return nil
	}
	keys := instants(keyFrames, length)
	starts := instants(append([]float64{0}, cuts...), length)
	shots := make([]Shot, len(starts))
	for i, start := range starts {
		end := length
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		shots[i] = Shot{Span{start, end}, nearest(keys, start) <= onKey}
	}
	return shots
}

// mark is an instant at which a passage may begin or end.
type mark struct {
	time float64
	cut  bool // a shot begins here, or the film begins or ends
	// Seconds to the nearest cut on either side that is not this mark itself: a
	// passage that ends just behind a cut flashes the next shot.
	before, after float64
}

// marks turns key frames into the instants where passages begin and end, the
// end of the film included. Without key frames every instant will do: the cuts
// and every second serve. Marks inside a shot lie at least half a second apart.
func marks(shots []Shot, keyFrames []float64, length float64) []mark {
	const (
		step = 1.0 // seconds between marks where one is free
		rest = 0.5 // seconds
	)
	cuts := make([]float64, 0, len(shots)+1)
	for _, s := range shots {
		cuts = append(cuts, s.Start)
	}
	cuts = append(cuts, length)

	keys := instants(keyFrames, length)
	if len(keys) == 0 {
		keys = append(keys, cuts...)
		for t := step; t < length; t += step {
			keys = append(keys, t)
		}
		keys = instants(keys, length)
	}
	var all []mark
	for i, t := range keys {
		cut := nearest(cuts, t) <= onKey
		if !cut && i > 0 && t-all[len(all)-1].time < rest {
			continue
		}
		all = append(all, mark{time: t, cut: cut})
	}
	if len(all) > 1 && !all[len(all)-1].cut && length-all[len(all)-1].time < onKey {
		all = all[:len(all)-1]
	}
	all = append(all, mark{time: length, cut: true})

	next := 0
	for i := range all {
		m := &all[i]
		for next < len(cuts) && cuts[next] <= m.time+onKey {
			next++
		}
		m.before, m.after = m.time, math.Inf(1)
		if next < len(cuts) {
			m.after = cuts[next] - m.time
		}
		for last := next - 1; last >= 0; last-- {
			if gap := m.time - cuts[last]; gap > onKey {
				m.before = gap
				break
			}
		}
	}
	return all
}
