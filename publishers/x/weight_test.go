package x

import (
	"strings"
	"testing"
)

// What twitter-text counts, by rules: lengths, addresses, emoji.
func TestWeight(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"Une soirée au Jas.", 18},
		{"e\u0301te\u0301", 3}, // composed first
		{"Ⴀ", 1},               // the last of the first light letters: U+10A0
		{"ᄀ", 2},               // U+1100
		{"« — » ‘’ “”", 11},    // typographic signs up to U+201F are light
		{"…", 2},
		{"′", 1},
		{"€", 2},
		{"の", 2},
		{strings.Repeat("の", 140), 280},
		{"\U00010000\U0010FFFF", 4},
		{"저찀쯿쿿", 8},

		{"http://test.example", 19}, // no domain of the top
		{"http://test.com", 23},
		{"https://test.com/" + strings.Repeat("a", 300), 23},
		{"HTTPS://www.EXAMPLE.COM/Index.html", 23},
		{"test.com", 23},
		{"t.co", 23},
		{"anonymal.tv", 23},
		{"foo.co.jp", 23},
		{"Test https://test.com test https://test.com test.com test", 5 + 23 + 6 + 23 + 1 + 23 + 5},
		{"Voir anonymal.tv.", 5 + 23 + 1},
		{"(anonymal.tv)", 1 + 23 + 1},
		{"https://anonymal.tv/films/zik-zac/.", 23 + 1},
		{"https://anonymal.tv/films?utm_content=a1&b=c, puis", 23 + 6},
		{"https://fr.wikipedia.org/wiki/Aix_(ville)", 23},
		{"https://anonymal.tv:8080/a", 23},
		{"https://test.com/のの", 23 + 4},
		{"http://☃.net/", 23},
		{"のexample.com", 2 + 23},
		{"example.com.inconnu", 23 + 8},
		{"écris à jri@anonymal.tv", 23},
		{"@anonymal.tv", 12},
		{"#anonymal.tv", 12},
		{"version 3.14", 12},
		{"fin.Début", 9},
		{"fichier.mp4", 11},
		{"-anonymal.tv", 12},
		{"ftp://anonymal.tv", 17},
		{"http://www.-anonymal.tv", 23},
		{"example.com@home", 16},
		{"test.com test.fr", 23 + 1 + 23},

		{"🐱", 2},
		{"H🐱☺", 5},
		{"☺️", 2},      // with the sign that asks for a drawing
		{"👍🏽", 2},      // a colour of skin
		{"👨‍👩‍👧‍👦", 2}, // a family
		{"🏳️‍🌈", 2},
		{"🇫🇷", 2},
		{"🇫🇷🇮🇹", 4},
		{"🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", 2}, // Scotland
		{"1️⃣", 2},
		{"#️⃣", 2},
		{"1", 1},
		{"©", 1},
		{"©\uFE0F", 2},
		{"™", 2},
		{strings.Repeat("🐱", 140), 280},
	} {
		if got := weight(c.text); got != c.want {
			t.Errorf("%q weighs %d, want %d", c.text, got, c.want)
		}
	}
}

// What is too heavy is cut, and never weighs more than it may.
func TestFit(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("Une soirée au Jas. ", 40), strings.Repeat("の", 300), strings.Repeat("👨‍👩‍👧‍👦", 200),
		strings.Repeat("Voir anonymal.tv ", 60), strings.Repeat("a", 275) + " anonymal.tv", strings.Repeat("a", 281),
	} {
		got := fit(text, 280)
		if w := weight(got); w > 280 || w < 240 || !strings.HasSuffix(got, "…") {
			t.Errorf("%.30q is cut to %q, which weighs %d", text, got, w)
		}
	}
	if got := fit("court", 280); got != "court" {
		t.Errorf("what fits is cut to %q", got)
	}
}
