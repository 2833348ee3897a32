package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	cdp "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// Save follows the address of a download, as a click on it does, and returns the
// file that Chromium made of it: a folder's only one, under the name that a person
// would find.
func (w *Tab) Save(t *testing.T, address string) string {
	t.Helper()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(w.Ctx, time.Minute)
	defer cancel()
	done, guid := make(chan struct{}), ""
	err := chromedp.ListenBrowser(ctx, func(event any) {
		switch e := event.(type) {
		case *cdp.EventDownloadWillBegin:
			if e.URL == address {
				guid = e.GUID
			}
		case *cdp.EventDownloadProgress:
			if e.GUID == guid && e.State == cdp.DownloadProgressStateCompleted {
				guid = ""
				close(done)
			}
		}
	})
	if err == nil {
		_, err = chromedp.CallBrowser(ctx, cdp.SetDownloadBehavior, cdp.SetDownloadBehaviorParams{
			Behavior: cdp.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: new(true),
		})
	}
	if err == nil {
		_, err = chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("location.href = %q", address)))
	}
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatalf("%s was not saved", address)
	}
	saved, err := os.ReadDir(dir)
	if err != nil || len(saved) != 1 {
		t.Fatalf("%s was saved as %v: %v", address, saved, err)
	}
	return filepath.Join(dir, saved[0].Name())
}
