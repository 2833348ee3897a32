package pipeline

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

// tree writes files of these texts below a new folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "CARTE A")
	for rel, text := range files {
		name := filepath.Join(root, rel)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// takeIn takes a tree in, and returns what became of each file.
func (b *bench) takeIn(root string, a Arrival) map[string]Taken {
	b.Helper()
	files, err := TreeFiles(root)
	if err != nil {
		b.Fatal(err)
	}
	all := map[string]Taken{}
	if err := b.IngestTree(b.Context(), root, files, a, func(t Taken) error { all[t.Path] = t; return nil }); err != nil {
		b.Fatal(err)
	}
	return all
}

// TestCards: of the cards of every kind of camera, clips become rushes of one
// card, what cameras write beside them is kept and makes no rush, and rubbish of
// file managers is not looked at.
func TestCards(t *testing.T) {
	for name, c := range map[string]struct {
		files  []string // a capital C before those that are clips
		folder string
		card   string
	}{
		"AVCHD": {[]string{
			"C PRIVATE/AVCHD/BDMV/STREAM/00000.MTS", "C PRIVATE/AVCHD/BDMV/STREAM/00001.MTS", "PRIVATE/AVCHD/BDMV/INDEX.BDM",
			"PRIVATE/AVCHD/BDMV/CLIPINF/00000.CPI", "PRIVATE/AVCHD/BDMV/PLAYLIST/00000.MPL", "PRIVATE/AVCHD/AVCHDTN/THUMB.TDT", "PRIVATE/AVCHD/IISVPL/00000.VPL",
		}, "PRIVATE/AVCHD/BDMV/STREAM", "AVCHD · CARTE A"},
		"XAVC": {[]string{
			"C PRIVATE/M4ROOT/CLIP/C0001.MP4", "PRIVATE/M4ROOT/CLIP/C0001M01.XML", "PRIVATE/M4ROOT/THMBNL/C0001T01.JPG",
			"PRIVATE/M4ROOT/SUB/C0001S03.MP4", "PRIVATE/M4ROOT/MEDIAPRO.XML", "PRIVATE/M4ROOT/STATUS.BIN",
		}, "PRIVATE/M4ROOT/CLIP", "XAVC · CARTE A"},
		"XDCAM": {[]string{
			"C A/XDROOT/Clip/C0001.MXF", "A/XDROOT/Clip/C0001M01.XML", "A/XDROOT/Sub/C0001S01.MXF", "A/XDROOT/INDEX.XML", "A/XDROOT/DISCMETA.XML",
		}, "A/XDROOT/Clip", "A (XDCAM) · CARTE A"},
		"XDCAM EX": {[]string{
			"C BPAV/CLPR/123_0001_01/123_0001_01.MP4", "BPAV/CLPR/123_0001_01/123_0001_01M01.XML", "BPAV/CLPR/123_0001_01/123_0001_01.SMI",
			"BPAV/CLPR/123_0001_01/123_0001_01R01.BIM", "BPAV/MEDIAPRO.XML",
		}, "BPAV/CLPR/123_0001_01", "XDCAM EX · CARTE A"},
		"DJI": {[]string{
			"C DCIM/100MEDIA/DJI_0001.MP4", "DCIM/100MEDIA/DJI_0001.SRT", "DCIM/100MEDIA/DJI_0001.LRF", "C DCIM/100MEDIA/DJI_0002.JPG",
		}, "DCIM/100MEDIA", "DCIM · CARTE A"},
		"GoPro": {[]string{
			"C DCIM/100GOPRO/GX010123.MP4", "DCIM/100GOPRO/GX010123.THM", "DCIM/100GOPRO/GL010123.LRV",
		}, "DCIM/100GOPRO", "DCIM · CARTE A"},
		"P2": {[]string{
			"C CONTENTS/VIDEO/0001AB.MXF", "C CONTENTS/AUDIO/0001AB00.MXF", "CONTENTS/CLIP/0001AB.XML", "CONTENTS/ICON/0001AB.BMP", "CONTENTS/PROXY/0001AB.MP4",
		}, "CONTENTS/VIDEO", "P2 · CARTE A"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			files := map[string]string{".DS_Store": "x", "Thumbs.db": "x", ".Trashes/a.mp4": "x"}
			for _, f := range c.files {
				files[strings.TrimPrefix(f, "C ")] = f
			}
			root := tree(t, files)
			all := b.takeIn(root, Arrival{Kind: assets.KindRush, Actor: "cli"})
			if len(all) != len(c.files) {
				t.Errorf("%d files were looked at: %v", len(all), slices.Sorted(maps.Keys(all)))
			}
			for _, f := range c.files {
				rel, clip := strings.CutPrefix(f, "C ")
				got := all[rel]
				if got.Reason != "" || (got.Rush != "") != clip {
					t.Errorf("%s: %+v", rel, got)
				}
				if kept, err := b.Catalog.AssetBySHA256(t.Context(), sumOf(f)); err != nil || kept.Name != filepath.Base(rel) {
					t.Errorf("%s is not kept: %v", rel, err)
				}
			}
			first, err := b.Catalog.Rush(t.Context(), all[strings.TrimPrefix(c.files[0], "C ")].Rush)
			if err != nil || first.Folder != c.folder || first.Card != c.card {
				t.Errorf("%+v, %v", first, err)
			}
			again := b.takeIn(root, Arrival{Kind: assets.KindRush, Actor: "cli"})
			for rel, got := range again {
				if !got.Already || got.Rush != all[rel].Rush {
					t.Errorf("the same again, %s: %+v", rel, got)
				}
			}
		})
	}
}

