package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// card is a folder on which real clips lie as a camera would leave them.
func card(t *testing.T) string {
	t.Helper()
	root, good := filepath.Join(t.TempDir(), "CARTE A"), filepath.Join(clips(t), "good")
	var list strings.Builder
	for rel, clip := range map[string]string{
		"PRIVATE/AVCHD/BDMV/STREAM/00000.MTS": "cam-sony-a7m3-1080i50-avchd.mts", "DCIM/100MEDIA/DJI_0001.MP4": "cam-flower-540p30-5s.mp4",
		"BPAV/CLPR/123_0001_01/123_0001_01.MOV": "xdcam-ex-1080i50-card.mov", "DCIM/100MEDIA/DJI_0001.SRT": "", "PRIVATE/AVCHD/BDMV/INDEX.BDM": "",
	} {
		name := filepath.Join(root, rel)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		content := []byte(rel)
		if clip != "" {
			var err error
			if content, err = os.ReadFile(filepath.Join(good, clip)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&list, "%s  %s\n", sum(t, name), rel)
	}
	if err := os.WriteFile(filepath.Join(root, "carte.sha256"), []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestIngestFolder takes a card in by the command line: its clips are looked
// through and become rushes, the rest is kept, and its sums are right.
func TestIngestFolder(t *testing.T) {
	data, root := t.TempDir(), card(t)
	code, out, errs := outcome(t, data, "ingest", root, "--json", "--wait")
	if code != exitDone {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	rushes, kept, made := 0, 0, 0
	for line := range strings.Lines(out) {
		var f struct {
			takenFile
			State string `json:"state"`
			Card  string `json:"card"`
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		switch {
		case f.State != "" && f.Card != "":
			made++
		case f.Path != "carte.sha256" && !strings.Contains(f.Note, "Conforme"):
			t.Errorf("%s was not held against the list: %+v", f.Path, f)
		case f.Rush != "":
			rushes++
		default:
			kept++
		}
	}
	if rushes != 3 || kept != 3 || made != 3 {
		t.Errorf("%d rushes, %d kept beside, %d looked through:\n%s", rushes, kept, made, out)
	}
	damaged := filepath.Join(root, "DCIM/100MEDIA/DJI_0001.MP4")
	if err := os.WriteFile(damaged, []byte("copied badly"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := outcome(t, data, "ingest", root); code != exitRefused || !strings.Contains(out, "abîmé") || strings.Count(out, "déjà là") != 5 {
		t.Errorf("a damaged copy: exit %d\n%s", code, out)
	}
}

// TestServerWatches puts the card into the folder that the server watches.
func TestServerWatches(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("REGIE_UPLOADS_WATCH", folder)
	cmd, _ := server(t.Context(), t, t.TempDir())
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	if err := os.Rename(card(t), filepath.Join(folder, "CARTE A")); err != nil {
		t.Fatal(err)
	}
	done := func() bool {
		_, err := os.Stat(filepath.Join(folder, "done/CARTE A/carte.sha256"))
		left, _ := os.ReadDir(filepath.Join(folder, "CARTE A"))
		return err == nil && len(left) == 0
	}
	for end := time.Now().Add(2 * time.Minute); !done(); <-time.After(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the card was not taken")
		}
	}
	for _, rel := range []string{"PRIVATE/AVCHD/BDMV/STREAM/00000.MTS", "DCIM/100MEDIA/DJI_0001.MP4", "BPAV/CLPR/123_0001_01/123_0001_01.MOV"} {
		if _, err := os.Stat(filepath.Join(folder, "done/CARTE A", rel)); err != nil {
			t.Error(err)
		}
	}
	if refused, _ := os.ReadDir(filepath.Join(folder, "refus")); len(refused) != 0 {
		t.Errorf("refused: %v", refused)
	}
}
