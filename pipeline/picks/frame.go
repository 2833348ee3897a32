package picks

import (
	"errors"
	"fmt"
	"io"
	"iter"
)

// Frame is one picture of a film in 8-bit luma, row by row without padding. A
// size near 426x240 (or 240x426) is what the measures are tuned for.
type Frame struct {
	Time float64
	W, H int
	Gray []byte // W×H bytes
}

// ReadFrames reads raw gray frames of w×h one after the other and gives the
// n-th the time at(n), n from 0. One buffer serves all: a frame is valid until
// the next one. A last frame that is cut short ends the sequence with
// io.ErrUnexpectedEOF.
func ReadFrames(r io.Reader, w, h int, at func(n int) float64) iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		if w <= 0 || h <= 0 {
			yield(Frame{}, fmt.Errorf("picks: a frame can't be %dx%d", w, h))
			return
		}
		gray := make([]byte, w*h)
		for n := 0; ; n++ {
			if _, err := io.ReadFull(r, gray); err != nil {
				if !errors.Is(err, io.EOF) {
					yield(Frame{}, fmt.Errorf("picks: frame %d: %w", n, err))
				}
				return
			}
			if !yield(Frame{Time: at(n), W: w, H: h, Gray: gray}, nil) {
				return
			}
		}
	}
}

// Looks measures every frame. On an error it returns what was measured before.
func Looks(frames iter.Seq2[Frame, error]) ([]Look, error) {
	var looks []Look
	for f, err := range frames {
		if err != nil {
			return looks, err
		}
		looks = append(looks, Measure(f))
	}
	return looks, nil
}
