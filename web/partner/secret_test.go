package partner

import (
	"encoding/base32"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
	"anonymal.tv/regie/pipeline"
)

// TestTokens (D-01): a million tokens of 128 bits or more are all different, and
// the database of a house holds none of them: only what a hash and a seal say.
func TestTokens(t *testing.T) {
	const million = 1_000_000
	seen := make(map[[16]byte]bool, million)
	for range million {
		bits, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(access.NewSecret().Reveal())
		if err != nil || len(bits) < 16 {
			t.Fatalf("%d bytes, %v", len(bits), err)
		}
		seen[[16]byte(bits)] = true
	}
	if len(seen) != million {
		t.Errorf("%d tokens are others' tokens", million-len(seen))
	}

	h := newHouse(t)
	h.film("Before Zik Zac", usual()...)
	x, root := h.link(pipeline.DeliveryRequest{Password: "sésame ouvre-toi", Mail: "festival@example.org"})
	token := path.Base(root)
	h.visitor().unlock(root, "sésame ouvre-toi")
	var kept strings.Builder
	for _, suffix := range []string{"", "-wal"} {
		text, err := os.ReadFile(h.file + suffix)
		h.must(err)
		kept.Write(text)
	}
	if !strings.Contains(kept.String(), x.TokenHash) || access.Hash(token) != x.TokenHash {
		t.Error("the hash of the token is not in the database: this test looks at the wrong file")
	}
	for name, secret := range map[string]string{"the token": token, "the password": "sésame ouvre-toi"} {
		if strings.Contains(kept.String(), secret) {
			t.Errorf("%s is in the database", name)
		}
	}
}

// TestNothingToGuess (D-06): of ten thousand addresses that nobody was given, none
// opens anything.
func TestNothingToGuess(t *testing.T) {
	h := newHouse(t)
	f := h.film("Before Zik Zac", usual()...)
	_, root := h.link(pipeline.DeliveryRequest{})
	token, film := path.Base(root), string(f.ID)
	odd := []string{
		"..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..%252f", "%252e%252e%252f", "%c0%ae%c0%ae/", "..;/", "./", "//", "%2f", "%5c", "%00", "%0d%0a", "%ff",
		".env", ".git/config", ".htaccess", "regie.db", "regie.db-wal", "../regie.db", "~incoming", "originals", "renditions", "SHA256SUMS", "index.html", "*", "%", "?liste",
	}
	signs := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	guess := func() string {
		b := []byte(token)
		for range 1 + rand.IntN(len(b)) {
			b[rand.IntN(len(b))] = signs[rand.IntN(len(signs))]
		}
		if string(b) == token {
			b = b[1:]
		}
		return string(b)
	}
	below := []string{"", "/", "/tout.zip", "/flux.xml", "/films/" + film, "/films/" + film + "/tout.zip", "/films/" + film + "/voir/poster.jpg", "/films/" + film + "/textes.txt"}
	opened := 0
	for i := range 10_000 {
		var address string
		switch i % 4 {
		case 0:
			address = "/p/" + guess() + below[rand.IntN(len(below))]
		case 1:
			address = "/p/" + token + "/" + odd[rand.IntN(len(odd))] + odd[rand.IntN(len(odd))]
		case 2:
			address = "/p/" + token + "/films/" + film + "/" + []string{"voir/", "fichiers/"}[rand.IntN(2)] + odd[rand.IntN(len(odd))] + odd[rand.IntN(len(odd))]
		default:
			address = "/p/" + odd[rand.IntN(len(odd))] + token + below[rand.IntN(len(below))]
		}
		u, err := url.Parse("http://regie.example" + strings.ReplaceAll(address, "%/", "%25/"))
		if err != nil {
			continue // no client can ask for it
		}
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL, r.RequestURI = u, u.RequestURI()
		h.server.Config.Handler.ServeHTTP(w, r)
		if known := u.Path == "/p/"+token; w.Code < 300 && !known {
			t.Errorf("%s: %d", address, w.Code)
		}
		if w.Code < 300 {
			opened++
		}
	}
	if opened > 100 {
		t.Errorf("%d of the addresses were the link itself", opened)
	}
}

