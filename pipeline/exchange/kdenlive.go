package exchange

import (
	"encoding/json"
	"strconv"
)

// Kdenlive is a project of Kdenlive (20.08 and later open it): MLT XML, with the
// rushes in the bin and their notes as markers, the clips end to end on one
// picture track and one sound track, each pair grouped, and the notes of the
// selection as guides. Files are named as they lie beside the project.
func Kdenlive(l List) ([]byte, error) {
	k := kdenlive{rate: l.rate(), ids: map[*Rush]string{}, guides: []guide{}, groups: []group{}}
	for _, r := range l.rushes() {
		k.keep(r)
	}
	for _, c := range l.Clips {
		k.cut(c)
	}
	root := element("mlt", []string{"LC_NUMERIC", "C", "producer", "main_bin", "title", line(l.Title), "version", "7.12.0"}, profile(l.first(), k.rate))
	root.add(k.files...)
	bin := element("playlist", []string{"id", "main_bin"}, properties(
		"kdenlive:docproperties.version", "1.04", "kdenlive:docproperties.decimalPoint", ".",
		"kdenlive:docproperties.guidesCategories", asJSON([]category{{"#9b59b6", "Notes", 0}}),
		"kdenlive:docproperties.guides", asJSON(k.guides), "kdenlive:docproperties.groups", asJSON(k.groups), "xml_retain", "1",
	)...)
	bin.add(k.bin...)
	root.add(bin)
	root.add(k.timeline()...)
	return document("", root)
}

// kdenlive is a project in the making; its frames are counted at rate.
type kdenlive struct {
	rate             Rate
	ids              map[*Rush]string // the number of each rush in the bin
	files, bin       []node
	sounds, pictures track
	at               int // where the next clip begins
	guides           []guide
	groups           []group
}

// track is what lies on a track, and how many frames it has been empty since.
type track struct {
	clips []node
	empty int
}

// guide is a note on the timeline, or on a file of the bin.
type guide struct {
	Comment string `json:"comment"`
	Pos     int    `json:"pos"`
	Type    int    `json:"type"` // the index of its category
}

type category struct {
	Color   string `json:"color"`
	Comment string `json:"comment"`
	Index   int    `json:"index"`
}

// group holds the picture and the sound of a clip together.
type group struct {
	Type     string  `json:"type"`
	Leaf     string  `json:"leaf,omitempty"`
	Data     string  `json:"data,omitempty"` // track:frame
	Children []group `json:"children,omitempty"`
}

// keep puts a rush into the bin. The sound track reads its file by itself.
func (k *kdenlive) keep(r *Rush) {
	id := strconv.Itoa(len(k.ids) + 4) // those before are Kdenlive's own
	k.ids[r] = id
	frames := max(1, convert(r.Frames, r.Rate, k.rate))
	notes := []guide{}
	for _, m := range r.Marks {
		notes = append(notes, guide{line(m.Text), convert(m.Frame, r.Rate, k.rate), 0})
	}
	about := properties("length", strconv.Itoa(frames), "eof", "pause", "resource", plain(r.File), "mlt_service", "avformat", "seekable", "1",
		"kdenlive:id", id, "kdenlive:clipname", line(r.Name), "kdenlive:folderid", "-1", "kdenlive:clip_type", "0", "kdenlive:markers", asJSON(notes))
	k.files = append(k.files, element("producer", within("id", "rush"+id, 0, frames), about...))
	if r.heard() && r.seen() {
		k.files = append(k.files, element("producer", within("id", "sound"+id, 0, frames), append(about, property("set.test_image", "1"))...))
	}
	k.bin = append(k.bin, element("entry", within("producer", "rush"+id, 0, frames)))
}

