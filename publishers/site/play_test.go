package site

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
	serve "anonymal.tv/regie/web/site"
)

// TestPlays publishes a real film and watches it in Chromium, in each of the
// three ways a browser may take, and in the page of another site.
func TestPlays(t *testing.T) {
	h := newHouse(t, t.TempDir())
	concert := h.shoot(t, 1, reels[0])
	h.publish(t, concert)
	sound := h.shoot(t, 2, reels[2])
	sound.Files = keepRoles(sound.Files, "audio", "poster")
	h.publish(t, sound)
	base := h.listen(t)
	chromium := browser.Start(t, elsewhere(t, base+embedPath(concert.Film.ID))...)
	film, podcast := base+"/films/"+reels[0].film.Slug+"/", base+"/films/"+reels[2].film.Slug+"/"
	const play = `document.querySelector('video').play(), true`
	const runs = `document.querySelector('video').currentTime > 0.5`

	t.Run("the browser's own HLS or hls.js", func(t *testing.T) {
		w := browser.Watch(t, chromium, base)
		w.Open(t, film)
		w.Until(t, play)
		w.Until(t, runs+` && document.querySelector('video').webkitAudioDecodedByteCount > 0`)
		way, err := chromedp.Run(w.Ctx, chromedp.Evaluate[string](`document.querySelector('video').currentSrc`))
		t.Log(way, err)
		w.Check(t)
	})
	t.Run("hls.js", func(t *testing.T) {
		w := browser.Watch(t, chromium, base)
		w.Script(t, `HTMLMediaElement.prototype.canPlayType = () => ''`)
		w.Open(t, film)
		// As in a browser without HLS, the MP4 is what the page begins with.
		w.Until(t, `(v => { v.querySelector('[type*=mpegurl]')?.remove(); v.load(); return true })(document.querySelector('video'))`)
		w.Until(t, play)
		w.Until(t, runs+` && document.querySelector('video').currentSrc.startsWith('blob:')`)
		w.Until(t, `document.querySelector('video').videoWidth > 0 && document.querySelector('video').webkitAudioDecodedByteCount > 0`)
		if !w.Asked("/assets/hls-") || !w.Asked(".m4s") {
			t.Error("hls.js was not asked for, or played nothing")
		}
		w.Check(t)
	})
	t.Run("without JavaScript", func(t *testing.T) {
		w := browser.Watch(t, chromium, base)
		// The page's own scripts are off; the test still speaks to the page.
		if _, err := chromedp.Call(w.Ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			t.Fatal(err)
		}
		w.Open(t, film)
		w.Until(t, `document.querySelector('video').readyState > 0`)
		w.Until(t, `(v => { v.querySelector('[type*=mpegurl]').remove(); v.load(); return true })(document.querySelector('video'))`)
		w.Until(t, play)
		w.Until(t, runs+` && document.querySelector('video').currentSrc.endsWith('.mp4')`)
		if w.Asked("/assets/player-") && w.Asked("/assets/hls-") {
			t.Error("hls.js came without JavaScript")
		}
		w.Check(t)
	})
	t.Run("sound alone", func(t *testing.T) {
		w := browser.Watch(t, chromium, base)
		w.Open(t, podcast)
		w.Until(t, play)
		w.Until(t, runs)
		w.Check(t)
	})
	t.Run("in a frame", func(t *testing.T) {
		h.weighFrame(t, sound)
		w := browser.Watch(t, chromium, base)
		w.Open(t, base+embedPath(sound.Film.ID))
		w.Until(t, play)
		w.Until(t, runs)
		w.Check(t)
	})
	t.Run("in a frame of another site", func(t *testing.T) { h.framedElsewhere(t, chromium, base, concert.Film.ID) })
}

func keepRoles(files []assets.Rendition, roles ...assets.Role) []assets.Rendition {
	return slices.DeleteFunc(slices.Clone(files), func(f assets.Rendition) bool { return !slices.Contains(roles, f.Role) })
}

