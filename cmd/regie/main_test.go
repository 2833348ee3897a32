package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/internal/services"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/pipeline/maker"
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
	file, err := shortLadder()
	if err != nil {
		panic(err)
	}
	os.Setenv(profilesKey, file)
	code := m.Run()
	os.Remove(file)
	os.Exit(code)
}

// profilesKey names the profiles that the program makes films by.
const profilesKey = "REGIE_PROFILES"

// shortLadder is a file of profiles: those of the house, with the two smallest steps
// of its ladder, made in haste. What is tested here is the way of a film, which is the
// same whatever it looks like; ./pipeline/maker looks at that.
func shortLadder() (file string, err error) {
	var p maker.Profiles
	name, text, err := configs.ReadProfiles("")
	if err == nil {
		err = configs.Decode(name, text, &p)
	}
	if err != nil {
		return "", err
	}
	p.Ladder = p.Ladder[len(p.Ladder)-2:]
	p.Ladder[0].MP4 = true
	p.Video.Preset, p.Video.Params = "ultrafast", "scenecut=40:open-gop=0"
	if text, err = yaml.Marshal(p); err != nil {
		return "", err
	}
	file = filepath.Join(os.TempDir(), fmt.Sprintf("regie-profiles-%d.yaml", os.Getpid()))
	return file, os.WriteFile(file, text, 0o600)
}

// wholeLadder has the films of a test made as the house makes them.
func wholeLadder(t *testing.T) { t.Setenv(profilesKey, "") }

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
