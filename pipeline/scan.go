package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // what a photo of a form may be
	_ "image/png"
	"io"
	"strings"

	"anonymal.tv/regie/assets"
)

// Limits of a scan.
const (
	ScanLimit  = 20 << 20 // bytes
	scanPixels = 50_000_000
)

// scanType tells what a scan is by its first bytes, and refuses whatever is
// not a photo or a PDF. No picture is decoded beyond its header.
func scanType(text []byte) (string, error) {
	refuse := func(sentence string) (string, error) {
		return "", wrong("pipeline.scanType", "photo", sentence)
	}
	kinds := []struct{ head, mime string }{{"\xff\xd8\xff", "image/jpeg"}, {"\x89PNG\r\n\x1a\n", "image/png"}, {"%PDF-", "application/pdf"}}
	for _, k := range kinds {
		if !bytes.HasPrefix(text, []byte(k.head)) {
			continue
		}
		if k.mime == "application/pdf" {
			return k.mime, nil
		}
		c, format, err := image.DecodeConfig(bytes.NewReader(text))
		switch {
		case err != nil || "image/"+format != k.mime || c.Width <= 0 || c.Height <= 0:
			return refuse("Cette photo est abîmée : elle ne s'ouvre pas. Reprenez la photo.")
		case c.Width > scanPixels/c.Height:
			return refuse("Cette photo est trop grande : 50 millions de pixels au plus. Reprenez-la en qualité normale.")
		}
		return k.mime, nil
	}
	return refuse("Ce fichier n'est ni une photo (JPEG, PNG) ni un PDF. Rien n'a été gardé ; reprenez la photo.")
}

// AddScan keeps a picture of a signed form, encrypted. signed is what the form
// says, where whoever brings it read that out: an authorisation that was asked
// for is then granted.
func (d *Desk) AddScan(ctx context.Context, id assets.ID, r io.Reader, signed ConsentForm, actor string) (assets.Consent, error) {
	const op = "pipeline.AddScan"
	c, err := d.Catalog.Consent(ctx, id)
	if err != nil {
		return c, err
	}
	if len(c.Sealed) == 0 {
		return c, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Cette personne a été effacée : rien n'est gardé d'elle."}
	}
	text, err := io.ReadAll(io.LimitReader(r, ScanLimit+1))
	if err != nil {
		return c, &assets.Error{Kind: assets.Transient, Op: op, Err: err, Msg: "La photo a cessé d'arriver. Rien n'a été gardé ; envoyez-la de nouveau."}
	}
	if len(text) > ScanLimit {
		return c, wrong(op, "photo", "Ce fichier est trop lourd : 20 Mo au plus. Rien n'a été gardé.")
	}
	kind, err := scanType(text)
	if err != nil {
		return c, err
	}
	key := consentsFolder + string(id) + "/" + string(d.NewID())
	sealed, err := d.Sealer.Seal(scanPlace(key), text)
	if err != nil {
		return c, err
	}
	if _, err := d.Blobs.Put(ctx, key, bytes.NewReader(sealed)); err != nil {
		return c, err
	}
	c.Scans = append(c.Scans, assets.Scan{Key: key, Type: kind, Size: int64(len(text))})
	c.UpdatedAt = d.Now()
	e := d.consentEvent(c, c.State, actor, "Photo du formulaire reçue.")
	if c.State == assets.ConsentAsked && signed.Signatures > 0 && len(signed.Media) > 0 {
		c.Signatures, c.Own, c.Media = min(signed.Signatures, 2), signed.Own && c.Minor != assets.No, signed.Media
		e = d.granted(&c, actor)
		e.Note = "Photo du formulaire signé reçue."
	}
	if err := d.commit(ctx, assets.Change{Consents: []assets.Consent{c}, Events: []assets.Event{e}}); err != nil {
		_ = d.Blobs.Delete(context.WithoutCancel(ctx), key) // the error that is returned says more
		return c, err
	}
	c.State = assets.ConsentState(e.To)
	return c, nil
}

// scan finds a scan by its number, from 1.
func scanOf(c assets.Consent, number int) (*assets.Scan, error) {
	if number < 1 || number > len(c.Scans) {
		return nil, &assets.Error{Kind: assets.NotFound, Op: fmt.Sprintf("pipeline.scan %d", number), Msg: "Cette photo n'est pas, ou n'est plus, dans l'autorisation."}
	}
	return &c.Scans[number-1], nil
}

// Scan decrypts a scan.
func (d *Desk) Scan(ctx context.Context, id assets.ID, number int) (assets.Scan, []byte, error) {
	c, err := d.Catalog.Consent(ctx, id)
	if err != nil {
		return assets.Scan{}, nil, err
	}
	s, err := scanOf(c, number)
	if err != nil {
		return assets.Scan{}, nil, err
	}
	sealed, err := d.blob(ctx, s.Key)
	if err != nil {
		return *s, nil, err
	}
	text, err := d.Sealer.Open(scanPlace(s.Key), sealed)
	return *s, text, err
}

// MarkScan says that a scan can't be read, or can after all.
func (d *Desk) MarkScan(ctx context.Context, id assets.ID, number int, unreadable bool, actor string) error {
	c, err := d.Catalog.Consent(ctx, id)
	if err != nil {
		return err
	}
	s, err := scanOf(c, number)
	if err != nil {
		return err
	}
	s.Unreadable, c.UpdatedAt = unreadable, d.Now()
	note := "Photo du formulaire déclarée lisible."
	if unreadable {
		note = "Photo illisible : le nom n'apparaît pas. Reprendre la photo."
	}
	return d.commit(ctx, assets.Change{Consents: []assets.Consent{c}, Events: []assets.Event{d.consentEvent(c, c.State, actor, note)}})
}

// ErasePerson forgets who an authorisation was about: the details, and the
// scans. That there was one stays, taken back, and no film shows the person on
// our own site any more.
func (d *Desk) ErasePerson(ctx context.Context, id assets.ID, actor string) ([]Concerned, error) {
	c, err := d.Catalog.Consent(ctx, id)
	if err != nil {
		return nil, err
	}
	var keys []string // all that lies there, also what no row names any more
	for blob, err := range d.Blobs.List(ctx, consentsFolder+string(id)+"/") {
		if err != nil {
			return nil, err
		}
		keys = append(keys, blob.Key)
	}
	for _, key := range keys {
		if err := d.Blobs.Delete(ctx, key); err != nil {
			return nil, err
		}
	}
	to := c.State
	if assets.ConsentMachine.May(to, assets.ConsentWithdrawn) {
		to = assets.ConsentWithdrawn
	}
	e := d.consentEvent(c, to, actor, "Personne effacée : nom, contact et photos du formulaire.")
	c.Sealed, c.Scans, c.UpdatedAt = nil, nil, d.Now()
	if err := d.commit(ctx, assets.Change{Consents: []assets.Consent{c}, Events: []assets.Event{e}}); err != nil {
		return nil, err
	}
	return d.takeDown(ctx, id, actor)
}

// Erased tells whether the person behind an authorisation was forgotten.
func Erased(c assets.Consent) bool { return len(c.Sealed) == 0 }

// sentenceCase begins a text with a capital.
func sentenceCase(text string) string {
	if text == "" {
		return ""
	}
	r := []rune(text)
	return strings.ToUpper(string(r[0])) + string(r[1:])
}