// TestPagesInBrowser looks at every kind of page at two widths.
func TestPagesInBrowser(t *testing.T) {
	h := newHouse(t, t.TempDir())
	eloquence := h.shoot(t, 1, reels[2])
	h.publish(t, eloquence)
	for n := 2; n < 6; n++ { // the same pictures under other titles
		req := h.paperText(n)
		req.Files = eloquence.Files
		h.publish(t, req)
	}
	if err := h.Withdraw(t.Context(), string(h.paperText(5).Film.ID)); err != nil {
		t.Fatal(err)
	}
	base := h.listen(t)
	chromium := browser.Start(t)
	pages := []string{
		"/", "/films/", "/films/film-2/", "/rubriques/culture/", "/dossiers/eloquence-2018/", "/territoires/aix-en-provence/", "/recherche/",
		"/accessibilite/", "/confidentialite/", "/mentions-legales/", embedPath(eloquence.Film.ID),
	}
	for _, width := range []int64{320, 390, 1440} {
		w := browser.Watch(t, chromium, base)
		if err := chromedp.Do(w.Ctx, chromedp.EmulateViewport(width, 844)); err != nil {
			t.Fatal(err)
		}
		for _, path := range pages {
			w.Open(t, base+path)
			over, err := chromedp.Run(w.Ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`))
			if err != nil || over > 0 {
				t.Errorf("%s at %d px is %d px too wide (%v)", path, width, over, err)
			}
		}
		w.Check(t)
	}
	w := browser.Watch(t, chromium, base)
	w.Open(t, base+"/recherche/?q=eloquence")
	w.Until(t, `[...document.querySelectorAll('[data-results] h3')].some(h => h.textContent.includes('Éloquence'))`)
	w.Until(t, `document.querySelector('[data-whole]').hidden`)
	w.Open(t, base+"/recherche/?q=zzz")
	w.Until(t, `document.querySelector('[data-status]').textContent === 'Aucun film pour “zzz”. Essayez un quartier ou un festival.'`)
	w.Check(t)
	for address, status := range map[string]int{"/films/film-5/": http.StatusGone, "/films/perdu/": http.StatusNotFound, "/": http.StatusOK} {
		answer, err := http.Get(base + address)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != status {
			t.Errorf("%s is %d, want %d", address, answer.StatusCode, status)
		}
	}
}

// TestHostileInBrowser opens pages full of hostile text, with no policy to help.
func TestHostileInBrowser(t *testing.T) {
	h := newHouse(t, t.TempDir())
	h.publishHostile(t)
	handler, err := serve.New(h.opt.Public)
	if err != nil {
		t.Fatal(err)
	}
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(lenient{w}, r)
	}))
	defer bare.Close()
	chromium := browser.Start(t)
	w := browser.Watch(t, chromium, bare.URL)
	pages := []string{"/", "/films/", "/recherche/?q=" + "%22%3E%3Cimg%20src%3Dx%20onerror%3Dpwned%3D1%3E", "/recherche/?q=x", "/rubriques/hostile/", "/dossiers/hostile/", "/partenaires/hostile/", "/territoires/hostile/"}
	for n := range payloads {
		pages = append(pages, fmt.Sprintf("/films/film-%d/", n))
	}
	for _, path := range pages {
		w.Open(t, bare.URL+path)
		clean, err := chromedp.Run(w.Ctx, chromedp.Evaluate[bool](`typeof pwned === 'undefined' && !document.querySelector('main img:not([src^="/media/"]), main svg, main iframe, main object')`))
		if err != nil || !clean {
			t.Errorf("%s: something of the text came alive (%v)", path, err)
		}
		broken, err := chromedp.Run(w.Ctx, chromedp.Evaluate[string](`JSON.stringify([...document.querySelectorAll('script[type="application/ld+json"]')].map(s => { try { JSON.parse(s.textContent); return '' } catch (e) { return String(e) } }).filter(Boolean))`))
		if err != nil || broken != "[]" {
			t.Errorf("%s: JSON-LD %s (%v)", path, broken, err)
		}
	}
}

// lenient drops the policy that would keep foreign scripts from running.
type lenient struct{ http.ResponseWriter }

func (l lenient) WriteHeader(status int) {
	l.Header().Del("Content-Security-Policy")
	l.ResponseWriter.WriteHeader(status)
}