// TestSpans: the parts of a recording that a camera cut say so, stand in their
// order, and are found from each other; what only looks like it does not.
func TestSpans(t *testing.T) {
	const full = 4<<30 - 1<<20
	b := newBench(t)
	root := tree(t, map[string]string{
		"BPAV/CLPR/123_0001_02/123_0001_02.MP4": "b", "BPAV/CLPR/123_0001_01/123_0001_01.MP4": "a", "BPAV/CLPR/123_0002_01/123_0002_01.MP4": "c",
		"DCIM/100GOPRO/GX020123.MP4": "e", "DCIM/100GOPRO/GX010123.MP4": "d", "DCIM/100GOPRO/GX010124.MP4": "f",
	})
	titles, rushes := map[string]string{}, map[string]assets.Rush{}
	for rel, got := range b.takeIn(root, Arrival{Kind: assets.KindRush, Actor: "cli"}) {
		rush, err := b.Catalog.Rush(t.Context(), got.Rush)
		if err != nil {
			t.Fatal(err)
		}
		titles[filepath.Base(rel)], rushes[filepath.Base(rel)] = rush.Title, rush
	}
	for name, want := range map[string][]string{
		"123_0001_02.MP4": {"123_0001_01.MP4", "123_0001_02.MP4"}, "GX010123.MP4": {"GX010123.MP4", "GX020123.MP4"}, "GX010124.MP4": nil,
	} {
		parts, err := b.Parts(t.Context(), rushes[name])
		if err != nil || len(parts) != len(want) {
			t.Fatalf("%s is one of %d parts, %v", name, len(parts), err)
		}
		for i, part := range parts {
			if part.ID != rushes[want[i]].ID {
				t.Errorf("part %d of %s is %q", i+1, name, part.Title)
			}
		}
	}
	for name, want := range map[string]string{
		"123_0001_01.MP4": "123 0001 01 (1/2)", "123_0001_02.MP4": "123 0001 02 (2/2)", "123_0002_01.MP4": "123 0002 01",
		"GX010123.MP4": "GX010123 (1/2)", "GX020123.MP4": "GX020123 (2/2)", "GX010124.MP4": "GX010124",
	} {
		if titles[name] != want {
			t.Errorf("%s is called %q, want %q", name, titles[name], want)
		}
	}
	stream := "PRIVATE/AVCHD/BDMV/STREAM"
	for name, c := range map[string]struct {
		clips []CardClip
		want  []Place
	}{
		"cut by size":        {[]CardClip{{stream, "00001.MTS", full}, {stream, "00002.MTS", full}, {stream, "00003.MTS", 9}}, []Place{{1, 3}, {2, 3}, {3, 3}}},
		"two recordings":     {[]CardClip{{stream, "00001.MTS", 7}, {stream, "00002.MTS", full}, {stream, "00003.MTS", 9}}, []Place{{}, {1, 2}, {2, 2}}},
		"a number is absent": {[]CardClip{{stream, "00001.MTS", full}, {stream, "00003.MTS", 9}}, []Place{{}, {}}},
		"no card":            {[]CardClip{{"vacances", "00001.MTS", full}, {"vacances", "00002.MTS", 9}}, []Place{{}, {}}},
	} {
		places := Spanned(c.clips)
		for i, clip := range c.clips {
			if places[clip] != c.want[i] {
				t.Errorf("%s: %s is %+v, want %+v", name, clip.Name, places[clip], c.want[i])
			}
		}
	}
}

