package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/internal/browser"
)

// TestMadeFilmPlays watches, in Chromium, what the house made of a real clip:
// with JavaScript and without, and nothing goes wrong.
func TestMadeFilmPlays(t *testing.T) {
	wholeLadder(t)
	data := t.TempDir()
	code, out, errs := outcome(t, data, "ingest", filepath.Join(clips(t), "good/phone-720p-rot180-5s.mp4"), "--rubrique", "societe", "--to", "site", "--wait", "--json")
	if code != exitDone {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	cmd, url := server(t.Context(), t, data)
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	chromium := browser.Start(t)
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			tab := browser.Watch(t, chromium, strings.TrimSuffix(url, "/"))
			off := emulation.SetScriptExecutionDisabledParams{Value: !scripts}
			if _, err := chromedp.Call(tab.Ctx, emulation.SetScriptExecutionDisabled, off); err != nil {
				t.Fatal(err)
			}
			tab.Open(t, url+"films/"+film(t, out).Slug+"/")
			tab.Until(t, `(v => { v.play(); return v.videoWidth > 0 })(document.querySelector('video'))`)
			tab.Until(t, `document.querySelector('video').currentTime > 1 && document.querySelector('video').webkitAudioDecodedByteCount > 0`)
			tab.Check(t)
		})
	}
}
