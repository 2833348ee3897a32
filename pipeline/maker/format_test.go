package maker

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
)

func TestTry(t *testing.T) {
	clip := services.Media(t, os.Getenv("CLIP"))
	runner := sandbox(t)
	m, err := New(Options{Runner: runner, Profiles: profiles(t)})
	if err != nil {
		t.Fatal(err)
	}
	in, err := m.Inspect(t.Context(), clip)
	if err != nil {
		t.Fatal(err)
	}
	out := os.Getenv("OUT")
	for _, f := range assets.Formats() {
		if only := os.Getenv("ONLY"); only != "" && only != string(f.Name) {
			continue
		}
		dir := filepath.Join(out, string(f.Name))
		os.RemoveAll(dir)
		os.MkdirAll(dir, 0o700)
		r, err := m.Format(t.Context(), FormatRequest{Name: f.Name, Movie: clip, In: in}, dir, nil)
		fmt.Printf("%s %+v %v\n", f.Name, r, err)
	}
}
