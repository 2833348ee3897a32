package picks

import (
	"cmp"
	"math"
	"slices"
)

// reel is a film laid out for choosing passages.
type reel struct {
	marks   []mark    // where passages begin and end; the last is the end of the film
	appeal  []float64 // running totals by second
	looks   []Look    // sorted by time
	black   []Span
	silence []Span
	body    Span // without opening and credits
	all     Span // from the first mark
	o       TeaserOptions
	aim     float64 // seconds of teaser wished for
}

// rule says which passages are allowed.
type rule struct {
	within  Span
	whole   bool    // whole shots, or pieces of shots that are too long; no black
	longest float64 // seconds
}

// passage is a candidate.
type passage struct {
	Span
	value float64 // appeal × seconds
	look  *Look   // of its middle; nil unknown
}

// choose takes at most one passage from each part of the film, so that the
// total fits and the appeal is highest. While two of them look alike, the
// weaker one is marked down and the choice made again.
func (r *reel) choose(rule rule) []Span {
	const rounds = 8
	parts := r.parts(rule)
	var chosen []*passage
	for range rounds {
		chosen = best(parts, r.o, r.aim)
		if !markDown(chosen) {
			break
		}
	}
	var spans []Span
	for _, p := range chosen {
		spans = append(spans, p.Span)
	}
	return spans
}

// markDown finds two passages that look alike and lowers the weaker.
func markDown(chosen []*passage) bool {
	for i, a := range chosen {
		for _, b := range chosen[i+1:] {
			if a.look == nil || b.look == nil || Distance(a.look, b.look) >= alike {
				continue
			}
			weaker := b
			if a.value/a.Length() < b.value/b.Length() {
				weaker = a
			}
			weaker.value *= 0.5
			return true
		}
	}
	return false
}

// parts lists the best passages of each part of the film. The parts are even,
// but begin where a shot begins when one does nearby.
func (r *reel) parts(rule rule) [][]passage {
	const (
		usual = 4  // seconds of teaser from each part
		most  = 48 // passages worth weighing in each part
	)
	n := min(max(int(math.Round(r.aim/usual)), 2), 12)
	bounds := make([]float64, n+1)
	bounds[0], bounds[n] = rule.within.Start, rule.within.End
	for i := 1; i < n; i++ {
		bounds[i] = r.snap(rule.within.Start+rule.within.Length()*float64(i)/float64(n), rule.within.Length()/float64(n)/2)
	}
	parts := make([][]passage, n)
	part := 0
	for i, from := range r.marks {
		for part < n && from.time >= bounds[part+1] {
			part++
		}
		if part == n {
			break
		}
		if from.time < bounds[0] {
			continue
		}
		for _, to := range r.marks[i+1:] {
			if to.time > bounds[part+1] || to.time-from.time > rule.longest {
				break
			}
			if p, ok := r.passage(from, to, rule); ok {
				parts[part] = append(parts[part], p)
			}
		}
	}
	for i, p := range parts {
		slices.SortStableFunc(p, func(a, b passage) int {
			return cmp.Compare(b.value/b.Length(), a.value/a.Length())
		})
		parts[i] = p[:min(len(p), most)]
	}
	return parts
}

// snap moves t to the nearest cut among the marks, or the nearest mark when no
// cut is within reach.
func (r *reel) snap(t, reach float64) float64 {
	snapped, gap := t, math.Inf(1)
	for _, m := range r.marks {
		d := math.Abs(m.time - t)
		if !m.cut {
			d += reach
		}
		if d < gap && d <= 2*reach {
			snapped, gap = m.time, d
		}
	}
	return snapped
}

// passage weighs what lies between two marks: its mean appeal, times
//
//   - its edges: 1 on a cut, 0.7 inside a shot, 0.3 with a flash of another shot;
//   - its length: 0.5 under 2 s, 1 up to 6 s, then slowly less;
//   - the part of it that isn't black, cubed, and half of what is silent;
//
// and with a small bonus that makes several short passages better than few long
// ones.
func (r *reel) passage(from, to mark, rule rule) (passage, bool) {
	const bonus = 0.5 // seconds
	p := passage{Span: Span{from.time, to.time}}
	length := p.Length()
	if length < shortSpan {
		return p, false
	}
	black := covered(p.Span, r.black)
	if rule.whole && (black > 0.1 || !isWhole(from, to)) {
		return p, false
	}
	edges := edge(from.cut, from.after, length) * edge(to.cut, to.before, length)
	fit := 1.0
	switch {
	case length < 2:
		fit = 0.5
	case length > 6:
		fit = 6 / length
	}
	light := (1 - black) * (1 - black) * (1 - black)
	sound := 1 - 0.5*covered(p.Span, r.silence)
	p.value = (0.2+r.mean(p.Span))*edges*fit*light*sound*length + bonus*edges*light
	p.look = r.middle(p.Span)
	return p, true
}

