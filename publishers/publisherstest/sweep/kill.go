package sweep

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

// The environment of the worker that Kills starts: the same test binary.
const (
	workerDir = "REGIE_TEST_SWEEP_DIR"
	workerURL = "REGIE_TEST_SWEEP_URL"
)

// Kills publishes once for each request of the happy path and each side of its
// effect, in a worker of its own that is killed there with SIGKILL and started
// again. The test that calls it must be called name, and call nothing else.
func Kills(t *testing.T, name string, p Platform) {
	if dir := os.Getenv(workerDir); dir != "" {
		h := open(t, p, dir)
		h.ids = assetstest.IDsFrom(1_000_000 + os.Getpid()*10_000)
		h.work(h.desk(os.Getenv(workerURL)))
		return
	}
	dir := t.TempDir()
	h := open(t, p, dir)
	ways, requests := h.ways()
	ahead := ways[len(ways)-1] // where it can, a film goes through all that it does at its hour, and more
	var sum Result
	var mu sync.Mutex
	for at := 1; at <= requests[len(ways)-1]; at++ {
		for side, action := range map[string]func(func()) emu.Action{"before": emu.Before, "after": emu.After} {
			frame, url := h.emulate()
			d := h.desk(url)
			h.connect(d)
			frame.Forget()
			id := h.film(d.Publishers.Channels()[0], ahead)
			w := &killed{T: t, name: name, dir: dir, url: url}
			frame.Plan(emu.Fault{Nth: at, Action: action(w.kill)})
			for starts := 0; h.owes(d, id) && starts < 6; starts++ {
				w.run()
			}
			h.judge(Case{Name: fmt.Sprintf("killed %s its effect at request %d", side, at)}, id, frame, &sum, &mu)
		}
	}
	t.Logf("%d requests on the happy path; %d kills: %d published once, %d asked of a person", requests, sum.Cases, sum.Published, sum.Asked)
	if sum.Failed > 0 {
		t.Errorf("%d films were given up, though nothing refused them", sum.Failed)
	}
}

// owes tells whether there is work left for a publication.
func (h *house) owes(d *pipeline.Desk, id assets.ID) bool {
	h.Helper()
	jobs, err := d.Catalog.JobsOf(h.Context(), id)
	if err != nil {
		h.Fatal(err)
	}
	for _, j := range jobs {
		if j.Kind != assets.JobLook && (j.State == assets.JobWaiting || j.State == assets.JobRunning) {
			return true
		}
	}
	return false
}

// killed is a worker that is ended while it waits for an answer.
type killed struct {
	*testing.T
	name, dir, url string

	mu  sync.Mutex
	cmd *exec.Cmd
}

func (k *killed) run() {
	k.Helper()
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+k.name+"$")
	cmd.Env = append(os.Environ(), workerDir+"="+k.dir, workerURL+"="+k.url)
	k.mu.Lock()
	k.cmd = cmd
	err := cmd.Start()
	k.mu.Unlock()
	if err != nil {
		k.Fatal(err)
	}
	err = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); err != nil && (!ok || !status.Signaled()) {
		k.Errorf("the worker: %v", err)
	}
}

func (k *killed) kill() {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.cmd.Process.Kill()
}