// TestLists: files are held against every list of sums that lies with them;
// what differs or is missing is told, and the rest comes in.
func TestLists(t *testing.T) {
	m := md5.Sum([]byte("un"))
	un := hex.EncodeToString(m[:])
	mhl := `<?xml version="1.0"?><hashlist version="1.1"><hash><file>clips/un.mov</file><md5>%s</md5></hash><hash><file>clips/deux.mov</file><sha1>%s</sha1></hash></hashlist>`
	asc := `<hashlist version="2.0" xmlns="urn:ASC:MHL:v2.0"><hashes><hash><path size="2">clips/un.mov</path><md5 action="original">%s</md5></hash></hashes></hashlist>`
	const other = "0123456789abcdef0123456789abcdef01234567"
	for name, c := range map[string]struct {
		file, list string
		bad        []string
	}{
		"md5sum":        {"clips/card.md5", un + "  un.mov\n", nil},
		"sha256sum":     {"SHA256SUMS", sumOf("un") + " *clips/un.mov\r\n" + sumOf("deux") + "  ./clips/deux.mov\r\n", nil},
		"BSD":           {"card.sha256", "SHA256 (clips/un.mov) = " + sumOf("un") + "\n", nil},
		"damaged":       {"card.sha256", sumOf("one") + "  clips/un.mov\n" + sumOf("deux") + "  clips/deux.mov\n", []string{"clips/un.mov"}},
		"missing":       {"card.md5", un + "  clips/un.mov\n" + un + "  clips/trois.mov\n", []string{"clips/trois.mov"}},
		"MHL":           {"card.mhl", fmt.Sprintf(mhl, un, other), []string{"clips/deux.mov"}},
		"ASC MHL":       {"ascmhl/0001.mhl", fmt.Sprintf(asc, un), nil},
		"ASC, damaged":  {"ascmhl/0001.mhl", fmt.Sprintf(asc, other[:32]), []string{"clips/un.mov"}},
		"out of bounds": {"card.md5", un + "  ../../../etc/passwd\n" + un + "  /etc/passwd\n", []string{"etc/passwd"}},
		"no list":       {"card.md5", "\x00\xff nothing", nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			all := b.takeIn(tree(t, map[string]string{"clips/un.mov": "un", "clips/deux.mov": "deux", c.file: c.list}), Arrival{Kind: assets.KindRush, Actor: "cli"})
			for rel, got := range all {
				if bad := slices.Contains(c.bad, rel); bad != (got.Reason != "") || bad && got.Rush != "" {
					t.Errorf("%s: %+v", rel, got)
				}
			}
			for _, rel := range c.bad {
				if _, told := all[rel]; !told {
					t.Errorf("nothing is said of %s", rel)
				}
			}
			if got := all["clips/un.mov"]; len(c.bad) == 0 && name != "no list" && !strings.Contains(got.Note, "Conforme") {
				t.Errorf("un.mov: %+v", got)
			}
		})
	}
}
