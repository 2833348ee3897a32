package configs

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestBuiltInProgramme(t *testing.T) {
	f, err := LoadProgramme(Programme{})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Rubriques) != 9 || len(f.Partners) == 0 || len(f.Dossiers) == 0 {
		t.Errorf("%d rubriques, %d partners, %d dossiers", len(f.Rubriques), len(f.Partners), len(f.Dossiers))
	}
	i := slices.IndexFunc(f.Dossiers, func(d Dossier) bool { return d.Slug == "zik-zac-2018" })
	if i < 0 || f.Dossiers[i].Partner != "zik-zac-festival" || f.Dossiers[i].Planned != 20 {
		t.Errorf("the dossier of Zik Zac 2018 is not as agreed: %d", i)
	}
	i = slices.IndexFunc(f.Territories, func(t Territory) bool { return t.Slug == "jas-de-bouffan" })
	if i < 0 || f.Territories[i].Parent != "aix-en-provence" {
		t.Errorf("the Jas de Bouffan is not in Aix-en-Provence: %d", i)
	}
}

// Each colour is for text: 4.5:1 is what people need, 5.7:1 is what we chose.
func TestColoursCanBeRead(t *testing.T) {
	f, err := LoadProgramme(Programme{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range f.Rubriques {
		if c := contrast(t, r.Light, "#FAF8F4"); c < 5.7 {
			t.Errorf("%s on paper: %.2f:1", r.Name, c)
		}
		if c := contrast(t, r.Dark, "#121316"); c < 5.7 {
			t.Errorf("%s in the dark room: %.2f:1", r.Name, c)
		}
	}
}

// contrast is that of WCAG 2.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	light, dark := luminance(t, a), luminance(t, b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	rgb, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 24)
	if err != nil || len(colour) != 7 {
		t.Fatalf("%q is not a colour", colour)
	}
	part := func(shift uint) float64 {
		v := float64(rgb>>shift&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func TestFaultsOfTheProgramme(t *testing.T) {
	for _, test := range []struct {
		name, text, want string
		at               func(*Programme) *string
	}{
		{"unknown key", "rubriques:\n  - {slug: a, nom: A}", "« rubriques.name »", func(p *Programme) *string { return &p.Rubriques }},
		{"bad slug", "rubriques:\n  - {slug: Été, name: A}", "« Été »", func(p *Programme) *string { return &p.Rubriques }},
		{"twice", "territories:\n  - {slug: a, name: A}\n  - {slug: a, name: B}", "deux fois", func(p *Programme) *string { return &p.Territories }},
		{"no such town", "territories:\n  - {slug: a, name: A, parent: b}", "« b »", func(p *Programme) *string { return &p.Territories }},
		{"no such partner", "dossiers:\n  - {slug: a, name: A, partner: b}", "« b »", func(p *Programme) *string { return &p.Partners }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p Programme
			*test.at(&p) = write(t, test.text)
			_, err := LoadProgramme(p)
			if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "\u00a0", " "), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
	if _, err := LoadProgramme(Programme{Rubriques: "absent.yaml"}); err == nil {
		t.Error("an absent file is no error")
	}
}

// The texts of the house can be read, and a mistake in a file of one's own is
// told of with its line.
func TestTextsAreRead(t *testing.T) {
	all, err := LoadTexts("")
	if err != nil || len(all) < 5 || all[0].Text == "" {
		t.Fatalf("%d texts, %v", len(all), err)
	}
	name := filepath.Join(t.TempDir(), "texts.yaml")
	if err := os.WriteFile(name, []byte("texts:\n  - canal: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadTexts(name); err == nil {
		t.Error("a key that does not exist is taken")
	}
}
