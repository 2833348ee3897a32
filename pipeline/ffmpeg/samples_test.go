package ffmpeg

// long: one function for each kind of hostile file; all of them are made here,
// none is kept.

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// sample is one file as a stranger may send it.
type sample struct {
	name  string
	data  []byte
	plays bool // let through by the gate
	bites bool // opens another's file when nothing stands in its way
}

// materials are the files of which samples are made. They take seconds to make.
type materials struct {
	film   []byte // MOV, index last
	fast   []byte // MP4, index first
	magic  []byte
	png    []byte // 30000×30000
	pngMOV []byte // 16000×16000
	tracks []byte // 300
	secret []byte // another's film
}

func makeMaterials(t *testing.T) materials {
	t.Helper()
	dir := t.TempDir()
	return materials{
		film:   make1s(t, dir, "film.mp4", "-f", "mov"),
		fast:   make1s(t, dir, "fast.mp4", "-movflags", "+faststart", "-f", "mp4"),
		magic:  make1s(t, dir, "magic.avi", "-c:v", "magicyuv", "-pix_fmt", "yuv420p", "-f", "avi"),
		secret: make1s(t, dir, "secret.ts", "-metadata", "service_name="+canary, "-f", "mpegts"),
		png:    bigPNG(t, 30000),
		pngMOV: pngInMOV(t, dir),
		tracks: tracks(t, dir),
	}
}

