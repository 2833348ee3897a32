package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// hostileText (W-06, W-09): every payload goes into every text of the studio;
// after each round every page, mail and file that leaves the house is looked at.
// What is left at the end is opened in a browser.
func hostileText(v *visit) {
	const together = 4 // titles hold some 120 letters
	for n := 0; n < len(hostile); n += together {
		text := strings.Join(hostile[n:min(n+together, len(hostile))], " ")
		for _, w := range writes() {
			c := v.entitled(w.route)
			if c.right.Kind() == "user" {
				c.id = v.ids["user others"] // who visits stays who they are
				c.address = v.address(c)
			}
			if status, _ := v.send(w, c.role, c.address, text, nil); status >= 500 {
				v.Errorf("%s with %q: %d", w.route, text, status)
			}
		}
		v.enterFrom(text)
		if shown := v.lookAtEverything(text); shown < 20 {
			v.Errorf("only %d pages show %q", shown, text)
		}
	}
	v.mailsAreInert()
	v.inBrowser()
}

// entitled is a cell of a route that is allowed: a record of their own, as the
// administration or, where that may not, the responsable image.
func (v *visit) entitled(route string) cell {
	c := cell{right: right(v.T, route), whose: "own"}
	for _, c.role = range []assets.UserRole{assets.RoleAdministration, assets.RoleImage} {
		if c.verdict() == access.Allowed {
			break
		}
	}
	c.id = v.id(c.right.Kind(), c.whose, c.role)
	c.address = v.address(c)
	return c
}

// enterFrom lets somebody in with a browser of a hostile name.
func (v *visit) enterFrom(agent string) {
	key, err := v.house.desk.Invite(v.Context(), v.people[assets.RoleAdministration].ID, assets.KeyInvite, time.Hour, "cli")
	if err != nil {
		v.Fatal(err)
	}
	v.ask("", http.MethodPost, "/regie/entrer/"+key.Reveal(), "", nil, "User-Agent", strings.NewReplacer("\r", " ", "\n", " ").Replace(agent))
}

// lookAtEverything looks at every page and file, by what it says it is, and
// counts those that show some hostile text.
func (v *visit) lookAtEverything(text string) (shown int) {
	for _, r := range access.Table {
		if !looks(r) || r.Kind() == "upload" {
			continue
		}
		c := v.entitled(r.Route)
		if slices.Contains([]string{"GET /regie/rushes", "GET /regie/recherche", "GET /regie/autorisations"}, r.Route) {
			c.address += "?q=" + url.QueryEscape(text)
		}
		res := v.ask(c.role, r.Method(), c.address, "", nil)
		name := c.address + " with " + fmt.Sprintf("%q", text)
		for key, values := range res.Header() {
			if strings.ContainsAny(strings.Join(values, ""), "\r\n\x00\x1b") || key == "X" || key == "Bcc" {
				v.Errorf("%s: header %s: %q", name, key, values)
			}
		}
		if strings.Contains(res.Body.String(), "pwned") {
			shown++
		}
		kind, _, _ := strings.Cut(res.Header().Get("Content-Type"), ";")
		if strings.HasPrefix(kind, "text/") && strings.ContainsAny(res.Body.String(), turning) {
			v.Errorf("%s turns the direction of writing around", name)
		}
		switch kind {
		case "text/html":
			checkInert(v.T, name, res.Body.Bytes())
			checkAlone(v.T, c.right.Route, res.Body.Bytes())
		case "text/csv":
			checkCells(v.T, name, res.Body.String())
		case "text/vtt":
			if _, cues, _ := strings.Cut(res.Body.String(), "\n"); strings.Contains(cues, "<") || strings.Count(cues, " --> ") != strings.Count(cues, "-->")-strings.Count(cues, "--&gt;") && strings.Count(cues, "-->") > 1 {
				v.Errorf("%s: more than text and times: %q", name, cues)
			}
		}
	}
	res := v.ask(assets.RoleMonteur, http.MethodGet, "/regie/selections/"+v.ids["selection own"]+"/export/csv", "", nil)
	checkCells(v.T, "the selection with "+text, res.Body.String())
	return shown
}

// turning are the marks that turn the direction of writing around (M-10).
const turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// alone are elements in which a text stands alone, or that hold no other.
var alone = []string{"bdi", "title", "textarea", "option"}

// checkCells reads a table: no cell begins as a formula does.
func checkCells(t *testing.T, name, text string) {
	t.Helper()
	table := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	table.FieldsPerRecord = -1
	if first, _, _ := strings.Cut(text, "\n"); strings.Contains(first, ";") {
		table.Comma = ';'
	}
	rows, err := table.ReadAll()
	if err != nil || len(rows) < 2 {
		t.Errorf("%s: %d rows, %v", name, len(rows), err)
	}
	for _, cell := range slices.Concat(rows...) {
		if cell = strings.TrimLeft(cell, " \u00a0"); cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
			t.Errorf("%s: a cell holds %q", name, cell)
		}
	}
}

