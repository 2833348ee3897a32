package pipeline

import (
	"fmt"
	"math"
	"testing"
)

// TestContrast: the ratios are those of WCAG 2.2, and the ink on a colour is the one
// of black and white that reads better.
func TestContrast(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		ratio float64
		ink   string // on a
	}{
		{"#000000", "#ffffff", 21, "#ffffff"},
		{"#ffffff", "#FFFFFF", 1, "#000000"},
		{"#767676", "#ffffff", 4.54, "#000000"},
		{"#757575", "#ffffff", 4.61, "#ffffff"},
		{"#0000ff", "#ffffff", 8.59, "#ffffff"},
		{"#ffff00", "#ffffff", 1.07, "#000000"},
		{"#ff0000", "#ffffff", 4.00, "#000000"},
	} {
		if got := contrast(c.a, c.b); math.Abs(got-c.ratio) > 0.01 {
			t.Errorf("%s on %s: %.3f, want %.2f", c.a, c.b, got, c.ratio)
		}
		if got := InkOn(c.a); got != c.ink {
			t.Errorf("the ink on %s is %s", c.a, got)
		}
	}
}

// TestReadable: any colour can be read on paper and in the dark room once it is
// darker, or lighter; one that could be read is left as it is.
func TestReadable(t *testing.T) {
	for n := range 6 * 6 * 6 {
		hex := fmt.Sprintf("#%02x%02x%02x", n/36*51, n/6%6*51, n%6*51)
		if got := contrast(hex, InkOn(hex)); got < legible {
			t.Errorf("ink on %s: %.2f", hex, got)
		}
		for _, ground := range []string{paper, darkRoom} {
			got := readable(hex, ground)
			if ratio := contrast(got, ground); ratio < legible || contrast(hex, ground) >= legible && got != hex {
				t.Errorf("%s on %s becomes %s: %.2f", hex, ground, got, ratio)
			}
		}
	}
	if got := OnPaper("#ffd400"); got != "#877000" {
		t.Errorf("the yellow of a festival is %s on paper", got)
	}
}
