package pipeline

import (
	"context"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
)

// Camera cards are recognised by the folders that cameras make on them:
// AVCHD (BDMV/STREAM below AVCHD), XDCAM (CLIP or Clip, beside MEDIAPRO.XML),
// XDCAM EX (BPAV/CLPR/<clip>/), P2 (CONTENTS/VIDEO), and DCIM, as on DJI, GoPro
// and every photo camera (JEITA CP-3461).
var cardFolders = map[string]string{
	"avchd": "AVCHD", "bdmv": "AVCHD", "bpav": "XDCAM EX", "xdroot": "XDCAM", "m4root": "XAVC", "dcim": "DCIM", "contents": "P2",
}

// cardOf names the card that a folder lies on: the folder that holds the
// camera's own ones, or the camera's when it holds nothing above. "" is no card.
func cardOf(folder string) string {
	parts := strings.Split(folder, "/")
	for i, p := range parts {
		name, known := cardFolders[strings.ToLower(p)]
		switch {
		case !known && strings.EqualFold(p, "clip") && i == len(parts)-1:
			name = "XDCAM" // CLIP at the root of the disc
		case !known, name == "P2" && !(i+1 < len(parts) && slices.Contains([]string{"video", "audio", "clip", "proxy", "icon", "voice"}, strings.ToLower(parts[i+1]))):
			continue
		}
		above := strings.Join(slices.DeleteFunc(slices.Clone(parts[:i]), func(s string) bool { return strings.EqualFold(s, "private") }), "/")
		if above == "" {
			return name
		}
		return above + " (" + name + ")"
	}
	return ""
}

// asides are the folders of a card where cameras keep small copies of their
// clips: thumbnails and proxies.
var asides = []string{"thmbnl", "thm", "icon", "proxy", "sub"}

// isClip tells what was filmed or heard from what a camera writes beside it,
// though that may be a picture or a movie too.
func isClip(folder, name, mime string) bool {
	beside := cardOf(folder) != "" && (suffix(name) == ".lrv" || slices.Contains(asides, strings.ToLower(path.Base(folder))))
	return isMedia(name, mime) && !beside
}

// The names by which cameras say that one recording goes on in the next file.
var (
	// GoPro: GH010123 goes on in GH020123, GX in GX; GOPR0123 in GP010123.
	goPro = regexp.MustCompile(`(?i)^(G[HXL])(\d{2})(\d{4})$`)
	hero  = regexp.MustCompile(`(?i)^(?:GOPR|GP(\d{2}))(\d{4})$`)
	// XDCAM EX: 123_0001_01, 123_0001_02.
	bpav = regexp.MustCompile(`^(.+_\d{4})_(\d{2})$`)
	// Files of the 4 GB of FAT32, numbered: 00001, 00002 (AVCHD, DJI, Sony).
	numberedClip = regexp.MustCompile(`^(.*?)(\d{3,})$`)
)

// span says which recording a file of a card is a part of, and its place in
// it; "" for one whose name alone says nothing.
func span(folder, name string) (recording string, part int) {
	stem := strings.TrimSuffix(name, path.Ext(name))
	switch {
	case goPro.MatchString(stem):
		m := goPro.FindStringSubmatch(stem)
		return folder + "/" + m[1] + m[3], number(m[2])
	case hero.MatchString(stem):
		m := hero.FindStringSubmatch(stem)
		return folder + "/" + m[2], number("0" + m[1])
	case strings.HasPrefix(cardOf(folder)+" ", "XDCAM EX ") || strings.HasSuffix(cardOf(folder), "(XDCAM EX)"):
		if m := bpav.FindStringSubmatch(stem); m != nil {
			return path.Dir(folder) + "/" + m[1], number(m[2])
		}
	}
	return "", 0
}

func number(digits string) int {
	n := 0
	for _, r := range digits {
		n = n*10 + int(r-'0')
	}
	return n
}

// The sizes at which cameras begin a new file: what FAT32 and AVCHD allow at
// most, less a few blocks.
const (
	splitAt    = 4 << 30
	splitSlack = 256 << 20
)

