package publishers

import (
	"testing"

	"anonymal.tv/regie/assets"
)

// What is written below a film is its text for the channel, and the link once.
func TestWords(t *testing.T) {
	const link = "https://anonymal.example/films/zik-zac/"
	for _, c := range []struct{ text, link, want string }{
		{"Une soirée.", "", "Une soirée."},
		{" Une soirée.\n", link, "Une soirée.\n\n" + link},
		{"Voir " + link + " !", link, "Voir " + link + " !"},
		{"", link, "Le chapô.\n\n" + link},
	} {
		if got := (Request{Film: assets.Film{Lede: "Le chapô."}, Text: c.text, Link: c.link}).Words(); got != c.want {
			t.Errorf("%q with %q: %q", c.text, c.link, got)
		}
	}
}
