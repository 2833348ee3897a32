package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline"
)

// asRegie turns the test binary into regie itself, so that the tests run the
// real program, in processes of its own, without building it first.
const asRegie = "REGIE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asRegie) != "" || len(os.Args) > 1 && os.Args[1] == sandboxExec {
		os.Unsetenv(asRegie)
		main()
		return
	}
	os.Exit(m.Run())
}

// regie is a command of the real program that works on a data folder.
func regie(ctx context.Context, t testing.TB, data string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), asRegie+"=1", "REGIE_DATA="+data)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// outcome runs a command to its end.
func outcome(t testing.TB, data string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := regie(t.Context(), t, data, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("regie %v: %v", args, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// film reads the film that ends the output of a command with --json.
func film(t *testing.T, stdout string) pipeline.FilmView {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	var v pipeline.FilmView
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &v); err != nil || v.ID == "" {
		t.Fatalf("the last line is no film (%v):\n%s", err, stdout)
	}
	return v
}

// server starts `regie serve` on a free port and returns it with its address,
// once it listens.
func server(ctx context.Context, t testing.TB, data string) (*exec.Cmd, string) {
	t.Helper()
	return listening(ctx, t, data, "serve")
}

// listening starts a command that serves the site.
func listening(ctx context.Context, t testing.TB, data string, command ...string) (*exec.Cmd, string) {
	t.Helper()
	cmd := regie(ctx, t, data, append(command, "--listen", "127.0.0.1:0", "--json")...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var first struct{ URL string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &first) != nil || first.URL == "" {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		t.Fatalf("%s said %q (%v)\n%s", command, line, err, errs.String())
	}
	go io.Copy(io.Discard, out)
	return cmd, first.URL
}

// clips is the folder of real clips, or the test is skipped.
func clips(t *testing.T) string { return services.Media(t, "") }
