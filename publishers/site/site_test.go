package site

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest"
)

var heading = regexp.MustCompile(`(?s)<h1>(.*?)</h1>`)

func TestSuite(t *testing.T) {
	publisherstest.Suite(t, func(t *testing.T) publisherstest.Fixture {
		h := newHouse(t, t.TempDir())
		return publisherstest.Fixture{
			Publisher: h.Site,
			Request:   func(n int) publishers.Request { return h.paper(t, n) },
			Public: func() []string {
				pages, err := filepath.Glob(filepath.Join(h.opt.Public, "films", "*", "index.html"))
				if err != nil {
					t.Fatal(err)
				}
				var titles []string
				for _, page := range pages {
					text, err := os.ReadFile(page)
					if err != nil {
						t.Fatal(err)
					}
					if m := heading.FindSubmatch(text); m != nil {
						titles = append(titles, html.UnescapeString(string(m[1])))
					}
				}
				return titles
			},
		}
	})
}

// snapshot reads a whole tree: path → bytes.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(name)
		all[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// compare fails when two trees differ, and says where.
func compare(t testing.TB, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is missing", name)
		} else if got[name] != want[name] {
			t.Errorf("%s differs", name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s should not be there", name)
		}
	}
}

func TestWithdrawLeavesNothing(t *testing.T) {
	h := newHouse(t, t.TempDir())
	h.publish(t, h.paper(t, 1))
	before := snapshot(t, h.opt.Public)
	req := h.paper(t, 2)
	req.Film.Title, req.Film.Lede, req.Film.Slug = "Zanzibar", "Zanzibar en hiver", "zanzibar"
	receipt := h.publish(t, req)
	if err := h.Withdraw(t.Context(), receipt.RemoteID); err != nil {
		t.Fatal(err)
	}
	after := snapshot(t, h.opt.Public)
	for _, name := range []string{"films/zanzibar/410.html", "integrer/" + receipt.RemoteID + "/410.html"} {
		if page := after[name]; !strings.Contains(page, "Ce film a été retiré") || strings.Contains(strings.ToLower(page), "zanzibar") || strings.Contains(page, receipt.RemoteID) {
			t.Errorf("%s is missing or says too much", name)
		}
		delete(after, name)
	}
	for name, text := range after {
		if strings.Contains(strings.ToLower(name+text), "zanzibar") || strings.Contains(name+text, receipt.RemoteID) {
			t.Errorf("%s still speaks of the film", name)
		}
	}
	compare(t, after, before)
}

