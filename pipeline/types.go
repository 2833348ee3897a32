package pipeline

import (
	"path"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
)

// What a file may be, by its name. What a browser says of its type is looked
// at only where the name says nothing; what it really is, inspection finds.
var (
	filmed = strings.Fields(".3g2 .3gp .avi .braw .dv .flv .insv .lrv .m2t .m2ts .m2v .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .mxv .ogv .r3d .ts .webm .wmv")
	heard  = strings.Fields(".aac .ac3 .aif .aiff .amr .caf .flac .m4a .mka .mp3 .oga .ogg .opus .w64 .wav .wma")
	still  = strings.Fields(".avif .cr2 .cr3 .dng .gif .heic .heif .jpeg .jpg .nef .png .tif .tiff .webp")
	// beside is what cameras write next to their clips, and lists of sums.
	beside = strings.Fields(".bdm .bim .bmp .bnp .cif .clpi .cpf .cpi .csv .dat .ind .int .iff .idx .log .lrf .md5 .mhl .mif .mpl .mpls .ppn .scr .sha1 .sha256 .smi .srt .thm .tid .tdt .txt .wpl .xml .xmp")
)

// suffix is how a name ends, in lower case, with its dot.
func suffix(name string) string { return strings.ToLower(path.Ext(name)) }

// Called is how people call files: « vidéo » when all are films.
func Called(all []assets.Upload) (one, many string) {
	for _, k := range []struct {
		mime string
		ends []string
		name string
	}{{"video", filmed, "vidéo"}, {"image", still, "photo"}, {"audio", heard, "son"}} {
		other := func(u assets.Upload) bool {
			return !slices.Contains(k.ends, suffix(u.Name)) && !strings.HasPrefix(u.Type, k.mime+"/")
		}
		if len(all) > 0 && !slices.ContainsFunc(all, other) {
			return k.name, k.name + "s"
		}
	}
	return "fichier", "fichiers"
}

// takes tells whether a transfer of this kind can hold the file.
func takes(kind assets.AssetKind, f Announced) bool {
	ext := suffix(f.Name)
	if kind == assets.KindMaster {
		return isMedia(f.Name, f.Type) && !slices.Contains(still, ext) && !strings.HasPrefix(f.Type, "image/")
	}
	return isMedia(f.Name, f.Type) || companion(f.Folder, f.Name)
}

// isMedia tells a video, a sound or a picture.
func isMedia(name, mime string) bool {
	ext := suffix(name)
	for _, known := range [][]string{filmed, heard, still} {
		if slices.Contains(known, ext) {
			return true
		}
	}
	if ext != "" && (slices.Contains(beside, ext) || ext == ".svg" || ext == ".html") {
		return false
	}
	kind, sub, _ := strings.Cut(mime, "/")
	return slices.Contains([]string{"video", "audio", "image"}, kind) && !strings.HasPrefix(sub, "svg")
}

// companion tells a file that belongs to a camera card or to a list of sums,
// and is kept beside the clips.
func companion(folder, name string) bool {
	if isManifest(name) {
		return true
	}
	return folder != "" && slices.Contains(beside, suffix(name)) && cardOf(folder) != ""
}
