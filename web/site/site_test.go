package site

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree writes a small public folder.
func tree(t *testing.T) *Handler {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index.html": "<!doctype html>accueil", "404.html": "introuvable", "films/a/index.html": strings.Repeat("le film ", 200),
		"films/b/410.html": "retiré", "films/c/410.html": "ancien", "films/c/index.html": "revenu", "integrer/1/index.html": "cadre",
		"integrer/3/index.html": "cadre", "integrer/3/.sites": "zikzac.example\nwww.zikzac.example\n*\nx;script-src\n'unsafe-inline'\n",
		"integrer/4/index.html": "cadre", "integrer/4/.sites": "",
		"integrer/2/410.html": "retiré", "media/2/v1-ab/poster.jpg": "reste",
		"media/1/v1-ab/mp4-720.mp4": "0123456789", "media/1/v1-ab/hls/main.m3u8": "#EXTM3U\n", "media/1/v1-ab/hls/0.m4s": "segment",
		"assets/site-4KZ3T2QA.css": "body{}", "assets/theme.css": "body{}", "flux.xml": "<rss/>", "sitemap.xml": "<urlset/>", "robots.txt": "User-agent: *\n",
		".secret": "non", "films/.htaccess": "non",
	} {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "outside"), []byte("non"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../outside", filepath.Join(dir, "films", "link")); err != nil {
		t.Fatal(err)
	}
	h, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func ask(h http.Handler, method, address string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "http://example.test/", nil)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(address, "?")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAddresses(t *testing.T) {
	h := tree(t)
	for _, c := range []struct {
		address  string
		status   int
		kind     string // beginning of Content-Type
		location string
		cache    string // beginning of Cache-Control
	}{
		{"/", 200, "text/html", "", "no-cache"},
		{"/films/a/", 200, "text/html", "", "no-cache"},
		{"/films/a", 301, "", "/films/a/", ""},
		{"/films/a?t=83", 301, "", "/films/a/?t=83", ""},
		{"/films/a/index.html", 301, "", "/films/a/", ""},
		{"/index.html", 301, "", "/", ""},
		{"/films/b/", 410, "text/html", "", "no-cache"},
		{"/films/b", 410, "text/html", "", "no-cache"},
		{"/films/b/410.html", 410, "text/html", "", "no-cache"},
		{"/integrer/2/", 410, "text/html", "", "no-cache"},
		{"/integrer/2", 410, "text/html", "", "no-cache"},
		{"/oembed/2.json", 410, "text/html", "", "no-cache"},
		{"/media/2/", 410, "text/html", "", "no-cache"},
		{"/media/2/v1-ab/mp4-720.mp4", 410, "text/html", "", "no-cache"},
		{"/media/2/v1-ab/hls/main.m3u8", 410, "text/html", "", "no-cache"},
		{"/media/2/v1-ab/poster.jpg", 200, "image/jpeg", "", "public, max-age=31536000"}, // until it is deleted
		{"/media/1/v0-ab/mp4-720.mp4", 404, "text/html", "", "no-cache"},
		{"/oembed/1.json", 404, "text/html", "", "no-cache"},
		{"/media/3/v1-ab/mp4-720.mp4", 404, "text/html", "", "no-cache"},
		{"/media/../integrer/2/", 404, "text/html", "", "no-cache"},
		{"/films/c/", 200, "text/html", "", "no-cache"},
		{"/films/", 404, "text/html", "", "no-cache"},
		{"/films", 404, "text/html", "", "no-cache"},
		{"/media/", 404, "text/html", "", "no-cache"},
		{"/404.html", 404, "text/html", "", "no-cache"},
		{"/perdu", 404, "text/html", "", "no-cache"},
		{"/robots.txt/", 404, "text/html", "", "no-cache"},
		{"/media/1/v1-ab/mp4-720.mp4", 200, "video/mp4", "", "public, max-age=31536000"},
		{"/media/1/v1-ab/hls/main.m3u8", 200, "application/vnd.apple.mpegurl", "", "public, max-age=31536000"},
		{"/media/1/v1-ab/hls/0.m4s", 200, "video/iso.segment", "", "public, max-age=31536000"},
		{"/assets/site-4KZ3T2QA.css", 200, "text/css", "", "public, max-age=31536000"},
		{"/assets/theme.css", 200, "text/css", "", "no-cache"},
		{"/flux.xml", 200, "application/rss+xml", "", "no-cache"},
		{"/sitemap.xml", 200, "application/xml", "", "no-cache"},
		{"/integrer/3/.sites", 404, "text/html", "", "no-cache"},
		{"/.secret", 404, "text/html", "", "no-cache"},
		{"/films/.htaccess", 404, "text/html", "", "no-cache"},
		{"/films/link", 404, "text/html", "", "no-cache"},
		{"/../outside", 404, "text/html", "", "no-cache"},
		{"/films/../.secret", 404, "text/html", "", "no-cache"},
		{"/films//a/", 404, "text/html", "", "no-cache"},
		{"//evil.example/", 404, "text/html", "", "no-cache"},
		{"/films\\a", 404, "text/html", "", "no-cache"},
		{"/films/a\x00", 404, "text/html", "", "no-cache"},
		{"", 404, "text/html", "", "no-cache"},
	} {
		r := ask(h, http.MethodGet, c.address)
		if r.StatusCode != c.status || !strings.HasPrefix(r.Header.Get("Content-Type"), c.kind) ||
			r.Header.Get("Location") != c.location || !strings.HasPrefix(r.Header.Get("Cache-Control"), c.cache) {
			t.Errorf("%q: %d %v", c.address, r.StatusCode, r.Header)
		}
		if strings.Contains(body(t, r), "non") {
			t.Errorf("%q gave away what is private", c.address)
		}
		if r.Header.Get("Set-Cookie") != "" {
			t.Errorf("%q sets a cookie", c.address)
		}
		if head := ask(h, http.MethodHead, c.address); head.StatusCode != c.status || body(t, head) != "" {
			t.Errorf("HEAD %q: %d", c.address, head.StatusCode)
		}
	}
	if r := ask(h, http.MethodPost, "/"); r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d", r.StatusCode)
	}
}

