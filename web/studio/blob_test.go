package studio

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/serve"
)

// wrapped is a writer that stands between, as the session's does.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// shelf serves one object of disk storage under any name.
func shelf(t *testing.T, content []byte, made bool) (address func(name string) string, f pipeline.Stored) {
	t.Helper()
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	b, err := disk.Keep(t.Context(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	f = pipeline.Stored{Key: b.Key, SHA256: b.SHA256, Size: b.Size}
	s := &Studio{Options: Options{Desk: pipeline.NewDesk(pipeline.Options{Blobs: disk})}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w = wrapped{w}
		w.Header().Set("Cache-Control", "no-store")
		f := f
		f.Name = r.FormValue("name")
		var err error
		if made {
			err = s.serveMade(w, r, f)
		} else {
			serve.Attach(w.Header(), f.Name)
			err = s.serve(w, r, f)
		}
		if err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(func() { server.Close(); _ = disk.Close() })
	return func(name string) string {
		r, _ := http.NewRequest(http.MethodGet, server.URL, nil)
		q := r.URL.Query()
		q.Set("name", name)
		r.URL.RawQuery = q.Encode()
		return r.URL.String()
	}, f
}

func ask(t *testing.T, url string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// TestServeRanges: RFC 9110 on what is stored.
func TestServeRanges(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 100_000)
	address, f := shelf(t, content, true)
	url := address("proxy.mp4")
	tag := `"` + f.SHA256 + `"`
	for _, c := range []struct {
		name    string
		headers []string
		status  int
		body    []byte
	}{
		{"whole", nil, 200, content},
		{"first bytes", []string{"Range", "bytes=0-9"}, 206, content[:10]},
		{"suffix", []string{"Range", "bytes=-7"}, 206, content[len(content)-7:]},
		{"open end", []string{"Range", "bytes=999990-"}, 206, content[999990:]},
		{"same as ours", []string{"If-None-Match", tag}, 304, nil},
		{"range of the same", []string{"Range", "bytes=5-6", "If-Range", tag}, 206, content[5:7]},
		{"range of another", []string{"Range", "bytes=5-6", "If-Range", `"other"`}, 200, content},
		{"another is wanted", []string{"If-Match", `"other"`}, 412, nil},
	} {
		resp, body := ask(t, url, c.headers...)
		if resp.StatusCode != c.status || !bytes.Equal(body, c.body) {
			t.Errorf("%s: %d with %d bytes, want %d with %d", c.name, resp.StatusCode, len(body), c.status, len(c.body))
		}
		if resp.Header.Get("ETag") != tag {
			t.Errorf("%s: ETag %q", c.name, resp.Header.Get("ETag"))
		}
	}
	if resp, _ := ask(t, url, "Range", "bytes=1000000-"); resp.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond the end: %d", resp.StatusCode)
	}
	resp, _ := ask(t, url)
	if got := resp.Header.Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("an address without its version: %q", got)
	}
	resp, _ = ask(t, url+"&v="+f.SHA256[:12])
	if got := resp.Header.Get("Cache-Control"); !strings.Contains(got, "private") || !strings.Contains(got, "immutable") {
		t.Errorf("an address with its version: %q", got)
	}
}

// TestServeTypes (M-17): types are ours; what is no film or sound is shut in.
func TestServeTypes(t *testing.T) {
	address, _ := shelf(t, []byte("<svg onload=alert(1)>"), true)
	for name, want := range map[string]string{
		"proxy.mp4": "video/mp4", "proxy.m4a": "audio/mp4", "waveform.svg": "image/svg+xml", "sprite.jpg": "image/jpeg",
		"page.html": "application/octet-stream", "x.xml": "application/octet-stream", "noext": "application/octet-stream",
	} {
		resp, _ := ask(t, address(name))
		if got := resp.Header.Get("Content-Type"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		media := strings.HasPrefix(want, "video/") || strings.HasPrefix(want, "audio/")
		if policy := resp.Header.Get("Content-Security-Policy"); strings.Contains(policy, "sandbox") == media {
			t.Errorf("%s: policy %q", name, policy)
		}
	}
}

// TestDownloadNames (M-10): the name in the header parses back to what the
// person may read, whatever it was.
func TestDownloadNames(t *testing.T) {
	address, _ := shelf(t, []byte("film"), false)
	for _, name := range []string{
		"simple.mov", "Été à l'Aune.MOV", `a"b\c.mp4`, "a;b=c.mp4", "../../etc/passwd", "x\r\nSet-Cookie: a=b.mp4", "\u202egpj.exe.mov",
		"\x00\x01.mov", "", "%41%0d.mov", "日本語.mp4", "CON.mov", strings.Repeat("é", 400) + ".mov", "\xff\xfe.mp4", "a'b''c.mp4", " .mov",
	} {
		resp, body := ask(t, address(name))
		kind, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition"))
		if err != nil || kind != "attachment" || params["filename"] != french.FileName(name) {
			t.Errorf("%q: %q %v (%q) %v", name, kind, params, resp.Header.Get("Content-Disposition"), err)
		}
		if len(resp.Header.Values("Set-Cookie")) > 0 || string(body) != "film" {
			t.Errorf("%q: broke out of its header", name)
		}
	}
}

// TestMadeAt: the address of a made file names its place in its tree, and its bytes.
func TestMadeAt(t *testing.T) {
	r := assets.Rendition{Key: "renditions/01abc/0123456789abcdef-1/hls/master.m3u8", SHA256: strings.Repeat("ab", 32)}
	if got := madeAt("/regie/films/x/versions/1", r); got != "/regie/films/x/versions/1/fichiers/hls/master.m3u8?v=abababababab" {
		t.Error(got)
	}
}
