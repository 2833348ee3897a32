package maker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// sabotage is a Runner whose tools end well and leave something bad.
type sabotage struct {
	ffmpeg.Runner
	after string // an argument of the command that is followed by harm
	harm  func(dir string) error
	say   string // on stderr
}

// Run runs, and does harm.
func (s sabotage) Run(ctx context.Context, c ffmpeg.Command) (ffmpeg.Result, error) {
	res, err := s.Runner.Run(ctx, c)
	if err == nil && slices.Contains(c.Args, s.after) {
		res.Stderr += s.say
		err = s.harm(c.Dir)
	}
	return res, err
}

func TestAToolThatLiesIsFoundOut(t *testing.T) {
	runner := sandbox(t)
	path := flash(t, runner, t.TempDir(), "flash.mp4", "25")
	change := func(name string, size int64) func(string) error {
		return func(dir string) error {
			if size < 0 {
				return os.Remove(filepath.Join(dir, name))
			}
			return os.Truncate(filepath.Join(dir, name), size)
		}
	}
	for _, c := range []struct {
		name, after string
		harm        func(string) error
		say         string
		kind        assets.Kind
	}{
		{"an empty segment", fileGray, change("hls/240/00000.m4s", 0), "", assets.Internal},
		{"half a segment", fileGray, change("hls/360/00000.m4s", 2000), "", assets.Internal},
		{"one rung shorter", fileGray, change("hls/240/00001.m4s", -1), "", assets.Internal},
		{"no rung at all", fileGray, change("hls/240/init.mp4", -1), "", assets.Internal},
		{"half a film", fileMovieOfTest, change(fileMovieOfTest, 3000), "", assets.Internal},
		{"an empty thumbnail", fileMovieOfTest, change("thumbnail-1-small.webp", 0), "", assets.Internal},
		{"a full disk", fileGray, func(string) error { return nil }, "av_interleaved_write_frame(): No space left on device", assets.Transient},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := New(Options{Runner: sabotage{runner, c.after, c.harm, c.say}, Profiles: profiles(t)})
			if err != nil {
				t.Fatal(err)
			}
			in, err := m.Inspect(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := m.Plan(in)
			if err != nil {
				t.Fatal(err)
			}
			_, err = m.Make(t.Context(), path, in, plan, t.TempDir(), nil)
			var own *assets.Error
			if !errors.As(err, &own) || own.Kind != c.kind || !strings.HasSuffix(own.Msg, ".") {
				t.Errorf("%v", err)
			}
		})
	}
}

const fileMovieOfTest = "mp4-360.mp4"

func TestCancelEndsTheMaking(t *testing.T) {
	runner := sandbox(t)
	path := flash(t, runner, t.TempDir(), "flash.mp4", "25")
	m, err := New(Options{Runner: runner, Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	in, err := m.Inspect(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := m.Plan(in)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = m.Make(ctx, path, in, plan, t.TempDir(), func(Step) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
