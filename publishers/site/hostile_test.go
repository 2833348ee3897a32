package site

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"anonymal.tv/regie/assets"
)

// payloads each try to become more than text: in elements, attributes, scripts,
// style sheets, addresses, JSON, XML and templates.
var payloads = []string{
	`<script>pwned=1</script>`, `</title><script>pwned=1</script>`, `"><script>pwned=1</script>`, `'><script>pwned=1</script>`,
	`<img src=x onerror=pwned=1>`, `"><img src=x onerror=pwned=1>`, `<svg onload=pwned=1>`, `<svg><script>pwned=1</script></svg>`,
	`<iframe srcdoc="<script>parent.pwned=1</script>">`, `<iframe src=javascript:pwned=1>`, `<body onload=pwned=1>`, `<details open ontoggle=pwned=1>`,
	`<video><source onerror=pwned=1>`, `<object data=javascript:pwned=1>`, `<embed src=javascript:pwned=1>`, `<math><mtext></p><img src=x onerror=pwned=1>`,
	`<a href="javascript:pwned=1">x</a>`, `javascript:pwned=1`, `JaVaScRiPt:pwned=1`, "java\tscript:pwned=1", `data:text/html,<script>pwned=1</script>`,
	`" onmouseover="pwned=1`, `" autofocus onfocus="pwned=1`, `' onfocus='pwned=1' autofocus='`, "` onfocus=pwned=1",
	`</script><script>pwned=1</script>`, `<!--<script>`, `--><script>pwned=1</script>`, `]]><script>pwned=1</script>`, `<![CDATA[<script>pwned=1</script>]]>`,
	`\u003cscript\u003epwned=1\u003c/script\u003e`, `\"};pwned=1;//`, `";pwned=1;"`, `${pwned=1}`, `{{.}}{{template "layout"}}`,
	`</style><script>pwned=1</script>`, `}body{background:url(javascript:pwned=1)}`, `<link rel=stylesheet href=//evil.example/x.css>`,
	`<meta http-equiv=refresh content="0;url=javascript:pwned=1">`, `<base href=//evil.example/>`,
	"\u2028pwned=1\u2029", "<scr\x00ipt>pwned=1</scr\x00ipt>", `&lt;script&gt;pwned=1&lt;/script&gt;`, `<form action=javascript:pwned=1><button>`,
}

// publishHostile puts each payload into every text of a film and of what it is
// filed under.
func (h house) publishHostile(t *testing.T) {
	t.Helper()
	model := h.paper(t, 0)
	everything := strings.Join(payloads, " ")
	for n, p := range payloads {
		req := h.paperText(n)
		req.Files = model.Files
		f := &req.Film
		f.Title, f.Lede, f.Description, f.Genre, f.License, f.Credits = p, p, p+"\n\n"+p, p, p, p
		f.People = []assets.Person{{Name: p, Role: p}}
		req.Rubriques = []assets.Rubrique{{Slug: "hostile", Name: everything, Lede: everything, Light: p, Dark: "#123456;}" + p}}
		req.Partners = []assets.Partner{{Slug: "hostile", Name: everything, Lede: everything, URL: p}}
		req.Dossier = &assets.Dossier{Slug: "hostile", Name: everything, Lede: everything}
		req.Territory = []assets.Territory{{Slug: "hostile", Name: everything}}
		rec, err := newRecord(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.save(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Render(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestHostileText(t *testing.T) {
	h := newHouse(t, t.TempDir())
	h.publishHostile(t)
	walk(t, h.opt.Public, func(name string, text []byte) {
		switch path.Ext(name) {
		case ".html":
			checkInert(t, name, text)
		case ".json":
			if bytes.ContainsAny(text, "<>") {
				t.Errorf("%s holds a bare < or >", name)
			}
		case ".xml":
			d := xml.NewDecoder(bytes.NewReader(text))
			for {
				token, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Errorf("%s: %v", name, err)
					break
				}
				if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "script" || e.Name.Local == "img") {
					t.Errorf("%s has an element %s", name, e.Name.Local)
				}
			}
		}
	})
	for name, text := range snapshot(t, h.public("assets")) {
		if strings.HasPrefix(name, "rubriques-") && strings.ContainsAny(strings.ReplaceAll(text, "{--rubrique-dark:#", ""), "()<>") {
			t.Errorf("a colour became %q", text)
		}
	}
	checkLinks(t, h.opt.Public, h.opt.BaseURL)
}

// checkInert reads a page as a browser does and looks for anything in it that
// the templates did not put there.
func checkInert(t *testing.T, name string, text []byte) {
	t.Helper()
	foreign := []string{"iframe", "object", "embed", "svg", "math", "base", "style", "frame"}
	z := html.NewTokenizer(bytes.NewReader(text))
	inScript := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			if inScript == "application/ld+json" && !json.Valid(z.Text()) {
				t.Errorf("%s: JSON-LD that is none", name)
			}
			inScript = ""
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			if slices.Contains(foreign, tag.Data) {
				t.Errorf("%s has a <%s>", name, tag.Data)
			}
			inScript = checkAttributes(t, name, tag)
		}
	}
}

func checkAttributes(t *testing.T, name string, tag html.Token) (scriptType string) {
	t.Helper()
	for _, a := range tag.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "http-equiv", a.Key == "autofocus":
			t.Errorf("%s: <%s> has %s", name, tag.Data, a.Key)
		case pointers[a.Key] && a.Key != "content" && a.Key != "srcset":
			u, err := url.Parse(a.Val)
			if err != nil || u.Scheme != "" && u.Scheme != "https" && u.Scheme != "mailto" {
				t.Errorf("%s: <%s> points at %q", name, tag.Data, a.Val)
			}
		}
		if tag.Data == "script" && a.Key == "type" {
			scriptType = a.Val
		}
	}
	if tag.Data == "script" && scriptType != "module" && scriptType != "application/ld+json" {
		t.Errorf("%s has a script of type %q", name, scriptType)
	}
	return scriptType
}
