// Package browser drives a real Chromium for tests, and remembers everything
// that went wrong in it. It is test support only.
package browser

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Start starts one Chromium for a test.
func Start(t *testing.T, flags ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
		if _, err := os.Stat(name); err == nil {
			program = name
			break
		}
	}
	if program == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium is not installed (make setup)")
		}
		t.Skip("chromium is not installed (Debian: apt install chromium)")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.WSURLReadTimeout(time.Minute), // a busy machine
	)
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), append(opts, flags...)...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// Tab is a tab that remembers everything that went wrong in it.
type Tab struct {
	Ctx context.Context // of the tab, for what chromedp can do besides
	mu  sync.Mutex
	bad []string
	saw []network.Request
}

// Beside opens another tab of the same person: it has the cookies of the first.
func (w *Tab) Beside(t *testing.T, base string) *Tab {
	t.Helper()
	return watch(t, w.Ctx, base)
}

// WatchApart is Watch in a browser profile of its own: no cookie of another tab
// reaches it.
func WatchApart(t *testing.T, browser context.Context, base string) *Tab {
	t.Helper()
	return watch(t, browser, base, chromedp.WithNewBrowserContext())
}

// Watch opens a tab and complains about console errors, failed requests, answers
// that are errors, and requests to anywhere but base.
func Watch(t *testing.T, browser context.Context, base string) *Tab {
	t.Helper()
	return watch(t, browser, base)
}

func watch(t *testing.T, browser context.Context, base string, how ...chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, how...)
	t.Cleanup(cancel)
	w := &Tab{Ctx: ctx}
	note := func(format string, args ...any) { w.bad = append(w.bad, fmt.Sprintf(format, args...)) }
	err := chromedp.Listen(ctx, func(event any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			w.saw = append(w.saw, *e.Request)
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

// Open goes to an address, again when the page was itself on its way elsewhere:
// Chromium then gives up one of the two.
func (w *Tab) Open(t *testing.T, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(w.Ctx, time.Minute)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Navigate(address))
		switch {
		case err == nil:
			return
		case ctx.Err() != nil || !strings.Contains(err.Error(), "net::ERR_ABORTED"):
			t.Fatalf("%s: %v", address, err)
		}
	}
}

// Until polls an expression in the page, or what it promises, until it holds.
func (w *Tab) Until(t *testing.T, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(w.Ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression, Awaited)); ok && err == nil {
			return
		}
		select {
		case <-ctx.Done():
			state, _ := chromedp.Run(w.Ctx, chromedp.Evaluate[string](`JSON.stringify([...document.querySelectorAll('video')].map(v=>[v.currentSrc,v.currentTime,v.readyState,v.networkState,v.error&&v.error.message,v.paused]))`))
			w.mu.Lock()
			defer w.mu.Unlock()
			t.Fatalf("%s did not come true; video %s; %q", expression, state, w.bad[:min(len(w.bad), 8)])
		case <-tick.C:
		}
	}
}

// Awaited makes an evaluation wait for what it promises.
func Awaited(p *runtime.EvaluateParams) { p.AwaitPromise = new(true) }

// Check reports everything that went wrong, and what the page keeps.
func (w *Tab) Check(t *testing.T) {
	t.Helper()
	cookies, err := chromedp.Run(w.Ctx, chromedp.Evaluate[string](`document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage)`))
	if err != nil || cookies != "" {
		t.Errorf("the page keeps %q, %v", cookies, err)
	}
	w.Faults(t)
}

// Faults reports everything that went wrong, of which what holds one of these
// texts was meant to.
func (w *Tab) Faults(t *testing.T, meant ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, fault := range w.bad {
		if !slices.ContainsFunc(meant, func(m string) bool { return strings.Contains(fault, m) }) {
			t.Error(fault)
		}
	}
}

// Asked tells whether an address with this part was asked for.
func (w *Tab) Asked(part string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.saw, func(r network.Request) bool { return strings.Contains(r.URL, part) })
}

// Script runs before the scripts of every page of the tab.
func (w *Tab) Script(t *testing.T, source string) {
	t.Helper()
	if _, err := chromedp.Call(w.Ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source}); err != nil {
		t.Fatal(err)
	}
}
