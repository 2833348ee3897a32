package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Check proves the confinement by trying it: a film is made, a secret beside the
// working folder can't be read, a listener on this machine can't be reached.
// Without confinement it fails with ErrConfinement.
func (s *Sandbox) Check(ctx context.Context) error {
	if !s.launch.walls.Whole() {
		return fmt.Errorf("%w: %s", ErrConfinement, s.launch.walls)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	dir, err := os.MkdirTemp("", "media-check-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	out := filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o700); err != nil {
		return err
	}
	return errors.Join(s.checkFilm(ctx, out), s.checkFiles(ctx, out, filepath.Join(dir, "secret")), s.checkNetwork(ctx, out))
}

func (s *Sandbox) checkFilm(ctx context.Context, out string) error {
	_, err := s.Run(ctx, Command{Tool: FFmpeg, Dir: out, Args: []string{
		"-f", "lavfi", "-i", "testsrc=s=64x64:r=25:d=1", "-c:v", "mpeg4", "-f", "matroska", "film.mkv",
	}})
	if err != nil {
		return err
	}
	return CheckOutput(ctx, s, filepath.Join(out, "film.mkv"), time.Second, 100*time.Millisecond)
}

// checkFiles gives the path among the arguments, where no whitelist stands.
func (s *Sandbox) checkFiles(ctx context.Context, out, secret string) error {
	canary := []byte("regie canary regie canary")
	if err := os.WriteFile(secret, canary, 0o600); err != nil {
		return err
	}
	r, err := s.Run(ctx, Command{Tool: FFmpeg, Dir: out, Args: []string{
		"-f", "data", "-i", "file:" + secret, "-map", "0", "-c", "copy", "-f", "data", "-",
	}})
	if err == nil || bytes.Contains(r.Stdout, canary) {
		return fmt.Errorf("%w: files outside can be read", ErrConfinement)
	}
	return nil
}

func (s *Sandbox) checkNetwork(ctx context.Context, out string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	reached := make(chan bool, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_ = conn.Close()
		}
		reached <- err == nil
	}()
	_, err = s.Run(ctx, Command{Tool: FFmpeg, Dir: out, Args: []string{
		"-f", "data", "-i", "tcp://" + listener.Addr().String() + "?timeout=1000000", "-map", "0", "-c", "copy", "-f", "data", "-",
	}})
	_ = listener.Close()
	if <-reached || err == nil {
		return fmt.Errorf("%w: the network can be reached", ErrConfinement)
	}
	return nil
}
