package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

// TestGoodClips takes every good clip the whole way: it ends published, with
// what a film needs, and its master untouched.
func TestGoodClips(t *testing.T) {
	if testing.Short() {
		t.Skip("makes every real clip: takes minutes")
	}
	for _, path := range listClips(t, "good") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			code, out, errs := outcome(t, data, "ingest", path, "--to", "site", "--wait", "--json")
			if code != exitDone {
				t.Fatalf("exit %d\n%s\n%s", code, out, errs)
			}
			v := film(t, out)
			if v.State != "published" || len(v.Publications) != 1 || v.Publications[0].State != assets.PublicationPublished {
				t.Fatalf("state %q, %+v", v.State, v.Publications)
			}
			if !strings.Contains(out, `"percent"`) {
				t.Error("no progress was shown")
			}
			if v.Master.SHA256 != sum(t, path) || sum(t, v.Master.File) != v.Master.SHA256 {
				t.Error("the master is not the file that was given")
			}
			if v.Sheet == nil || v.Sheet.Duration <= 0 || len(v.Sheet.Verdicts) == 0 {
				t.Errorf("sheet: %+v", v.Sheet)
			}
			roles := map[assets.Role]int{}
			for _, f := range v.Files {
				roles[f.Role]++
				if f.SHA256 != sum(t, f.Path) {
					t.Errorf("%s: its bytes are not those of the catalog", f.Path)
				}
			}
			for _, role := range []assets.Role{assets.RoleHLS, assets.RolePoster} {
				if roles[role] == 0 {
					t.Errorf("no %s", role)
				}
			}
			page := filepath.Join(data, "public/films", v.Slug, "index.html")
			if _, err := os.Stat(page); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDamagedClips gives every damaged clip: it ends refused or incomplete,
// with a French sentence, and nothing of it is visible.
func TestDamagedClips(t *testing.T) {
	for _, path := range listClips(t, "damaged") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			code, out, errs := outcome(t, data, "ingest", path, "--to", "site", "--wait", "--json")
			v := film(t, out)
			want := map[string]int{"refused": exitRefused, "incomplete": exitIncomplete}
			if exit, ok := want[v.State]; !ok || code != exit {
				t.Fatalf("state %q, exit %d\n%s", v.State, code, errs)
			}
			if v.Reason == "" || !slices.Contains(v.Sheet.Verdicts, v.Reason) || !strings.HasSuffix(v.Reason, ".") {
				t.Errorf("reason %q", v.Reason)
			}
			t.Logf("%s: %s", v.State, v.Reason)
			if len(v.Files) != 0 {
				t.Errorf("%d files were kept", len(v.Files))
			}
			for _, p := range v.Publications {
				if p.State != assets.PublicationCancelled {
					t.Errorf("its publication is %s", p.State)
				}
			}
			if _, err := os.Stat(filepath.Join(data, "public/films", v.Slug)); err == nil {
				t.Error("it has a page")
			}
			if left, _ := filepath.Glob(filepath.Join(data, "blobs/renditions/*")); len(left) > 0 {
				t.Errorf("half-made files stay: %v", left)
			}
		})
	}
}

func listClips(t *testing.T, kind string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(clips(t), kind, "*.*"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no clips: %v", err)
	}
	return all
}
