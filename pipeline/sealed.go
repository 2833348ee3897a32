package pipeline

import (
	"bytes"
	"context"
	"io"
	"iter"
	"math"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// The places of sealed texts: what they are sealed for.
func totpPlace(user assets.ID) string       { return access.SealName(assets.SubjectUser, user, "totp") }
func webhookPlace(webhook assets.ID) string { return access.SealName("webhook", webhook, "secret") }
func detailsPlace(consent assets.ID) string {
	return access.SealName(assets.SubjectConsent, consent, "details")
}

// consentsFolder holds the scans of authorisations, encrypted.
const consentsFolder = "consents/"

func scanPlace(key string) string { return "blob:" + key }

// SealedText is one text of the house that lies encrypted.
type SealedText struct {
	Place string
	Text  []byte
	keep  func(context.Context, *Desk, []byte) error
}

// SealedTexts goes through everything that is sealed in the catalog: the one
// list of sealed columns, but for those of replies, which last a day. What a
// person brought as a file is in sealedFiles.
func SealedTexts(ctx context.Context, c assets.Catalog) iter.Seq2[SealedText, error] {
	change := func(change func([]byte) assets.Change) func(context.Context, *Desk, []byte) error {
		return func(ctx context.Context, d *Desk, text []byte) error { return d.commit(ctx, change(text)) }
	}
	return func(yield func(SealedText, error) bool) {
		users, err := c.Users(ctx, assets.UserFilter{})
		if err != nil {
			yield(SealedText{}, err)
			return
		}
		for _, u := range users {
			if len(u.TOTP) > 0 && !yield(SealedText{totpPlace(u.ID), u.TOTP, change(func(text []byte) assets.Change {
				u.TOTP = text
				return assets.Change{Users: []assets.User{u}}
			})}, nil) {
				return
			}
		}
		webhooks, err := c.Webhooks(ctx)
		if err != nil {
			yield(SealedText{}, err)
			return
		}
		for _, w := range webhooks {
			if len(w.Secret) > 0 && !yield(SealedText{webhookPlace(w.ID), w.Secret, change(func(text []byte) assets.Change {
				w.Secret = text
				return assets.Change{Webhooks: []assets.Webhook{w}}
			})}, nil) {
				return
			}
		}
		deliveries, err := c.Deliveries(ctx, assets.DeliveryFilter{Limit: math.MaxInt32})
		if err != nil {
			yield(SealedText{}, err)
			return
		}
		for _, x := range deliveries {
			if len(x.Sealed) > 0 && !yield(SealedText{deliveryPlace(x.ID), x.Sealed, change(func(text []byte) assets.Change {
				x.Sealed = text
				return assets.Change{Deliveries: []assets.Delivery{x}}
			})}, nil) {
				return
			}
		}
		accounts, err := c.Accounts(ctx)
		if err != nil {
			yield(SealedText{}, err)
			return
		}
		for _, x := range accounts {
			if len(x.Sealed) > 0 && !yield(SealedText{tokensPlace(x.Channel), x.Sealed, func(ctx context.Context, d *Desk, text []byte) error {
				return d.Catalog.RenewAccount(ctx, x.Channel, x.Sealed, text)
			}}, nil) {
				return
			}
		}
		for x, err := range allConsents(ctx, c) {
			if err != nil {
				yield(SealedText{}, err)
				return
			}
			if len(x.Sealed) > 0 && !yield(SealedText{detailsPlace(x.ID), x.Sealed, change(func(text []byte) assets.Change {
				x.Sealed = text
				return assets.Change{Consents: []assets.Consent{x}}
			})}, nil) {
				return
			}
		}
	}
}

// sealedFiles goes through the scans of authorisations.
func (d *Desk) sealedFiles(ctx context.Context) iter.Seq2[SealedText, error] {
	return func(yield func(SealedText, error) bool) {
		for blob, err := range d.Blobs.List(ctx, consentsFolder) {
			var text []byte
			if err == nil {
				text, err = d.blob(ctx, blob.Key)
			}
			if !yield(SealedText{scanPlace(blob.Key), text, func(ctx context.Context, d *Desk, text []byte) error {
				_, err := d.Blobs.Put(ctx, blob.Key, bytes.NewReader(text))
				return err
			}}, err) || err != nil {
				return
			}
		}
	}
}

// blob reads a small object whole.
func (d *Desk) blob(ctx context.Context, key string) ([]byte, error) {
	r, err := d.Blobs.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// allConsents goes through all authorisations, newest first.
func allConsents(ctx context.Context, c assets.Catalog) iter.Seq2[assets.Consent, error] {
	return func(yield func(assets.Consent, error) bool) {
		const some = 500
		var after assets.ID
		for {
			page, err := c.Consents(ctx, assets.ConsentFilter{After: after, Limit: some})
			if err != nil {
				yield(assets.Consent{}, err)
				return
			}
			for _, x := range page {
				if after = x.ID; !yield(x, nil) {
					return
				}
			}
			if len(page) < some {
				return
			}
		}
	}
}

// Reseal seals everything again with the newest key, and returns how many
// texts. Dying on the way is safe: the older keys open what was not reached.
func (d *Desk) Reseal(ctx context.Context) (int, error) {
	count := 0
	for _, all := range []iter.Seq2[SealedText, error]{SealedTexts(ctx, d.Catalog), d.sealedFiles(ctx)} {
		for t, err := range all {
			if err != nil {
				return count, err
			}
			plain, err := d.Sealer.Open(t.Place, t.Text)
			if err != nil {
				return count, err
			}
			text, err := d.Sealer.Seal(t.Place, plain)
			if err == nil {
				err = t.keep(ctx, d, text)
			}
			if err != nil {
				return count, err
			}
			count++
		}
	}
	return count, nil
}

// CheckSealed opens everything that is sealed in the catalog with these keys.
// They may be nil: then nothing may be sealed.
func CheckSealed(ctx context.Context, c assets.Catalog, s *access.Sealer) error {
	for t, err := range SealedTexts(ctx, c) {
		switch {
		case err != nil:
			return err
		case s == nil:
			return &assets.Error{Kind: assets.NotFound, Op: "pipeline.CheckSealed " + t.Place, Msg: "La clé des données chiffrées manque."}
		}
		if _, err := s.Open(t.Place, t.Text); err != nil {
			return err
		}
	}
	return nil
}
