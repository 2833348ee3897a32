package studio

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// pageField names, in a form that comes back, the page it stands on: the address
// bar then holds the action.
const pageField = "page-du-formulaire"

// again answers a form that could not be taken with its own page: what was typed
// stands in it, and the sentence beside the field. It is false where that page is
// not known, or holds no such form.
func (s *Studio) again(w http.ResponseWriter, r *http.Request, why error) bool {
	kind := assets.KindOf(why)
	if r.Method != http.MethodPost || kind != assets.Invalid && kind != assets.Conflict {
		return false
	}
	typed, from := typedIn(r), pageOf(r)
	if from == "" {
		return false
	}
	look := r.Clone(r.Context())
	look.Method, look.Body, look.ContentLength, look.Header = http.MethodGet, http.NoBody, 0, http.Header{}
	look.Form, look.PostForm, look.MultipartForm = nil, nil, nil
	look.URL, _ = url.Parse(from) // pageOf has parsed it
	look.RequestURI = from
	var shown answer
	s.Pages.ServeHTTP(&shown, look)
	if shown.status != http.StatusOK {
		return false
	}
	var said bytes.Buffer
	if err := s.pages["error"].ExecuteTemplate(&said, "fault", s.blame(r, why).String()); err != nil {
		return false
	}
	field := pipeline.Field("")
	errors.As(why, &field)
	page, found := refill(shown.Bytes(), r.URL.Path, from, typed, said.String(), string(field))
	if found {
		s.write(w, r, gate.Status(why), page)
	}
	return found
}

// answer keeps a page instead of sending it.
type answer struct {
	bytes.Buffer
	head   http.Header
	status int
}

func (a *answer) Header() http.Header {
	if a.head == nil {
		a.head = http.Header{}
	}
	return a.head
}

func (a *answer) WriteHeader(status int) { a.status = status }

// typedIn is what a form holds, without what is not to be shown again. Of one
// that brings files nothing is read here that was not read before.
func typedIn(r *http.Request) url.Values {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") && r.MultipartForm == nil {
		return nil
	}
	_ = r.ParseForm() // what can't be read is not kept
	typed := url.Values{}
	for name, values := range r.PostForm {
		if !slices.Contains([]string{"mot-de-passe", "ancien", "nouveau", "code", "scelle", "cle"}, name) {
			typed[name] = values
		}
	}
	return typed
}

// pageOf is the page of the studio that a form stands on; "" when it isn't known.
func pageOf(r *http.Request) string {
	page := r.PostForm.Get(pageField)
	if page == "" {
		if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host {
			page = from.RequestURI()
		}
	}
	if !gate.Local(page) || !strings.HasPrefix(page, "/regie") {
		return ""
	}
	return page
}

// refill puts what was typed back into the form of a page that leads to action,
// and a sentence (a paragraph of HTML) beside the field, or before the form.
func refill(page []byte, action, from string, typed url.Values, said, field string) ([]byte, bool) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, false
	}
	form, controls := sentForm(doc, action, typed)
	if form == nil {
		return nil, false
	}
	used := map[string]int{}
	var wrong *html.Node
	for _, c := range controls {
		name := attribute(c, "name")
		if name == field && wrong == nil {
			wrong = c
		}
		fill(c, typed[name], used)
		if len(typed[name]) > 0 {
			unfold(c)
		}
	}
	hidden := &html.Node{Type: html.ElementNode, Data: "input", DataAtom: atom.Input}
	for _, pair := range [][2]string{{"type", "hidden"}, {"name", pageField}, {"value", from}} {
		set(hidden, pair[0], pair[1])
	}
	form.AppendChild(hidden)
	sayBeside(form, wrong, said)
	unfold(form)
	var out bytes.Buffer
	err = html.Render(&out, doc)
	return out.Bytes(), err == nil
}

