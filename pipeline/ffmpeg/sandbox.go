package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	lls "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// BubblewrapOff as Options.Bubblewrap leaves bubblewrap out even where it is
// installed.
const BubblewrapOff = "off"

// Options are what a Sandbox is made with. Zero values choose the default.
type Options struct {
	FFmpeg, FFprobe string   // paths; found in PATH when empty
	Helper          []string // argv prefix that starts SandboxExec: {"/proc/self/exe", "sandbox-exec"}; without it there is no confinement
	Bubblewrap      string   // path; found in PATH when empty; BubblewrapOff
	AllowNone       bool     // run without confinement where there is none to be had
	Log             *slog.Logger
	CPU             time.Duration // CPU time of one run: 12 h
	Memory          int64         // address space in bytes: 6 GiB
	FileSize        int64         // largest file in bytes: 512 GiB
	Threads         int           // decoding threads: 2
	Grace           time.Duration // between asking a cancelled run to end and ending it: 500 ms
}

// Sandbox is the Runner that starts real processes. It is safe for use by
// several goroutines; it keeps no state between runs.
type Sandbox struct {
	o       Options
	launch  launch
	version string
}

// New finds the tools and the strictest confinement that works here, by trying
// each with the real ffmpeg. Without any it fails with ErrConfinement, unless
// AllowNone.
func New(o Options) (*Sandbox, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	abi, err := lls.LandlockGetABIVersion()
	if err != nil {
		abi = 0
	}
	var reasons []error
	if len(o.Helper) > 0 {
		for _, l := range launches(o, abi, systemPaths(o.FFmpeg, o.FFprobe)) {
			s := &Sandbox{o: o, launch: l}
			if err := s.starts(); err != nil {
				reasons = append(reasons, fmt.Errorf("%s: %w", l.walls, err))
				continue
			}
			o.Log.Info("media sandbox", "confinement", l.walls.String())
			return s, nil
		}
	}
	if !o.AllowNone {
		return nil, errors.Join(append([]error{ErrConfinement}, reasons...)...)
	}
	o.Log.Warn("media tools run without confinement")
	s := &Sandbox{o: o, launch: launch{walls: Confinement{Files: WallNone, Network: WallNone, Landlock: abi}}}
	return s, s.starts()
}

// starts tells whether the tool can be started at all in this confinement.
func (s *Sandbox) starts() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := s.Run(ctx, Command{Tool: FFmpeg, Args: []string{"-version"}})
	if words := strings.Fields(string(r.Stdout)); err == nil && len(words) > 2 {
		s.version = words[2]
	}
	return err
}

// Version is ffmpeg's, as it calls itself: "5.1.9-0+deb12u1".
func (s *Sandbox) Version() string { return s.version }

func (o Options) complete() (Options, error) {
	for _, tool := range []struct {
		path *string
		name string
	}{{&o.FFmpeg, "ffmpeg"}, {&o.FFprobe, "ffprobe"}} {
		if *tool.path == "" {
			*tool.path = tool.name
		}
		found, err := exec.LookPath(*tool.path)
		if err != nil {
			return o, err
		}
		if *tool.path, err = filepath.EvalSymlinks(found); err != nil {
			return o, err
		}
		if *tool.path, err = filepath.Abs(*tool.path); err != nil {
			return o, err
		}
	}
	if o.Bubblewrap == "" {
		if found, err := exec.LookPath("bwrap"); err == nil {
			o.Bubblewrap = found
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.CPU = orElse(o.CPU, 12*time.Hour)
	o.Memory = orElse(o.Memory, 6<<30)
	o.FileSize = orElse(o.FileSize, 512<<30)
	o.Threads = orElse(o.Threads, 2)
	o.Grace = orElse(o.Grace, 500*time.Millisecond)
	return o, nil
}

func orElse[T int | int64 | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}

// Confinement tells what is in force.
func (s *Sandbox) Confinement() Confinement { return s.launch.walls }