// A decision that was taken back stays taken back, whoever comes late with it.
func TestWithdrawnDecisionStaysVoid(t *testing.T) {
	h := newHouse(t, t.TempDir())
	receipt := h.publish(t, h.paper(t, 1))
	if err := h.Withdraw(t.Context(), receipt.RemoteID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Publish(t.Context(), h.paper(t, 1), unsaved); assets.KindOf(err) != assets.Conflict {
		t.Errorf("a late attempt got %v, want a conflict", err)
	}
	again := h.paper(t, 1)
	again.Marker = "une-autre-decision"
	h.publish(t, again)
	if _, err := h.Publish(t.Context(), h.paper(t, 1), unsaved); assets.KindOf(err) != assets.Conflict {
		t.Errorf("after a new decision, a late attempt got %v, want a conflict", err)
	}
}

func TestNewVersionReplacesMedia(t *testing.T) {
	h := newHouse(t, t.TempDir())
	req := h.paper(t, 1)
	h.publish(t, req)
	old := mediaFolders(t, h)
	b := h.keep(t, "films/other/720.mp4", []byte("another edit"))
	for i, f := range req.Files {
		if f.Role == "mp4-720" {
			req.Files[i].Key, req.Files[i].Size, req.Files[i].SHA256 = b.Key, b.Size, b.SHA256
		}
	}
	req.Version.Number, req.Marker = 2, "decision-v2"
	h.publish(t, req)
	fresh := mediaFolders(t, h)
	if len(old) != 1 || len(fresh) != 1 || old[0] == fresh[0] || !strings.HasPrefix(fresh[0], "v2-") {
		t.Errorf("media folders were %q and are %q, want one of each version", old, fresh)
	}
	checkLinks(t, h.opt.Public, h.opt.BaseURL)
}

func mediaFolders(t *testing.T, h house) []string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(h.opt.Public, "media", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i, folder := range folders {
		folders[i] = filepath.Base(folder)
	}
	return folders
}

func TestSlugOfAnotherFilm(t *testing.T) {
	h := newHouse(t, t.TempDir())
	h.publish(t, h.paper(t, 1))
	thief := h.paper(t, 2)
	thief.Film.Slug = "film-1"
	if _, err := h.Publish(t.Context(), thief, unsaved); assets.KindOf(err) != assets.Conflict {
		t.Errorf("got %v, want a conflict", err)
	}
	for _, slug := range []string{"", "..", "../x", "a/b", "É", "-a", strings.Repeat("a", 121), "a\nb", "A"} {
		bad := h.paper(t, 3)
		bad.Film.Slug = slug
		if _, err := h.Publish(t.Context(), bad, unsaved); assets.KindOf(err) != assets.Invalid {
			t.Errorf("slug %q: got %v, want invalid", slug, err)
		}
	}
}

// Whatever was broken, removed or planted below public/, Render brings back the
// same tree.
func TestRenderHeals(t *testing.T) {
	h := newHouse(t, t.TempDir())
	for n := range 4 {
		h.publish(t, h.paper(t, n))
	}
	if err := h.Withdraw(t.Context(), string(h.paper(t, 2).Film.ID)); err != nil {
		t.Fatal(err)
	}
	want := snapshot(t, h.opt.Public)
	spoil := []func() error{
		func() error { return os.WriteFile(h.public("films/film-1/index.html"), []byte("half"), 0o644) },
		func() error { return os.RemoveAll(h.public("rubriques")) },
		func() error { return os.Remove(h.public("films/film-2/410.html")) },
		func() error { return os.RemoveAll(h.public("media/" + string(h.paper(t, 3).Film.ID))) },
		func() error {
			return errors.Join(os.MkdirAll(h.public("media/stray/v1-0"), 0o755), os.WriteFile(h.public("media/stray/v1-0/film.mp4"), []byte("leak"), 0o644))
		},
		func() error { return os.WriteFile(h.public("media/stray.mp4"), []byte("leak"), 0o644) },
		func() error { return os.WriteFile(h.public("films/stranger.html"), []byte("x"), 0o644) },
		func() error {
			return errors.Join(os.Remove(h.public("flux.xml")), os.Mkdir(h.public("flux.xml"), 0o755))
		},
		func() error { return os.Remove(h.manifestPath()) },
		func() error { return os.RemoveAll(h.opt.Public) },
		func() error { return os.Mkdir(h.opt.Public, 0o755) },
	}
	for i, harm := range spoil {
		if err := harm(); err != nil {
			t.Fatal(i, err)
		}
		if i == len(spoil)-2 {
			continue // the folder comes back in the next step
		}
		if err := h.Render(t.Context()); err != nil {
			t.Fatal(i, err)
		}
		compare(t, snapshot(t, h.opt.Public), want)
	}
}

// A media folder whose bytes are lost for good must not keep the rest of the
// site from being made.
func TestRenderWithLostBlob(t *testing.T) {
	h := newHouse(t, t.TempDir())
	req := h.paper(t, 1)
	h.publish(t, req)
	h.publish(t, h.paper(t, 2))
	lost := h.public("media/" + string(req.Film.ID))
	if err := errors.Join(os.RemoveAll(lost), h.blobs.Delete(t.Context(), req.Files[0].Key), os.Remove(h.public("index.html"))); err != nil {
		t.Fatal(err)
	}
	if err := h.Render(t.Context()); err == nil {
		t.Error("render did not say that media are lost")
	}
	if _, err := os.Stat(h.public("index.html")); err != nil {
		t.Error(err)
	}
}

type crash struct{}

// At every single change of the public tree, each page points only at files
// that are there; and whoever dies at that change is healed by the next attempt.
func TestEveryStep(t *testing.T) {
	dir := t.TempDir()
	h := newHouse(t, dir)
	for n := range 27 { // past one page of the list, with headings of one film
		h.publish(t, h.paper(t, n))
	}
	steps := 0
	h.moved = func(path string) {
		steps++
		checkLinks(t, h.opt.Public, h.opt.BaseURL)
		if t.Failed() {
			t.Fatalf("after %s", path)
		}
	}
	added := h.paper(t, 30)
	added.Rubriques = []assets.Rubrique{{Slug: "inedite", Name: "Inédite", Light: "#123456", Dark: "#abcdef"}}
	added.At = fixedNow()
	h.publish(t, added)
	whole := snapshot(t, h.opt.Public)
	h.moved = func(string) {}
	if err := h.Withdraw(t.Context(), string(added.Film.ID)); err != nil {
		t.Fatal(err)
	}
	without := snapshot(t, h.opt.Public)
	if steps < 10 {
		t.Fatalf("only %d steps were seen", steps)
	}
	marker := 0
	for at := 1; ; at += 1 + at/4 { // every early step, then fewer
		marker++
		added.Marker = fmt.Sprintf("again-%d", marker)
		if !dieAt(h, at, func() { h.publish(t, added) }) {
			break
		}
		h.publish(t, added)
		checkSame(t, h, whole)
		dieAt(h, at, func() { _ = h.Withdraw(t.Context(), string(added.Film.ID)) })
		if err := h.Withdraw(t.Context(), string(added.Film.ID)); err != nil {
			t.Fatal(err)
		}
		compare(t, snapshot(t, h.opt.Public), without)
	}
	h.moved = func(path string) { checkLinks(t, h.opt.Public, h.opt.BaseURL) }
	if err := h.Withdraw(t.Context(), string(added.Film.ID)); err != nil {
		t.Fatal(err)
	}
}

func checkSame(t *testing.T, h house, want map[string]string) {
	t.Helper()
	compare(t, snapshot(t, h.opt.Public), want)
	if t.Failed() {
		t.FailNow()
	}
}

// dieAt runs work and stops it, as a crash would, at a change of the tree.
func dieAt(h house, at int, work func()) (died bool) {
	defer func() {
		h.moved = func(string) {}
		if r := recover(); r != nil {
			if _, ok := r.(crash); !ok {
				panic(r)
			}
			died = true
		}
	}()
	n := 0
	h.moved = func(string) {
		if n++; n == at {
			panic(crash{})
		}
	}
	work()
	return false
}

// TestMovedHeadings: the address of a heading that was merged into another leads
// there, at once and for programs that read pages.
func TestMovedHeadings(t *testing.T) {
	h := newHouse(t, t.TempDir())
	at := func(slug string) assets.Heading { return assets.Heading{Kind: assets.HeadingTerritory, Slug: slug} }
	p := programme
	p.Moved = []assets.Moved{{Heading: at("canourgues"), Into: at("les-canourgues")}, {Heading: at("lost"), Into: at("nowhere")}, {Heading: at("miramas"), Into: at("beisson")}}
	h.opt.Programme = func(context.Context) (assets.Programme, error) { return p, nil }
	if err := h.Render(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkLinks(t, h.opt.Public, h.opt.BaseURL)
	for _, old := range []string{"territoires/canourgues", "territoires/salon-de-provence/canourgues"} {
		text, err := os.ReadFile(filepath.Join(h.opt.Public, old, "index.html"))
		if err != nil || !strings.Contains(string(text), `content="0; url=/territoires/salon-de-provence/les-canourgues/"`) ||
			!strings.Contains(string(text), `rel="canonical" href="https://anonymal.example/territoires/salon-de-provence/les-canourgues/"`) {
			t.Errorf("%s: %v\n%.600s", old, err, text)
		}
	}
	if text, err := os.ReadFile(filepath.Join(h.opt.Public, "territoires/miramas/index.html")); err != nil || strings.Contains(string(text), "refresh") {
		t.Errorf("a town that is there leads away: %v", err)
	}
	if _, err := os.Stat(filepath.Join(h.opt.Public, "territoires/lost")); err == nil {
		t.Error("an address leads nowhere")
	}
}
