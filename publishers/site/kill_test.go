package site

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/internal/services"
)

// publicName is what every name below public/ looks like; a temporary one does not.
var publicName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// TestKilledWriter publishes and withdraws in another process, kills it again
// and again, and looks at the public tree all the while: no half file, no
// temporary name, ever.
func TestKilledWriter(t *testing.T) {
	dir := t.TempDir()
	h := newHouse(t, dir)
	for n := range 5 {
		h.paper(t, n) // its media, on storage
	}
	ctx, cancel := context.WithCancel(t.Context())
	looks := make(chan int)
	go func() { looks <- look(ctx, t, h.opt.Public) }()

	pause := time.NewTimer(0)
	<-pause.C
	for i := range 8 {
		child := services.Again(t, []string{"SITE_CHILD=" + dir}, "-test.run=^TestChild$", "-test.timeout=60s")
		pause.Reset(time.Duration(150+i*97) * time.Millisecond)
		select {
		case <-pause.C:
		case <-child.Ended():
			t.Fatalf("the child ended by itself: %s", child.Output())
		}
		child.Kill()
	}
	for n := range 5 { // whoever comes next finishes or undoes what was begun
		req := h.paper(t, n)
		req.Marker = "the end " + req.Marker
		h.publish(t, req)
	}
	cancel()
	if n := <-looks; n < 100 {
		t.Errorf("only %d looks at the tree", n)
	} else {
		t.Logf("%d looks at the tree", n)
	}
	checkLinks(t, h.opt.Public, h.opt.BaseURL)
	before := snapshot(t, h.opt.Public)
	if err := h.Render(t.Context()); err != nil {
		t.Fatal(err)
	}
	compare(t, snapshot(t, h.opt.Public), before)
}

// TestChild is the writer that TestKilledWriter kills.
func TestChild(t *testing.T) {
	dir := os.Getenv("SITE_CHILD")
	if dir == "" {
		t.Skip("started by TestKilledWriter")
	}
	h := newHouse(t, dir)
	for round := 0; ; round++ {
		for n := range 5 {
			req := h.paper(t, n)
			req.Marker = fmt.Sprintf("%d-%d-%d", os.Getpid(), round, n)
			req.Film.Description = strings.Repeat(req.Marker+" ", 200)
			h.publish(t, req)
			if n%2 == round%2 {
				if err := h.Withdraw(t.Context(), string(req.Film.ID)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// look reads the whole tree again and again and says how often. A file may
// vanish between its listing and its reading, never be half.
func look(ctx context.Context, t *testing.T, public string) int {
	ends := map[string]string{".html": "</html>\n", ".json": "\n", ".xml": ">\n"}
	for n := 0; ; n++ {
		if ctx.Err() != nil {
			return n
		}
		_ = filepath.WalkDir(public, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			if name != public && !publicName.MatchString(entry.Name()) {
				t.Errorf("%s is no public name", name)
			}
			if end, ok := ends[filepath.Ext(name)]; ok && !entry.IsDir() {
				if text, err := os.ReadFile(name); err == nil && !strings.HasSuffix(string(text), end) {
					t.Errorf("%s is half a file (%d bytes)", name, len(text))
				}
			}
			return nil
		})
	}
}
