package site

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// elsewhere is a page at every address of .example, which frames one of ours;
// Chromium must be started so.
func elsewhere(t *testing.T, ours string) []chromedp.ExecAllocatorOption {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `<!doctype html><title>Ailleurs</title><link rel="icon" href="data:,"><body style="margin:0"><iframe src="%s" width="640" height="400" style="border:0" allowfullscreen></iframe>`, ours)
	}))
	t.Cleanup(server.Close)
	return []chromedp.ExecAllocatorOption{
		chromedp.Flag("host-resolver-rules", "MAP *.example "+server.Listener.Addr().String()),
		chromedp.Flag("disable-site-isolation-trials", true), // the tab sees into the frame
	}
}

// framedElsewhere frames a film in the page of another site: it plays at a click,
// keeps nothing, asks nobody else, is light until then, and obeys the list of its
// partner.
func (h house) framedElsewhere(t *testing.T, chromium context.Context, base string, film assets.ID) {
	list := func(sites ...string) {
		h.opt.Programme = func(context.Context) (assets.Programme, error) {
			p := programme
			p.Partners = []assets.Partner{{Slug: "zik-zac-festival", Name: "Zik Zac Festival", Sites: sites}}
			return p, nil
		}
		if err := h.Render(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	open := func(t *testing.T, site string) *framed {
		f := &framed{Tab: browser.WatchApart(t, chromium, base), site: site}
		f.listen(t, base)
		f.Open(t, site)
		return f
	}

	t.Run("anybody may where there is no list", func(t *testing.T) { open(t, "http://blog.example/").plays(t) })
	list("zikzac.example")
	f := open(t, "http://www.zikzac.example/")
	t.Run("a site of the list may", f.plays)
	list("autre.example")
	// The same tab, which has the page and its old policy in its cache.
	t.Run("no more once it has left the list", func(t *testing.T) {
		f.Open(t, f.site)
		f.refused(t)
	})
	t.Run("nor any other", func(t *testing.T) { open(t, "http://zikzac.example.evil.example/").refused(t) })
	t.Run("a film that was withdrawn says so", func(t *testing.T) {
		if err := h.Withdraw(t.Context(), string(film)); err != nil {
			t.Fatal(err)
		}
		f := open(t, "http://blog.example/")
		f.until(t, `document.body.textContent.includes('Ce film a été retiré') && !document.querySelector('video')`)
		f.Faults(t, "request to "+f.site, "410 of", "status of 410")
	})
}

// framed is a page of another site that frames ours, and what that weighs.
type framed struct {
	*browser.Tab
	site string

	mu    sync.Mutex
	ours  map[network.RequestID]string
	bytes float64
	each  []string
}

// listen adds up what comes from our site: headers and bodies, as they came over
// the wire.
func (f *framed) listen(t *testing.T, base string) {
	t.Helper()
	f.ours = map[network.RequestID]string{}
	err := chromedp.Listen(f.Ctx, func(event any) {
		f.mu.Lock()
		defer f.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if strings.HasPrefix(e.Request.URL, base) {
				f.ours[e.RequestID] = e.Request.URL
			}
		case *network.EventLoadingFinished:
			if from := f.ours[e.RequestID]; from != "" {
				f.bytes += e.EncodedDataLength
				f.each = append(f.each, fmt.Sprintf("%.0f %s", e.EncodedDataLength, strings.TrimPrefix(from, base)))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// frame is what stands in the frame.
func (f *framed) frame(ctx context.Context) (*cdp.Frame, error) {
	tree, err := chromedp.Call(ctx, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	if len(tree.FrameTree.ChildFrames) != 1 {
		return nil, fmt.Errorf("%d frames", len(tree.FrameTree.ChildFrames))
	}
	return tree.FrameTree.ChildFrames[0].Frame, nil
}

// until polls an expression in the frame, whose page is none of the tab's.
func (f *framed) until(t *testing.T, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(f.Ctx, time.Minute)
	defer cancel()
	holds := func() (bool, error) {
		in, err := f.frame(ctx)
		if err != nil {
			return false, err
		}
		world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: in.ID})
		if err != nil {
			return false, err
		}
		return chromedp.Run(ctx, chromedp.Evaluate[bool](expression, func(p *runtime.EvaluateParams) { p.ContextID = world.ExecutionContextID }))
	}
	f.poll(t, ctx, expression, holds)
}

func (f *framed) poll(t *testing.T, ctx context.Context, what string, holds func() (bool, error)) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := holds()
		if ok && err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s did not come true: %v", what, err)
		case <-tick.C:
		}
	}
}

// plays looks at the frame, weighs it, and clicks on it.
func (f *framed) plays(t *testing.T) {
	f.until(t, `document.readyState === 'complete' && document.querySelector('video').paused && performance.getEntriesByName(document.querySelector('video').poster).length === 1`)
	f.mu.Lock()
	weight, each := f.bytes, f.each
	f.mu.Unlock()
	if t.Logf("%.0f bytes before play: %q", weight, each); weight == 0 || weight > 60<<10 {
		t.Errorf("the frame costs %.0f bytes before it plays, over 60 KiB: %q", weight, each)
	}
	if f.Asked(".m4s") || f.Asked(".mp4") {
		t.Error("the film was asked for before anybody played it")
	}
	// Where Chromium draws the button of its controls.
	if _, err := chromedp.Run(f.Ctx, chromedp.MouseClickXY(25, 312)); err != nil {
		t.Fatal(err)
	}
	f.until(t, `document.querySelector('video').currentTime > 0.5 && document.querySelector('video').videoWidth > 0`)
	f.until(t, `document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage) === ''`)
	kept, err := chromedp.Call(f.Ctx, storage.GetCookies, storage.GetCookiesParams{})
	if err != nil || len(kept.Cookies) > 0 {
		t.Errorf("the browser keeps %v, %v", kept.Cookies, err)
	}
	f.Faults(t, "request to "+f.site)
}

// refused: the browser shows nothing of ours in the frame.
func (f *framed) refused(t *testing.T) {
	ctx, cancel := context.WithTimeout(f.Ctx, time.Minute)
	defer cancel()
	f.poll(t, ctx, "a frame that is refused", func() (bool, error) {
		in, err := f.frame(ctx)
		return err == nil && strings.HasPrefix(in.URL, "chrome-error:"), err
	})
	f.Faults(t, "request to "+f.site, "frame-ancestors", "ERR_BLOCKED_BY_RESPONSE", "request to chrome-error:")
}
