package pipeline

import (
	"context"
	"errors"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Connect keeps the tokens by which a channel knows the association, once the
// channel has said for whom they speak.
func (d *Desk) Connect(ctx context.Context, channel assets.Channel, tokens []byte, actor string) (assets.Account, error) {
	m, err := d.member(channel)
	if err != nil {
		return assets.Account{}, err
	}
	who, err := m.Introduce(ctx, tokens)
	if err != nil {
		return assets.Account{}, err
	}
	was, err := d.Catalog.Account(ctx, channel)
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return was, err
	}
	now := d.Now()
	a := assets.Account{Channel: channel, State: assets.AccountConnected, Name: who.Name, ExpiresAt: who.ExpiresAt, ConnectedAt: now, CheckedAt: now}
	if a.Sealed, err = d.Sealer.Seal(tokensPlace(channel), who.Tokens); err != nil {
		return a, err
	}
	return a, d.commit(ctx, assets.Change{
		Accounts: []assets.Account{a},
		Events:   []assets.Event{d.event(assets.SubjectAccount, assets.ID(channel), string(was.State), string(a.State), actor, "Compte connecté : "+a.Name+".")},
	})
}

// Disconnect forgets the tokens of a channel. What is public there stays so.
func (d *Desk) Disconnect(ctx context.Context, channel assets.Channel, actor string) error {
	return d.endAccount(ctx, channel, assets.AccountEnded, "", actor, nil)
}

// broke records that a channel takes our tokens no longer.
func (d *Desk) broke(ctx context.Context, channel assets.Channel, why error, tell func(context.Context, *assets.Change, assets.Account) error) error {
	err := d.endAccount(ctx, channel, assets.AccountBroken, assets.Sentence(why), "worker", tell)
	if kind := assets.KindOf(err); kind == assets.Conflict || kind == assets.Invalid || kind == assets.NotFound {
		return nil // known already
	}
	return err
}

// heard is an error of a channel; one by which it takes our tokens no longer is
// recorded. What fails by it writes to people, once.
func (d *Desk) heard(ctx context.Context, channel assets.Channel, err error) error {
	if errors.Is(err, publishers.ErrDisconnected) {
		return errors.Join(err, d.broke(ctx, channel, err, nil))
	}
	return err
}

func (d *Desk) endAccount(ctx context.Context, channel assets.Channel, to assets.AccountState, reason, actor string, tell func(context.Context, *assets.Change, assets.Account) error) error {
	a, err := d.Catalog.Account(ctx, channel)
	if err != nil {
		return err
	}
	a.Sealed, a.Reason = nil, reason
	c := assets.Change{
		Accounts: []assets.Account{a},
		Events:   []assets.Event{d.event(assets.SubjectAccount, assets.ID(channel), string(a.State), string(to), actor, reason)},
	}
	if tell != nil {
		if err := tell(ctx, &c, a); err != nil {
			return err
		}
	}
	return d.commit(ctx, c)
}

// CheckAccount asks a channel whether it still takes our tokens, before the hour
// of a publication does.
func (d *Desk) CheckAccount(ctx context.Context, channel assets.Channel) (assets.Account, error) {
	m, err := d.member(channel)
	if err != nil {
		return assets.Account{}, err
	}
	v := Vault{Accounts: d.Catalog, Sealer: d.Sealer, Now: d.Now, Channel: channel}
	var refused error
	_, err = v.Renew(ctx, func(ctx context.Context, tokens []byte) ([]byte, error) {
		var who publishers.Introduction
		if who, refused = m.Introduce(ctx, tokens); len(who.Tokens) > 0 {
			tokens = who.Tokens
		}
		return tokens, nil
	})
	if err == nil {
		err = refused
	}
	if errors.Is(err, publishers.ErrDisconnected) {
		if err := d.broke(ctx, channel, err, d.tellBroken); err != nil {
			return assets.Account{}, err
		}
	}
	if err != nil {
		return assets.Account{}, err
	}
	if err := d.Catalog.CheckAccount(ctx, channel, d.Now()); err != nil {
		return assets.Account{}, err
	}
	return d.Catalog.Account(ctx, channel)
}

func (d *Desk) member(channel assets.Channel) (publishers.Member, error) {
	to, err := d.Publishers.Get(channel)
	if err != nil {
		return nil, err
	}
	m, ok := to.(publishers.Member)
	if !ok {
		return nil, &assets.Error{Kind: assets.Invalid, Op: "pipeline.member", Msg: "Le canal « " + string(channel) + " » n'a pas besoin de compte."}
	}
	return m, nil
}
