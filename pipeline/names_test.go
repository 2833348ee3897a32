package pipeline

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"anonymal.tv/regie/assets"
)

// strangeNames are names of files as the world gives them, and as somebody
// might who wishes us no good.
var strangeNames = []string{
	"../../etc/passwd", `..\..\windows\system32\x.mp4`, "/etc/shadow", `C:\x.mp4`, "~/x.mp4", "a/../../b.mov", "%2e%2e%2fx", "..%c0%afx", "x\x00.mp4", "x\n.mp4",
	"x\r\nContent-Type: y", "x\x1b[31m.mp4", "\u202egpm.exe", "\u2066x\u2069.mp4", "-i.mp4", "--help", "$(reboot).mp4", "`id`.mp4", ";rm -rf.mp4", "|cat.mp4", "&.mp4",
	`"x".mp4`, "'x'.mp4", "<b>.mp4", "%s%n.mp4", "{{.}}.mp4", "CON", "nul.mp4", ".htaccess", ".", "..", " ", "", "é\u0301té.mp4", "🎬 Plan 1.mp4", "مقطع.mp4",
	strings.Repeat("long", 200) + ".mp4", "[0:v]null.mp4", "concat:a|b.mp4", "http://evil.example/x.m3u8", "x.mp4,drawtext=text=y", "a=b:c.mp4", "%d.mp4",
}

// TestNamesOfFiles (M-10): whatever a file, a folder, a card or a title is
// called, what lies on the disk is named by the house; the name stays as text.
func TestNamesOfFiles(t *testing.T) {
	b := newBench(t)
	own := regexp.MustCompile(`^[0-9a-z~][0-9a-z/._~-]*$`)
	for i, name := range strangeNames {
		r, err := b.Ingest(t.Context(), Arrival{Name: name, Bytes: strings.NewReader(fmt.Sprint("rush", i)), Kind: assets.KindRush, Folder: name, Card: name, Place: name, Actor: "cli"})
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		rush, _ := b.rush(r.Rush)
		asset, err := b.Catalog.Asset(t.Context(), rush.Asset)
		if err != nil || asset.Name != strings.ReplaceAll(name, "\x00", "") || rush.Title == "" || !own.MatchString(asset.Key) || strings.Contains(asset.Key, "..") {
			t.Errorf("%q is kept as %q, titled %q, at %q (%v)", name, asset.Name, rush.Title, asset.Key, err)
		}
		if _, err := b.Ingest(t.Context(), Arrival{Name: name, Title: name, Bytes: strings.NewReader(fmt.Sprint("film", i)), Kind: assets.KindMaster, Actor: "cli"}); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
	}
	b.settle()
	files, root := 0, filepath.Dir(b.Scratch)
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		rest, _ := filepath.Rel(root, path) // below root: always
		if files++; rest != "." && !own.MatchString(rest) {
			t.Errorf("on the disk: %q", rest)
		}
		return err
	})
	if err != nil || files < 3*len(strangeNames) {
		t.Fatalf("%d files, %v", files, err)
	}
	films, err := b.Catalog.Films(t.Context(), assets.FilmFilter{Limit: 500})
	if err != nil || len(films) != len(strangeNames) {
		t.Fatalf("%d films, %v", len(films), err)
	}
	seen := map[string]bool{}
	for _, f := range films {
		if seen[f.Slug] || !regexp.MustCompile(`^[0-9a-z]+(-[0-9a-z]+)*$`).MatchString(f.Slug) {
			t.Errorf("the film %q has the address %q", f.Title, f.Slug)
		}
		seen[f.Slug] = true
	}
}

// TestComposedLetters (M-10): a Mac writes é as two signs, others as one. Both
// are found by both, and are the same file.
func TestComposedLetters(t *testing.T) {
	b := newBench(t)
	jri := b.hire("Camille JRI", assets.RoleJRI)
	for i, name := range []string{norm.NFC.String("Fête à Noël.mp4"), norm.NFD.String("Été à Forêt.mp4")} {
		if _, err := b.Ingest(t.Context(), Arrival{Name: name, Bytes: strings.NewReader(fmt.Sprint(i)), Kind: assets.KindRush, Owner: jri.ID, Actor: "cli"}); err != nil {
			t.Fatal(err)
		}
		word := strings.Fields(name)[0]
		for _, query := range []string{norm.NFC.String(word), norm.NFD.String(word)} {
			found, err := b.Catalog.SearchAll(t.Context(), query, 5)
			if err != nil || len(found) != 1 {
				t.Errorf("%+q: %v, %v", query, found, err)
			}
		}
	}
	transfer, err := b.OpenTransfer(t.Context(), jri, assets.Transfer{Kind: assets.KindRush})
	if err != nil {
		t.Fatal(err)
	}
	print := strings.Repeat("a", 64)
	var replies []Reply
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		some, err := b.Announce(t.Context(), transfer.ID, []Announced{{Name: form.String("Été.mp4"), Folder: form.String("Forêt"), Size: 3, Print: print, Modified: b.clock.Now()}})
		if err != nil {
			t.Fatal(err)
		}
		replies = append(replies, some...)
	}
	if replies[0].Upload == "" || replies[0].Upload != replies[1].Upload {
		t.Errorf("the same file twice: %+v", replies)
	}
}