// cut lays a clip at the end of the tracks that have something of it.
func (k *kdenlive) cut(c Clip) {
	id, in, length := k.ids[c.Rush], convert(c.In, c.Rate, k.rate), c.length(k.rate)
	sound, picture, at := "", "", strconv.Itoa(k.at)
	if c.seen() {
		picture = "rush" + id
	}
	switch {
	case c.heard() && c.seen():
		sound = "sound" + id
		k.groups = append(k.groups, group{Type: "AVSplit", Children: []group{{Type: "Leaf", Leaf: "clip", Data: "0:" + at}, {Type: "Leaf", Leaf: "clip", Data: "1:" + at}}})
	case c.heard():
		sound = "rush" + id
	}
	k.sounds.lay(sound, id, in, length)
	k.pictures.lay(picture, id, in, length)
	if note := line(c.Note); note != "" {
		k.guides = append(k.guides, guide{note, k.at, 0})
	}
	k.at += length
}

// lay puts a passage of a producer on the track, or leaves its place empty.
func (t *track) lay(producer, id string, in, length int) {
	if producer == "" {
		t.empty += length
		return
	}
	if t.empty > 0 {
		t.clips = append(t.clips, element("blank", []string{"length", strconv.Itoa(t.empty)}))
	}
	t.empty = 0
	t.clips = append(t.clips, element("entry", within("producer", producer, in, length), property("kdenlive:id", id)))
}

// timeline is the two tracks, each of two playlists as Kdenlive has them, on
// black, and how they are put together.
func (k *kdenlive) timeline() []node {
	length := max(1, k.at)
	all := []node{element("producer", within("id", "black_track", 0, length), properties(
		"length", strconv.Itoa(length), "eof", "pause", "resource", "black", "aspect_ratio", "1", "mlt_service", "color",
		"kdenlive:playlistid", "black_track", "mlt_image_format", "rgba", "set.test_audio", "0")...)}
	sequence := element("tractor", append(within("id", "timeline", 0, length), "global_feed", "1"), element("track", []string{"producer", "black_track"}))
	for _, t := range []struct {
		name, hide string
		clips      []node
		about      []node
	}{
		{"A1", "video", k.sounds.clips, properties("kdenlive:audio_track", "1")},
		{"V1", "audio", k.pictures.clips, nil},
	} {
		all = append(all,
			element("playlist", []string{"id", t.name + "a"}, append(t.about, t.clips...)...),
			element("playlist", []string{"id", t.name + "b"}, t.about...),
			element("tractor", within("id", t.name, 0, length), append(append(t.about, properties("kdenlive:track_name", t.name, "kdenlive:timeline_active", "1")...),
				element("track", []string{"hide", t.hide, "producer", t.name + "a"}), element("track", []string{"hide", t.hide, "producer", t.name + "b"}))...))
		sequence.add(element("track", []string{"producer", t.name}))
	}
	sequence.add(
		element("transition", []string{"id", "mix"}, properties("a_track", "0", "b_track", "1", "mlt_service", "mix", "kdenlive_id", "mix", "internal_added", "237", "always_active", "1", "sum", "1")...),
		element("transition", []string{"id", "over"}, properties("a_track", "0", "b_track", "2", "mlt_service", "qtblend", "kdenlive_id", "qtblend", "internal_added", "237", "always_active", "1")...))
	return append(all, sequence)
}

// profile is the picture of the project: that of its first rush.
func profile(first *Rush, rate Rate) node {
	width, height := 1920, 1080
	if first != nil && first.seen() {
		width, height = first.Width+first.Width%2, first.Height+first.Height%2
	}
	w, h := strconv.Itoa(width), strconv.Itoa(height)
	return element("profile", []string{
		"description", w + "x" + h, "width", w, "height", h, "progressive", "1",
		"sample_aspect_num", "1", "sample_aspect_den", "1", "display_aspect_num", w, "display_aspect_den", h,
		"frame_rate_num", strconv.Itoa(rate.Num), "frame_rate_den", strconv.Itoa(rate.Den), "colorspace", "709",
	})
}

// within are the attributes of a passage; MLT names its last frame.
func within(name, value string, in, length int) []string {
	return []string{name, value, "in", strconv.Itoa(in), "out", strconv.Itoa(in + length - 1)}
}

func property(name, value string) node {
	n := element("property", []string{"name", name})
	n.Text = value
	return n
}

func properties(pairs ...string) []node {
	var all []node
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, property(pairs[i], pairs[i+1]))
	}
	return all
}

// asJSON is a property that is itself a document: numbers and text, which can
// always be written.
func asJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
