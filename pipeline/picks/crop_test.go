package picks

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"anonymal.tv/regie/internal/services"
)

// leftAt is where a crop stands at an instant.
func leftAt(places []Place, t float64) float64 {
	now := places[0]
	for i, p := range places {
		if p.Time > t {
			break
		}
		now = p
		if i+1 < len(places) && !places[i+1].Cut && places[i+1].Time > t {
			next := places[i+1]
			now.Left = p.Left + (next.Left-p.Left)*(t-p.Time)/(next.Time-p.Time)
		}
	}
	return now.Left
}

// subject is what there is to see in a picture with one thing in it, around x.
func subject(x float64) (columnsOf [columns]float64) {
	for i := range columnsOf {
		off := (float64(i)+0.5)/columns - x
		columnsOf[i] = math.Exp(-off * off / 0.002)
	}
	return columnsOf
}

// TestCropNeverJumpsWithinAShot: whatever is seen, it begins at 0, stays in the
// picture, goes forward in time, and moves no faster than its pace but at cuts.
func TestCropNeverJumpsWithinAShot(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		share := rapid.Float64Range(0.1, 0.9).Draw(rt, "share")
		var sights []Sight
		for i := range rapid.IntRange(1, 80).Draw(rt, "pictures") {
			s := Sight{Time: float64(i) / 5, Columns: subject(rapid.Float64Range(0, 1).Draw(rt, "x"))}
			for c := range s.look.little {
				s.look.little[c] = uint8(rapid.Uint64().Draw(rt, "look"))
			}
			sights = append(sights, s)
		}
		cuts := rapid.SliceOfN(rapid.Float64Range(0, 16), 0, 8).Draw(rt, "cuts")
		places := Crop(sights, cuts, share)
		if len(places) == 0 || places[0].Time != 0 || !places[0].Cut {
			rt.Fatalf("it begins with %+v", places)
		}
		for i, p := range places {
			if p.Left < 0 || p.Left > 1-share+1e-9 {
				rt.Errorf("%+v is out of the picture", p)
			}
			if i == 0 {
				continue
			}
			q := places[i-1]
			if p.Time <= q.Time && !p.Cut || p.Time < q.Time {
				rt.Errorf("%+v after %+v", p, q)
			}
			if pace := math.Abs(p.Left-q.Left) / (p.Time - q.Time); !p.Cut && pace > calm*share+1e-9 {
				rt.Errorf("from %+v to %+v: %.3f a second", q, p, pace)
			}
		}
	})
}

// TestCropFollows: what stands still is held still, in the middle; what walks
// through the picture is followed; at a cut it is where the new shot has something.
func TestCropFollows(t *testing.T) {
	const share = 0.3
	at := func(x func(t float64) float64, cut float64) []Place {
		var sights []Sight
		for i := range 50 {
			s := Sight{Time: float64(i) / 5}
			s.Columns = subject(x(s.Time))
			for c := range s.look.little {
				s.look.little[c] = uint8(c)
				if s.Time >= cut {
					s.look.little[c] = uint8(255 - c*c%200)
				}
			}
			sights = append(sights, s)
		}
		return Crop(sights, []float64{cut}, share)
	}
	if still := at(func(float64) float64 { return 0.7 }, 99); len(still) != 1 || math.Abs(still[0].Left+share/2-0.7) > 0.02 {
		t.Errorf("what stands still: %+v", still)
	}
	walk := at(func(t float64) float64 { return 0.2 + 0.06*t }, 99)
	for i := range 10 {
		now := float64(i)
		if left := leftAt(walk, now); 0.2+0.06*now < left || 0.2+0.06*now > left+share {
			t.Errorf("at %.0f s what walks is out of %.2f: %+v", now, left, walk)
		}
	}
	both := at(func(t float64) float64 {
		if t < 5 {
			return 0.15
		}
		return 0.85
	}, 4.9)
	if len(both) != 2 || both[1].Time != 4.9 || !both[1].Cut || both[0].Left > 0.05 || both[1].Left < 0.65 {
		t.Errorf("over a cut: %+v", both)
	}
	if flash := at(func(float64) float64 { return 0.5 }, 99); len(flash) != 1 {
		t.Errorf("a cut that is none: %+v", flash)
	}
}

// TestCropKeepsTheActor: in a real film with people, cropped to a quarter of its
// width for a telephone, the face that a shot is about stays in the crop. The places
// of the faces were read off the pictures. Not among them is 22.5 s, where a robot in
// the same golden light, beside the face, draws the crop to itself.
func TestCropKeepsTheActor(t *testing.T) {
	clip := services.Media(t, "good/film-tos-battle-332p-vp8-71s.webm")
	const w, h, rate = 160, 66, 5
	raw := tool(t, nil, "ffmpeg", "-v", "error", "-t", "40", "-i", clip, "-an", "-vf", fmt.Sprintf("fps=%d,scale=%d:%d", rate, w, h), "-pix_fmt", "yuv420p", "-f", "rawvideo", "-")
	sights, err := Sights(bytes.NewReader(raw), w, h, func(n int) float64 { return float64(n) / rate })
	if err != nil {
		t.Fatal(err)
	}
	var cuts []float64
	for _, c := range sceneCuts(t, clip) {
		cuts = append(cuts, c.Time)
	}
	const share = 9.0 / 16 * 332 / 798
	places := Crop(sights, cuts, share)
	for at, face := range map[float64]float64{15: 0.45, 17.5: 0.50, 20: 0.31, 25: 0.29, 37.5: 0.36} {
		if left := leftAt(places, at); face < left || face > left+share {
			t.Errorf("at %.1f s the crop shows %.2f to %.2f, the face is at %.2f", at, left, left+share, face)
		}
	}
}

// TestSightsReadWholePictures: a picture that is cut short is an error.
func TestSightsReadWholePictures(t *testing.T) {
	const w, h = 32, 32
	if all, err := Sights(bytes.NewReader(make([]byte, 2*w*h*3/2)), w, h, func(int) float64 { return 0 }); err != nil || len(all) != 2 {
		t.Errorf("%d pictures, %v", len(all), err)
	}
	if _, err := Sights(bytes.NewReader(make([]byte, w*h*3/2+1)), w, h, func(int) float64 { return 0 }); err == nil {
		t.Error("a piece of a picture was taken for one")
	}
	if _, err := Sights(bytes.NewReader(nil), 8, 8, func(int) float64 { return 0 }); err == nil {
		t.Error("a picture too small to see anything was taken")
	}
}
