package assetstest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"anonymal.tv/regie/assets"
)

func deliveryRecords(h *House) {
	now := h.Clock.Now()
	d := assets.Delivery{
		ID: h.IDs.New(), Partner: "zik-zac", Name: "Zik Zac 2018", Films: []assets.ID{h.IDs.New()}, Mail: "festival@example.org",
		State: assets.DeliveryOpen, TokenHash: "aa", Sealed: []byte{0, 0xff}, Password: "argon", Max: 3, Days: 30,
		ExpiresAt: now.Add(time.Hour), CreatedBy: "u", CreatedAt: now,
	}
	h.Apply(assets.Change{Deliveries: []assets.Delivery{d}, Events: []assets.Event{h.Event(assets.SubjectDelivery, d.ID, "", "open")}})
	got, err := h.Catalog.Delivery(h.Context(), d.ID)
	same(h, got, err, d)
	got, err = h.Catalog.DeliveryByToken(h.Context(), "aa")
	same(h, got, err, d)
	_, err = h.Catalog.DeliveryByToken(h.Context(), "ab")
	h.Fails(assets.NotFound, err)

	whole := assets.Delivery{
		ID: h.IDs.New(), Partner: "zik-zac", Name: "Tout", Films: []assets.ID{}, Dossier: "zik-zac-2018", State: assets.DeliveryOpen,
		TokenHash: "bb", ExpiresAt: now.Add(time.Hour), CreatedAt: now,
	}
	h.Apply(assets.Change{Deliveries: []assets.Delivery{whole}, Events: []assets.Event{h.Event(assets.SubjectDelivery, whole.ID, "", "open")}})
	for _, x := range []struct {
		filter assets.DeliveryFilter
		want   []assets.Delivery
	}{
		{assets.DeliveryFilter{}, []assets.Delivery{whole, d}},
		{assets.DeliveryFilter{Limit: 1}, []assets.Delivery{whole}},
		{assets.DeliveryFilter{Partner: "gamerz"}, []assets.Delivery{}},
		{assets.DeliveryFilter{Film: &assets.Film{ID: d.Films[0]}}, []assets.Delivery{d}},
		{assets.DeliveryFilter{Film: &assets.Film{ID: d.Films[0], Dossier: "zik-zac-2018"}}, []assets.Delivery{whole, d}},
		{assets.DeliveryFilter{Film: &assets.Film{ID: "other"}}, []assets.Delivery{}},
		{assets.DeliveryFilter{State: assets.DeliveryRevoked}, []assets.Delivery{}},
	} {
		all, err := h.Catalog.Deliveries(h.Context(), x.filter)
		same(h, all, err, x.want)
	}

	d.Films, d.Password, d.AskedAt = append(d.Films, h.IDs.New()), "", now
	h.Apply(assets.Change{Deliveries: []assets.Delivery{d}, Events: []assets.Event{h.Event(assets.SubjectDelivery, d.ID, "open", "revoked")}})
	d.State = assets.DeliveryRevoked
	got, err = h.Catalog.Delivery(h.Context(), d.ID)
	same(h, got, err, d)
	h.Refuses(assets.Conflict, assets.Change{Events: []assets.Event{h.Event(assets.SubjectDelivery, d.ID, "open", "expired")}})
	d.ID = h.IDs.New() // the token is taken
	h.Refuses(assets.Conflict, assets.Change{Deliveries: []assets.Delivery{d}, Events: []assets.Event{h.Event(assets.SubjectDelivery, d.ID, "", "open")}})
}

func receiptRecords(h *House) {
	now := h.Clock.Now()
	d := assets.Delivery{ID: h.IDs.New(), Partner: "zik-zac", Films: []assets.ID{}, State: assets.DeliveryOpen, TokenHash: "cc", ExpiresAt: now, CreatedAt: now}
	_, err := h.Catalog.NoteReceipt(h.Context(), assets.Receipt{ID: h.IDs.New(), Delivery: d.ID}, 0)
	h.Fails(assets.NotFound, err)
	h.Apply(assets.Change{Deliveries: []assets.Delivery{d}, Events: []assets.Event{h.Event(assets.SubjectDelivery, d.ID, "", "open")}})

	// A download that comes in pieces, from several requests at once, is one.
	begun := assets.Receipt{
		ID: h.IDs.New(), Delivery: d.ID, Visitor: "v", Kind: assets.ReceiptDownloaded, Film: "f", File: "a.mp4", SHA256: "s", Size: 2000, At: now,
	}
	var asked sync.WaitGroup
	for i := range int64(20) {
		piece := begun
		piece.ID = h.IDs.New()
		piece.Add(assets.Stretch{From: 100 * i, To: 100 * (i + 1)}, now)
		asked.Go(func() {
			_, err := h.Catalog.NoteReceipt(h.Context(), piece, 0)
			h.goes(err)
		})
	}
	asked.Wait()
	all, err := h.Catalog.Receipts(h.Context(), d.ID)
	h.goes(err)
	if len(all) != 1 || all[0].Left() != 2000 || all[0].DoneAt.IsZero() {
		h.Errorf("twenty pieces of one download are noted as %+v", all)
	}

	// Never more than the link allows, however many ask at once.
	var refused atomic.Int32
	for i := range 10 {
		r := begun
		r.ID, r.Visitor = h.IDs.New(), fmt.Sprint(i)
		asked.Go(func() {
			switch _, err := h.Catalog.NoteReceipt(h.Context(), r, 4); assets.KindOf(err) {
			case assets.Conflict:
				refused.Add(1)
			default:
				h.goes(err)
			}
		})
	}
	asked.Wait()
	all, err = h.Catalog.Receipts(h.Context(), d.ID)
	h.goes(err)
	if len(all) != 4 || refused.Load() != 7 {
		h.Errorf("a link of four downloads gave %d and refused %d", len(all), refused.Load())
	}
	// Who has begun goes on; what was begun a day ago and not ended has no place.
	again, err := h.Catalog.NoteReceipt(h.Context(), begun, 4)
	h.goes(err)
	if again.Left() != 2000 {
		h.Errorf("a download that is asked for again is noted as %+v", again)
	}
	late := begun
	late.ID, late.Visitor, late.At = h.IDs.New(), "late", now.Add(25*time.Hour)
	_, err = h.Catalog.NoteReceipt(h.Context(), late, 4)
	h.goes(err)
	// Nor does it have one when it goes on, once others have taken it.
	for _, visitor := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		r := late
		r.ID, r.Visitor = h.IDs.New(), visitor
		if _, err = h.Catalog.NoteReceipt(h.Context(), r, 4); assets.KindOf(err) != assets.Conflict {
			h.goes(err)
		}
	}
	all, err = h.Catalog.Receipts(h.Context(), d.ID)
	h.goes(err)
	places := 0
	for _, r := range all {
		if !r.DoneAt.IsZero() || r.At.Equal(late.At) {
			places++
		}
	}
	if places != 4 {
		h.Errorf("a link of four downloads has given %d places", places)
	}
}
