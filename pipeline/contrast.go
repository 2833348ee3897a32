package pipeline

import (
	"fmt"
	"math"
	"strconv"
)

// The grounds on which colours are read.
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
		c := rgb(hex)[i] / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		total += weight * c
	}
	return total
}

// rgb are the red, green and blue of a colour, from 0 to 255.
func rgb(hex string) (parts [3]float64) {
	for i := range parts {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8) // hexColour has looked
		parts[i] = float64(n)
	}
	return parts
}

// InkOn is the ink that reads better on a colour: one of the two is always legible.
func InkOn(hex string) string {
	if contrast(hex, "#ffffff") > contrast(hex, "#000000") {
		return "#ffffff"
	}
	return "#000000"
}

// OnPaper is a colour as ink on the paper of the house.
func OnPaper(hex string) string { return readable(hex, paper) }

// readable is the nearest colour towards black, or towards white, that is legible
// on a ground.
func readable(hex, ground string) string {
	from, to := rgb(hex), rgb(InkOn(ground))
	for step := 0.0; contrast(hex, ground) < legible; step++ {
		mixed := [3]int{}
		for i := range mixed {
			mixed[i] = int(math.Round(from[i] + (to[i]-from[i])*min(step/100, 1)))
		}
		hex = fmt.Sprintf("#%02x%02x%02x", mixed[0], mixed[1], mixed[2])
	}
	return hex
}
