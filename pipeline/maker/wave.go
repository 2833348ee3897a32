package maker

import (
	"bytes"
	"fmt"
	"math"
)

// peaks takes samples of 16 bits, stereo, and keeps the loudest of each column,
// in constant memory.
type peaks struct {
	columns []int
	total   int64 // samples of one channel that are expected
	at      int64 // that have come
	rest    []byte
}

func newPeaks(columns int, total int64) peaks {
	return peaks{columns: make([]int, columns), total: max(1, total)}
}

// Write never fails.
func (p *peaks) Write(b []byte) (int, error) {
	const pair = 4 // bytes of a sample of both channels
	n := len(b)
	if len(p.rest) > 0 {
		b = append(p.rest, b...)
	}
	for ; len(b) >= pair; b = b[pair:] {
		left, right := int(int16(uint16(b[0])|uint16(b[1])<<8)), int(int16(uint16(b[2])|uint16(b[3])<<8))
		i := min(int(p.at*int64(len(p.columns))/p.total), len(p.columns)-1)
		p.columns[i] = max(p.columns[i], left, -left, right, -right)
		p.at++
	}
	p.rest = append([]byte(nil), b...)
	return n, nil
}

// waveHeight is the height of the drawing, whose middle is silence.
const waveHeight = 100

// svg draws the peaks as one mirrored outline: loudness is what the ear hears,
// so a tenth of the amplitude is a third of the height. The picture is stretched
// to where it is shown; its colour stands on paper and in the dark.
func (p *peaks) svg() []byte {
	const middle = waveHeight / 2
	heights := make([]int, len(p.columns))
	for i, v := range p.columns {
		heights[i] = max(1, int(math.Round(math.Sqrt(min(1, float64(v)/math.MaxInt16))*(middle-1))))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" preserveAspectRatio="none"><path fill="#6f8fc9" d="M0 %d`, len(heights), waveHeight, middle)
	for i, h := range heights {
		fmt.Fprintf(&b, "L%d %d", i, middle-h)
	}
	fmt.Fprintf(&b, "L%d %d", len(heights), middle)
	for i := len(heights) - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "L%d %d", i, middle+heights[i])
	}
	b.WriteString("Z\"/></svg>\n")
	return b.Bytes()
}
