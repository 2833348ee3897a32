package pipeline

import (
	"slices"
	"strings"
	"testing"
)

// TestSites: what people type becomes names of hosts that a policy can hold, and
// nothing else does.
func TestSites(t *testing.T) {
	got, err := Sites([]string{" Festival-ZikZac.fr ", "https://www.été.example/films?x=1", "festival-zikzac.fr.", "", "blog.asso.example,"})
	if want := []string{"festival-zikzac.fr", "xn--t-9fab.example", "blog.asso.example"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q %v, want %q", got, err, want)
	}
	for _, bad := range []string{
		"*", "*.example", "localhost", "127.0.0.1", "[::1]", "festival.fr:8080", "a b.example", "x.example;script-src", "'self'", "https://",
		"javascript:alert(1)", "data:text/html,x", "x..example", "-x.example", "ex_ample.example", "a.example\r\nX: y", strings.Repeat("a.", 130) + "fr", "é",
	} {
		if got, err := Sites([]string{"bon.example", bad}); err == nil {
			t.Errorf("%q became %q", bad, got)
		}
	}
	many := make([]string, 0, mostSites+1)
	for i := range mostSites + 1 {
		many = append(many, strings.Repeat("a", i+1)+".example")
	}
	if _, err := Sites(many); err == nil {
		t.Error("more than people read were taken")
	}
	if got, err := Sites(nil); err != nil || got != nil {
		t.Errorf("no list became %q, %v", got, err)
	}
}
