package maker

import (
	"log/slog"
	"os"
	"testing"

	"github.com/goccy/go-yaml"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

// The test binary is its own sandbox helper, as the real one is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "sandbox-exec" {
		os.Exit(ffmpeg.SandboxExec(os.Args[2:]))
	}
	os.Exit(m.Run())
}

func profiles(t testing.TB) Profiles {
	t.Helper()
	text, err := os.ReadFile("../../configs/profiles.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var p Profiles
	if err := yaml.UnmarshalWithOptions(text, &p, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	return p
}

func sandbox(t testing.TB) ffmpeg.Runner {
	t.Helper()
	s, err := ffmpeg.New(ffmpeg.Options{Helper: []string{"/proc/self/exe", "sandbox-exec"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