// foreign are elements that no page of the studio has.
var foreign = []string{"iframe", "object", "embed", "math", "base", "style", "frame", "applet", "marquee"}

// checkInert reads a page: nothing in it runs but our own files, and nothing
// leads out of the house.
func checkInert(t *testing.T, name string, text []byte) {
	t.Helper()
	z := html.NewTokenizer(bytes.NewReader(text))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
			checkTag(t, name, z.Token())
		}
	}
}

func checkTag(t *testing.T, name string, tag html.Token) {
	t.Helper()
	source := ""
	for _, a := range tag.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "http-equiv", strings.HasPrefix(a.Key, "hx-on"):
			t.Errorf("%s: <%s> has %s", name, tag.Data, a.Key)
		case slices.Contains([]string{"href", "src", "action", "formaction", "poster", "data", "hx-get", "hx-post"}, a.Key):
			if u, err := url.Parse(a.Val); err != nil || !slices.Contains([]string{"", "http", "https", "mailto", "tel", "data"}, u.Scheme) || u.Host == "evil.example" || u.Scheme == "data" && tag.Data != "img" {
				t.Errorf("%s: <%s> points at %q", name, tag.Data, a.Val)
			}
		}
		if a.Key == "src" {
			source = a.Val
		}
	}
	if slices.Contains(foreign, tag.Data) || tag.Data == "script" && !strings.HasPrefix(source, "/regie/fichiers/") {
		t.Errorf("%s has %s", name, tag)
	}
}

// checkAlone (M-10): what a person wrote stands in an element of its own, so
// that its direction of writing is its own.
func checkAlone(t *testing.T, name string, text []byte) {
	t.Helper()
	z := html.NewTokenizer(bytes.NewReader(text))
	within := ""
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		token := z.Token()
		if kind == html.StartTagToken {
			within = token.Data
		}
		if kind == html.TextToken && strings.Contains(token.Data, "pwned") && !slices.Contains(alone, within) {
			t.Errorf("%s: somebody's text in <%s>: %.80q", name, within, token.Data)
		}
	}
}

// mailsAreInert looks at what was written to people.
func (v *visit) mailsAreInert() {
	mails, err := v.house.catalog.Mails(v.Context(), "", 1000)
	if err != nil || len(mails) < 5 {
		v.Fatalf("%d mails, %v", len(mails), err)
	}
	for _, m := range mails {
		if strings.ContainsAny(m.Subject+m.Name+m.To+m.ReplyTo, "\r\n\x00\x1b\u202e") {
			v.Errorf("the head of a mail holds more than one line: %q, %q, %q", m.Subject, m.Name, m.To)
		}
		checkInert(v.T, "mail "+m.Subject, bytes.ReplaceAll([]byte(m.HTML), []byte(" style="), []byte(" class=")))
	}
}

// inBrowser opens the pages in Chromium: no dialog, no canary, no violation of
// the policy, nothing asked of anyone else.
func (v *visit) inBrowser() {
	server := httptest.NewServer(v.front)
	defer server.Close()
	tab := browser.WatchApart(v.T, browser.Start(v.T), server.URL)
	key, err := v.house.desk.Invite(v.Context(), v.people[assets.RoleAdministration].ID, assets.KeyInvite, time.Hour, "cli")
	if err != nil {
		v.Fatal(err)
	}
	tab.Open(v.T, server.URL+"/regie/entrer/"+key.Reveal())
	tab.Until(v.T, `location.pathname === "/regie"`)
	tab.Script(v.T, `window.alert = window.confirm = window.prompt = () => { window.pwned = 1 }`)
	for _, r := range access.Table {
		c := v.entitled(r.Route)
		if !looks(r) || c.role != assets.RoleAdministration || strings.Contains(c.address, "fichiers") || c.right.Kind() == "key" || strings.HasPrefix(c.address, "/api/") {
			continue
		}
		res := v.ask(c.role, r.Method(), c.address, "", nil)
		if res.Code != http.StatusOK || !strings.HasPrefix(res.Header().Get("Content-Type"), "text/html") {
			continue
		}
		tab.Open(v.T, server.URL+c.address)
		tab.Until(v.T, `document.readyState !== "loading"`)
		clean, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[bool](`typeof pwned === "undefined" && !document.cookie.includes("pwned")`))
		if err != nil || !clean {
			v.Errorf("%s: something ran (%v)", c.address, err)
		}
	}
	tab.Faults(v.T)
}
