package site

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/internal/browser"
	serve "anonymal.tv/regie/web/site"
)

func (h house) listen(t *testing.T) string {
	t.Helper()
	handler, err := serve.New(h.opt.Public)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(func() { server.Close(); _ = handler.Close() })
	return server.URL
}

// TestLook takes pictures of the pages for people to look at.
func TestLook(t *testing.T) {
	shots := os.Getenv("REGIE_SHOTS")
	if shots == "" {
		t.Skip("set REGIE_SHOTS to the folder where the pictures shall go")
	}
	h := newHouse(t, t.TempDir())
	for i, r := range reels {
		h.publish(t, h.shoot(t, i+1, r))
	}
	gone := h.paper(t, 50)
	h.publish(t, gone)
	if err := h.Withdraw(t.Context(), string(gone.Film.ID)); err != nil {
		t.Fatal(err)
	}
	base := h.listen(t)
	ctx := browser.Start(t)
	pages := map[string]string{
		"home": "/", "film": "/films/zik-zac-soiree-d-ouverture/", "rubrique": "/rubriques/culture/", "dossier": "/dossiers/zik-zac-2018/",
		"territoire": "/territoires/aix-en-provence/", "search": "/recherche/?q=eloquence", "404": "/perdu/", "410": "/films/film-50/",
		"embed": "/integrer/" + string(h.paper(t, 1).Film.ID) + "/", "acc": "/accessibilite/", "legal": "/mentions-legales/", "terrs": "/territoires/", "part": "/partenaires/zik-zac-festival/",
	}
	for name, path := range pages {
		for label, width := range map[string]int64{"390": 390, "1440": 1440} {
			ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
			err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(base+path), chromedp.Sleep(700*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err == nil {
				err = os.WriteFile(filepath.Join(shots, name+"-"+label+".png"), picture, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
			cancel()
		}
	}
}