func samples(t *testing.T, m materials, s *stage) []sample {
	t.Helper()
	film, fast := m.film, m.fast
	var all []sample
	for _, ext := range []string{".mp4", ".mov", ".ts"} {
		all = append(
			all,
			sample{name: "hls-absolute" + ext, data: playlist("file://" + s.other), bites: true},
			sample{name: "hls-sibling" + ext, data: playlist("secret.ts"), bites: true},
			sample{name: "hls-dots" + ext, data: playlist("../other/secret.ts"), bites: true},
			sample{name: "hls-http" + ext, data: playlist(s.url())},
		)
	}
	self := "hls-self.mp4"
	return append(
		all,
		sample{name: "dash-sibling.mp4", data: dash("secret.ts"), bites: true},
		sample{name: "dash-http.mp4", data: dash(s.url())},
		sample{name: "ffconcat-sibling.mp4", data: []byte("ffconcat version 1.0\nfile secret.ts\n"), bites: true},
		sample{name: "ffconcat-absolute.mp4", data: []byte("ffconcat version 1.0\nfile " + s.other + "\n")},
		sample{name: "ffconcat-http.mp4", data: []byte("ffconcat version 1.0\nfile '" + s.url() + "'\n")},
		sample{name: self, data: []byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n" + self + "\n")},
		sample{name: "hls-endless.mp4", data: playlist(slices.Repeat([]string{"hls-endless.mp4"}, 200_000)...)},
		sample{name: "hls-text.mp4", data: playlist("file://" + s.secret)},
		sample{name: "hls-data.mp4", data: playlist("data:video/mp2t;base64,R0BAEA==")},
		sample{name: "hls-concat.mp4", data: playlist("concat:" + s.secret + "|" + s.url())},
		sample{name: "hls-subfile.mp4", data: playlist("subfile,,start,0,end,9,,:" + s.secret)},
		sample{name: "hls-map.mp4", data: []byte("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-MAP:URI=\"secret.ts\"\n#EXTINF:9,\nsecret.ts\n#EXT-X-ENDLIST\n"), bites: true},
		sample{name: "hls-key.mp4", data: []byte("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-KEY:METHOD=AES-128,URI=\"" + s.url() + "\"\n#EXTINF:9,\nsecret.ts\n#EXT-X-ENDLIST\n")},

		sample{name: "gab2.avi", data: aviWithSubtitle(t, string(playlist("file://"+s.other))), plays: true},
		sample{name: "dref-alias.mov", data: withDataReference(t, film, "alis", alias(s.other))},
		sample{name: "dref-url.mov", data: withDataReference(t, film, "url ", []byte("file://"+s.other+"\x00")), plays: true},

		sample{name: "xxe.jpg", data: svg(s)},
		sample{name: "xxe.mp4", data: svg(s)},
		sample{name: "mvg.mp4", data: []byte("push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 '" + s.url() + "'\npop graphic-context\n")},

		sample{name: "bomb-30000.png", data: m.png},
		sample{name: "bomb-30000.mp4", data: m.png},
		sample{name: "bomb-65535.gif", data: append([]byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00"), 2, 2, 0x4c, 1, 0, 0x3b)},
		sample{name: "bomb-16000-png.mov", data: m.pngMOV},
		sample{name: "nested.mp4", data: nested(20_000)},
		sample{name: "tracks-300.mp4", data: m.tracks},
		sample{name: "magicyuv.avi", data: m.magic},

		sample{name: "half.mp4", data: film[:len(film)/2]},
		sample{name: "half-index-first.mp4", data: fast[:len(fast)/2], plays: true},
		sample{name: "no-moov.mp4", data: film[:bytes.LastIndex(film, []byte("moov"))-4]},
		sample{name: "cut-moov.mp4", data: fast[:bytes.Index(fast, []byte("stbl"))+60]},
		sample{name: "no-matrix.mp4", data: withoutMatrix(t, film), plays: true},

		sample{name: "-i.mp4", data: film, plays: true},
		sample{name: "-y", data: film, plays: true},
		sample{name: "concat:x", data: film, plays: true},
		sample{name: "http:x.mp4", data: film, plays: true},
		sample{name: "pipe:0", data: film, plays: true},
		sample{name: "take%03d.mp4", data: film, plays: true},
		sample{name: "seq%d.png", data: bigPNG(t, 64), bites: true},
		sample{name: "a'b\"c\nd $(x) `y` ; é|&.mp4", data: film, plays: true},
		sample{name: ",subfile,,start,0,end,9,,:x.mp4", data: film, plays: true},
	)
}

func playlist(urls ...string) []byte {
	var b bytes.Buffer
	b.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:9\n")
	for _, u := range urls {
		fmt.Fprintf(&b, "#EXTINF:9,\n%s\n", u)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return b.Bytes()
}

func dash(url string) []byte {
	return []byte(`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet mimeType="video/mp2t"><Representation id="0" bandwidth="9" width="128" height="96"><BaseURL>` + url + `</BaseURL><SegmentList duration="1"><SegmentURL media="` + url + `"/></SegmentList></Representation></AdaptationSet></Period></MPD>`)
}

func svg(s *stage) []byte {
	return []byte(`<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file://` + s.secret + `">]><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64"><image xlink:href="` + s.url() + `" width="64" height="64"/><text y="20">&x;</text></svg>`)
}

// box is one ISO base media box.
func box(kind string, payload ...[]byte) []byte {
	body := bytes.Join(payload, nil)
	head := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(head, kind...), body...)
}

// rewritten rebuilds the boxes of data, with each payload that edit changes.
func rewritten(data []byte, edit func(kind string, payload []byte) []byte) []byte {
	var out []byte
	for len(data) >= 8 {
		size := int(binary.BigEndian.Uint32(data))
		if size < 8 || size > len(data) {
			return append(out, data...)
		}
		kind, payload := string(data[4:8]), data[8:size]
		if slices.Contains([]string{"moov", "trak", "mdia", "minf", "dinf"}, kind) {
			payload = rewritten(payload, edit)
		}
		out = append(out, box(kind, edit(kind, payload))...)
		data = data[size:]
	}
	return append(out, data...)
}

// withDataReference says that the samples lie in another file. The index of the
// film is at its end, so that no offset moves.
func withDataReference(t *testing.T, film []byte, kind string, payload []byte) []byte {
	t.Helper()
	changed := false
	out := rewritten(film, func(k string, old []byte) []byte {
		if k != "dref" {
			return old
		}
		changed = true
		return append([]byte{0, 0, 0, 0, 0, 0, 0, 1}, box(kind, []byte{0, 0, 0, 0}, payload)...)
	})
	if !changed {
		t.Fatal("the film has no data reference")
	}
	return out
}

// alias is a Macintosh alias record that names an absolute path.
func alias(path string) []byte {
	b := make([]byte, 10)
	b = append(b, 4)
	b = append(b, append([]byte("disk"), make([]byte, 23)...)...)
	b = append(b, make([]byte, 12)...)
	b = append(b, 9)
	b = append(b, append([]byte("secret.ts"), make([]byte, 54)...)...)
	b = append(b, make([]byte, 16)...)
	b = append(b, 0, 1, 0, 9)
	b = append(b, make([]byte, 16)...)
	b = append(b, 0, 2)
	b = binary.BigEndian.AppendUint16(b, uint16(len(path)))
	b = append(b, path...)
	if len(path)%2 == 1 {
		b = append(b, 0)
	}
	return append(b, 0xff, 0xff, 0, 0)
}

// withoutMatrix puts zeros where the picture's rotation is.
func withoutMatrix(t *testing.T, film []byte) []byte {
	t.Helper()
	done := false
	out := rewritten(film, func(kind string, payload []byte) []byte {
		if kind != "tkhd" || done {
			return payload
		}
		done = true
		zeroed := slices.Clone(payload)
		clear(zeroed[40:76])
		return zeroed
	})
	if !done {
		t.Fatal("the film has no track header")
	}
	return out
}

func nested(depth int) []byte {
	var b []byte
	for n := depth; n > 0; n-- {
		b = binary.BigEndian.AppendUint32(b, uint32(8*n))
		b = append(b, "moov"...)
	}
	return append(box("ftyp", []byte("isom\x00\x00\x02\x00isom")), b...)
}

func chunk(kind string, payload []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, 0)
	copy(b, kind)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	b = append(b, payload...)
	if len(payload)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func list(kind string, chunks ...[]byte) []byte {
	return chunk("LIST", append([]byte(kind), bytes.Join(chunks, nil)...))
}

// aviWithSubtitle is a film whose GAB2 subtitle is a text of the attacker's.
func aviWithSubtitle(t *testing.T, subtitle string) []byte {
	t.Helper()
	var frame bytes.Buffer
	if err := jpeg.Encode(&frame, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	numbers := func(all ...uint32) (b []byte) {
		for _, n := range all {
			b = le.AppendUint32(b, n)
		}
		return b
	}
	header := func(kind, codec string) []byte {
		return append([]byte(kind+codec), numbers(0, 0, 0, 1, 25, 0, 25, 0, 0, 0, 0, 0)...)
	}
	picture := append(numbers(40, 64, 64), 1, 0, 24, 0)
	picture = append(append(picture, "MJPG"...), numbers(64*64*3, 0, 0, 0, 0)...)
	gab2 := append([]byte("GAB2\x00\x02\x00"), numbers(2)...)
	gab2 = append(gab2, 'x', 0, 4, 0)
	gab2 = append(append(gab2, numbers(uint32(len(subtitle)))...), subtitle...)
	movi := [][]byte{chunk("01tx", gab2)}
	for range 25 {
		movi = append(movi, chunk("00dc", frame.Bytes()))
	}
	return chunk("RIFF", bytes.Join([][]byte{
		[]byte("AVI "),
		list(
			"hdrl",
			chunk("avih", numbers(40000, 0, 0, 0, 25, 0, 2, 0, 64, 64, 0, 0, 0, 0)),
			list("strl", chunk("strh", header("vids", "MJPG")), chunk("strf", picture)),
			list("strl", chunk("strh", header("txts", "\x00\x00\x00\x00")), chunk("strf", nil)),
		),
		list("movi", movi...),
	}, nil))
}

// bigPNG is a black picture of side×side in a few kilobytes.
func bigPNG(t *testing.T, side int) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	row := make([]byte, 1+(side+7)/8)
	for range side {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	part := func(kind string, payload []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
		b = append(append(b, kind...), payload...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(side))
	head = append(binary.BigEndian.AppendUint32(head, uint32(side)), 1, 0, 0, 0, 0)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), part("IHDR", head), part("IDAT", packed.Bytes()), part("IEND", nil)}, nil)
}

func pngInMOV(t *testing.T, dir string) []byte {
	t.Helper()
	write(t, filepath.Join(dir, "big.png"), bigPNG(t, 16000))
	return tool(t, dir, "big.mov", "-f", "png_pipe", "-i", "big.png", "-c", "copy", "-f", "mov")
}

func tracks(t *testing.T, dir string) []byte {
	t.Helper()
	args := []string{"-f", "lavfi", "-i", "testsrc=s=128x96:d=1", "-f", "lavfi", "-i", "sine=d=0.1:sample_rate=8000", "-map", "0"}
	for range 300 {
		args = append(args, "-map", "1")
	}
	return tool(t, dir, "tracks.mp4", append(args, "-c:v", "mpeg4", "-c:a", "pcm_mulaw", "-f", "mov")...)
}

// tool makes one file with ffmpeg.
func tool(t testing.TB, dir, name string, args ...string) []byte {
	t.Helper()
	if _, err := unconfined(t).Run(context.Background(), Command{Tool: FFmpeg, Dir: dir, Args: append(args, name)}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
