package ffmpeg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ErrOutput says that a tool ended well and left something bad all the same.
var ErrOutput = errors.New("ffmpeg: output is not what was asked for")

// Tolerance is how far the length of an output may be off: half a second, or a
// hundredth of a longer one.
func Tolerance(want time.Duration) time.Duration {
	return max(500*time.Millisecond, want/100)
}

// CheckOutput looks at a finished output of ours as if it were a stranger's: it
// has streams, they have packets, and the longest of them is as long as wanted.
// The header isn't believed. A .m3u8 is checked by CheckPlaylist.
func CheckOutput(ctx context.Context, r Runner, path string, want, tolerance time.Duration) error {
	if filepath.Ext(path) == ".m3u8" {
		return CheckPlaylist(path, want, tolerance)
	}
	m, err := Probe(ctx, r, path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	var length time.Duration
	for _, stream := range streams(m) {
		p, err := ScanPackets(ctx, r, path, stream)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrOutput, err)
		}
		if p.Count == 0 {
			return fmt.Errorf("%w: stream %d of %s is empty", ErrOutput, stream, filepath.Base(path))
		}
		length = max(length, p.Length())
	}
	return compare(filepath.Base(path), length, want, tolerance)
}

func streams(m Media) []int {
	var all []int
	for _, v := range m.Video {
		if !v.Picture {
			all = append(all, v.Index)
		}
	}
	for _, a := range m.Audio {
		all = append(all, a.Index)
	}
	return all
}

func compare(name string, got, want, tolerance time.Duration) error {
	if off := (got - want).Abs(); off > tolerance {
		return fmt.Errorf("%w: %s lasts %v, wanted %v", ErrOutput, name, got, want)
	}
	return nil
}

// CheckPlaylist looks at a finished HLS media playlist: it has its end, each of
// its files is there and holds something, and their lengths sum up to want.
func CheckPlaylist(path string, want, tolerance time.Duration) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	defer func() { _ = file.Close() }()
	var sum float64
	segments, ended := 0, false
	scan := bufio.NewScanner(file)
	for scan.Scan() {
		line := strings.TrimSpace(scan.Text())
		name := ""
		switch {
		case strings.HasPrefix(line, "#EXTINF:"):
			value, _, _ := strings.Cut(strings.TrimPrefix(line, "#EXTINF:"), ",")
			length, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return fmt.Errorf("%w: %s: %q", ErrOutput, path, line)
			}
			sum += length
		case strings.HasPrefix(line, "#EXT-X-MAP:"):
			_, after, _ := strings.Cut(line, `URI="`)
			name, _, _ = strings.Cut(after, `"`)
		case line == "#EXT-X-ENDLIST":
			ended = true
		case line != "" && line[0] != '#':
			name, segments = line, segments+1
		}
		if name == "" {
			continue
		}
		if err := holds(filepath.Dir(path), name); err != nil {
			return err
		}
	}
	if err := scan.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if !ended || segments == 0 {
		return fmt.Errorf("%w: %s is not finished (%d segments)", ErrOutput, filepath.Base(path), segments)
	}
	return compare(filepath.Base(path), seconds(sum), want, tolerance)
}

func holds(dir, name string) error {
	if !filepath.IsLocal(name) {
		return fmt.Errorf("%w: playlist names %q", ErrOutput, name)
	}
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if info.Size() == 0 {
		return fmt.Errorf("%w: %s is empty", ErrOutput, name)
	}
	return nil
}
