package pipeline

import (
	"context"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// Record tells the table of rights whose a record is, and whether it is closed.
// A kind that has no owner of its own is nil.
func (d *Desk) Record(ctx context.Context, kind string, id assets.ID) (*access.Record, error) {
	look := map[string]func(context.Context, assets.ID) (*access.Record, error){
		"sujet":       d.sujetRecord,
		"film":        d.filmRecord,
		"rush":        d.rushRecord,
		"transfer":    d.transferRecord,
		"upload":      d.uploadRecord,
		"selection":   d.selectionRecord,
		"note":        d.noteRecord,
		"approval":    d.approvalRecord,
		"consent":     d.consentRecord,
		"user":        d.userRecord,
		"webhook":     d.webhookRecord,
		"publication": d.publicationRecord,
		"delivery":    d.deliveryRecord,
	}[kind]
	if look == nil {
		return nil, nil
	}
	return look(ctx, id)
}

func (d *Desk) sujetRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	s, err := d.Catalog.Sujet(ctx, id)
	return &access.Record{Owners: s.Crew, Closed: s.State == assets.SujetClosed}, err
}

// crew are those who are on a sujet; nobody for "".
func (d *Desk) crew(ctx context.Context, sujet assets.ID) ([]assets.ID, error) {
	if sujet == "" {
		return nil, nil
	}
	s, err := d.Catalog.Sujet(ctx, sujet)
	return s.Crew, err
}

func (d *Desk) filmRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	f, err := d.Catalog.Film(ctx, id)
	if err != nil {
		return nil, err
	}
	owners, err := d.crew(ctx, f.Sujet)
	return &access.Record{Owners: owners, Closed: f.State == assets.FilmArchived}, err
}

func (d *Desk) rushRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	r, err := d.Catalog.Rush(ctx, id)
	if err != nil {
		return nil, err
	}
	owners, err := d.crew(ctx, r.Sujet)
	return &access.Record{Owners: append([]assets.ID{r.Owner}, owners...)}, err
}

func (d *Desk) transferRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	t, err := d.Catalog.Transfer(ctx, id)
	return &access.Record{Owners: []assets.ID{t.Owner}}, err
}

func (d *Desk) uploadRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	u, err := d.Catalog.Upload(ctx, id)
	return &access.Record{Owners: []assets.ID{u.Owner}, Closed: u.State != assets.UploadOpen}, err
}

func (d *Desk) selectionRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	s, err := d.Catalog.Selection(ctx, id)
	if err != nil {
		return nil, err
	}
	owners, err := d.crew(ctx, s.Sujet)
	return &access.Record{Owners: append([]assets.ID{s.Owner}, owners...)}, err
}

func (d *Desk) noteRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	n, err := d.Catalog.Note(ctx, id)
	return &access.Record{Owners: []assets.ID{n.Author}}, err
}

func (d *Desk) approvalRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	a, err := d.Catalog.Approval(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.filmRecord(ctx, a.Film)
}

// consentRecord: those are concerned who are on a sujet in which the person is
// to be seen.
func (d *Desk) consentRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	if _, err := d.Catalog.Consent(ctx, id); err != nil {
		return nil, err
	}
	seen, err := d.Catalog.Filmed(ctx, assets.FilmedFilter{Consent: id})
	if err != nil {
		return nil, err
	}
	var r access.Record
	for _, f := range seen {
		owners, err := d.crew(ctx, f.Sujet)
		if err != nil {
			return nil, err
		}
		r.Owners = append(r.Owners, owners...)
	}
	return &r, nil
}

func (d *Desk) userRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	u, err := d.Catalog.User(ctx, id)
	return &access.Record{Owners: []assets.ID{u.ID}}, err
}

func (d *Desk) webhookRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	w, err := d.Webhook(ctx, id)
	return &access.Record{Owners: []assets.ID{w.Owner}}, err
}

func (d *Desk) publicationRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	p, err := d.Catalog.Publication(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.filmRecord(ctx, p.Film)
}

func (d *Desk) deliveryRecord(ctx context.Context, id assets.ID) (*access.Record, error) {
	_, err := d.Catalog.Delivery(ctx, id)
	return &access.Record{}, err
}
