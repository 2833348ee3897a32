package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts does what people do at a terminal: each script of testdata/script, on a
// data folder of its own. Besides the commands of testscript there is « keep NAME
// FIELD », which takes a field of the last line of JSON.
func TestScripts(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	media, err := filepath.Abs("../../../shared/media")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			bin := filepath.Join(e.WorkDir, "bin")
			e.Setenv(asRegie, "1")
			e.Setenv("REGIE_DATA", filepath.Join(e.WorkDir, "var"))
			e.Setenv("MEDIA", media)
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			if err := os.Mkdir(bin, 0o700); err != nil {
				return err
			}
			return os.Symlink(program, filepath.Join(bin, "regie"))
		},
		Condition: func(what string) (bool, error) {
			_, err := os.Stat(media)
			return what == "clips" && err == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"keep": func(s *testscript.TestScript, _ bool, args []string) {
				all := strings.Split(strings.TrimSpace(s.ReadFile("stdout")), "\n")
				var fields map[string]any
				s.Check(json.Unmarshal([]byte(all[len(all)-1]), &fields))
				text, is := fields[args[1]].(string)
				if !is || text == "" {
					s.Fatalf("no %s in %s", args[1], all[len(all)-1])
				}
				s.Setenv(args[0], text)
			},
		},
	})
}
