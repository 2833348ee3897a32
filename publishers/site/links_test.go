package site

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// pointers are the attributes by which a page names another file.
var pointers = map[string]bool{"href": true, "src": true, "poster": true, "srcset": true, "data-hls": true, "data-search": true, "content": true, "action": true}

// checkLinks walks a public tree and reports every reference to a file that is
// not there.
func checkLinks(t testing.TB, public, base string) {
	t.Helper()
	walk(t, public, func(name string, text []byte) {
		for _, ref := range references(t, name, text) {
			if !resolves(public, base, ref) && !announces(name, strings.TrimPrefix(ref, base)) {
				t.Errorf("%s points at %s, which is not there", name, ref)
			}
		}
	})
}

// announces tells what may point at its page an instant before that page is
// there, because the page points at it too: a feed, and the frame of a film.
func announces(name, ref string) bool {
	return ref == "/"+strings.TrimSuffix(name, "flux.xml") ||
		strings.HasPrefix(name, "integrer/") && strings.HasPrefix(ref, "/films/")
}

func walk(t testing.TB, public string, each func(name string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(public, func(full string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(public, full)
		if err != nil {
			return err
		}
		if strings.HasPrefix(name, "media") || strings.HasPrefix(name, "assets") {
			return nil
		}
		text, err := os.ReadFile(full)
		each(filepath.ToSlash(name), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var inText = regexp.MustCompile(`https://anonymal\.example(/[^\s"'<>\\]*)|"(/[a-z][^"]*)"`)

// references lists what a file of the site names.
func references(t testing.TB, name string, text []byte) []string {
	t.Helper()
	var refs []string
	if path.Ext(name) != ".html" {
		for _, m := range inText.FindAllStringSubmatch(string(text), -1) {
			refs = append(refs, m[1]+m[2])
		}
		return refs
	}
	z := html.NewTokenizer(strings.NewReader(string(text)))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Errorf("%s: %v", name, z.Err())
			}
			return refs
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			for _, a := range tag.Attr {
				if !pointers[a.Key] || a.Key == "content" && !strings.Contains(a.Val, "://") {
					continue
				}
				if a.Key == "srcset" {
					for part := range strings.SplitSeq(a.Val, ", ") {
						refs = append(refs, strings.Fields(part)[0])
					}
					continue
				}
				refs = append(refs, a.Val)
			}
		}
	}
}

func resolves(public, base, ref string) bool {
	ref = strings.TrimPrefix(ref, base)
	u, err := url.Parse(ref)
	if err != nil {
		return false
	}
	if u.IsAbs() || strings.HasPrefix(ref, "#") || strings.HasPrefix(ref, "?") {
		return true
	}
	if !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(ref, "//") {
		return false
	}
	name := filepath.Join(public, filepath.FromSlash(u.Path))
	if strings.HasSuffix(u.Path, "/") {
		name = filepath.Join(name, "index.html")
	}
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

// plainSpace is a space French forbids, in what people read.
var plainSpace = regexp.MustCompile(`\S [:;!?»](\s|$)|« `)

// visible lists the texts of a page that people see or hear.
func visible(text []byte) []string {
	var out []string
	z := html.NewTokenizer(strings.NewReader(string(text)))
	silent := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.TextToken:
			if !silent {
				out = append(out, string(z.Text()))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			silent = tag.Data == "script" && tag.Type == html.StartTagToken
			for _, a := range tag.Attr {
				switch a.Key {
				case "alt", "title", "aria-label", "placeholder", "content":
					out = append(out, a.Val)
				}
			}
		}
	}
}

func TestThreeHundredFilms(t *testing.T) {
	h := newHouse(t, t.TempDir())
	h.recordAlike(t, 300, true)
	if err := h.Render(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkLinks(t, h.opt.Public, h.opt.BaseURL)
	pages, most := 0, 0
	walk(t, h.opt.Public, func(name string, text []byte) {
		switch path.Ext(name) {
		case ".html":
			pages++
			checkPage(t, name, text)
			if packed(t, text) > most {
				most = packed(t, text)
			}
		case ".json":
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		case ".xml":
			var v struct{ XMLName xml.Name }
			if err := xml.Unmarshal(text, &v); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	if pages < 300*2 {
		t.Errorf("only %d pages", pages)
	}
	t.Logf("%d pages, the largest %d bytes packed", pages, most)
	if most > 30<<10 {
		t.Errorf("the largest page is %d bytes packed, over 30 KiB", most)
	}
}

var (
	title     = regexp.MustCompile(`<title>([^<]+)</title>`)
	canonical = regexp.MustCompile(`<link rel="canonical" href="([^"]+)">`)
)

func checkPage(t *testing.T, name string, text []byte) {
	t.Helper()
	for _, s := range visible(text) {
		if plainSpace.MatchString(s) {
			t.Errorf("%s: a plain space at a French sign: %q", name, s)
		}
	}
	page := string(text)
	for what, n := range map[string]int{"<h1": strings.Count(page, "<h1"), "<main": strings.Count(page, "<main")} {
		if n != 1 && !strings.HasPrefix(name, "integrer/") {
			t.Errorf("%s has %d %s>", name, n, what)
		}
	}
	if !title.Match(text) || !strings.HasPrefix(page, "<!doctype html>\n<html lang=\"fr\">") {
		t.Errorf("%s has no title, or is not in French", name)
	}
	if strings.Contains(page, "style=") || strings.Contains(page, "<script>") || strings.Contains(page, " on") && regexp.MustCompile(`<[^>]* on[a-z]+=`).MatchString(page) {
		t.Errorf("%s has a style, a script or a handler of its own", name)
	}
	if strings.Contains(page, "ZgotmplZ") {
		t.Errorf("%s has a value that the templates refused", name)
	}
	if !canonical.MatchString(page) && !strings.Contains(page, "noindex") {
		t.Errorf("%s has no canonical address", name)
	}
}
