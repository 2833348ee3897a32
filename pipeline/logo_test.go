package pipeline

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

// oneWebP is one pixel, as Google packs pictures.
const oneWebP = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="

func packed(t *testing.T, img image.Image) string {
	t.Helper()
	var text bytes.Buffer
	if err := png.Encode(&text, img); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestLogoRefused: what is no picture, is too heavy, or would unpack to something
// huge is refused beside its field, and nothing is kept.
func TestLogoRefused(t *testing.T) {
	b := newBench(t)
	e, _, err := b.SaveEntry(t.Context(), assets.HeadingPartner, assets.HeadingEntry{Name: "Zik Zac"}, "com")
	b.must(err)
	whole := packed(t, image.NewGray(image.Rect(0, 0, 64, 64)))
	for name, c := range map[string]struct{ brought, says string }{
		"SVG":            {`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "SVG"},
		"3 MB":           {whole + strings.Repeat("\x00", 3<<20), "2 Mo"},
		"no image":       {"<!doctype html><script>alert(1)</script>", "PNG, JPEG ou WebP"},
		"GIF":            {"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;", "PNG, JPEG ou WebP"},
		"nothing":        {"", "PNG, JPEG ou WebP"},
		"a bomb":         {packed(t, image.NewGray(image.Rect(0, 0, 5000, 5000))), "5000 × 5000"},
		"a long ribbon":  {packed(t, image.NewGray(image.Rect(0, 0, 1, 100_000))), "1 × 100000"},
		"half a picture": {whole[:len(whole)/2], "abîmé"},
	} {
		if len(c.brought) > mostLogoBytes && name != "3 MB" {
			t.Errorf("%s is refused for its weight: it shows nothing", name)
		}
		if _, err := b.SetLogo(t.Context(), e.Slug, strings.NewReader(c.brought), "com"); fieldOf(err) != "logo" || !strings.Contains(assets.Sentence(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = b.SetLogo(t.Context(), "personne", strings.NewReader(whole), "com")
	b.fails(assets.NotFound, err)
	for blob, err := range b.Blobs.List(t.Context(), logosFolder) {
		t.Errorf("kept: %v, %v", blob, err)
	}
}

// TestLogo: a logo is kept as a PNG of the house's own, no larger than its place, see
// through where it was; it stays when the entry is edited, is taken away, and comes
// back when that is undone. No key of somebody's choosing gets in.
func TestLogo(t *testing.T) {
	b := newBench(t)
	u := b.person("Maxime", assets.RoleCommunication)
	e, _, err := b.SaveEntry(t.Context(), assets.HeadingPartner, assets.HeadingEntry{Name: "Zik Zac", Colour: "#FFD400", Logo: "originals/aa/bb/aabb"}, string(u.ID))
	b.must(err)
	if e.Logo != "" || e.Colour != "#ffd400" {
		t.Errorf("kept as %+v", e)
	}
	if _, _, err := b.SaveEntry(t.Context(), assets.HeadingPartner, assets.HeadingEntry{Slug: e.Slug, Name: e.Name, Colour: "red;}body{display:none"}, string(u.ID)); fieldOf(err) != "colour" {
		t.Errorf("no colour: %v", err)
	}
	wide := image.NewNRGBA(image.Rect(0, 0, 1600, 400))
	for x := range 800 {
		for y := range 400 {
			wide.Set(x, y, color.NRGBA{200, 30, 30, 255})
		}
	}
	var photo bytes.Buffer
	b.must(jpeg.Encode(&photo, wide, nil))
	webp, err := base64.StdEncoding.DecodeString(oneWebP)
	b.must(err)
	for _, c := range []struct {
		brought string
		size    image.Point
	}{{string(webp), image.Pt(1, 1)}, {photo.String(), image.Pt(768, 192)}, {packed(t, wide), image.Pt(768, 192)}} {
		_, err := b.SetLogo(t.Context(), e.Slug, strings.NewReader(c.brought), string(u.ID))
		b.must(err)
		kept, img := b.logo(e.Slug)
		if got := img.Bounds().Size(); got != c.size || string(kept) == c.brought {
			t.Errorf("%v, want %v of the house's own making", got, c.size)
		}
	}
	before, img := b.logo(e.Slug)
	if _, _, _, left := img.At(100, 100).RGBA(); left != 0xffff {
		t.Errorf("what was there is %x", left)
	}
	if _, _, _, right := img.At(700, 100).RGBA(); right != 0 {
		t.Errorf("what was see-through is %x", right)
	}
	e.Name, e.Logo = "Zik Zac Festival", ""
	_, _, err = b.SaveEntry(t.Context(), assets.HeadingPartner, e, string(u.ID))
	b.must(err)
	if after, _ := b.logo(e.Slug); !bytes.Equal(before, after) {
		t.Error("the logo went with an edit")
	}
	gone, err := b.SetLogo(t.Context(), e.Slug, nil, string(u.ID))
	b.must(err)
	_, err = b.LogoOf(t.Context(), e.Slug)
	b.fails(assets.NotFound, err)
	_, err = b.Undo(t.Context(), gone, u)
	b.must(err)
	if after, _ := b.logo(e.Slug); !bytes.Equal(before, after) {
		t.Error("another logo came back")
	}
}

// logo is that of a partner, as it is served.
func (b *bench) logo(partner string) ([]byte, image.Image) {
	b.Helper()
	f, err := b.LogoOf(b.Context(), partner)
	b.must(err)
	text, err := b.blob(b.Context(), f.Key)
	b.must(err)
	img, err := png.Decode(bytes.NewReader(text))
	b.must(err)
	return text, img
}
