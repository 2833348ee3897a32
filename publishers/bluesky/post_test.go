package bluesky

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/publishers"
)

func nobody(string) (string, error) { return "", nil }

// What leads somewhere is told by bytes, whatever stands before it.
func TestFacetsAreCountedInBytes(t *testing.T) {
	known := func(name string) (string, error) {
		return map[string]string{"zikzac.example": "did:plc:zikzac"}[name], nil
	}
	for text, want := range map[string][]string{
		"":                                nil,
		"Une soirée d’été 🎪 #Pays_d_Aix":  {"#Pays_d_Aix=Pays_d_Aix"},
		"#été,#non (#éducation) #2026 #👍": {"#été=été", "#éducation=éducation"},
		"👨‍👩‍👧‍👦 avec @zikzac.example.":                                {"@zikzac.example=did:plc:zikzac"},
		"avec @zikzac.example et @inconnu.example":                     {"@zikzac.example=did:plc:zikzac"},
		"de zik@zikzac.example, @zikzac@example.org":                   nil,
		"« voir https://exemple.org/é?a=b#c » et là":                   {"https://exemple.org/é?a=b#c=https://exemple.org/é?a=b#c"},
		"(https://exemple.org/a), https://exemple.o…":                  {"https://exemple.org/a=https://exemple.org/a"},
		"http://… ou https://.":                                        nil,
		"l’été\n#aix\n#jas":                                            {"#aix=aix", "#jas=jas"},
		"#" + strings.Repeat("é", 64) + " #" + strings.Repeat("é", 65): {"#" + strings.Repeat("é", 64) + "=" + strings.Repeat("é", 64)},
	} {
		all, err := facets(text, known)
		var got []string
		for _, f := range all {
			to := f.Features[0]
			got = append(got, text[f.Index.Start:f.Index.End]+"="+to.URI+to.Tag+to.DID)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

// A text is counted by what is read as one sign, and by its bytes.
func TestSizes(t *testing.T) {
	for text, want := range map[string]int{
		"":                0,
		"été":             3,
		"e\u0301te\u0301": 3,
		"🇫🇷":              1,
		"👍🏽":              1,
		"👨‍👩‍👧‍👦":         3, // 25 bytes
		strings.Repeat("👨‍👩‍👧‍👦", 100): 250,
		"a\r\nb": 3,
	} {
		if got := size(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// What is too long is cut between signs, and ends with the link; a text that says
// where the film is is left alone.
func TestTheLinkStandsOnce(t *testing.T) {
	const link, shown = "https://exemple.org/films/avant/", "\n\nexemple.org/films/avant"
	room := mostText - len(shown)
	for _, c := range []struct{ text, want string }{
		{"Avant la fête", "Avant la fête" + shown},
		{"À voir ici : " + link + " ce soir", "À voir ici : " + link + " ce soir"},
		{strings.Repeat("é", room), strings.Repeat("é", room) + shown},
		{strings.Repeat("é", room+1), strings.Repeat("é", room-1) + "…" + shown},
		{strings.Repeat("👍🏽", 300), strings.Repeat("👍🏽", room-1) + "…" + shown},
		{strings.Repeat("👨‍👩‍👧‍👦", 300), strings.Repeat("👨‍👩‍👧‍👦", (room*10-3)/25) + "…" + shown},
		{strings.Repeat("a", 300) + " " + link, strings.Repeat("a", room-1) + "…" + shown},
	} {
		p, err := compose(publishers.Request{Text: c.text, Link: link}, nobody)
		if err != nil || p.Text != c.want || size(p.Text) > mostText || len(p.Text) > 3000 {
			t.Errorf("%.40q: %q, %v", c.text, p.Text, err)
		}
		last := p.Facets[len(p.Facets)-1]
		if on := p.Text[last.Index.Start:last.Index.End]; last.Features[0].URI != link || !strings.Contains(shown+link, on) {
			t.Errorf("%.40q: %q leads to %+v", c.text, on, last.Features)
		}
	}
	b := &Bluesky{}
	if got, want := b.Count("Avant", link), 5+len(shown); got != want {
		t.Errorf("counted %d, want %d", got, want)
	}
	if b.Count("Avant "+link, link) != b.Count("Avant "+link, "") {
		t.Error("a link that the text has is counted twice")
	}
}

// Each decision has a name of its own, with a time that is over.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for n := range 1000 {
		key := name(fmt.Sprint("décision ", n))
		if seen[key] || !isName(key) || key != name(fmt.Sprint("décision ", n)) {
			t.Fatalf("%d: %q", n, key)
		}
		seen[key] = true
		var micros uint64
		for _, d := range key {
			micros = micros<<5 | uint64(strings.IndexRune(digits, d))
		}
		if at := time.UnixMicro(int64(micros >> 10)); at.Year() < 2024 || at.After(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)) {
			t.Fatalf("%q is of %s", key, at)
		}
	}
}
