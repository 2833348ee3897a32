package exchange

import (
	"strings"
	"testing"
)

func clips() []Clip {
	return []Clip{
		{"Plan large", "rushes/A.MOV", 25000, 25, 75, "la foule"},
		{"Interview\r\n001 AX", "rushes/B.MOV", 29970, 0, 1800, ""},
		{"=cmd()", "rushes/C.MOV", 30000, 30, 60, `dit "non"`},
	}
}

func TestEDL(t *testing.T) {
	const want = "TITLE: Zik Zac\r\nFCM: NON-DROP FRAME\r\n" +
		"\r\n001  AX       AA/V  C        00:00:01:00 00:00:03:00 00:00:00:00 00:00:02:00\r\n* FROM CLIP NAME: Plan large\r\n* SOURCE FILE: rushes/A.MOV\r\n* COMMENT: la foule\r\n" +
		"\r\n002  AX       AA/V  C        00:00:00:00 00:01:00:00 00:00:02:00 00:01:02:02\r\n* FROM CLIP NAME: Interview 001 AX\r\n* SOURCE FILE: rushes/B.MOV\r\n" +
		"\r\n003  AX       AA/V  C        00:00:01:00 00:00:02:00 00:01:02:02 00:01:03:02\r\n* FROM CLIP NAME: =cmd()\r\n* SOURCE FILE: rushes/C.MOV\r\n* COMMENT: dit \"non\"\r\n"
	if got := EDL("Zik\nZac", clips()); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestCSV(t *testing.T) {
	got := CSV(clips())
	for _, want := range []string{
		"\ufeff\"Ordre\";", `"1";"Plan large";"rushes/A.MOV";"00:00:01:00";"00:00:03:00";"2";"25";"la foule"` + "\r\n",
		`"60,06";"29,97"`, `"'=cmd()"`, `"dit ""non"""`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
