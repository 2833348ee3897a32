package picks

import (
	"math"
	"slices"
)

const (
	cells = 16 // the picture in little: cells×cells mean values
	tiles = 8  // sharpness and texture are measured in tiles×tiles parts
)

// Look is what one frame looks like: a kilobyte instead of a picture.
type Look struct {
	Time    float64
	Mean    float64 // mean luma, 0 to 255
	Spread  float64 // standard deviation of luma, 0 to 127
	Low     float64 // luma that 2 % of the pixels stay under
	High    float64 // luma that 98 % of the pixels stay under
	Entropy float64 // of the luma histogram, 0 to 8 bits: how many shades are in use
	// Sharp is the variance of the Laplacian (luma²) in the sharpest quarter of
	// the picture, so that a face before a soft background is sharp.
	Sharp float64
	// Detail is the part of the picture that has texture in it, 0 to 1: a title
	// on black has little.
	Detail float64

	little [cells * cells]uint8
}

// texture is the standard deviation (luma) from which a tile shows something.
const texture = 6.0

// Measure looks at one frame. A frame without enough bytes measures as black.
func Measure(f Frame) Look {
	look := Look{Time: f.Time}
	if f.W < cells || f.H < cells || len(f.Gray) < f.W*f.H {
		return look
	}
	look.histogram(f)
	look.tiles(f)
	look.shrink(f)
	return look
}

// histogram fills in the measures of exposure.
func (l *Look) histogram(f Frame) {
	var count [256]int
	for _, v := range f.Gray[:f.W*f.H] {
		count[v]++
	}
	total := float64(f.W * f.H)
	var sum, squares, seen float64
	l.Low, l.High = -1, -1
	for v, n := range count {
		if n == 0 {
			continue
		}
		x, weight := float64(v), float64(n)
		sum += x * weight
		squares += x * x * weight
		seen += weight
		if l.Low < 0 && seen >= 0.02*total {
			l.Low = x
		}
		if l.High < 0 && seen >= 0.98*total {
			l.High = x
		}
		l.Entropy -= weight / total * math.Log2(weight/total)
	}
	l.Mean = sum / total
	l.Spread = math.Sqrt(max(0, squares/total-l.Mean*l.Mean))
}

// tile sums what a tile's variances need. Integers hold: 255²×4²×(pixels).
type tile struct{ n, sum, squares, lap, lapSquares int }

func variance(n, sum, squares int) float64 {
	if n == 0 {
		return 0
	}
	mean := float64(sum) / float64(n)
	return max(0, float64(squares)/float64(n)-mean*mean)
}

// tiles fills in Sharp and Detail.
func (l *Look) tiles(f Frame) {
	var sharp [tiles * tiles]float64
	textured := 0
	for ty := range tiles {
		for tx := range tiles {
			t := sumTile(f, tx, ty)
			sharp[ty*tiles+tx] = variance(t.n, t.lap, t.lapSquares)
			if variance(t.n, t.sum, t.squares) >= texture*texture {
				textured++
			}
		}
	}
	slices.Sort(sharp[:])
	best := sharp[len(sharp)*3/4:]
	for _, s := range best {
		l.Sharp += s / float64(len(best))
	}
	l.Detail = float64(textured) / (tiles * tiles)
}

// sumTile goes over one tile, without the outermost pixels of the picture.
func sumTile(f Frame, tx, ty int) tile {
	var t tile
	x0, x1 := max(1, tx*f.W/tiles), min(f.W-1, (tx+1)*f.W/tiles)
	y0, y1 := max(1, ty*f.H/tiles), min(f.H-1, (ty+1)*f.H/tiles)
	for y := y0; y < y1; y++ {
		row := y*f.W + x0
		n := x1 - x0
		mid := f.Gray[row-1 : row+n+1]
		up := f.Gray[row-f.W:][:n]
		down := f.Gray[row+f.W:][:n]
		for i := range n {
			v := int(mid[i+1])
			lap := 4*v - int(mid[i]) - int(mid[i+2]) - int(up[i]) - int(down[i])
			t.sum += v
			t.squares += v * v
			t.lap += lap
			t.lapSquares += lap * lap
		}
		t.n += n
	}
	return t
}

// shrink keeps the picture in little.
func (l *Look) shrink(f Frame) {
	for cy := range cells {
		for cx := range cells {
			x0, x1 := cx*f.W/cells, (cx+1)*f.W/cells
			y0, y1 := cy*f.H/cells, (cy+1)*f.H/cells
			sum := 0
			for y := y0; y < y1; y++ {
				for _, v := range f.Gray[y*f.W+x0 : y*f.W+x1] {
					sum += int(v)
				}
			}
			l.little[cy*cells+cx] = uint8(sum / ((x1 - x0) * (y1 - y0)))
		}
	}
}

// change is the mean difference of two pictures in little, in luma.
func change(a, b *Look) float64 {
	sum := 0
	for i := range a.little {
		sum += max(int(a.little[i]), int(b.little[i])) - min(int(a.little[i]), int(b.little[i]))
	}
	return float64(sum) / (cells * cells)
}

// Distance says how different two frames look, 0 (the same) to 1 (nothing in
// common). It compares the pictures in little after evening out brightness and
// contrast, and does not see a camera that moved by up to a sixteenth of the
// picture: it is the least (1 − correlation) of the inner 14×14 cells of a and
// those of b as they are and moved by a cell, at most 1.
func Distance(a, b *Look) float64 {
	least := 1.0
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			least = min(least, shifted(a, b, dx, dy))
		}
	}
	return least
}

// shifted is 1 − correlation of the inner cells of a and those of b, moved.
func shifted(a, b *Look, dx, dy int) float64 {
	const n = (cells - 2) * (cells - 2)
	var sa, sb, saa, sbb, sab int
	for y := 1; y < cells-1; y++ {
		row := a.little[y*cells+1:][:cells-2]
		other := b.little[(y+dy)*cells+1+dx:][:cells-2]
		for i := range row {
			u, v := int(row[i]), int(other[i])
			sa, sb = sa+u, sb+v
			saa, sbb, sab = saa+u*u, sbb+v*v, sab+u*v
		}
	}
	va, vb := float64(n*saa-sa*sa), float64(n*sbb-sb*sb)
	if va == 0 || vb == 0 { // a flat picture is like nothing but another flat one
		if va == vb && math.Abs(a.Mean-b.Mean) < 16 {
			return 0
		}
		return 1
	}
	return min(1, max(0, 1-float64(n*sab-sa*sb)/math.Sqrt(va*vb)))
}
