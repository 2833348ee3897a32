package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"time"
)

// What the decoding of a few frames may take of the processor, and how long it may
// last: a machine that has much else to do must not refuse a large picture.
const (
	headTime = 60 * time.Second
	headWait = 5 * time.Minute
)

// Head is what came out of decoding the start of a stream.
type Head struct {
	Decoded int    // frames
	Scan    Scan   // of the picture itself, not of the flag in the file
	Stderr  string // what the decoder complained of
}

// DecodeHead decodes up to frames pictures from the start of a stranger's file,
// looking no further than ten seconds in for the first. It proves that there is
// something to decode, and sees whether it is interlaced. No picture is no
// error: Decoded is 0.
func DecodeHead(ctx context.Context, r Runner, path string, stream, frames int) (Head, error) {
	return decodeHead(ctx, r, path, frames, []string{
		"-map", "0:" + strconv.Itoa(stream),
		"-vf", "idet,metadata=print:file=-",
		"-frames:v", strconv.Itoa(frames),
		"-fps_mode", "passthrough",
		"-f", "null", "-",
	})
}

// DecodeSound is DecodeHead for an audio track: up to frames blocks of sound.
func DecodeSound(ctx context.Context, r Runner, path string, stream, frames int) (Head, error) {
	return decodeHead(ctx, r, path, frames, []string{
		"-map", "0:" + strconv.Itoa(stream),
		"-af", "ametadata=mode=add:key=counted:value=1,ametadata=print:file=-",
		"-frames:a", strconv.Itoa(frames),
		"-f", "null", "-",
	})
}

func decodeHead(ctx context.Context, r Runner, path string, frames int, args []string) (Head, error) {
	ctx, cancel := context.WithTimeout(ctx, headWait)
	defer cancel()
	res, err := r.Run(ctx, Command{
		Tool:   FFmpeg,
		Inputs: []Input{{Path: path, Options: []string{"-t", "10"}}},
		Args:   args,
		CPU:    headTime,
	})
	// A filter sees one frame more than the output takes.
	m, readErr := ReadMeasures(bytes.NewReader(res.Stdout))
	h := Head{Decoded: min(m.Frames, frames), Scan: m.Scan, Stderr: res.Stderr}
	var exit *ExitError
	if errors.As(err, &exit) && exit.Err == nil && exit.Limit == LimitNone {
		err = nil // the tool gave up: Decoded tells how far it came
	}
	return h, errors.Join(err, readErr)
}