// unfold opens what a field is folded into.
func unfold(n *html.Node) {
	for ; n != nil; n = n.Parent {
		if n.DataAtom == atom.Details {
			set(n, "open", "")
		}
	}
}

// sentForm is the form that was sent: of those that lead to action, the one that
// has most of what was typed.
func sentForm(doc *html.Node, action string, typed url.Values) (form *html.Node, controls []*html.Node) {
	best := -1
	for n := range doc.Descendants() {
		to, _, _ := strings.Cut(attribute(n, "action"), "?")
		if n.DataAtom != atom.Form || to != action || !strings.EqualFold(attribute(n, "method"), "post") {
			continue
		}
		all, alike := controlsOf(doc, n), 0
		for _, c := range all {
			values, there := typed[attribute(c, "name")]
			if there {
				alike++
			}
			if there && slices.Contains(values, attribute(c, "value")) && isFixed(c) {
				alike += 10
			}
		}
		if alike > best {
			best, form, controls = alike, n, all
		}
	}
	return form, controls
}

// controlsOf are the fields and buttons of a form, those that name it from
// elsewhere too.
func controlsOf(doc, form *html.Node) []*html.Node {
	var all []*html.Node
	id := attribute(form, "id")
	for n := range doc.Descendants() {
		switch n.DataAtom {
		case atom.Input, atom.Select, atom.Textarea, atom.Button:
			if within(n, form) && attribute(n, "form") == "" || id != "" && attribute(n, "form") == id {
				all = append(all, n)
			}
		}
	}
	return all
}

// isFixed tells what a person chooses by pressing, not by writing.
func isFixed(c *html.Node) bool {
	kind := attribute(c, "type")
	return c.DataAtom == atom.Button || kind == "hidden" || kind == "submit"
}

// fill gives one field what was typed: of several of one name, each its own.
func fill(c *html.Node, values []string, used map[string]int) {
	name, kind := attribute(c, "name"), attribute(c, "type")
	next := func() (string, bool) {
		i := used[name]
		used[name]++
		if i >= len(values) {
			return "", false
		}
		return values[i], true
	}
	switch {
	case isFixed(c) || kind == "file" || kind == "password":
	case kind == "checkbox" || kind == "radio":
		mark(c, "checked", slices.Contains(values, attribute(c, "value")) || len(values) > 0 && attribute(c, "value") == "")
	case c.DataAtom == atom.Select:
		for o := range c.Descendants() {
			if o.DataAtom == atom.Option && len(values) > 0 {
				mark(o, "selected", slices.Contains(values, attribute(o, "value")))
			}
		}
	case c.DataAtom == atom.Textarea:
		if text, typed := next(); typed {
			for c.FirstChild != nil {
				c.RemoveChild(c.FirstChild)
			}
			c.AppendChild(&html.Node{Type: html.TextNode, Data: text})
		}
	default:
		if text, typed := next(); typed {
			set(c, "value", text)
		}
	}
}

// sayBeside says what is wrong beside a field, or before the form where no field is
// to blame.
func sayBeside(form, wrong *html.Node, said string) {
	parent, before := form.Parent, form
	if wrong != nil {
		parent, before = wrong.Parent, wrong.NextSibling
		set(wrong, "aria-invalid", "true")
		set(wrong, "aria-describedby", "faute")
		set(wrong, "autofocus", "")
	}
	nodes, err := html.ParseFragment(strings.NewReader(said), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil || len(nodes) == 0 {
		return
	}
	if wrong != nil { // a label holds no paragraph
		nodes[0].Data, nodes[0].DataAtom = "span", atom.Span
	}
	set(nodes[0], "id", "faute")
	parent.InsertBefore(nodes[0], before)
}

func within(n, outer *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == outer {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func set(n *html.Node, name, value string) {
	mark(n, name, false)
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}

// mark sets or drops an attribute that has no value.
func mark(n *html.Node, name string, on bool) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if on {
		n.Attr = append(n.Attr, html.Attribute{Key: name})
	}
}
