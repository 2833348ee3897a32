package pipeline

import (
	"math"
	"strconv"
)

// The grounds on which the colours of rubriques are read.
const (
	paper    = "#FAF8F4"
	darkRoom = "#121316"
	legible  = 4.5 // WCAG 2.2, 1.4.3
)

// contrast is the contrast ratio of two colours written as #rrggbb (WCAG 2.2).
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	total := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8) // hexColour has looked
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		total += weight * c
	}
	return total
}
