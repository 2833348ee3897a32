package french_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"anonymal.tv/regie/assets/french"
)

// TestFileName (M-10): whatever a file is called, the name it leaves under is
// one element, plain and within what disks hold.
func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"Été à Aix.MOV":                    "Été à Aix.MOV",
		"../../etc/passwd":                 "passwd",
		`C:\Users\jri\IMG 1.mov`:           "IMG 1.mov",
		"/absolute/path.mp4":               "path.mp4",
		"a\x00b\r\nc.mp4":                  "ab-c.mp4",
		"\u202egpj.mov\u2066":              "gpj.mov",
		".":                                "fichier",
		"..":                               "fichier",
		"":                                 "fichier",
		".htaccess":                        "htaccess",
		"CON.mp4":                          "CON_.mp4",
		"lpt1":                             "lpt1_",
		`a"b;c=d?.mp4`:                     "a-b;c=d-.mp4",
		"trailing. . ":                     "trailing",
		"-rf.mp4":                          "-rf.mp4",
		"~brouillon.mp4":                   "brouillon.mp4",
		"100 % Jas %41%0d.mp4":             "100 % Jas -41-0d.mp4",
		"coup\u00adure\u200b a\u2028b.mov": "coupure a b.mov",
		"e\u0301te\u0301.mov":              "été.mov",
		"\xff\xfe.mov":                     "\ufffd.mov",
		strings.Repeat("é", 400):           strings.Repeat("é", 100),
		strings.Repeat("x", 300) + ".mov":  strings.Repeat("x", 200) + ".mov",
	} {
		got := french.FileName(name)
		if got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
		if !utf8.ValidString(got) || french.FileName(got) != got {
			t.Errorf("%q: %q is not settled", name, got)
		}
	}
}

// TestFileNameOf: a title is no path, and however long it is, its files are told
// apart.
func TestFileNameOf(t *testing.T) {
	for _, c := range []struct{ title, what, want string }{
		{"AC/DC à l’Aune", "1080p", "AC-DC à l’Aune (1080p).mp4"},
		{`a\b `, "", "a-b.mp4"},
		{strings.Repeat("é", 400), "1080p", strings.Repeat("é", 96) + " (1080p).mp4"},
		{"", "", "fichier.mp4"},
		{".", "son", "fichier (son).mp4"},
	} {
		if got := french.FileNameOf(c.title, c.what, ".mp4"); got != c.want {
			t.Errorf("%q: %q, want %q", c.title, got, c.want)
		}
	}
}
