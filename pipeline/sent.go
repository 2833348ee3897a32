package pipeline

import (
	"context"
	"slices"

	"anonymal.tv/regie/assets"
)

// Precision is what somebody said for the edit when they sent rushes.
type Precision struct {
	assets.Transfer
	By string // their name; "" where they are gone
}

// Sent is what is to be known of how a rush came.
type Sent struct {
	Said    []Precision
	Damaged string // what a list of sums says that came after it; "" when all is well
}

// HowSent tells how a rush came.
func (d *Desk) HowSent(ctx context.Context, rush assets.ID) (Sent, error) {
	var s Sent
	uploads, err := d.Catalog.Uploads(ctx, assets.UploadFilter{Rush: rush})
	if err != nil || len(uploads) == 0 {
		return s, err
	}
	people, err := d.everybody(ctx)
	if err != nil {
		return s, err
	}
	var seen []assets.ID
	for _, u := range uploads {
		if u.State == assets.UploadRefused {
			s.Damaged = u.Reason
		}
		if slices.Contains(seen, u.Transfer) {
			continue
		}
		seen = append(seen, u.Transfer)
		t, err := d.Catalog.Transfer(ctx, u.Transfer)
		if err != nil {
			return s, err
		}
		if t.Note != "" {
			s.Said = append(s.Said, Precision{t, people[t.Owner].Name})
		}
	}
	return s, nil
}

// saidFor lists what was said for the edit with the rushes of a sujet.
func (d *Desk) saidFor(ctx context.Context, sujet assets.ID, people map[assets.ID]assets.User) ([]Precision, error) {
	all, err := d.Catalog.Said(ctx, sujet)
	said := make([]Precision, len(all))
	for i, t := range all {
		said[i] = Precision{t, people[t.Owner].Name}
	}
	return said, err
}
