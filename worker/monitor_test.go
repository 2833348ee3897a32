package worker

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

func TestMonitor(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Broker) {
		m := newModel(t, NewQueue(b))
		m.post(assets.JobProduce, nothing)
		server := httptest.NewServer(Monitor(b, "/admin/queues"))
		defer server.Close()
		client := server.Client()
		get := func(path string) (int, string, http.Header) {
			t.Helper()
			answer, err := client.Get(server.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return answer.StatusCode, string(body), answer.Header
		}
		status, page, header := get("/admin/queues")
		if status != 200 || !strings.Contains(page, `id="root"`) {
			t.Fatalf("page: %d %s", status, page)
		}
		if !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("the page may ask third parties: %v", header)
		}
		scripts := regexp.MustCompile(`src="([^"]+\.js)"`).FindAllStringSubmatch(page, -1)
		if len(scripts) < 2 {
			t.Fatalf("scripts: %v", scripts)
		}
		for _, s := range scripts {
			status, body, header := get(s[1])
			if status != 200 || !strings.Contains(header.Get("Content-Type"), "javascript") || strings.HasPrefix(body, "<!doctype") {
				t.Errorf("%s: %d %s", s[1], status, header.Get("Content-Type"))
			}
		}
		for path, want := range map[string]string{
			"/admin/queues/api/queues":                     `"queue":"media"`,
			"/admin/queues/api/queues/media/pending_tasks": "job-",
			"/admin/queues/api/servers":                    `"servers"`,
		} {
			if status, body, _ := get(path); status != 200 || !strings.Contains(body, want) {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		answer, err := client.Post(server.URL+"/admin/queues/api/queues/media:pause", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("the monitor paused a queue: %d", answer.StatusCode)
		}
	})
}
