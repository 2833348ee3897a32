package exchange

import (
	"fmt"
	"net/url"
	"strconv"
)

// FCPXML is a project of Final Cut Pro (FCPXML 1.10), which Resolve opens too:
// the clips end to end in the spine, their notes as markers, all times as exact
// fractions of a second.
func FCPXML(l List) ([]byte, error) {
	rate := l.rate()
	width, height := 1920, 1080
	if first := l.first(); first != nil && first.seen() {
		width, height = first.Width, first.Height
	}
	resources := element("resources", nil, format("r0", rate, width, height))
	ids := map[*Rush]string{}
	for i, r := range l.rushes() {
		ids[r] = fmt.Sprintf("r%d", 2*i+1)
		shape := "r0"
		if r.seen() {
			shape = fmt.Sprintf("r%d", 2*i+2)
			resources.add(format(shape, r.Rate, r.Width, r.Height))
		}
		resources.add(asset(ids[r], shape, *r))
	}
	spine, at := element("spine", nil), 0
	for _, c := range l.Clips {
		spine.add(assetClip(ids[c.Rush], c, at, rate))
		at += c.length(rate)
	}
	sequence := element("sequence", []string{"format", "r0", "duration", rate.time(at), "tcStart", "0s", "tcFormat", "NDF", "audioLayout", "stereo", "audioRate", "48k"}, spine)
	title := line(l.Title)
	return document("<!DOCTYPE fcpxml>\n\n", element("fcpxml", []string{"version", "1.10"}, resources,
		element("library", nil, element("event", []string{"name", title}, element("project", []string{"name", title}, sequence)))))
}

// time is where a frame is, as a fraction of a second that is exact.
func (r Rate) time(frame int) string {
	if frame*r.Den%r.Num == 0 {
		return strconv.Itoa(frame*r.Den/r.Num) + "s"
	}
	return fmt.Sprintf("%d/%ds", frame*r.Den, r.Num)
}

func format(id string, rate Rate, width, height int) node {
	return element("format", []string{"id", id, "frameDuration", rate.time(1), "width", strconv.Itoa(width), "height", strconv.Itoa(height), "colorSpace", "1-1-1 (Rec. 709)"})
}

func asset(id, shape string, r Rush) node {
	about := []string{"id", id, "name", line(r.Name), "start", r.Rate.time(r.Start), "duration", r.Rate.time(max(1, r.Frames))}
	if r.seen() {
		about = append(about, "hasVideo", "1", "format", shape, "videoSources", "1")
	}
	if r.heard() {
		about = append(about, "hasAudio", "1", "audioSources", "1", "audioChannels", strconv.Itoa(r.Channels), "audioRate", strconv.Itoa(r.SampleRate))
	}
	return element("asset", about, element("media-rep", []string{"kind", "original-media", "src", link(r.File)}))
}

// link is the address of a file beside the list.
func link(file string) string { return (&url.URL{Path: "./" + plain(file)}).EscapedPath() }

// assetClip stands in the spine from frame at on, of the rate of the list.
func assetClip(ref string, c Clip, at int, rate Rate) node {
	timecodes := "NDF"
	if c.Drop {
		timecodes = "DF"
	}
	n := element("asset-clip", []string{"ref", ref, "name", line(c.Name), "offset", rate.time(at), "start", c.Rate.time(c.Start + c.In), "duration", rate.time(c.length(rate)), "tcFormat", timecodes})
	if note := line(c.Note); note != "" {
		words := element("note", nil)
		words.Text = note
		n.add(words)
	}
	if c.Rate != rate {
		n.add(element("conform-rate", []string{"scaleEnabled", "0", "srcFrameRate", c.Rate.named()}))
	}
	for _, m := range c.marks() {
		n.add(element("marker", []string{"start", c.Rate.time(c.Start + m.Frame), "duration", c.Rate.time(1), "value", line(m.Text)}))
	}
	return n
}

// named is how the format writes the rate of a source: 23.98, 25, 29.97.
func (r Rate) named() string {
	return strconv.FormatFloat(float64(int(r.float()*100+0.5))/100, 'f', -1, 64)
}
