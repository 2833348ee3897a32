package picks

import (
	"math"
	"slices"
)

// Place is where the left edge of a crop stands at an instant, 0 to 1 of the
// width of the picture. From one Place to the next it goes in a straight line; a
// Place that is a Cut is jumped to.
type Place struct {
	Time, Left float64
	Cut        bool
}

const (
	// A shot is held still where that loses no more than this part of what a
	// moving crop would show.
	still = 0.15
	// calm is how fast a crop moves at most, in its own widths a second: a camera on a
	// tripod that somebody turns by hand.
	calm = 0.25
	// wander is the time over which the way of a crop is smoothed, in seconds.
	wander = 2.0
)

// Crop chooses the part of a film that stays when its sides are cut off, as
// broad as share (0 to 1) of the picture. Within a shot it stands still, or follows
// at a calm pace, and never jumps; at a cut it goes where the new shot has
// something to be seen. cuts are those that were measured: one at which the picture
// stays what it was is none.
func Crop(sights []Sight, cuts []float64, share float64) []Place {
	share = min(1, max(0, share))
	var all []Place
	for _, shot := range parted(sights, cuts) {
		places := follow(shot.sights, share)
		places[0].Time, places[0].Cut = min(shot.start, shot.sights[0].Time), true
		all = append(all, places...)
	}
	return all
}

// sighted is a shot with what was seen in it.
type sighted struct {
	start  float64
	sights []Sight
}

// parted cuts the sights into shots.
func parted(sights []Sight, cuts []float64) []sighted {
	var all []sighted
	for i, s := range sights {
		if i == 0 {
			all = append(all, sighted{0, sights[:1]})
			continue
		}
		last := &all[len(all)-1]
		for _, c := range slices.Backward(cuts) {
			if c > max(last.start, sights[i-1].Time) && c <= s.Time+onKey && !sameShot(&sights[i-1].look, &s.look) {
				all = append(all, sighted{c, sights[i : i+1]})
				break
			}
		}
		if last = &all[len(all)-1]; last.sights[0].Time == s.Time {
			continue
		}
		last.sights = sights[i-len(last.sights) : i+1]
	}
	return all
}

// follow places the crop of one shot.
func follow(shot []Sight, share float64) []Place {
	var whole [columns]float64
	var best float64 // what a crop would show that is free to jump
	ways := make([]float64, len(shot))
	for i, s := range shot {
		left, shown := window(s.Columns, share)
		ways[i], best = left, best+shown
		for x, v := range s.Columns {
			whole[x] += v
		}
	}
	left, shown := window(whole, share)
	if len(shot) < 3 || shown >= (1-still)*best {
		return []Place{{Time: shot[0].Time, Left: left}}
	}
	return calmed(shot, ways, calm*share)
}

// window is where a crop shows the most, and how much: what is in its middle counts
// more than what is at its edges, and of two that show the same the one nearer to
// the middle of the picture is taken.
func window(weights [columns]float64, share float64) (left, shown float64) {
	const steps = 128
	var total float64
	for _, v := range weights {
		total += v
	}
	best := math.Inf(-1)
	for n := range steps + 1 {
		from := (1 - share) * float64(n) / steps
		var sum float64
		for x, v := range weights {
			off := ((float64(x)+0.5)/columns - from - share/2) / (share / 2) // -1 to 1 within
			if math.Abs(off) < 1 {
				sum += v * (1 - 0.5*off*off)
			}
		}
		value := sum - 0.04*total*math.Abs(from-(1-share)/2)
		if value > best {
			best, left, shown = value, from, sum
		}
	}
	return left, shown
}

// calmed smooths a way, keeps it to its pace, and gives it a Place where it bends.
func calmed(shot []Sight, ways []float64, pace float64) []Place {
	smooth := make([]float64, len(ways))
	for i := range ways {
		var sum, weight float64
		for j := range ways {
			far := math.Abs(shot[j].Time-shot[i].Time) / wander
			if far < 1 {
				w := 1 - far
				sum, weight = sum+w*ways[j], weight+w
			}
		}
		smooth[i] = sum / weight
	}
	for i := 1; i < len(smooth); i++ {
		most := pace * (shot[i].Time - shot[i-1].Time)
		smooth[i] = min(smooth[i-1]+most, max(smooth[i-1]-most, smooth[i]))
	}
	var places []Place
	for _, i := range bends(shot, smooth, 0, len(shot)-1) {
		places = append(places, Place{Time: shot[i].Time, Left: smooth[i]})
	}
	return places
}

// bends are the points that a way needs to be told by straight lines (Douglas and
// Peucker): no other is further off than a hundredth of the width.
func bends(shot []Sight, way []float64, from, to int) []int {
	worst, at := 0.01, -1
	for i := from + 1; i < to; i++ {
		part := (shot[i].Time - shot[from].Time) / (shot[to].Time - shot[from].Time)
		if off := math.Abs(way[i] - way[from] - part*(way[to]-way[from])); off > worst {
			worst, at = off, i
		}
	}
	if at < 0 {
		return []int{from, to}
	}
	before := bends(shot, way, from, at)
	return append(before[:len(before)-1], bends(shot, way, at, to)...)
}
