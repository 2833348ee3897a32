package maker

import (
	"bytes"
	"context"
	"io"
	"os"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// stillKind tells a photo by its first bytes: how it is packed, "heic" for what
// phones pack and the tools can't read, "" for anything else.
func stillKind(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "jpeg_pipe"
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "png_pipe"
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "webp_pipe"
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		switch string(head[8:12]) {
		case "heic", "heix", "hevc", "mif1", "msf1", "avif":
			return "heic"
		}
	}
	return ""
}

// InspectPhoto looks a photo through: one that was taken between the rushes. A
// file that is none is looked at as a film.
func (m *Maker) InspectPhoto(ctx context.Context, path string) (Inspection, error) {
	f, err := os.Open(path)
	if err != nil {
		return m.Inspect(ctx, path) // which says it
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return m.Inspect(ctx, path)
	}
	head := make([]byte, 12)
	n, _ := io.ReadFull(f, head) // a shorter file is no photo
	kind := stillKind(head[:n])
	if kind == "" {
		return m.Inspect(ctx, path)
	}
	sheet := assets.Sheet{
		Container: kind, Size: info.Size(), Audio: []assets.AudioSheet{}, Black: []assets.Span{}, Silence: []assets.Span{},
		Status: assets.SheetRefused,
	}
	if kind == "heic" {
		sheet.Verdicts = []string{"La maison ne sait pas lire les photos HEIC. L'original est conservé et téléchargeable ; sur l'iPhone, « Le plus compatible » fait des JPEG."}
		return Inspection{Sheet: sheet}, nil
	}
	media, err := ffmpeg.ProbeStill(ctx, m.o.Runner, path, kind)
	switch {
	case err != nil && !unreadable(err):
		return Inspection{}, failed("maker.InspectPhoto", err)
	case err != nil || len(media.Video) == 0 || media.Video[0].Width == 0:
		sheet.Verdicts = []string{"Cette photo ne peut pas être lue : elle est abîmée, ou trop grande. L'original est conservé et téléchargeable."}
		return Inspection{Sheet: sheet}, nil
	}
	v := media.Video[0]
	sheet.Container, sheet.Status, sheet.Verdicts = v.Codec, assets.SheetOK, []string{"Photo complète et lisible."}
	sheet.Video = &assets.VideoSheet{Codec: v.Codec, Width: v.DisplayWidth, Height: v.DisplayHeight, PixelFormat: v.PixelFormat, BitDepth: v.BitDepth, Frames: 1}
	return Inspection{Sheet: sheet, Source: Source{Still: kind}}, nil
}
