package exchange

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// list is a selection of rushes of several rates and kinds, with names that try
// to break out of each format.
func list(t *testing.T) List {
	t.Helper()
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 32, 18)), nil); err != nil {
		t.Fatal(err)
	}
	wide := &Rush{
		Name: "Plan large, été", File: "rushes/IMG_0042.MOV", Rate: RateOf(25000), Frames: 250, Width: 1920, Height: 1080, Channels: 2, SampleRate: 48000,
		People: []string{"Une habitante, présidente du comité"}, Marks: []Mark{{10, 10, "avant"}, {30, 49, "la foule « arrive »"}, {74, 74, "dernière image"}, {75, 75, "après"}}, Picture: picture.Bytes(),
	}
	phone := &Rush{
		Name: "Interview\r\n001 AX\u202e\x00 <b>&\"'", File: "rushes/img  0042 <&'é%#?>.MOV", Rate: RateOf(29970), Frames: 2000, Width: 1080, Height: 1920, Channels: 1, SampleRate: 44100,
		Marks: []Mark{{5, 5, `]]></property><x a="`}},
	}
	phone.StartAt("00:59:59;28", RateOf(29970))
	sound := &Rush{Name: "Ambiance", File: "rushes/IMG_0042.wav", Rate: RateOf(25000), Frames: 500, Channels: 2, SampleRate: 48000}
	mute := &Rush{Name: "=cmd()", File: "rushes/C.MOV", Rate: RateOf(30000), Frames: 100, Width: 640, Height: 480}
	mute.StartAt("10:00:00:00", RateOf(60000))
	return List{"Zik\nZac & <Cie>", time.Date(2018, 6, 21, 18, 0, 0, 0, time.UTC), []Clip{
		{wide, 25, 75, "la foule"}, {phone, 0, 1800, ""}, {sound, 100, 200, `dit "non"`}, {mute, 30, 60, "muet"}, {wide, 200, 250, ""},
	}}
}

// TestGolden compares what is written with what was looked at and, for Kdenlive,
// opened (REGIE_GOLDEN=write writes it anew).
func TestGolden(t *testing.T) {
	for ending, write := range map[string]func(List) ([]byte, error){"edl": EDL, "csv": CSV, "kdenlive": Kdenlive, "fcpxml": FCPXML, "otio": OTIO} {
		got, err := write(list(t))
		if err != nil {
			t.Fatal(ending, err)
		}
		name := filepath.Join("testdata", "selection."+ending)
		if os.Getenv("REGIE_GOLDEN") == "write" {
			if err := os.WriteFile(name, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is now\n%s", name, got)
		}
	}
}

func TestTimes(t *testing.T) {
	ntsc, half := RateOf(29970), RateOf(25000)
	for _, c := range []struct {
		frame int
		drop  bool
		want  string
	}{
		{0, true, "00:00:00;00"}, {1799, true, "00:00:59;29"}, {1800, true, "00:01:00;02"}, {17981, true, "00:09:59;29"}, {17982, true, "00:10:00;00"}, {107892, true, "01:00:00;00"}, {1800, false, "00:01:00:00"},
	} {
		got := timecode(c.frame, ntsc, c.drop)
		back, drop := parse(got, ntsc)
		if got != c.want || back != c.frame || drop != c.drop {
			t.Errorf("%d: %s, read as %d %t; want %s", c.frame, got, back, drop, c.want)
		}
	}
	for _, text := range []string{"", "rubbish", "01:00:00", "25:00:00:00", "00:61:00:00", "00:00:00:25", "-1:00:00:00"} {
		if frame, _ := parse(text, half); frame != 0 {
			t.Errorf("%q is %d", text, frame)
		}
	}
	if ntsc != (Rate{30000, 1001}) || half != (Rate{25, 1}) || RateOf(23976) != (Rate{24000, 1001}) || RateOf(12500) != (Rate{12500, 1000}) {
		t.Error("a rate is another")
	}
	if got := convert(1800, ntsc, half); got != 1502 {
		t.Errorf("1800 frames of 29.97 are %d of 25", got)
	}
	r := Rush{Rate: half}
	if r.StartAt("00:00:01:49", RateOf(50000)); r.Start != 50 && r.Start != 49 {
		t.Errorf("a timecode of 50 frames a second begins at %d of 25", r.Start)
	}
}

// TestReels: names as a CMX 3600 machine takes them, no two alike.
func TestReels(t *testing.T) {
	var rushes []*Rush
	for _, f := range []string{"a/IMG_0042.MOV", "a/img_0042.wav", "a/IMG_00421.MOV", "a/ax.mov", "a/été.mov", "a/日本.mov", "a/.mov"} {
		rushes = append(rushes, &Rush{File: f})
	}
	seen := map[string]bool{"AX": true, "BL": true, "": true}
	for _, r := range rushes {
		name := reels(rushes)[r]
		if seen[name] || len(name) > 8 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
			t.Errorf("%s is reel %q", r.File, name)
		}
		seen[name] = true
	}
}

