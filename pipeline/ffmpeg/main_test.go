package ffmpeg

import (
	"log/slog"
	"os"
	"testing"
)

// The test binary is its own sandbox helper, as the real one is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "sandbox-exec" {
		os.Exit(SandboxExec(os.Args[2:]))
	}
	os.Exit(m.Run())
}

func options() Options {
	return Options{Helper: []string{"/proc/self/exe", "sandbox-exec"}, Log: slog.New(slog.DiscardHandler)}
}

func sandbox(t testing.TB) *Sandbox {
	t.Helper()
	s, err := New(options())
	if err != nil {
		t.Fatal(err)
	}
	return s
}
