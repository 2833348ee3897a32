package pipeline

import (
	"context"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

const (
	longestRenewal = time.Minute // after which a renewal is taken for dead
	renewalLook    = 200 * time.Millisecond
)

// Vault keeps the tokens of the association's account on one channel.
type Vault struct {
	Accounts assets.Accounts
	Sealer   *access.Sealer
	Now      assets.Clock
	Channel  assets.Channel
}

var _ publishers.Vault = Vault{}

func tokensPlace(c assets.Channel) string {
	return access.SealName(assets.SubjectAccount, assets.ID(c), "tokens")
}

// Load returns the tokens of an account that is connected.
func (v Vault) Load(ctx context.Context) ([]byte, error) {
	_, tokens, err := v.load(ctx)
	return tokens, err
}

func (v Vault) load(ctx context.Context) (sealed, tokens []byte, err error) {
	a, err := v.Accounts.Account(ctx, v.Channel)
	switch {
	case assets.KindOf(err) == assets.NotFound, err == nil && a.State != assets.AccountConnected:
		return nil, nil, &assets.Error{
			Kind: assets.Forbidden, Op: "pipeline.Vault", Err: publishers.ErrDisconnected,
			Msg: "Le compte de l'association sur « " + string(v.Channel) + " » n'est pas connecté. Connectez-le, puis réessayez.",
		}
	case err != nil:
		return nil, nil, err
	}
	tokens, err = v.Sealer.Open(tokensPlace(v.Channel), a.Sealed)
	return a.Sealed, tokens, err
}

// Renew replaces the tokens, by one attempt at a time on all machines.
func (v Vault) Renew(ctx context.Context, renew func(ctx context.Context, old []byte) ([]byte, error)) ([]byte, error) {
	for {
		if _, err := v.Load(ctx); err != nil {
			return nil, err
		}
		now := v.Now()
		err := v.Accounts.HoldAccount(ctx, v.Channel, now, now.Add(longestRenewal))
		if err == nil {
			return v.renew(ctx, renew)
		}
		if assets.KindOf(err) != assets.Conflict {
			return nil, err
		}
		select { // somebody else is at it
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(renewalLook):
		}
	}
}

// renew is Renew for who holds the account, and reads only now: what was kept
// before may have been renewed on the way.
func (v Vault) renew(ctx context.Context, renew func(ctx context.Context, old []byte) ([]byte, error)) ([]byte, error) {
	sealed, old, err := v.load(ctx)
	if err != nil {
		return nil, err
	}
	during, cancel := context.WithTimeout(ctx, longestRenewal)
	defer cancel()
	fresh, err := renew(during, old)
	if err != nil { // the next may try at once; where that can't be written, in a minute
		_ = v.Accounts.RenewAccount(context.WithoutCancel(ctx), v.Channel, sealed, sealed)
		return nil, err
	}
	resealed, err := v.Sealer.Seal(tokensPlace(v.Channel), fresh)
	if err != nil {
		return nil, err
	}
	// A refresh token that was used is dead: what came for it is kept whatever
	// becomes of the attempt that needed it.
	return fresh, v.Accounts.RenewAccount(context.WithoutCancel(ctx), v.Channel, sealed, resealed)
}
