package sweep

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"anonymal.tv/regie/publishers/publisherstest/emu"
)

// wrong is all that can go wrong with one request.
var wrong = []struct {
	name string
	do   emu.Action
}{
	{"dropped before", emu.Drop},
	{"done, answer lost", emu.CommitThenDrop},
	{"done, 500", emu.CommitThenStatus(http.StatusInternalServerError)},
	{"done, 503", emu.CommitThenStatus(http.StatusServiceUnavailable)},
	{"done, answer cut", emu.TruncateAnswer},
	{"500", emu.Status(http.StatusInternalServerError, `{"error":"internal"}`, nil)},
	{"502 page", emu.Garbage(http.StatusBadGateway)},
	{"503, Retry-After", emu.Status(http.StatusServiceUnavailable, "", http.Header{"Retry-After": {"120"}})},
	{"429, Retry-After", emu.Status(http.StatusTooManyRequests, `{"error":"slow down"}`, http.Header{"Retry-After": {"300"}})},
	{"429", emu.Status(http.StatusTooManyRequests, "{}", nil)},
	{"cut at 10 %", emu.CutShare(10)},
	{"cut at 50 %", emu.CutShare(50)},
	{"cut at 99 %", emu.CutShare(99)},
}

// Faults publishes once for each fault at each request of the happy path, and
// once for each pair of a sample of them. It prints how the cases ended.
func Faults(t *testing.T, p Platform, more ...Case) {
	h := open(t, p, t.TempDir())
	ways, requests := h.ways()
	var cases []Case
	for i, ahead := range ways {
		var here []Case
		for at := 1; at <= requests[i]; at++ {
			for _, w := range wrong {
				here = append(here, Case{fmt.Sprintf("%s request %d %s", wayName(ahead), at, w.name), []emu.Fault{{Nth: at, Action: w.do}}, ahead})
			}
		}
		single := len(here)
		for n := 0; len(here) < 400/len(ways); n++ {
			a, b := here[(n*7)%single], here[(n*11+5)%single]
			here = append(here, Case{a.Name + ", then " + b.Name, append(append([]emu.Fault{}, a.Faults...), b.Faults...), ahead})
		}
		cases = append(cases, here...)
	}
	cases = append(cases, more...)
	var sum Result
	var mu sync.Mutex
	for few := range slices.Chunk(cases, 50) { // a house that has seen hundreds of films is slow to say what is due
		h := open(t, p, t.TempDir())
		for _, c := range few {
			h.run(c, &sum, &mu)
		}
	}
	t.Logf("%d requests on the happy path; %d cases: %d published once, %d asked of a person, %d failed with nothing public", requests, sum.Cases, sum.Published, sum.Asked, sum.Failed)
}

// ways are the ways a film can go out on the channel, at its hour and ahead of
// it, and how many requests each takes.
func (h *house) ways() (ahead []bool, requests []int) {
	h.Helper()
	_, url := h.emulate()
	ahead = []bool{false}
	if prepares(h.desk(url)) {
		ahead = append(ahead, true)
	}
	for _, a := range ahead {
		requests = append(requests, h.happy(a))
	}
	return ahead, requests
}

func wayName(ahead bool) string {
	if ahead {
		return "ahead of its hour,"
	}
	return "at its hour,"
}

// happy publishes once with nothing wrong, and counts the requests.
func (h *house) happy(ahead bool) int {
	h.Helper()
	frame, url := h.emulate()
	d := h.desk(url)
	h.connect(d)
	frame.Forget()
	id := h.film(d.Publishers.Channels()[0], ahead)
	h.work(d)
	var sum Result
	h.judge(Case{Name: "nothing wrong"}, id, frame, &sum, &sync.Mutex{})
	if sum.Published != 1 {
		h.Fatalf("the happy path is not happy:\n%s", told(frame))
	}
	return len(frame.Journal())
}
