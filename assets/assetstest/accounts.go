package assetstest

import (
	"time"

	"anonymal.tv/regie/assets"
)

func accountRecords(h *House) {
	now := h.Clock.Now()
	a := assets.Account{
		Channel: "vimeo", State: assets.AccountConnected, Name: "Anonymal", Sealed: []byte{0, 0xff}, ExpiresAt: now.Add(time.Hour), ConnectedAt: now,
	}
	h.Apply(assets.Change{Accounts: []assets.Account{a}, Events: []assets.Event{h.Event(assets.SubjectAccount, "vimeo", "", "connected")}})
	got, err := h.Catalog.Account(h.Context(), "vimeo")
	same(h, got, err, a)
	_, err = h.Catalog.Account(h.Context(), "youtube")
	h.Fails(assets.NotFound, err)

	// Tokens are renewed by one at a time, and only those that are still there.
	later := now.Add(time.Minute)
	h.goes(h.Catalog.HoldAccount(h.Context(), "vimeo", now, later))
	h.Fails(assets.Conflict, h.Catalog.HoldAccount(h.Context(), "vimeo", later.Add(-1*time.Second), later.Add(time.Minute)))
	h.goes(h.Catalog.HoldAccount(h.Context(), "vimeo", later, later.Add(time.Minute)))
	h.goes(h.Catalog.RenewAccount(h.Context(), "vimeo", a.Sealed, []byte("new")))
	h.Fails(assets.Conflict, h.Catalog.RenewAccount(h.Context(), "vimeo", a.Sealed, []byte("newer")))
	h.goes(h.Catalog.HoldAccount(h.Context(), "vimeo", now, later))
	h.goes(h.Catalog.CheckAccount(h.Context(), "vimeo", later))
	h.Fails(assets.Conflict, h.Catalog.CheckAccount(h.Context(), "youtube", later))

	a.Sealed, a.CheckedAt = []byte("new"), later
	all, err := h.Catalog.Accounts(h.Context())
	same(h, all, err, []assets.Account{a})
	a.State, a.Reason, a.Sealed = assets.AccountBroken, "Mot de passe changé.", nil
	h.Apply(assets.Change{Accounts: []assets.Account{a}, Events: []assets.Event{h.Event(assets.SubjectAccount, "vimeo", "connected", "broken")}})
	got, err = h.Catalog.Account(h.Context(), "vimeo")
	same(h, got, err, a)
}
