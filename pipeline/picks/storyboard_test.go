package picks

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestStoryboard(t *testing.T) {
	for length, want := range map[float64]Grid{
		0:           {1, 1, 1, 1, 1},
		math.NaN():  {1, 1, 1, 1, 1},
		7.3:         {1, 8, 1, 1, 8},
		71:          {1, 10, 8, 1, 71},
		100:         {1, 10, 10, 1, 100},
		100.04:      {2, 10, 6, 1, 51},
		600:         {2, 10, 10, 3, 300},
		3599:        {5, 10, 10, 8, 720},
		2 * 3600:    {10, 10, 10, 8, 720},
		math.Inf(1): {1, 1, 1, 1, 1},
	} {
		if got := Storyboard(length); got != want {
			t.Errorf("%g s: %+v, want %+v", length, got, want)
		}
	}
}

func TestStoryboardVTT(t *testing.T) {
	name := func(sheet int) string { return fmt.Sprintf("story-%d.jpg", sheet) }
	got := StoryboardVTT(Grid{10, 2, 1, 2, 3}, 23.5, 160, 90, name)
	want := `WEBVTT

00:00:00.000 --> 00:00:10.000
story-0.jpg#xywh=0,0,160,90

00:00:10.000 --> 00:00:20.000
story-0.jpg#xywh=160,0,160,90

00:00:20.000 --> 00:00:23.500
story-1.jpg#xywh=0,0,160,90
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	long := StoryboardVTT(Storyboard(7200), 7200, 160, 90, name)
	if !strings.HasSuffix(long, "\n01:59:50.000 --> 02:00:00.000\nstory-7.jpg#xywh=1440,90,160,90\n") {
		t.Errorf("ends %q", long[len(long)-80:])
	}
}
