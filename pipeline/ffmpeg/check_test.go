package ffmpeg

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// lazy is an ffmpeg that calls everything a success (M-12).
type lazy struct {
	Runner
	leave func()
}

func (l lazy) Run(ctx context.Context, c Command) (Result, error) {
	if c.Tool == FFmpeg {
		l.leave()
		return Result{}, nil
	}
	return l.Runner.Run(ctx, c)
}

func TestCheckOutput(t *testing.T) {
	dir, s := t.TempDir(), sandbox(t)
	whole := make1s(t, dir, "whole.mp4", "-movflags", "+faststart", "-f", "mp4")
	for name, c := range map[string]struct {
		left []byte // nil: no file
		want time.Duration
		ok   bool
	}{
		"whole":         {whole, time.Second, true},
		"half of it":    {whole[:len(whole)*6/10], time.Second, false},
		"of two":        {whole, 2 * time.Second, false},
		"empty":         {[]byte{}, time.Second, false},
		"none":          {nil, time.Second, false},
		"only the head": {whole[:1000], time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out.mp4")
			r := lazy{s, func() {
				if c.left != nil {
					write(t, path, c.left)
				}
			}}
			if _, err := r.Run(context.Background(), Command{Tool: FFmpeg}); err != nil {
				t.Fatal(err)
			}
			err := CheckOutput(context.Background(), r, path, c.want, 100*time.Millisecond)
			if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrOutput) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestCheckPlaylist(t *testing.T) {
	const head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"finished":          {head + "#EXT-X-MAP:URI=\"a.ts\"\n#EXTINF:0.6,\na.ts\n#EXTINF:0.4,\na.ts\n#EXT-X-ENDLIST\n", true},
		"empty":             {"", false},
		"no segments":       {head + "#EXT-X-ENDLIST\n", false},
		"no end":            {head + "#EXTINF:1,\na.ts\n", false},
		"too short":         {head + "#EXTINF:0.5,\na.ts\n#EXT-X-ENDLIST\n", false},
		"missing segment":   {head + "#EXTINF:1,\nb.ts\n#EXT-X-ENDLIST\n", false},
		"empty segment":     {head + "#EXTINF:1,\nempty.ts\n#EXT-X-ENDLIST\n", false},
		"missing init":      {head + "#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n", false},
		"another's segment": {head + "#EXTINF:1,\n../a.ts\n#EXT-X-ENDLIST\n", false},
		"no length":         {head + "#EXTINF:x,\na.ts\n#EXT-X-ENDLIST\n", false},
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "a.ts"), []byte("x"))
		write(t, filepath.Join(dir, "empty.ts"), nil)
		path := filepath.Join(dir, "v.m3u8")
		write(t, path, []byte(c.text))
		err := CheckOutput(context.Background(), nil, path, time.Second, 10*time.Millisecond)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrOutput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := CheckPlaylist(filepath.Join(t.TempDir(), "x.m3u8"), 0, 0); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no playlist: %v", err)
	}
}

// What the house made may be read by any demuxer, with what lies beside it in
// the working folder; a stranger's file may not.
func TestTrustedPlaylist(t *testing.T) {
	for name, s := range confinements(t) {
		dir := t.TempDir()
		_, err := s.Run(context.Background(), Command{Tool: FFmpeg, Dir: dir, Args: []string{
			"-f", "lavfi", "-i", "testsrc=s=128x96:d=2", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25", "-f", "hls", "-hls_time", "1",
			"-hls_segment_type", "fmp4", "-hls_playlist_type", "vod", "v.m3u8",
		}})
		if err != nil {
			t.Fatal(err)
		}
		in := Input{Path: filepath.Join(dir, "v.m3u8"), Trusted: true, Options: []string{"-f", "hls"}}
		m, err := probe(context.Background(), s, in, dir)
		if err != nil || len(m.Video) != 1 {
			t.Errorf("%s: %v", name, err)
		}
		if p, err := scanPackets(context.Background(), s, in, dir, 0); err != nil || p.Count != 50 {
			t.Errorf("%s: %d packets, %v", name, p.Count, err)
		}
		in.Trusted = false
		if _, err := probe(context.Background(), s, in, dir); err == nil {
			t.Errorf("%s: a stranger's playlist is read", name)
		}
	}
}
