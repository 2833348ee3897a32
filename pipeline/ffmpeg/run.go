// Package ffmpeg drives ffmpeg and ffprobe: pure builders of argument lists and
// filter graphs, the one hardened runner, the probe and the parsers of what the
// tools print. It knows no film and is the only package that starts a process.
//
// github.com/u2takey/ffmpeg-go spells the filters of a graph. The wiring between
// them is ours (Build), because it tells filters apart by a weak hash: in a graph
// of twenty-four branches it took two for one (TestBuildLarge). So are the
// command line and the process, because its Compile drops its options.
//
// Not done here: deciding what is made of a film, and saying anything to people.
package ffmpeg

import (
	"context"
	"io"
	"time"
)

// Tool is the program to run.
type Tool string

// The two programs.
const (
	FFmpeg  Tool = "ffmpeg"
	FFprobe Tool = "ffprobe"
)

// Input is one file to read. It is given to the tool as file:…, behind the
// mandatory whitelists and limits.
type Input struct {
	Path    string
	Trusted bool     // made by this house: still no network, but any demuxer that Options name (-f …)
	Options []string // placed before -i: -ss, -t, -f of a trusted file…
}

// Command is one run of a tool.
type Command struct {
	Tool     Tool
	Inputs   []Input
	Args     []string      // everything after the inputs, from a pure builder; outputs are relative to Dir
	Dir      string        // the working folder: the only one that may be written
	Length   time.Duration // expected length of the output, for Progress; 0 unknown
	Progress func(Progress)
	CPU      time.Duration // CPU time limit (RLIMIT_CPU); 0 means the runner's default
	Stdout   io.Writer     // takes stdout as it comes; nil keeps it in Result.Stdout, 32 MiB at most
}

// Progress is what a running ffmpeg says of itself.
type Progress struct {
	Done  time.Duration // length written so far
	Ratio float64       // 0 to 1
	Speed float64       // 1 is real time
	ETA   time.Duration
}

// Result is what a finished run leaves.
type Result struct {
	Stdout  []byte
	Stderr  string // its end, 16 KiB at most
	CPU     time.Duration
	Wall    time.Duration
	PeakRSS int64 // bytes
}

// Runner is anything that runs a Command; *Sandbox is the real one.
type Runner interface {
	Run(ctx context.Context, c Command) (Result, error)
}
