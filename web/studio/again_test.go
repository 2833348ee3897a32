package studio

import (
	"net/url"
	"strings"
	"testing"
)

// TestFormComesBack: each kind of field holds again what was typed, in the form
// that was sent, and the sentence stands beside the field that it is about.
func TestFormComesBack(t *testing.T) {
	const page = `<main>
<form method="post" action="/regie/x"><input type="hidden" name="do" value="b"><input name="title" value="other"></form>
<details><form method="post" action="/regie/x" id="f"><input type="hidden" name="do" value="a">
<label>Titre<input name="title" value="before"></label><textarea name="brief">before</textarea>
<select name="kind"><option value="">-</option><option value="k1">1</option><option value="k2" selected>2</option></select>
<input type="checkbox" name="crew" value="1" checked><input type="checkbox" name="crew" value="2">
<input type="radio" name="minor" value="yes"><input type="radio" name="minor" value="no" checked>
<input name="line" value="1"><input name="line" value="2"><input type="password" name="secret"></form></details>
<input name="note" form="f" value="before"></main>`
	typed := url.Values{
		"do": {"a"}, "title": {`<script>"`}, "brief": {"two\nlines"}, "kind": {"k1"}, "crew": {"2"}, "minor": {"yes"},
		"line": {"3", "4"}, "secret": {"s3cret"}, "note": {"far"},
	}
	for field, beside := range map[string]string{
		"title": `autofocus=""/><span class="fault" id="faute">non</span></label>`,
		"":      `<p class="fault" id="faute">non</p><form method="post" action="/regie/x" id="f">`,
	} {
		out, found := refill([]byte(page), "/regie/x", "/regie/y?a=b", typed, `<p class="fault">non</p>`, field)
		text := string(out)
		if !found || strings.Contains(text, "s3cret") || strings.Contains(text, "<script>") {
			t.Fatalf("%v\n%s", found, text)
		}
		for _, want := range []string{
			beside, `name="title" value="other"`, `value="&lt;script&gt;&#34;"`, "two\nlines</textarea>", `value="k1" selected`, `value="k2">`,
			`value="1"/>`, `value="2" checked`, `value="yes" checked`, `value="no"/>`, `name="line" value="3"`, `name="line" value="4"`,
			`form="f" value="far"`, `<details open="">`, `name="` + pageField + `" value="/regie/y?a=b"`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("field %q: no %s in\n%s", field, want, text)
			}
		}
	}
	if _, found := refill([]byte(page), "/regie/elsewhere", "/", typed, "", ""); found {
		t.Error("a form that is not there was found")
	}
}
