package maker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
)

// track is what an init segment says of its one track.
type track struct {
	Timescale int64
	Offset    int64  // of the edit list: what stands before the first instant shown, in timescale
	Codec     string // RFC 6381: "avc1.64001f", "mp4a.40.2"
	trex      sampleDefaults
}

// sample is one picture, or one packet of sound, of a segment.
type sample struct {
	File     string
	Pos      int64 // in the file
	Size     uint32
	Duration int64 // in timescale, as all times here
	PTS      int64 // from the first instant shown
	Shift    int32 // from decoding to showing, as stored
	Key      bool
}

type sampleDefaults struct{ duration, size, flags uint32 }

const notSync = 0x10000 // sample_is_non_sync_sample

var errBox = errors.New("maker: a box of the segment is malformed")

// boxes walks the boxes of a piece of ISO BMFF.
func boxes(b []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for len(b) >= 8 {
			size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
			if size == 1 && len(b) >= 16 {
				size, head = binary.BigEndian.Uint64(b[8:]), 16
			}
			if size < head || size > uint64(len(b)) || !yield(string(b[4:8]), b[head:size]) {
				return
			}
			b = b[size:]
		}
	}
}

// find returns the first box of a path, or nil.
func find(b []byte, path ...string) []byte {
	for _, name := range path {
		var inner []byte
		for kind, body := range boxes(b) {
			if kind == name {
				inner = body
				break
			}
		}
		if inner == nil {
			return nil
		}
		b = inner
	}
	return b
}

// readTrack reads an init segment.
func readTrack(path string) (track, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return track{}, err
	}
	trak := find(b, "moov", "trak")
	mdhd := find(trak, "mdia", "mdhd")
	stsd := find(trak, "mdia", "minf", "stbl", "stsd")
	trex := find(b, "moov", "mvex", "trex")
	if len(mdhd) < 20 || mdhd[0] != 0 || len(stsd) < 8 || len(trex) < 24 {
		return track{}, errBox
	}
	t := track{
		Timescale: int64(binary.BigEndian.Uint32(mdhd[12:])),
		trex: sampleDefaults{
			duration: binary.BigEndian.Uint32(trex[12:]), size: binary.BigEndian.Uint32(trex[16:]), flags: binary.BigEndian.Uint32(trex[20:]),
		},
	}
	if elst := find(trak, "edts", "elst"); len(elst) >= 16 && elst[0] == 0 {
		t.Offset = int64(int32(binary.BigEndian.Uint32(elst[12:])))
	}
	for kind, entry := range boxes(stsd[8:]) {
		const picture = 78 // bytes of a visual sample entry before its boxes
		switch {
		case kind == "avc1" && len(entry) > picture:
			if c := find(entry[picture:], "avcC"); len(c) >= 4 {
				t.Codec = fmt.Sprintf("avc1.%02x%02x%02x", c[1], c[2], c[3])
			}
		case kind == "mp4a":
			t.Codec = "mp4a.40.2"
		}
	}
	if t.Codec == "" || t.Timescale <= 0 {
		return track{}, errBox
	}
	return t, nil
}

// readSegment lists the samples of a media segment without reading its media.
func readSegment(path string, t track) ([]sample, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var out []sample
	for pos := int64(0); pos < info.Size(); {
		var head [16]byte
		if _, err := f.ReadAt(head[:8], pos); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		size, skip := int64(binary.BigEndian.Uint32(head[:])), int64(8)
		if size == 1 {
			if _, err := f.ReadAt(head[8:], pos+8); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			size, skip = int64(binary.BigEndian.Uint64(head[8:])), 16
		}
		if size < skip || pos+size > info.Size() {
			return nil, fmt.Errorf("%s: %w", path, io.ErrUnexpectedEOF)
		}
		if string(head[4:8]) == "moof" {
			moof := make([]byte, size-skip)
			if _, err := f.ReadAt(moof, pos+skip); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			part, err := readFragment(moof, pos, t)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			for _, s := range part {
				if s.Pos+int64(s.Size) > info.Size() {
					return nil, fmt.Errorf("%s: %w", path, io.ErrUnexpectedEOF)
				}
				s.File = path
				out = append(out, s)
			}
		}
		pos += size
	}
	return out, nil
}

// readFragment reads one moof that stands at pos of its file.
func readFragment(moof []byte, pos int64, t track) ([]sample, error) {
	traf := find(moof, "traf")
	tfhd, tfdt := find(traf, "tfhd"), find(traf, "tfdt")
	if len(tfhd) < 8 || len(tfdt) < 12 || tfdt[0] != 1 {
		return nil, errBox
	}
	defaults := t.trex
	flags := binary.BigEndian.Uint32(tfhd) & 0xffffff
	fields := cursor{b: tfhd[8:]}
	fields.skip(flags, 0x1, 8)
	fields.skip(flags, 0x2, 4)
	fields.take(flags, 0x8, &defaults.duration)
	fields.take(flags, 0x10, &defaults.size)
	fields.take(flags, 0x20, &defaults.flags)

	dts := int64(binary.BigEndian.Uint64(tfdt[4:]))
	var out []sample
	for kind, trun := range boxes(traf) {
		if kind != "trun" || len(trun) < 8 {
			continue
		}
		flags, count := binary.BigEndian.Uint32(trun)&0xffffff, binary.BigEndian.Uint32(trun[4:])
		c := cursor{b: trun[8:]}
		var offset uint32
		c.take(flags, 0x1, &offset)
		first := defaults.flags
		c.take(flags, 0x4, &first)
		at := pos + int64(int32(offset))
		for i := range count {
			one := defaults
			if i == 0 {
				one.flags = first
			}
			var shift uint32
			c.take(flags, 0x100, &one.duration)
			c.take(flags, 0x200, &one.size)
			c.take(flags, 0x400, &one.flags)
			c.take(flags, 0x800, &shift)
			if c.short {
				return nil, errBox
			}
			out = append(out, sample{
				Pos: at, Size: one.size, Duration: int64(one.duration), Shift: int32(shift),
				PTS: dts + int64(int32(shift)) - t.Offset, Key: one.flags&notSync == 0,
			})
			at += int64(one.size)
			dts += int64(one.duration)
		}
	}
	return out, nil
}

// cursor reads optional 32-bit fields.
type cursor struct {
	b     []byte
	short bool
}

func (c *cursor) take(flags, bit uint32, into *uint32) {
	if flags&bit == 0 {
		return
	}
	if len(c.b) < 4 {
		c.short = true
		return
	}
	*into, c.b = binary.BigEndian.Uint32(c.b), c.b[4:]
}

func (c *cursor) skip(flags, bit uint32, n int) {
	if flags&bit != 0 {
		c.b = c.b[min(n, len(c.b)):]
	}
}
