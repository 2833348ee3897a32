package api

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
)

// me is who holds the token.
type me struct {
	ID   assets.ID       `json:"id"`
	Name string          `json:"name"`
	Mail string          `json:"mail"`
	Role assets.UserRole `json:"role"`
}

type journalAsked struct {
	Page
	Kind  assets.Subject `query:"kind"`
	Actor string         `query:"actor"`
	From  time.Time      `query:"from"`
	To    time.Time      `query:"to"`
}

func (a *API) house() {
	add(a, "GET /me", "me", "À qui est ce jeton", func(ctx context.Context, _ *struct{}) (me, error) {
		u := user(ctx)
		return me{u.ID, u.Name, u.Mail, u.Role}, nil
	})
	add(a, "GET /journal", "journal", "Le journal, du plus récent au plus ancien", func(ctx context.Context, in *journalAsked) (list[assets.Event], error) {
		all, err := a.desk.Catalog.Journal(ctx, assets.EventFilter{
			Kind: in.Kind, Actor: in.Actor, From: in.From, To: in.To, Before: in.After, Limit: in.Limit + 1,
		})
		return paged(all, in.Limit, func(e assets.Event) assets.ID { return e.ID }), err
	})
}
