package maker

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"

	"anonymal.tv/regie/assets"
)

// writeStream joins an init segment and its media segments into one file.
func writeStream(dst string, parts []string) error {
	out, err := os.Create(dst)
	if err != nil {
		return err
	}
	defer out.Close()
	for _, p := range parts {
		if err := appendFile(out, p); err != nil {
			return err
		}
	}
	return out.Close()
}

func appendFile(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// passage returns the samples of a span that begins at a key frame, and the
// span that they really show. A span that ends elsewhere than before a key frame
// keeps the pictures that its last ones need.
func passage(samples []sample, s assets.Span, t track) ([]sample, assets.Span) {
	half := samples[0].Duration / 2
	start, end := int64(s.Start*float64(t.Timescale)), int64(s.End*float64(t.Timescale))
	from := -1
	to := len(samples)
	for i, one := range samples {
		if from < 0 && one.Key && one.PTS > start-half {
			from = i
		}
		if from >= 0 && i > from && one.Key && one.PTS > end-half {
			to = i
			break
		}
	}
	if from < 0 {
		return nil, assets.Span{}
	}
	last := from
	for i := from; i < to; i++ {
		if samples[i].PTS < end-half {
			last = i
		}
	}
	part := samples[from : last+1]
	first, beyond := part[0].PTS, part[0].PTS
	for _, one := range part {
		beyond = max(beyond, one.PTS+one.Duration)
	}
	return part, assets.Span{Start: float64(first) / float64(t.Timescale), End: float64(beyond) / float64(t.Timescale)}
}

// writePassages writes passages one after the other as one fragmented stream:
// copied pictures, new times.
func writePassages(dst, initPath string, passages [][]sample) error {
	out, err := os.Create(dst)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := appendFile(out, initPath); err != nil {
		return err
	}
	var at uint64
	for i, p := range passages {
		if _, err := out.Write(fragment(uint32(i+1), at, p)); err != nil {
			return err
		}
		for _, s := range p {
			at += uint64(s.Duration)
		}
		if err := appendSamples(out, p); err != nil {
			return err
		}
	}
	return out.Close()
}

// appendSamples copies the media of samples; runs that lie together in one file
// are read at once.
func appendSamples(w io.Writer, p []sample) error {
	for i := 0; i < len(p); {
		n, size := i+1, int64(p[i].Size)
		for n < len(p) && p[n].File == p[i].File && p[n].Pos == p[i].Pos+size {
			size += int64(p[n].Size)
			n++
		}
		f, err := os.Open(filepath.Clean(p[i].File))
		if err != nil {
			return err
		}
		_, err = io.Copy(w, io.NewSectionReader(f, p[i].Pos, size))
		f.Close()
		if err != nil {
			return err
		}
		i = n
	}
	return nil
}

// fragment builds the moof of one passage and the head of its mdat.
func fragment(sequence uint32, at uint64, p []sample) []byte {
	be := binary.BigEndian
	box := func(name string, body []byte) []byte {
		return append(append(be.AppendUint32(nil, uint32(len(body)+8)), name...), body...)
	}
	words := func(values ...uint32) []byte {
		var b []byte
		for _, v := range values {
			b = be.AppendUint32(b, v)
		}
		return b
	}
	const (
		dataOffset, duration, size, flags, shift = 0x1, 0x100, 0x200, 0x400, 0x800
		defaultBaseIsMoof                        = 0x20000
		sync, dependent                          = 0x2000000, 0x1010000
	)
	var media uint64
	table := words(0x01000000|dataOffset|duration|size|flags|shift, uint32(len(p)), 0)
	for _, s := range p {
		kind := uint32(dependent)
		if s.Key {
			kind = sync
		}
		table = append(table, words(uint32(s.Duration), s.Size, kind, uint32(s.Shift))...)
		media += uint64(s.Size)
	}
	build := func() []byte {
		traf := box("tfhd", words(defaultBaseIsMoof, 1))
		traf = append(traf, box("tfdt", be.AppendUint64(words(0x01000000), at))...)
		traf = append(traf, box("trun", table)...)
		return box("moof", append(box("mfhd", words(0, sequence)), box("traf", traf)...))
	}
	const mdatHead = 16
	be.PutUint32(table[8:], uint32(len(build())+mdatHead))
	moof := append(build(), words(1)...)
	moof = append(moof, "mdat"...)
	return be.AppendUint64(moof, media+mdatHead)
}
