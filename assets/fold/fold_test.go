package fold

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		" \t…!? ":                      "",
		"Éloquence":                    "eloquence",
		"E\u0301LOQUENCE":              "eloquence",
		"l'éloquence":                  "eloquence",
		"L’Éloquence":                  "eloquence",
		"Journées de l'Éloquence 2018": "journee de eloquence 2018",
		"les forêts":                   "les foret",
		"jusqu’à l’aube":               "a aube",
		"Qu'est-ce qu'un CIQ ?":        "est ce un ciq",
		"aujourd'hui":                  "aujourd hui",
		"presqu'île":                   "presqu ile",
		"cœur d'œuvre":                 "coeur oeuvre",
		"CŒUR":                         "coeur",
		"Ætna Straße Ærø":              "aetna strasse aero",
		"jeux, travaux, bijoux":        "jeu travau bijoux",
		"Jas de Bouffan":               "jas de bouffan",
		"Les Caillols–La Moularde":     "les caillol la moularde",
		"Marseille 11e/12e":            "marseille 11e 12e",
		"Ⅳ ½ ﬁn 10ᵉ":                   "iv 1 2 fin 10e",
		"congress":                     "congress",
		"a\x00b":                       "a b",
		"x\xff\xfey":                   "x y",
		"'; DROP TABLE films; --":      "drop table film",
		"\"NEAR(a b)\" AND * : - ^":    "near a b and",
		"Привет Ελλάδα":                "привет ελλαδα",
		strings.Repeat("é", 100):       strings.Repeat("e", 60),
		"l'":                           "",
		"l":                            "l",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"Les conseils citoyens, un aboutissement": "les-conseils-citoyens-un-aboutissement",
		"L’été à l'Œuvre : acte II":               "l-ete-a-l-oeuvre-acte-ii",
		"":                                        "film",
		"!!! ???":                                 "film",
		"../../etc/passwd":                        "etc-passwd",
		"Москва":                                  "film",
		"Москва 1980":                             "1980",
		"  -- Zik Zac --  ":                       "zik-zac",
		"a\x00b":                                  "a-b",
		strings.Repeat("a", 200):                  strings.Repeat("a", 80),
		strings.Repeat("abc ", 20) + "d":          strings.Repeat("abc-", 19) + "abc",
		strings.Repeat("é", 39) + " " + strings.Repeat("b", 41): strings.Repeat("e", 39),
	} {
		if got := Slug(in); got != want {
			t.Errorf("Slug(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFoldOfABeginningBeginsTheFold(t *testing.T) {
	letters := []rune("aeiousxtlréèœÉàçâ0123456789-bcdgmnp")
	rapid.Check(t, func(t *rapid.T) {
		word := strings.ReplaceAll(rapid.StringOfN(rapid.SampledFrom(letters), 1, 90, -1).Draw(t, "word"), "-", "")
		cut := rapid.IntRange(0, utf8.RuneCountInString(word)).Draw(t, "cut")
		start := string([]rune(word)[:cut])
		if !strings.HasPrefix(Fold(word), Fold(start)) {
			t.Fatalf("Fold(%q) = %q does not begin Fold(%q) = %q", start, Fold(start), word, Fold(word))
		}
	})
}

func TestAnyTextFoldsToWords(t *testing.T) {
	slug := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("aé ’'-sxœ\x00\"*")))).Draw(t, "in")
		folded := Fold(in)
		if again := Fold(folded); len(again) > len(folded) {
			t.Fatalf("folding twice grows %q to %q", folded, again)
		}
		for word := range strings.SplitSeq(folded, " ") {
			if folded != "" && word == "" {
				t.Fatalf("Fold(%q) = %q has an empty word", in, folded)
			}
			if utf8.RuneCountInString(word) > longestWord {
				t.Fatalf("Fold(%q) has a word of over %d runes", in, longestWord)
			}
			for _, r := range word {
				if !unicode.IsLetter(r) && !unicode.IsDigit(r) || r < 128 && unicode.IsUpper(r) {
					t.Fatalf("Fold(%q) = %q holds %q", in, folded, r)
				}
			}
		}
		if s := Slug(in); !slug.MatchString(s) || len(s) > longestSlug {
			t.Fatalf("Slug(%q) = %q", in, s)
		}
	})
}
