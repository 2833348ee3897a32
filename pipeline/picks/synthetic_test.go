package picks

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

const sw, sh = 426, 240

// scene draws a picture full of edges that depends on seed alone.
func scene(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	gray := bytes.Repeat([]byte{byte(60 + r.IntN(60))}, sw*sh)
	for range 60 {
		x, y, w, h := r.IntN(sw), r.IntN(sh), 10+r.IntN(90), 10+r.IntN(60)
		light := byte(30 + r.IntN(200))
		for yy := y; yy < min(sh, y+h); yy++ {
			for xx := x; xx < min(sw, x+w); xx++ {
				gray[yy*sw+xx] = light + byte((xx*3+yy*5)%13)
			}
		}
	}
	return gray
}

// mapped changes every pixel.
func mapped(gray []byte, f func(float64) float64) []byte {
	out := make([]byte, len(gray))
	for i, v := range gray {
		out[i] = byte(min(255, max(0, f(float64(v)))))
	}
	return out
}

// blur is a box blur along the rows, as motion makes it, or both ways.
func blur(gray []byte, radius int, both bool) []byte {
	pass := func(in []byte, n, lines, step, next int) []byte {
		out := make([]byte, len(in))
		for l := range lines {
			for i := range n {
				sum, count := 0, 0
				for k := max(0, i-radius); k <= min(n-1, i+radius); k++ {
					sum += int(in[l*next+k*step])
					count++
				}
				out[l*next+i*step] = byte(sum / count)
			}
		}
		return out
	}
	out := pass(gray, sw, sh, 1, sw)
	if both {
		out = pass(out, sh, sw, sw, 1)
	}
	return out
}

func mix(a, b []byte, share float64) []byte {
	out := make([]byte, len(a))
	for i := range a {
		out[i] = byte(float64(a[i])*(1-share) + float64(b[i])*share)
	}
	return out
}

func same(v byte) []byte { return bytes.Repeat([]byte{v}, sw*sh) }

// film measures pictures that follow each other every half second.
func film(pictures ...[]byte) []Look {
	var looks []Look
	for i, gray := range pictures {
		looks = append(looks, Measure(Frame{float64(i) / 2, sw, sh, gray}))
	}
	return looks
}

// TestSpoiled puts one spoiled frame among good ones; it is never chosen.
func TestSpoiled(t *testing.T) {
	good := scene(1)
	for name, spoiled := range map[string][]byte{
		"black":             same(0),
		"video black":       same(16),
		"noise on black":    mapped(scene(9), func(v float64) float64 { return v / 30 }),
		"white":             same(235),
		"grey":              same(128),
		"fog":               mapped(scene(9), func(v float64) float64 { return 120 + v/30 }),
		"defocus":           blur(scene(9), 8, true),
		"motion blur":       blur(blur(scene(9), 25, false), 3, true),
		"fade to black":     mapped(good, func(v float64) float64 { return v * 0.5 }),
		"fade to white":     mapped(good, func(v float64) float64 { return 255 - (255-v)*0.5 }),
		"dissolve":          mix(good, scene(2), 0.5),
		"uneven dissolve":   mix(good, scene(2), 0.3),
		"title on black":    title(),
		"blinding, clipped": mapped(scene(9), func(v float64) float64 { return 225 + v/8 }),
	} {
		t.Run(name, func(t *testing.T) {
			looks := film(good, good, spoiled, scene(2), scene(2), scene(3), scene(4))
			picks := Thumbnails(looks, Options{Opening: -1})
			if len(picks) < 3 {
				t.Fatalf("only %d frames chosen of 4 different good ones", len(picks))
			}
			for _, p := range picks {
				if p.Index == 2 {
					t.Errorf("chose the spoiled frame: %+v", looks[2])
				}
			}
		})
	}
}

func title() []byte {
	gray := same(0)
	for y := 110; y < 125; y++ {
		for x := 150; x < 280; x++ {
			if x/6%2 == 0 {
				gray[y*sw+x] = 240
			}
		}
	}
	return gray
}

func TestNeverEmpty(t *testing.T) {
	if got := Thumbnails(nil, Options{}); got != nil {
		t.Errorf("no frames: %v", got)
	}
	dim := mapped(scene(1), func(v float64) float64 { return v / 20 })
	got := Thumbnails(film(same(0), same(2), dim, same(0)), Options{})
	if len(got) != 1 || got[0].Index != 2 {
		t.Errorf("of a black film the least black frame, once: %v", got)
	}
	still := film(scene(1), scene(1), scene(1), scene(1))
	if got := Thumbnails(still, Options{}); len(got) != 1 {
		t.Errorf("a film that never changes has one picture: %v", got)
	}
	soft := film(blur(scene(1), 20, true), blur(scene(2), 8, true))
	if got := Thumbnails(soft, Options{Opening: -1}); len(got) == 0 {
		t.Error("a film without a sharp frame has none at all")
	}
	odd := []Look{Measure(Frame{}), Measure(Frame{Time: math.NaN(), W: 5000, H: 5000}), {Time: math.Inf(1)}}
	if got := Thumbnails(odd, Options{Count: 3, Length: math.NaN(), Cuts: []float64{math.NaN()}}); len(got) != 1 {
		t.Errorf("frames without a picture: %v", got)
	}
}