// CardClip is a clip as it lies on a card.
type CardClip struct {
	Folder, Name string
	Size         int64
}

// Place says where a clip stands in the recording that it is a part of.
type Place struct {
	Part, Of int // from 1; zero for a recording in one file
}

// Spanned says where each clip of one transfer stands in its recording.
func Spanned(clips []CardClip) map[CardClip]Place {
	places := map[CardClip]Place{}
	for _, run := range recordings(clips) {
		for i, c := range run {
			if len(run) > 1 {
				places[c] = Place{i + 1, len(run)}
			}
		}
	}
	return places
}

// recordings puts together what a camera cut by size: by names that say so, or by
// consecutive numbers of which all but the last reached the size at which
// cameras begin a new file. What lies on no card is left out.
func recordings(clips []CardClip) (runs [][]CardClip) {
	clips = slices.Clone(clips)
	slices.SortFunc(clips, func(a, b CardClip) int {
		return strings.Compare(a.Folder+"/"+a.Name, b.Folder+"/"+b.Name)
	})
	named := map[string][]CardClip{}
	var plain []CardClip
	for _, c := range clips {
		if cardOf(c.Folder) == "" {
			continue
		}
		if recording, _ := span(c.Folder, c.Name); recording != "" {
			named[recording] = append(named[recording], c)
		} else {
			plain = append(plain, c)
		}
	}
	for _, run := range named {
		slices.SortFunc(run, func(a, b CardClip) int {
			_, x := span(a.Folder, a.Name)
			_, y := span(b.Folder, b.Name)
			return x - y
		})
		runs = append(runs, run)
	}
	for len(plain) > 0 {
		n := 1
		for n < len(plain) && goesOn(plain[n-1], plain[n]) {
			n++
		}
		runs = append(runs, plain[:n])
		plain = plain[n:]
	}
	return runs
}

// Parts lists the rushes into which a camera cut the recording of this one, in
// their order; none for a recording in one file. They are told by how they lay
// on their card, of whoever brought them for the same sujet.
func (d *Desk) Parts(ctx context.Context, r assets.Rush) ([]assets.Rush, error) {
	const near = 500
	if cardOf(r.Folder) == "" {
		return nil, nil
	}
	beside, err := d.Catalog.Rushes(ctx, assets.RushFilter{Sujet: r.Sujet, Owner: r.Owner, Limit: near})
	if err != nil {
		return nil, err
	}
	lay := map[CardClip]assets.Rush{}
	for _, x := range beside {
		if x.Card != r.Card || x.Sujet != r.Sujet || x.Owner != r.Owner {
			continue
		}
		a, err := d.Catalog.Asset(ctx, x.Asset)
		if err != nil {
			return nil, err
		}
		lay[CardClip{x.Folder, a.Name, a.Size}] = x
	}
	for _, run := range recordings(slices.Collect(maps.Keys(lay))) {
		var parts []assets.Rush
		for _, c := range run {
			parts = append(parts, lay[c])
		}
		if len(parts) > 1 && slices.ContainsFunc(parts, func(x assets.Rush) bool { return x.ID == r.ID }) {
			return parts, nil
		}
	}
	return nil, nil
}

// goesOn tells whether b is where the camera went on after a was full.
func goesOn(a, b CardClip) bool {
	stem := func(c CardClip) []string {
		return numberedClip.FindStringSubmatch(strings.TrimSuffix(c.Name, path.Ext(c.Name)))
	}
	x, y := stem(a), stem(b)
	full := a.Size <= splitAt && a.Size >= splitAt-splitSlack || a.Size <= splitAt/2 && a.Size >= (splitAt-splitSlack)/2
	return full && a.Folder == b.Folder && suffix(a.Name) == suffix(b.Name) &&
		x != nil && y != nil && x[1] == y[1] && number(x[2])+1 == number(y[2])
}

// isManifest tells a list of sums.
func isManifest(name string) bool {
	low := strings.ToLower(name)
	return slices.Contains([]string{".md5", ".sha1", ".sha256", ".mhl"}, suffix(name)) || low == "md5sums" || low == "sha256sums" ||
		low == "md5sums.txt" || low == "sha256sums.txt"
}
