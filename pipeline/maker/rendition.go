package maker

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

func (t track) seconds(v int64) float64 { return float64(v) / float64(t.Timescale) }

// readRendition reads a media playlist's init segment and segments as they are
// on disk. Each holds something and begins with a key frame.
func readRendition(root, dir string) (rendition, error) {
	r := rendition{Dir: dir}
	var err error
	if r.Track, err = readTrack(filepath.Join(root, dir, "init.mp4")); err != nil {
		return r, fmt.Errorf("%s: %w", dir, err)
	}
	for n := 0; ; n++ {
		name := fmt.Sprintf("%05d.m4s", n)
		path := filepath.Join(root, dir, name)
		info, err := os.Stat(path)
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		if err != nil {
			return r, err
		}
		samples, err := readSegment(path, r.Track)
		if err != nil {
			return r, err
		}
		if len(samples) == 0 || !samples[0].Key {
			return r, fmt.Errorf("maker: %s/%s is empty or begins without a key frame", dir, name)
		}
		s := segment{Name: name, Start: r.Track.seconds(samples[0].PTS), Bytes: info.Size()}
		for _, one := range samples {
			s.Seconds += r.Track.seconds(one.Duration)
		}
		r.Segments, r.Samples = append(r.Segments, s), append(r.Samples, samples...)
	}
	if len(r.Segments) == 0 {
		return r, fmt.Errorf("maker: %s has no segment", dir)
	}
	return r, nil
}

// length is what the segments last together, in seconds.
func (r rendition) length() float64 {
	var sum int64
	for _, s := range r.Samples {
		sum += s.Duration
	}
	return r.Track.seconds(sum)
}

// agrees compares two rungs: as long, and cut at the same instants, within a
// frame.
func (r rendition) agrees(with rendition, frame float64) error {
	if len(r.Segments) != len(with.Segments) || math.Abs(r.length()-with.length()) > frame {
		return fmt.Errorf("maker: %s has %d segments of %.3f s, %s has %d of %.3f s", r.Dir, len(r.Segments), r.length(), with.Dir, len(with.Segments), with.length())
	}
	for i, s := range r.Segments {
		if math.Abs(s.Start-with.Segments[i].Start) > frame {
			return fmt.Errorf("maker: segment %d of %s begins at %.3f s, that of %s at %.3f s", i, r.Dir, s.Start, with.Dir, with.Segments[i].Start)
		}
	}
	return nil
}

// files are the init segment and the media segments, in order.
func (r rendition) files(root string) []string {
	all := []string{filepath.Join(root, r.Dir, "init.mp4")}
	for _, s := range r.Segments {
		all = append(all, filepath.Join(root, r.Dir, s.Name))
	}
	return all
}

// trimmed are the segments as they are heard: without the priming before the
// first instant, and without what the last packet holds beyond the end.
func (r rendition) trimmed(length float64) []segment {
	var all []segment
	for _, s := range r.Segments {
		start, end := max(0, s.Start), min(length, s.Start+s.Seconds)
		if end-start > 0 {
			s.Start, s.Seconds = start, end-start
			all = append(all, s)
		}
	}
	return all
}
