package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Phone makes the tab one of a phone: 390 × 844, touched.
func (w *Tab) Phone(t *testing.T) {
	t.Helper()
	_, err := chromedp.Call(w.Ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 1, Mobile: true})
	if err == nil {
		_, err = chromedp.Call(w.Ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Full is a network as fast as it gets.
const Full = -1

// Network gives the tab a network that takes this many bytes a second; none is
// no network at all, and the browser knows it.
func (w *Tab) Network(t *testing.T, up float64) {
	t.Helper()
	off := up == 0
	_, err := chromedp.Call(w.Ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: Full, UploadThroughput: up, Offline: off}},
	})
	if err == nil {
		_, err = chromedp.Call(w.Ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{DownloadThroughput: Full, UploadThroughput: up, Offline: off})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Drag carries files, or folders, over the middle of the page; let go of them
// with drop, and take them away without.
func (w *Tab) Drag(t *testing.T, how input.DispatchDragEventType, files ...string) {
	t.Helper()
	_, err := chromedp.Call(w.Ctx, input.DispatchDragEvent, input.DispatchDragEventParams{
		Type: how, X: 180, Y: 300, Data: &input.DragData{Items: []*input.DragDataItem{}, Files: files, DragOperationsMask: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Requests are those of one method whose address has this part, oldest first.
func (w *Tab) Requests(method, part string) []network.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []network.Request
	for _, r := range w.saw {
		if r.Method == method && strings.Contains(r.URL, part) {
			found = append(found, r)
		}
	}
	return found
}
