package pipeline

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
)

// LinkFilter chooses delivery links; an empty field chooses all.
type LinkFilter struct {
	Partner string // slug
	Dossier string // slug: those that hold it, or a film of it
	Film    *assets.Film
	State   assets.DeliveryState // as the clock has it
}

// manyLinks is how many links are looked through: years of them.
const manyLinks = 2000

// Links lists delivery links as they stand now: first those whose partner waits
// for more time, then the newest.
func (d *Desk) Links(ctx context.Context, f LinkFilter) ([]assets.Delivery, error) {
	all, err := d.Catalog.Deliveries(ctx, assets.DeliveryFilter{Partner: f.Partner, Film: f.Film, Limit: manyLinks})
	if err != nil {
		return nil, err
	}
	var filed []assets.Film
	if f.Dossier != "" {
		if filed, err = d.filmsOf(ctx, assets.Delivery{Dossier: f.Dossier}); err != nil {
			return nil, err
		}
	}
	now := d.Now()
	for i := range all {
		all[i].State = all[i].Standing(now)
	}
	all = slices.DeleteFunc(all, func(x assets.Delivery) bool {
		return f.State != "" && x.State != f.State || f.Dossier != "" && x.Dossier != f.Dossier && !slices.ContainsFunc(filed, x.Holds)
	})
	slices.SortStableFunc(all, func(a, b assets.Delivery) int {
		switch {
		case a.Asks() == b.Asks():
			return 0
		case a.Asks():
			return -1
		}
		return 1
	})
	return all, nil
}

// Board is how far a dossier has come to its partners.
type Board struct {
	Links     []assets.Delivery  // that hold it, or a film of it
	Delivered map[assets.ID]bool // its films that are ready on a link that opens
}

// Board tells what the partners of a dossier can have of it today.
func (d *Desk) Board(ctx context.Context, dossier string) (Board, error) {
	b := Board{Delivered: map[assets.ID]bool{}}
	var err error
	if b.Links, err = d.Links(ctx, LinkFilter{Dossier: dossier}); err != nil {
		return b, err
	}
	films, err := d.filmsOf(ctx, assets.Delivery{Dossier: dossier})
	if err != nil {
		return b, err
	}
	for _, f := range films {
		if !slices.ContainsFunc(b.Links, func(x assets.Delivery) bool { return x.State == assets.DeliveryOpen && x.Holds(f) }) {
			continue
		}
		h, err := d.handed(ctx, f)
		if err != nil {
			return b, err
		}
		if h.Group == HandedReady {
			b.Delivered[f.ID] = true
		}
	}
	return b, nil
}

// LinkView is a link with its address and all that was done by it.
type LinkView struct {
	assets.Delivery
	Link     string  `json:"link"`
	Locked   bool    `json:"locked"`   // asks for a password
	Receipts []Trace `json:"receipts"` // newest first
}

// Trace is a receipt, told to those who made the link.
type Trace struct {
	assets.Receipt
	Taken int64 `json:"taken,omitempty"` // bytes of the file that have left
}

// Percent is how much of a download has left.
func (t Trace) Percent() int {
	if t.Size <= 0 {
		return 0
	}
	return int(min(t.Taken, t.Size) * 100 / t.Size)
}

// ShowLink is one link as it stands now. A visitor who gave a name once is called
// by it everywhere.
func (d *Desk) ShowLink(ctx context.Context, id assets.ID) (LinkView, error) {
	x, err := d.Catalog.Delivery(ctx, id)
	if err != nil {
		return LinkView{}, err
	}
	v := LinkView{Delivery: x, Locked: x.Password != ""}
	v.State = x.Standing(d.Now())
	if v.Link, err = d.DeliveryLink(x); err != nil {
		return v, err
	}
	receipts, err := d.Catalog.Receipts(ctx, id)
	names := map[string]string{}
	for _, r := range receipts {
		if r.Name != "" {
			names[r.Visitor] = r.Name
		}
	}
	for _, r := range slices.Backward(receipts) {
		r.Name = cmp.Or(r.Name, names[r.Visitor])
		v.Receipts = append(v.Receipts, Trace{r, r.Left()})
	}
	return v, err
}

// Downloads is how many downloads count against what a link allows.
func (v LinkView) Downloads() (n int) {
	for _, r := range v.Receipts {
		if r.Kind == assets.ReceiptDownloaded && !r.DoneAt.IsZero() {
			n++
		}
	}
	return n
}

// PartnerOf is who came by a link, of an actor that an event names.
func PartnerOf(actor string) (name string, partner bool) {
	return strings.CutPrefix(actor, actorPartner)
}
