package newsletter

import (
	"context"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// List is the association's own list of subscribers.
type List interface {
	// Post puts one copy of a letter for each subscriber into the outbox. Asked
	// again with the same marker it goes on where it was.
	Post(ctx context.Context, marker string, l publishers.Letter) error
	Posted(ctx context.Context, marker string) (bool, error) // all of them
}

// OwnOptions is what the newsletter by one's own list is made of.
type OwnOptions struct {
	List List
	Page string // where people see what became of a letter; its marker follows
}

// Own is the newsletter by one's own list: no other service knows the
// subscribers. It never loses an answer, for it gives letters to the catalog.
type Own struct{ o OwnOptions }

// NewOwn returns it.
func NewOwn(o OwnOptions) (*Own, error) { return &Own{o}, nil }

// Channel names this channel.
func (o *Own) Channel() assets.Channel { return Channel }

// Limits are none.
func (o *Own) Limits() publishers.Limits { return publishers.Limits{} }

// Publish puts the copies of a letter into the outbox. Dying on the way leaves
// some of them there; the next attempt adds the others.
func (o *Own) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	c, err := compose(req)
	if err != nil {
		return publishers.Receipt{}, err
	}
	if err := save([]byte("{}")); err != nil {
		return publishers.Receipt{}, err
	}
	l := publishers.Letter{Subject: c.Subject, Preheader: c.Preheader, HTML: c.HTML, Text: c.Text}
	return o.receipt(req.Marker), o.o.List.Post(ctx, req.Marker, l)
}

// Find tells whether all copies are in the outbox. Where some are missing, there
// is nothing to look for: Publish goes on.
func (o *Own) Find(ctx context.Context, marker string, _ []byte) (publishers.Receipt, bool, error) {
	posted, err := o.o.List.Posted(ctx, marker)
	return o.receipt(marker), posted, err
}

// Status tells whether a letter is in the outbox.
func (o *Own) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	posted, err := o.o.List.Posted(ctx, remoteID)
	return publishers.Status{Public: posted, URL: o.o.Page + remoteID}, err
}

func (o *Own) receipt(marker string) publishers.Receipt {
	return publishers.Receipt{RemoteID: marker, URL: o.o.Page + marker}
}