// isWhole tells whether the passage is made of whole shots, or is a piece of
// one shot that is longer than a passage may be.
func isWhole(from, to mark) bool {
	if from.cut && to.cut {
		return true
	}
	length := to.time - from.time
	oneShot := from.after >= length-onKey
	shot := from.after
	if !from.cut {
		shot += from.before
	}
	return oneShot && shot > longSpan
}

// edge weighs an edge of a passage; room is the time from it to the first cut
// inside.
func edge(cut bool, room, length float64) float64 {
	switch {
	case room < flash && room < length-onKey:
		return 0.3
	case cut:
		return 1
	default:
		return 0.7
	}
}

// mean is the mean appeal of a span.
func (r *reel) mean(s Span) float64 {
	at := func(t float64) float64 { // the running total at t, seconds being even inside
		i := min(int(t), len(r.appeal)-2)
		return r.appeal[i] + (r.appeal[i+1]-r.appeal[i])*min(1, t-float64(i))
	}
	return (at(s.End) - at(s.Start)) / s.Length()
}

// middle is the look nearest to the middle of a span, if it lies inside.
func (r *reel) middle(s Span) *Look {
	want := (s.Start + s.End) / 2
	i, _ := slices.BinarySearchFunc(r.looks, want, func(l Look, t float64) int { return cmp.Compare(l.Time, t) })
	var found *Look
	for _, at := range []int{i - 1, i} {
		if at < 0 || at >= len(r.looks) {
			continue
		}
		l := &r.looks[at]
		if l.Time < s.Start || l.Time >= s.End {
			continue
		}
		if found == nil || math.Abs(l.Time-want) < math.Abs(found.Time-want) {
			found = l
		}
	}
	return found
}

// best takes at most one passage of each part so that the total lies within the
// options and the mean value is highest, slightly less so away from aim. It
// goes through all totals in steps of a twentieth of a second.
func best(parts [][]passage, o TeaserOptions, aim float64) []*passage {
	const (
		step  = 0.05
		runOn = 0.6 // of its value is left to a passage that only goes on with the one before
	)
	type state struct {
		value, total float64
		last         *passage
		from         int // the total, in steps, before last
	}
	size := int(o.Max/step) + 2
	layers := make([][]state, len(parts)+1)
	layers[0] = make([]state, size)
	for t := range layers[0] {
		layers[0][t].value = -1
	}
	layers[0][0].value = 0
	for n, part := range parts {
		layer := make([]state, size)
		for t, before := range layers[n] {
			layer[t] = state{before.value, before.total, nil, t}
		}
		for i := range part {
			p := &part[i]
			for t, before := range layers[n] {
				total := before.total + p.Length()
				if before.value < 0 || total > o.Max {
					continue
				}
				to := int(total / step)
				value := before.value + p.value
				if before.last != nil && before.last.End == p.Start {
					value -= (1 - runOn) * p.value
				}
				if value > layer[to].value {
					layer[to] = state{value, total, p, t}
				}
			}
		}
		layers[n+1] = layer
	}
	at, top := -1, 0.0
	for t, s := range layers[len(parts)] {
		if s.value < 0 || s.total < o.Min {
			continue
		}
		if v := s.value / s.total * (1 - 0.6*math.Abs(s.total-aim)/o.Max); at < 0 || v > top {
			at, top = t, v
		}
	}
	if at < 0 {
		return nil
	}
	var chosen []*passage
	for n := len(parts); n > 0; n-- {
		s := layers[n][at]
		if s.last != nil {
			chosen = append(chosen, s.last)
		}
		at = s.from
	}
	slices.Reverse(chosen)
	return chosen
}

// fill finds any pieces between neighbouring marks that are between Min and Max
// together, the most appealing first; nil when there are none. Exact to the
// millisecond.
func (r *reel) fill() []Span {
	var pieces []Span
	for i, m := range r.marks[1:] {
		pieces = append(pieces, Span{r.marks[i].time, m.time})
	}
	slices.SortStableFunc(pieces, func(a, b Span) int { return cmp.Compare(r.mean(b), r.mean(a)) })
	least, most := int(math.Ceil(r.o.Min*1000)), int(r.o.Max*1000)
	by := make([]int, most+1) // the piece, from 1, that first reached a total; 0 not reached
	for n, p := range pieces {
		ms := int(math.Round(p.Length() * 1000))
		for total := most; total >= ms && ms > 0; total-- {
			if by[total] != 0 || (total != ms && by[total-ms] == 0) {
				continue
			}
			by[total] = n + 1
			if total < least {
				continue
			}
			var spans []Span
			for total > 0 {
				p := pieces[by[total]-1]
				spans = append(spans, p)
				total -= int(math.Round(p.Length() * 1000))
			}
			return spans
		}
	}
	return nil
}

// torn is the last resort, for key frames too far apart: from the key frame
// before a third of the film, as long as is wished for, ending where it ends.
func (r *reel) torn() Span {
	start := r.all.Start
	for _, m := range r.marks[:len(r.marks)-1] {
		if m.time <= min(r.all.End/3, r.all.End-r.o.Min) {
			start = max(start, m.time)
		}
	}
	return Span{start, min(r.all.End, start+r.aim)}
}