func TestCSVHasNoFormula(t *testing.T) {
	got, err := CSV(list(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\ufeff\"Ordre\";", `"'=cmd()"`, `"dit ""non"""`, `"60,06";"29,97"`} {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestTheFormOfFCPXML checks what the DTD of 1.10 asks of what is written:
// elements in their order, attributes that are known, references that exist, and
// times that fall on frames.
func TestTheFormOfFCPXML(t *testing.T) {
	text, err := FCPXML(list(t))
	if err != nil {
		t.Fatal(err)
	}
	var root node
	if err := xml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	children := map[string]string{
		"fcpxml": "resources library", "resources": "format asset", "asset": "media-rep", "library": "event", "event": "project", "project": "sequence",
		"sequence": "spine", "spine": "asset-clip", "asset-clip": "note conform-rate marker", "format": "", "media-rep": "", "note": "", "conform-rate": "", "marker": "",
	}
	attributes := map[string]string{
		"fcpxml": "version", "format": "id frameDuration width height colorSpace", "asset": "id name start duration hasVideo format videoSources hasAudio audioSources audioChannels audioRate",
		"media-rep": "kind src", "event": "name", "project": "name", "sequence": "format duration tcStart tcFormat audioLayout audioRate",
		"asset-clip": "ref name offset start duration tcFormat", "conform-rate": "scaleEnabled srcFrameRate", "marker": "start duration value",
	}
	ids, frames, markers := map[string]bool{}, Rate{25, 1}, 0
	var walk func(node)
	walk = func(n node) {
		name := n.XMLName.Local
		known, place := strings.Fields(children[name]), 0
		if _, there := children[name]; !there {
			t.Errorf("<%s> is not known", name)
		}
		for _, a := range n.Attrs {
			if !slices.Contains(strings.Fields(attributes[name]), a.Name.Local) {
				t.Errorf("<%s> has no %s", name, a.Name.Local)
			}
			switch a.Name.Local {
			case "id":
				ids[a.Value] = true
			case "ref", "format":
				if !ids[a.Value] {
					t.Errorf("%s=%q leads nowhere", a.Name.Local, a.Value)
				}
			case "offset":
				var num, den int
				if n, _ := fmt.Sscanf(a.Value, "%d/%ds", &num, &den); n == 1 {
					den = 1
				}
				if num*frames.Num%(den*frames.Den) != 0 {
					t.Errorf("%s=%q is between two frames", a.Name.Local, a.Value)
				}
			}
		}
		for _, child := range n.Nodes {
			at := slices.Index(known, child.XMLName.Local)
			if at < place && name != "resources" {
				t.Errorf("<%s> stands too late in <%s>", child.XMLName.Local, name)
			}
			place = at
			walk(child)
		}
		if name == "marker" {
			markers++
		}
	}
	walk(root)
	if markers != 3 {
		t.Errorf("%d markers, want those of the passages: 3", markers)
	}
}

// TestTheFormOfOTIO checks what is written against the schemas as the
// documentation of OpenTimelineIO describes them: the fields of each kind, no
// other, and clips inside what their media has.
func TestTheFormOfOTIO(t *testing.T) {
	text, err := OTIO(list(t))
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	item := " name metadata source_range effects markers enabled"
	schemas := map[string]string{
		"Timeline.1": "name metadata global_start_time tracks", "Stack.1": "children" + item, "Track.1": "children kind" + item, "Gap.1": item,
		"Clip.2": "media_references active_media_reference_key" + item, "ExternalReference.1": "name metadata target_url available_range available_image_bounds",
		"Marker.2": "name metadata color comment marked_range", "TimeRange.1": "start_time duration", "RationalTime.1": "value rate",
	}
	seconds := func(v any) float64 { m := v.(map[string]any); return m["value"].(float64) / m["rate"].(float64) }
	inside := func(what string, small, big any) {
		a, b := small.(map[string]any), big.(map[string]any)
		from, to := seconds(a["start_time"]), seconds(a["start_time"])+seconds(a["duration"])
		if from < seconds(b["start_time"])-1e-6 || to > seconds(b["start_time"])+seconds(b["duration"])+1e-6 {
			t.Errorf("%s: %v is outside of %v", what, small, big)
		}
	}
	count := map[string]int{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			kind, _ := v["OTIO_SCHEMA"].(string)
			count[kind]++
			want := append(strings.Fields(schemas[kind]), "OTIO_SCHEMA")
			if kind != "" && len(v) != len(want) {
				t.Errorf("%s has %d fields, want %v", kind, len(v), want)
			}
			for name, value := range v {
				if kind != "" && !slices.Contains(want, name) {
					t.Errorf("%s has a field %s", kind, name)
				}
				walk(value)
			}
			if kind == "Clip.2" {
				media := v["media_references"].(map[string]any)[v["active_media_reference_key"].(string)].(map[string]any)
				inside(v["name"].(string), v["source_range"], media["available_range"])
				for _, m := range v["markers"].([]any) {
					inside("marker", m.(map[string]any)["marked_range"], media["available_range"])
				}
			}
		}
	}
	walk(root)
	if count["Clip.2"] != 8 || count["Gap.1"] != 2 || count["Track.1"] != 2 || count["Marker.2"] != 10 {
		t.Errorf("%v", count)
	}
}

// TestHostileText: no name leaves its place, and what is written can be read.
func TestHostileText(t *testing.T) {
	hostile := "\x00\x1b[31m\u202eA&<>\"'\r\n]]>\ufffe" + strings.Repeat("é", 500)
	l := list(t)
	for _, c := range l.Clips {
		c.Name, c.People, c.Marks, c.Picture = hostile, []string{hostile}, []Mark{{c.In, c.In, hostile}}, []byte("not a picture")
	}
	l.Title = hostile
	for name, write := range map[string]func(List) ([]byte, error){"edl": EDL, "csv": CSV, "kdenlive": Kdenlive, "fcpxml": FCPXML, "otio": OTIO, "pdf": PDF} {
		text, err := write(l)
		if err != nil {
			t.Fatal(name, err)
		}
		if name != "pdf" && bytes.ContainsAny(text, "\x00\x1b\u202e\ufffe") {
			t.Errorf("%s holds what can't be seen", name)
		}
		if name == "kdenlive" || name == "fcpxml" {
			if err := xml.Unmarshal(text, &node{}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestPDF: the same list gives the same bytes, and many clips take many pages.
func TestPDF(t *testing.T) {
	l := list(t)
	first, err := PDF(l)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := PDF(list(t)); !bytes.Equal(first, again) {
		t.Error("the same list gives other bytes")
	}
	for range 5 {
		l.Clips = append(l.Clips, l.Clips...)
	}
	l.Clips[0].Note = strings.Repeat("Une longue note. ", 800)
	many, err := PDF(l)
	if err != nil || bytes.Count(many, []byte("/Type /Page\n")) < 20 {
		t.Errorf("%d pages, %v", bytes.Count(many, []byte("/Type /Page\n")), err)
	}
	if name := os.Getenv("REGIE_TEST_PICTURES"); name != "" {
		if err := os.WriteFile(filepath.Join(name, "selection.pdf"), first, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
