package services

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// Run runs a program to its end in a folder, fails the test when it fails, and
// returns what it said. install names the package that brings it.
func Run(t testing.TB, dir, program, install string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), find(t, program, install), args...)
	cmd.Dir = dir
	return run(t, cmd)
}

// Output runs a program to its end and returns what it wrote to its two
// outputs; it fails the test when the program fails.
func Output(t testing.TB, program, install string, args ...string) (stdout, stderr []byte) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), find(t, program, install), args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s", program, args, err, errs.String())
	}
	return out.Bytes(), errs.Bytes()
}

// Child is this test binary, started once more.
type Child struct{ process *process }

// Again starts the test binary once more with these arguments and this added
// environment: the part of a test that is to be killed.
func Again(t testing.TB, env []string, args ...string) *Child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), env...)
	return &Child{start(t, cmd, syscall.SIGKILL)}
}

// Kill ends the child as a power cut would, and returns once it is gone.
func (c *Child) Kill() { c.process.kill() }

// Ended is closed once the child is gone.
func (c *Child) Ended() <-chan struct{} { return c.process.ended }

// Output is the end of what the child has said; ask once it is gone.
func (c *Child) Output() string { return c.process.output.String() }