func TestOpeningAndCuts(t *testing.T) {
	var pictures [][]byte
	var cuts []float64
	for i := range 60 { // 30 s, a shot every 3 s
		pictures = append(pictures, scene(uint64(i/6)))
		if i%6 == 0 {
			cuts = append(cuts, float64(i)/2-0.1)
		}
	}
	looks := film(pictures...)
	picks := Thumbnails(looks, Options{Length: 30, Cuts: cuts})
	if len(picks) != 6 {
		t.Fatalf("%d of 6 pictures", len(picks))
	}
	for i, p := range picks {
		if p.Time < 5 {
			t.Errorf("%.1f s is in the opening", p.Time)
		}
		if nearest(cuts, p.Time) < nearCut {
			t.Errorf("%.1f s is next to a cut", p.Time)
		}
		if i > 0 && p.Score > picks[i-1].Score {
			t.Error("not the best first")
		}
		for _, q := range picks[:i] {
			if int(p.Time/3) == int(q.Time/3) {
				t.Errorf("%.1f s and %.1f s are the same shot", p.Time, q.Time)
			}
		}
	}
	if again := Thumbnails(looks, Options{Length: 30, Cuts: cuts}); !slices.Equal(picks, again) {
		t.Error("another choice the second time")
	}
	short := Thumbnails(looks[:8], Options{Length: 4})
	if len(short) == 0 || slices.ContainsFunc(short, func(p Pick) bool { return p.Time < 4./3 }) {
		t.Errorf("a third of a short film is its opening: %v", short)
	}
}

func TestDistance(t *testing.T) {
	look := func(gray []byte) *Look { l := Measure(Frame{0, sw, sh, gray}); return &l }
	a := scene(1)
	moved := make([]byte, len(a))
	copy(moved[20:], a) // the camera 20 pixels to the left
	for name, c := range map[string]struct {
		gray        []byte
		least, most float64
	}{
		"itself":       {a, 0, 0},
		"darker":       {mapped(a, func(v float64) float64 { return v*0.7 + 10 }), 0, 0.01},
		"moved":        {moved, 0, twins},
		"another":      {scene(2), 0.4, 1},
		"flat":         {same(90), 1, 1},
		"the negative": {mapped(a, func(v float64) float64 { return 255 - v }), 0.5, 1},
	} {
		got, back := Distance(look(a), look(c.gray)), Distance(look(c.gray), look(a))
		if got < c.least || got > c.most {
			t.Errorf("%s: distance %.3f, not within %g and %g", name, got, c.least, c.most)
		}
		if math.Abs(got-back) > 0.1 {
			t.Errorf("%s: %.3f there, %.3f back", name, got, back)
		}
	}
	if d := Distance(look(same(0)), look(same(200))); d != 1 {
		t.Errorf("black and light grey: %g", d)
	}
}

func TestReadFrames(t *testing.T) {
	at := func(n int) float64 { return float64(n) * 2 }
	raw := append(append(same(50), scene(1)...), 1, 2, 3)
	looks, err := Looks(ReadFrames(bytes.NewReader(raw), sw, sh, at))
	if err == nil {
		t.Error("a frame cut short went unnoticed")
	}
	if len(looks) != 2 || looks[0].Mean != 50 || looks[1].Time != 2 {
		t.Errorf("measured %+v", looks)
	}
	if looks, err = Looks(ReadFrames(bytes.NewReader(raw[:2*sw*sh]), sw, sh, at)); err != nil || len(looks) != 2 {
		t.Errorf("whole frames: %d, %v", len(looks), err)
	}
	if _, err = Looks(ReadFrames(bytes.NewReader(raw), 0, sh, at)); err == nil {
		t.Error("a frame of no width")
	}
}

func BenchmarkMeasure(b *testing.B) {
	frame := Frame{0, sw, sh, scene(1)}
	b.ReportAllocs()
	for b.Loop() {
		Measure(frame)
	}
}

func BenchmarkThumbnails(b *testing.B) {
	var pictures [][]byte
	for i := range 100 {
		pictures = append(pictures, scene(uint64(i)))
	}
	looks := film(pictures...)
	b.ReportAllocs()
	for b.Loop() {
		Thumbnails(looks, Options{})
	}
}