func TestRanges(t *testing.T) {
	h := tree(t)
	const film = "/media/1/v1-ab/mp4-720.mp4"
	whole := ask(h, http.MethodGet, film)
	tag := whole.Header.Get("ETag")
	if strings.HasPrefix(tag, "W/") || tag == "" || whole.Header.Get("Accept-Ranges") != "bytes" || whole.Header.Get("Last-Modified") == "" {
		t.Fatalf("validators: %v", whole.Header)
	}
	for _, c := range []struct {
		headers []string
		status  int
		body    string
	}{
		{[]string{"Range", "bytes=2-4"}, 206, "234"},
		{[]string{"Range", "bytes=-3"}, 206, "789"},
		{[]string{"Range", "bytes=7-"}, 206, "789"},
		{[]string{"Range", "bytes=99-"}, 416, "invalid range: failed to overlap\n"},
		{[]string{"Range", "bytes=2-4", "If-Range", tag}, 206, "234"},
		{[]string{"Range", "bytes=2-4", "If-Range", `"old"`}, 200, "0123456789"},
		{[]string{"If-None-Match", tag}, 304, ""},
		{[]string{"If-None-Match", `"old", ` + tag}, 304, ""},
		{[]string{"If-Match", `"old"`}, 412, ""},
	} {
		r := ask(h, http.MethodGet, film, c.headers...)
		if text := body(t, r); r.StatusCode != c.status || text != c.body {
			t.Errorf("%v: %d %q", c.headers, r.StatusCode, text)
		}
	}
}

func TestCompression(t *testing.T) {
	h := tree(t)
	r := ask(h, http.MethodGet, "/films/a/", "Accept-Encoding", "br, gzip;q=0.8", "Range", "bytes=0-1")
	if r.StatusCode != 200 || r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("%d %v", r.StatusCode, r.Header)
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || string(text) != strings.Repeat("le film ", 200) {
		t.Errorf("%q %v", text, err)
	}
	if again := ask(h, http.MethodGet, "/films/a/", "Accept-Encoding", "gzip", "If-None-Match", r.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("the same page again: %d", again.StatusCode)
	}
	for _, accept := range []string{"", "br", "gzip;q=0"} {
		plain := ask(h, http.MethodGet, "/films/a/", "Accept-Encoding", accept)
		if plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("ETag") == r.Header.Get("ETag") {
			t.Errorf("%q: %v", accept, plain.Header)
		}
	}
	if film := ask(h, http.MethodGet, "/media/1/v1-ab/mp4-720.mp4", "Accept-Encoding", "gzip"); film.Header.Get("Content-Encoding") != "" {
		t.Error("a film was packed")
	}
}

func TestSecurityHeaders(t *testing.T) {
	h := tree(t)
	for address, frames := range map[string]string{"/": "'self'", "/films/b/": "'self'", "/perdu": "'self'", "/integrer/1/": "*"} {
		header := ask(h, http.MethodGet, address).Header
		if policy := header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "frame-ancestors "+frames) || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", address, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"} {
			if header.Get(name) != want {
				t.Errorf("%s: %s is %q", address, name, header.Get(name))
			}
		}
	}
}

func BenchmarkPage(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte(strings.Repeat("<p>un paragraphe de la page d'accueil</p>\n", 500)), 0o644); err != nil {
		b.Fatal(err)
	}
	h, err := New(dir)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if r := ask(h, http.MethodGet, "/", "Accept-Encoding", "gzip"); r.StatusCode != 200 {
			b.Fatal(r.Status)
		}
	}
}

// TestWhoMayFrame: the list beside a page that is made to be framed is its policy,
// of which nothing but names of hosts comes in; the page of another list is
// another page.
func TestWhoMayFrame(t *testing.T) {
	h := tree(t)
	for address, want := range map[string]string{
		"/": "'self'", "/films/a/": "'self'", "/integrer/1/": "*", "/integrer/2/": "*", "/integrer/3/": "'self' zikzac.example www.zikzac.example", "/integrer/4/": "'self'",
	} {
		_, got, _ := strings.Cut(ask(h, http.MethodGet, address).Header.Get("Content-Security-Policy"), "frame-ancestors ")
		if got != want {
			t.Errorf("%s may be framed by %q, want %q", address, got, want)
		}
	}
	before := ask(h, http.MethodGet, "/integrer/3/").Header.Get("ETag")
	if r := ask(h, http.MethodGet, "/integrer/3/", "If-None-Match", before); r.StatusCode != http.StatusNotModified {
		t.Errorf("the same page is sent again: %d", r.StatusCode)
	}
	if err := h.root.WriteFile("integrer/3/.sites", []byte("autre.example\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := ask(h, http.MethodGet, "/integrer/3/", "If-None-Match", before); r.StatusCode != http.StatusOK {
		t.Errorf("a browser would keep the old list: %d", r.StatusCode)
	}
}
