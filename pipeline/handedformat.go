package pipeline

import (
	"context"
	"path"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// addFormats adds the forms that are made on demand to the menu of a film that is
// ready: those that are there to what is downloaded, the others to what can be
// asked for. A use that the menu has already is not offered twice.
func (d *Desk) addFormats(ctx context.Context, h *Handed) error {
	all, err := d.Formats(ctx, h.ID)
	if err != nil {
		return err
	}
	for _, f := range all {
		switch {
		case f.Version != h.Version.Number, slices.ContainsFunc(h.By, func(x HandedFile) bool { return x.Use == f.Use }):
		case f.Made != nil:
			name := french.FileNameOf(h.Title, string(f.Name), path.Ext(f.Made.Key))
			h.By = append(h.By, HandedFile{
				Stored: Stored{Key: f.Made.Key, SHA256: f.Made.SHA256, Size: f.Made.Size, Name: name}, Use: f.Use, What: f.Kind,
			})
		case f.Able:
			h.Formats = append(h.Formats, f)
		}
	}
	return nil
}

// AskHandedFormat has a form of a film of a link made. The partner is written to
// when it is there.
func (d *Desk) AskHandedFormat(ctx context.Context, x assets.Delivery, film assets.ID, name assets.FormatName) (FormatView, error) {
	h, err := d.HandedFilm(ctx, x, film)
	if err != nil {
		return FormatView{}, err
	}
	if h.Group != HandedReady {
		return FormatView{}, &assets.Error{Kind: assets.Conflict, Op: "pipeline.AskHandedFormat", Msg: "Ce film n'est pas encore à télécharger : ce format sera à préparer quand il le sera."}
	}
	return d.AskFormat(ctx, film, name, actorPartner+d.partnerName(ctx, x))
}

// tellFormat writes to the partners among those who asked for a format, by the
// links that hold its film.
func (d *Desk) tellFormat(ctx context.Context, c *assets.Change, f assets.Film, askers []string, what string) error {
	partner := func(a string) bool { return strings.HasPrefix(a, actorPartner) }
	if !slices.ContainsFunc(askers, partner) {
		return nil
	}
	all, err := d.Catalog.Deliveries(ctx, assets.DeliveryFilter{Film: &f, State: assets.DeliveryOpen})
	if err != nil {
		return err
	}
	for _, x := range all {
		if slices.Contains(askers, actorPartner+d.partnerName(ctx, x)) {
			d.tellPartner(c, x, f.Title+" : "+what, "« "+f.Title+" » est prêt à télécharger : "+what+".")
		}
	}
	return nil
}
