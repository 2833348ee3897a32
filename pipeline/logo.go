package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // as which many logos come

	"anonymal.tv/regie/assets"
)

// Limits of a logo as it is brought, and its size as it is kept: four times what
// a page gives it.
const (
	mostLogoBytes = 2 << 20
	mostLogoSide  = 4096 // pixels
	logoWidth     = 800
	logoHeight    = 192
)

// logosFolder is where logos are kept, each named by its SHA-256: one that was
// taken away is there still, for whoever undoes that.
const logosFolder = "logos/"

// SetLogo gives a partner the picture that r brings; nil takes its logo away. The
// batch it returns undoes it.
func (d *Desk) SetLogo(ctx context.Context, partner string, r io.Reader, actor string) (assets.ID, error) {
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return "", err
	}
	before := p.Entry(assets.Heading{Kind: assets.HeadingPartner, Slug: partner})
	if before == nil {
		return "", noEntry()
	}
	after, note := *before, "Logo de « "+before.Name+" » retiré."
	after.Logo = ""
	if r != nil {
		note = "Logo de « " + before.Name + " » déposé."
		if after.Logo, err = d.keepLogo(ctx, r); err != nil {
			return "", err
		}
	}
	c := d.programmeChange(actor, note)
	d.putEntry(&c, assets.HeadingPartner, before, &after)
	return c.Events[0].Batch, d.commit(ctx, c)
}

// keepLogo keeps a picture of the house's own making: what came is never served.
func (d *Desk) keepLogo(ctx context.Context, r io.Reader) (key string, err error) {
	img, err := readLogo(r)
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	if err := png.Encode(&text, shrunk(img)); err != nil {
		return "", err
	}
	sum := sha256.Sum256(text.Bytes())
	blob, err := d.Blobs.Put(ctx, logosFolder+hex.EncodeToString(sum[:])+".png", &text)
	return blob.Key, err
}

// readLogo takes a JPEG, a PNG or a WebP that is not larger than it says: its size
// is known before a pixel is decoded.
func readLogo(r io.Reader) (image.Image, error) {
	refuse := func(sentence string) (image.Image, error) {
		return nil, wrong("pipeline.SetLogo", "logo", sentence+" Rien n’a changé.")
	}
	text, err := io.ReadAll(io.LimitReader(r, mostLogoBytes+1))
	switch {
	case err != nil:
		return refuse("Le logo n’est pas arrivé entier. Recommencez.")
	case len(text) > mostLogoBytes:
		return refuse("Ce logo pèse plus de 2 Mo. Réduisez-le, puis déposez-le à nouveau.")
	}
	c, kind, err := image.DecodeConfig(bytes.NewReader(text))
	switch {
	case err != nil && bytes.Contains(text[:min(len(text), 1<<10)], []byte("<svg")):
		return refuse("Un logo en SVG n’est pas pris. Exportez-le en PNG, puis déposez-le à nouveau.")
	case err != nil || !slices.Contains([]string{"png", "jpeg", "webp"}, kind): // a library may have taught Go more
		return refuse("Ce fichier n’est pas une image PNG, JPEG ou WebP.")
	case c.Width <= 0 || c.Height <= 0 || max(c.Width, c.Height) > mostLogoSide:
		return refuse(fmt.Sprintf("Ce logo est trop grand : %d × %d pixels. Réduisez-le, puis déposez-le à nouveau.", c.Width, c.Height))
	}
	img, _, err := image.Decode(bytes.NewReader(text))
	if err != nil {
		return refuse("Ce logo est abîmé : il ne peut pas être lu jusqu’au bout.")
	}
	return img, nil
}

// shrunk is a picture that fits its place on a page, and is never enlarged.
func shrunk(img image.Image) image.Image {
	size := img.Bounds().Size()
	ratio := min(1, float64(logoWidth)/float64(size.X), float64(logoHeight)/float64(size.Y))
	to := image.NewNRGBA(image.Rect(0, 0, max(1, int(float64(size.X)*ratio)), max(1, int(float64(size.Y)*ratio))))
	draw.CatmullRom.Scale(to, to.Bounds(), img, img.Bounds(), draw.Src, nil)
	return to
}

// LogoOf is the logo of a partner, to be served; NotFound where it has none.
func (d *Desk) LogoOf(ctx context.Context, partner string) (Stored, error) {
	p, err := d.Catalog.Programme(ctx)
	if err != nil {
		return Stored{}, err
	}
	e := p.Entry(assets.Heading{Kind: assets.HeadingPartner, Slug: partner})
	if e == nil || e.Logo == "" {
		return Stored{}, missing("pipeline.LogoOf")
	}
	name := path.Base(e.Logo)
	return Stored{Key: e.Logo, Name: name, SHA256: strings.TrimSuffix(name, path.Ext(name))}, nil
}
