package site

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	serve "anonymal.tv/regie/web/site"
)

// witness is a tab that remembers everything that went wrong in it.
type witness struct {
	ctx context.Context
	mu  sync.Mutex
	bad []string
	saw []string // addresses of requests
}

// watch opens a tab and complains about console errors, failed requests, answers
// that are errors, and requests to anywhere but base.
func watch(t *testing.T, browser context.Context, base string) *witness {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	w := &witness{ctx: ctx}
	note := func(format string, args ...any) { w.bad = append(w.bad, fmt.Sprintf(format, args...)) }
	err := chromedp.Listen(ctx, func(event any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			w.saw = append(w.saw, e.Request.URL)
			if !strings.HasPrefix(e.Request.URL, base) && !strings.HasPrefix(e.Request.URL, "blob:") && !strings.HasPrefix(e.Request.URL, "data:") {
				note("request to %s", e.Request.URL)
			}
		case *network.EventResponseReceived:
			if e.Response.Status >= 400 {
				note("%d of %s", e.Response.Status, e.Response.URL)
			}
		case *network.EventLoadingFailed:
			if !e.Canceled {
				note("failed: %s", e.ErrorText)
			}
		case *runtime.EventExceptionThrown:
			note("exception: %s", e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			if e.Type == "error" {
				note("console: %v", e.Args)
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == "error" {
				note("log: %s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *witness) open(t *testing.T, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// until polls an expression in the page until it holds.
func (w *witness) until(t *testing.T, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression)); ok && err == nil {
			return
		}
		select {
		case <-ctx.Done():
			state, _ := chromedp.Run(w.ctx, chromedp.Evaluate[string](`JSON.stringify([...document.querySelectorAll('video')].map(v=>[v.currentSrc,v.currentTime,v.readyState,v.networkState,v.error&&v.error.message,v.paused]))`))
			w.mu.Lock()
			defer w.mu.Unlock()
			t.Fatalf("%s did not come true; video %s; %q", expression, state, w.bad)
		case <-tick.C:
		}
	}
}

func (w *witness) check(t *testing.T) {
	t.Helper()
	cookies, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage)`))
	if err != nil || cookies != "" {
		t.Errorf("the page keeps %q, %v", cookies, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, fault := range w.bad {
		t.Error(fault)
	}
}

func (w *witness) asked(part string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Contains(strings.Join(w.saw, "\n"), part)
}

// TestPlays publishes a real film and watches it in Chromium, in each of the
// three ways a browser may take.
func TestPlays(t *testing.T) {
	h := newHouse(t, t.TempDir())
	h.publish(t, h.shoot(t, 1, reels[0]))
	sound := h.shoot(t, 2, reels[2])
	sound.Files = keepRoles(sound.Files, "audio", "poster")
	h.publish(t, sound)
	base := h.listen(t)
	browser := browse(t)
	film, podcast := base+"/films/"+reels[0].film.Slug+"/", base+"/films/"+reels[2].film.Slug+"/"
	const play = `document.querySelector('video').play(), true`
	const runs = `document.querySelector('video').currentTime > 0.5`

	t.Run("the browser's own HLS or hls.js", func(t *testing.T) {
		w := watch(t, browser, base)
		w.open(t, film)
		w.until(t, play)
		w.until(t, runs+` && document.querySelector('video').webkitAudioDecodedByteCount > 0`)
		way, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`document.querySelector('video').currentSrc`))
		t.Log(way, err)
		w.check(t)
	})
	t.Run("hls.js", func(t *testing.T) {
		w := watch(t, browser, base)
		w.script(t, `HTMLMediaElement.prototype.canPlayType = () => ''`)
		w.open(t, film)
		// As in a browser without HLS, the MP4 is what the page begins with.
		w.until(t, `(v => { v.querySelector('[type*=mpegurl]')?.remove(); v.load(); return true })(document.querySelector('video'))`)
		w.until(t, play)
		w.until(t, runs+` && document.querySelector('video').currentSrc.startsWith('blob:')`)
		w.until(t, `document.querySelector('video').videoWidth > 0 && document.querySelector('video').webkitAudioDecodedByteCount > 0`)
		if !w.asked("/assets/hls-") || !w.asked(".m4s") {
			t.Error("hls.js was not asked for, or played nothing")
		}
		w.check(t)
	})
	t.Run("without JavaScript", func(t *testing.T) {
		w := watch(t, browser, base)
		// The page's own scripts are off; the test still speaks to the page.
		if _, err := chromedp.Call(w.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			t.Fatal(err)
		}
		w.open(t, film)
		w.until(t, `document.querySelector('video').readyState > 0`)
		w.until(t, `(v => { v.querySelector('[type*=mpegurl]').remove(); v.load(); return true })(document.querySelector('video'))`)
		w.until(t, play)
		w.until(t, runs+` && document.querySelector('video').currentSrc.endsWith('.mp4')`)
		if w.asked("/assets/player-") && w.asked("/assets/hls-") {
			t.Error("hls.js came without JavaScript")
		}
		w.check(t)
	})
	t.Run("sound alone", func(t *testing.T) {
		w := watch(t, browser, base)
		w.open(t, podcast)
		w.until(t, play)
		w.until(t, runs)
		w.check(t)
	})
	t.Run("in a frame", func(t *testing.T) {
		h.weighFrame(t, sound)
		w := watch(t, browser, base)
		w.open(t, base+embedPath(sound.Film.ID))
		w.until(t, play)
		w.until(t, runs)
		w.check(t)
	})
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
	browser := browse(t)
	pages := []string{
		"/", "/films/", "/films/film-2/", "/rubriques/culture/", "/dossiers/eloquence-2018/", "/territoires/aix-en-provence/", "/recherche/",
		"/accessibilite/", "/confidentialite/", "/mentions-legales/", embedPath(eloquence.Film.ID),
	}
	for _, width := range []int64{320, 390, 1440} {
		w := watch(t, browser, base)
		if err := chromedp.Do(w.ctx, chromedp.EmulateViewport(width, 844)); err != nil {
			t.Fatal(err)
		}
		for _, path := range pages {
			w.open(t, base+path)
			over, err := chromedp.Run(w.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`))
			if err != nil || over > 0 {
				t.Errorf("%s at %d px is %d px too wide (%v)", path, width, over, err)
			}
		}
		w.check(t)
	}
	w := watch(t, browser, base)
	w.open(t, base+"/recherche/?q=eloquence")
	w.until(t, `[...document.querySelectorAll('[data-results] h3')].some(h => h.textContent.includes('Éloquence'))`)
	w.until(t, `document.querySelector('[data-whole]').hidden`)
	w.open(t, base+"/recherche/?q=zzz")
	w.until(t, `document.querySelector('[data-status]').textContent === 'Aucun film pour “zzz”. Essayez un quartier ou un festival.'`)
	w.check(t)
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

// script runs before the scripts of every page of the tab.
func (w *witness) script(t *testing.T, source string) {
	t.Helper()
	if _, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source}); err != nil {
		t.Fatal(err)
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
	browser := browse(t)
	w := watch(t, browser, bare.URL)
	pages := []string{"/", "/films/", "/recherche/?q=" + "%22%3E%3Cimg%20src%3Dx%20onerror%3Dpwned%3D1%3E", "/recherche/?q=x", "/rubriques/hostile/", "/dossiers/hostile/", "/partenaires/hostile/", "/territoires/hostile/"}
	for n := range payloads {
		pages = append(pages, fmt.Sprintf("/films/film-%d/", n))
	}
	for _, path := range pages {
		w.open(t, bare.URL+path)
		clean, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool](`typeof pwned === 'undefined' && !document.querySelector('main img:not([src^="/media/"]), main svg, main iframe, main object')`))
		if err != nil || !clean {
			t.Errorf("%s: something of the text came alive (%v)", path, err)
		}
		broken, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`JSON.stringify([...document.querySelectorAll('script[type="application/ld+json"]')].map(s => { try { JSON.parse(s.textContent); return '' } catch (e) { return String(e) } }).filter(Boolean))`))
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
