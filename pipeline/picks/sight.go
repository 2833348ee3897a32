package picks

import (
	"errors"
	"fmt"
	"io"
	"math"
)

// columns is how finely a Sight tells left from right.
const columns = 64

// Sight is what there is to be seen in one picture, and where, from left to right:
// what has the colours of skin first, then what moves, then what has detail. Faces
// are not recognised as such. Its columns sum up to 1.
type Sight struct {
	Time    float64
	Columns [columns]float64

	look Look
}

// Sights looks at raw pictures (yuv420p, w×h, one after the other); the n-th stands
// at the time at(n). One look at each is kept, not the picture.
func Sights(r io.Reader, w, h int, at func(n int) float64) ([]Sight, error) {
	if w < cells || h < cells || w%2 != 0 || h%2 != 0 {
		return nil, fmt.Errorf("picks: no sight of a picture of %dx%d", w, h)
	}
	var all []Sight
	now, before := make([]byte, w*h*3/2), make([]byte, w*h*3/2)
	for n := 0; ; n++ {
		if _, err := io.ReadFull(r, now); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return all, fmt.Errorf("picks: picture %d: %w", n, err)
		}
		s := Sight{Time: at(n), look: Measure(Frame{Time: at(n), W: w, H: h, Gray: now[:w*h]})}
		p := planes{now, w, h}
		moved := p.motion(before)
		if n == 0 || !sameShot(&all[n-1].look, &s.look) {
			moved = [columns]float64{}
		}
		s.Columns = weighed(p.skin(), moved, p.detail())
		all = append(all, s)
		now, before = before, now
	}
}

// otherShot is how far apart two looks are from which they are of two shots.
const otherShot = 0.4

func sameShot(a, b *Look) bool { return Distance(a, b) < otherShot }

// planes is a picture in yuv420p.
type planes struct {
	bytes []byte
	w, h  int
}

// high weighs a line: heads are in the upper part of a picture more often than not.
func (p planes) high(y int) float64 { return 1 - 0.5*float64(y)/float64(p.h) }

// skin is where the colours of skin are, of whoever it is: a narrow band of hue,
// at every lightness but the darkest and the lightest (Chai and Ngan, 1999). What is
// pale counts less: a white wall in warm light.
func (p planes) skin() (out [columns]float64) {
	const pale, full = 132, 14 // of Cr
	half := p.w / 2
	u, v := p.bytes[p.w*p.h:], p.bytes[p.w*p.h*5/4:]
	for y := range p.h / 2 {
		for x := range half {
			luma := p.bytes[2*y*p.w+2*x]
			cb, cr := u[y*half+x], v[y*half+x]
			if luma > 30 && luma < 235 && cb >= 85 && cb <= 125 && cr > pale && cr <= 170 {
				out[x*columns/half] += p.high(2*y) * min(1, (float64(cr)-pale)/full)
			}
		}
	}
	return out
}

// motion is where the picture has changed.
func (p planes) motion(before []byte) (out [columns]float64) {
	const noise = 8
	for y := range p.h {
		for x := range p.w {
			i := y*p.w + x
			d := math.Abs(float64(p.bytes[i]) - float64(before[i]))
			if d > noise {
				out[x*columns/p.w] += (d - noise) * p.high(y)
			}
		}
	}
	return out
}

// detail is where edges are.
func (p planes) detail() (out [columns]float64) {
	const noise = 10
	for y := 1; y < p.h-1; y++ {
		for x := 1; x < p.w-1; x++ {
			i := y*p.w + x
			d := math.Abs(float64(p.bytes[i+1])-float64(p.bytes[i-1])) + math.Abs(float64(p.bytes[i+p.w])-float64(p.bytes[i-p.w]))
			if d > noise {
				out[x*columns/p.w] += (d - noise) * p.high(y)
			}
		}
	}
	return out
}

// weighed adds up what was seen. Skin counts by how much there is of it, up to a
// fifteenth of the picture; where everything has its colours (wood, sand, a
// sunset) it says nothing, and where everything moves the camera does.
func weighed(skin, motion, detail [columns]float64) (out [columns]float64) {
	parts := [3][columns]float64{skin, motion, detail}
	weights := [3]float64{0.66, 0.20, 0.14}
	var whole float64
	for i, part := range parts {
		var sum, peak float64
		for _, v := range part {
			sum, peak = sum+v, max(peak, v)
		}
		if sum == 0 {
			continue
		}
		uneven := 1 - sum/(columns*peak) // 0: the same everywhere
		for x, v := range part {
			out[x] += weights[i] * uneven * v / sum
		}
		whole += weights[i] * uneven
	}
	for x := range out {
		if whole > 0 {
			out[x] /= whole
		} else {
			out[x] = 1.0 / columns
		}
	}
	return out
}
