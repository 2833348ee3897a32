package exchange

import (
	"encoding/json"
	"maps"
)

// OTIO is a timeline of OpenTimelineIO (the schemas of its release 0.15 and
// later): the clips end to end on one picture track and one sound track, with
// their notes as markers. A clip is counted at the rate of its rush.
func OTIO(l List) ([]byte, error) {
	picture, sound := []fields{}, []fields{}
	for _, c := range l.Clips {
		picture, sound = append(picture, item(c, c.seen())), append(sound, item(c, c.heard()))
	}
	text, err := json.MarshalIndent(schema("Timeline.1", l.Title, fields{
		"global_start_time": nil,
		"tracks": placed("Stack.1", "tracks", fields{"children": []fields{
			placed("Track.1", "V1", fields{"kind": "Video", "children": picture}),
			placed("Track.1", "A1", fields{"kind": "Audio", "children": sound}),
		}}),
	}), "", " ")
	return append(text, '\n'), err
}

// fields are an object of the format.
type fields map[string]any

// schema is what every object has: its kind with its version, and a name.
func schema(kind, name string, f fields) fields {
	f["OTIO_SCHEMA"], f["name"], f["metadata"] = kind, line(name), fields{}
	return f
}

// placed is an object that takes a place in a timeline.
func placed(kind, name string, f fields) fields {
	all := fields{"source_range": nil, "effects": []fields{}, "markers": []fields{}, "enabled": true}
	maps.Copy(all, f)
	return schema(kind, name, all)
}

// item is a clip on a track, or the gap it leaves where there is nothing of it.
func item(c Clip, there bool) fields {
	if !there {
		return placed("Gap.1", "", fields{"source_range": span(0, c.Out-c.In, c.Rate)})
	}
	markers := []fields{}
	mark := func(text string, frame, length int) {
		markers = append(markers, schema("Marker.2", text, fields{"color": "PURPLE", "comment": line(text), "marked_range": span(c.Start+frame, length, c.Rate)}))
	}
	if c.Note != "" {
		mark(c.Note, c.In, c.Out-c.In)
	}
	for _, m := range c.marks() {
		mark(m.Text, m.Frame, m.Until+1-m.Frame)
	}
	return placed("Clip.2", c.Name, fields{
		"source_range": span(c.Start+c.In, c.Out-c.In, c.Rate), "markers": markers, "active_media_reference_key": "DEFAULT_MEDIA",
		"media_references": fields{"DEFAULT_MEDIA": schema("ExternalReference.1", c.Name, fields{
			"target_url": link(c.File), "available_range": span(c.Start, c.Frames, c.Rate), "available_image_bounds": nil,
		})},
	})
}

func span(start, length int, rate Rate) fields {
	return fields{"OTIO_SCHEMA": "TimeRange.1", "start_time": moment(start, rate), "duration": moment(length, rate)}
}

func moment(frame int, rate Rate) fields {
	return fields{"OTIO_SCHEMA": "RationalTime.1", "value": float64(frame), "rate": rate.float()}
}
