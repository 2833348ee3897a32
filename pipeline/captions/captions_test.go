package captions

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"anonymal.tv/regie/assets"
)

// TestRead takes what people really have (safety.md M-15).
func TestRead(t *testing.T) {
	srt := "1\n00:00:01,000 --> 00:00:03,500\nBonjour à tous\net bienvenue\n\n2\n00:00:04,000 --> 00:00:05,000\n<i>Éloquence</i> & <b>théâtre</b>\n"
	want := []assets.Cue{{Start: 1, End: 3.5, Text: "Bonjour à tous\net bienvenue"}, {Start: 4, End: 5, Text: "Éloquence & théâtre"}}
	latin := strings.NewReplacer("à", "\xe0", "É", "\xc9", "é", "\xe9", "â", "\xe2").Replace(srt)
	for name, text := range map[string]string{
		"SRT": srt, "BOM": "\ufeff" + srt, "CRLF": strings.ReplaceAll(srt, "\n", "\r\n"), "Latin-1": latin,
		"WebVTT": "WEBVTT\n\n00:01.000 --> 00:03.500 align:start\nBonjour à tous\net bienvenue\n\n00:00:04.000 --> 00:00:05.000\n<v Une dame><i>Éloquence</i> &amp; <b>théâtre</b>\n",
	} {
		cues, err := Read([]byte(text))
		if err != nil || len(cues) != 2 || cues[0] != want[0] || cues[1] != want[1] {
			t.Errorf("%s: %+v, %v", name, cues, err)
		}
	}
	hostile, err := Read([]byte("1\n00:00:01,000 --> 00:00:02,000\n<script>alert(1)</script><img src=x onerror=alert(1)>Salut\u202e\n"))
	if err != nil || len(hostile) != 1 || strings.ContainsAny(hostile[0].Text, "<\u202e") {
		t.Errorf("%+v, %v", hostile, err)
	}
	for name, text := range map[string]string{
		"HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n", "empty": "", "prose": "Ceci n'est pas un sous-titre.",
		"huge": "WEBVTT\n\n00:01.000 --> 00:02.000\n" + strings.Repeat("a", 5<<20), "times": "1\nhier --> demain\nBonjour\n",
	} {
		if cues, err := Read([]byte(text)); err == nil && len(cues) > 0 || err != nil && assets.KindOf(err) != assets.Invalid {
			t.Errorf("%s: %+v, %v", name, cues, err)
		}
	}
}

func TestCheckNamesTheLine(t *testing.T) {
	good := []assets.Cue{{Start: 0, End: 1, Text: "a"}, {Start: 1, End: 2, Text: "b"}}
	if err := Check(good, 2); err != nil {
		t.Fatal(err)
	}
	for says, cues := range map[string][]assets.Cue{
		"Ligne 2 : la fin est avant le début.":                        {good[0], {Start: 5, End: 4, Text: "c"}},
		"Ligne 1 : le début est après la fin du film (00:00:02.000).": {{Start: 2, End: 3, Text: "c"}},
		"Ligne 1 : le texte est trop long.":                           {{Start: 0, End: 1, Text: strings.Repeat("a", 3000)}},
	} {
		if err := Check(cues, 2); err == nil || assets.Sentence(err) != says {
			t.Errorf("%v, want %s", err, says)
		}
	}
	if got := Remarks([]assets.Cue{{Start: 0, End: 1, Text: strings.Repeat("a", 30)}}); got[0] != "trop rapide à lire\u00a0: 30 signes par seconde" {
		t.Errorf("%v", got)
	}
}

// TestWebVTTReadsBack: what is written is read as it was, whatever the text.
func TestWebVTTReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, at := rapid.IntRange(1, 8).Draw(t, "cues"), 0.0
		var cues []assets.Cue
		for range n {
			start := at + float64(rapid.IntRange(0, 5000).Draw(t, "gap"))/1000
			at = start + float64(rapid.IntRange(1, 5000).Draw(t, "length"))/1000
			cues = append(cues, assets.Cue{Start: start, End: at, Text: rapid.StringMatching(`[a-zà-ü0-9 .,'!?;:&»«-]{0,40}( > [a-z]{1,5})?`).Draw(t, "text")})
		}
		want := Clean(cues)
		if len(want) == 0 {
			t.Skip("nothing to say")
		}
		got, err := Read(WebVTT(want))
		if err != nil || len(got) != len(want) {
			t.Fatalf("%v\nread as %v, %v\n%s", want, got, err, WebVTT(want))
		}
		for i := range want {
			if math.Abs(got[i].Start-want[i].Start) > 0.0015 || math.Abs(got[i].End-want[i].End) > 0.0015 || got[i].Text != want[i].Text {
				t.Fatalf("%+v, want %+v", got[i], want[i])
			}
		}
	})
}

func TestSeconds(t *testing.T) {
	for text, want := range map[string]float64{"222": 222, "3:42": 222, "3:42,5": 222.5, "1:02:03.250": 3723.25, "00:00:00.000": 0} {
		if got, ok := Seconds(text); !ok || got != want {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "a", "1:2:3:4", "1.5:30", "-3", "1e99", "3:-4"} {
		if got, ok := Seconds(text); ok {
			t.Errorf("%s was read as %v", text, got)
		}
	}
}
