package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommandLine holds what scripts rely on: the exit code and the sentence of
// each way a command can end.
func TestCommandLine(t *testing.T) {
	data := t.TempDir()
	notes := filepath.Join(t.TempDir(), "notes.mp4")
	if err := os.WriteFile(notes, []byte("Ceci n'est pas un film.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "regie.yaml")
	if err := os.WriteFile(wrong, []byte("redsi:\n  url: redis://127.0.0.1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args string
		code int
		says string
	}{
		{"help", "--help", exitDone, "Exemples"},
		{"help of a command", "ingest --help", exitDone, "--rubrique"},
		{"no command", "", exitDone, "Exemples"},
		{"unknown command", "publsh x", exitUsage, "regie --help"},
		{"unknown flag", "film list --nope", exitUsage, "--nope"},
		{"wrong key", "film list --config " + wrong, exitUsage, "redis"},
		{"no film yet", "film list", exitDone, "Aucun film"},
		{"unknown film", "film show rien", exitNotFound, "film list"},
		{"missing file", "ingest absent.mp4", exitUsage, "n'existe pas"},
		{"an empty folder", "ingest " + t.TempDir(), exitUsage, "aucun fichier"},
		{"unknown rubrique", "ingest " + notes + " --rubrique cuisine", exitUsage, "societe"},
		{"unknown channel", "ingest " + notes + " --to minitel", exitNotFound, "minitel"},
		{"not a film", "ingest " + notes + " --to site --wait", exitRefused, "refusé"},
		{"the same again", "ingest " + notes + " --wait", exitRefused, "déjà là"},
		{"publish what is refused", "publish notes --to site", exitConflict, "ne peut pas être mis en ligne"},
		{"cancel what rests", "film cancel notes", exitConflict, "rien à arrêter"},
		{"take down what is not up", "unpublish notes --from site", exitNotFound, "Rien n'a été changé"},
		{"not an instant", "publish notes --to site --at demain", exitUsage, "2018-06-21T18:00:00+02:00"},
		{"search", "film list --search NOTÉS", exitDone, "notes"},
		{"a rush", "ingest " + notes + " --kind rush --wait", exitRefused, "rush"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := outcome(t, data, strings.Fields(c.args)...)
			if code != c.code || !strings.Contains(out+errs, c.says) {
				t.Errorf("exit %d, want %d with %q:\n%s%s", code, c.code, c.says, out, errs)
			}
		})
	}
	t.Run("errors in JSON", func(t *testing.T) {
		_, out, _ := outcome(t, data, "film", "show", "rien", "--json")
		var e struct {
			Error struct {
				Kind, Message string
				Exit          int
			}
		}
		if err := json.Unmarshal([]byte(out), &e); err != nil || e.Error.Kind != "not-found" || e.Error.Exit != exitNotFound {
			t.Errorf("%v: %s", err, out)
		}
	})
}

// TestDoctor runs where the other tests run, so all that is needed is there.
func TestDoctor(t *testing.T) {
	code, out, errs := outcome(t, t.TempDir(), "doctor", "--json")
	if code != exitDone {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	var d struct {
		OK     bool
		Checks []check
	}
	if err := json.Unmarshal([]byte(out), &d); err != nil || !d.OK || len(d.Checks) < 6 {
		t.Errorf("%v: %s", err, out)
	}
}

// TestServeAndIngest gives a film to a server that runs, from another process.
func TestServeAndIngest(t *testing.T) {
	data := t.TempDir()
	cmd, url := server(t.Context(), t, data)
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("a server that is asked to stop ends with %v", err)
		}
	}()
	if code, _, errs := outcome(t, data, "worker"); code != exitConflict || !strings.Contains(errs, "travaille déjà") {
		t.Errorf("a second worker: exit %d, %s", code, errs)
	}
	code, out, errs := outcome(t, data, "ingest", filepath.Join(clips(t), "good/cam-sign-bird-fullrange-2s.mkv"),
		"--title", "L'Éloquence & les oiseaux", "--rubrique", "culture", "--territory", "jas-de-bouffan", "--to", "site", "--wait", "--json")
	if code != exitDone {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	v := film(t, out)
	if v.Slug != "l-eloquence-les-oiseaux" && v.Slug != "leloquence-les-oiseaux" {
		t.Errorf("slug %q", v.Slug)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string) int {
		res, err := browser.Get(strings.TrimSuffix(url, "/") + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	page := "/films/" + v.Slug + "/"
	for path, want := range map[string]int{"/": 200, page: 200, "/rubriques/culture/": 200, "/sante": 200, "/rien/": 404, "/regie/admin/taches/": 303} {
		if got := get(path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if code, out, errs := outcome(t, data, "unpublish", string(v.ID), "--from", "site", "--wait", "--json"); code != exitDone || film(t, out).State != "withdrawn" {
		t.Fatalf("unpublish: exit %d\n%s%s", code, out, errs)
	}
	if got := get(page); got != http.StatusGone {
		t.Errorf("%s after it was taken down: %d, want 410", page, got)
	}
	if code, out, errs := outcome(t, data, "publish", string(v.ID), "--to", "site", "--wait", "--json"); code != exitDone || film(t, out).State != "published" {
		t.Fatalf("publish again: exit %d\n%s%s", code, out, errs)
	}
	if got := get(page); got != http.StatusOK {
		t.Errorf("%s published again: %d", page, got)
	}
}