var foreign = regexp.MustCompile(`(?i)(src|href|action|url\()\s*=?\s*["']?\s*(https?:)?//`)

// TestNothingLeaks (D-07): what a link opens tells robots to stay away, and no
// site where one came from; its pages load nothing from elsewhere.
func TestNothingLeaks(t *testing.T) {
	h := newHouse(t)
	f := h.film("Before Zik Zac", usual()...)
	_, root := h.link(pipeline.DeliveryRequest{})
	v := h.visitor()
	for _, a := range append(h.reach(root, f), "GET "+h.server.URL+"/p/nothing") {
		method, address, _ := strings.Cut(a, " ")
		if method == http.MethodPost {
			continue
		}
		res, body := v.ask(method, address)
		for name, want := range map[string]string{"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", a, name, got, want)
			}
		}
		if cached := res.Header.Get("Cache-Control"); cached != "no-store" && cached != "private, no-cache" {
			t.Errorf("%s may be kept: %q", a, cached)
		}
		if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && foreign.Match(body) {
			t.Errorf("%s loads from elsewhere: %s", a, foreign.Find(body))
		}
	}
}

// TestNames (D-08): whatever a film is called, Chromium saves its file under the
// name that the menu says: what people read of the title, with nothing of it lost
// but what no disk holds, and breaking out of no header.
func TestNames(t *testing.T) {
	h := newHouse(t)
	names := [][2]string{
		{"Simple", "Simple"},
		{"Été à l'Aune", "Été à l'Aune"},
		{`a"b\c`, "a-b-c"},
		{"a;b=c", "a;b=c"},
		{"../../etc/passwd", "-..-etc-passwd"},
		{"x\r\nSet-Cookie: a=b", "x-Set-Cookie- a=b"},
		{"\u202egpj.exe", "gpj.exe"},
		{"%41%0d", "-41-0d"},
		{"日本語", "日本語"},
		{"CON", "CON"},
		{"NUL.mp4", "NUL_.mp4"},
		{"a'b''c", "a'b''c"},
		{" espace ", "espace"},
		{"AC/DC", "AC-DC"},
		{`a\b`, "a-b"},
		{"Aix: le film", "Aix- le film"},
		{"a*b?", "a-b-"},
		{"<b>gras</b>", "-b-gras--b-"},
		{"a|b", "a-b"},
		{"…", "…"},
		{"« Zik Zac »", "« Zik Zac »"},
		{"🎬 film", "🎬 film"},
		{strings.Repeat("é", 300), strings.Repeat("é", 96)},
		{".caché", "caché"},
		{"point.", "point."},
		{"tab\tulation", "tab ulation"},
		{"a\u0000b", "ab"},
		{"e\u0301te\u0301", "été"},
		{"filename=x", "filename=x"},
		{"UTF-8''x", "UTF-8''x"},
		{"a,b", "a,b"},
		{"100 %", "100 %"},
		{"a#b", "a#b"},
		{"~a~b", "a~b"},
		{"-rf", "-rf"},
		{"l’apostrophe", "l’apostrophe"},
		{"a\u2028b", "a b"},
		{"coup\u00adure\u200b", "coupure"},
	}
	films := make([]assets.Film, len(names))
	for i, n := range names {
		films[i] = h.film(n[0], made{assets.Rendition{Role: assets.MP4Role(720), Key: "mp4/720.mp4", Width: 1280, Height: 720}, fmt.Append(nil, "film ", i), 0})
	}
	_, root := h.link(pipeline.DeliveryRequest{Name: "lien"})
	tab := browser.Watch(t, browser.Start(t), h.server.URL)
	tab.Open(t, root)
	for i, n := range names {
		saved := tab.Save(t, h.saved(root, films[i], assets.MP4Role(720)))
		content, err := os.ReadFile(saved)
		if name, want := filepath.Base(saved), n[1]+" (720p).mp4"; name != want || err != nil || string(content) != fmt.Sprint("film ", i) {
			t.Errorf("%q is saved as %q with %q, want %q: %v", n[0], name, content, want, err)
		}
	}
	if name := filepath.Base(tab.Save(t, root+"/films/"+string(films[2].ID)+"/textes.txt")); name != "a-b-c (textes).txt" {
		t.Errorf("its texts are saved as %q", name)
	}
}
