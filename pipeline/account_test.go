package pipeline

import (
	"context"
	"errors"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// rotating is a network whose tokens are good once: with the next ones it says
// who we are, or that it broke down.
type rotating struct {
	*network
	down error
}

func (r *rotating) Introduce(ctx context.Context, tokens []byte) (publishers.Introduction, error) {
	who, err := r.network.Introduce(ctx, tokens)
	if err != nil {
		return who, err
	}
	r.token += "+"
	who.Tokens = []byte(r.token)
	return who, r.down
}

// TestALookKeepsTheTokensThatItRenewed: tokens that are good once are those of the
// last look, also of one that the channel answered with an error.
func TestALookKeepsTheTokensThatItRenewed(t *testing.T) {
	b, n, _ := networked(t, "")
	r := &rotating{network: n}
	var err error
	if b.Publishers, err = publishers.NewRegistry(b.channel, r); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Connect(t.Context(), "mastodon", []byte("good"), "test"); err != nil {
		t.Fatal(err)
	}
	for _, r.down = range []error{nil, &assets.Error{Kind: assets.Transient, Op: "test", Msg: "En panne."}, nil} {
		if _, err := b.CheckAccount(t.Context(), "mastodon"); !errors.Is(err, r.down) {
			t.Fatalf("after %q: %v, want %v", r.token, err, r.down)
		}
		kept, err := b.vault().Load(t.Context())
		if err != nil || string(kept) != r.token {
			t.Errorf("kept is %q, the channel takes %q: %v", kept, r.token, err)
		}
	}
}

func (b *bench) vault() Vault {
	return Vault{Accounts: b.Catalog, Sealer: b.Sealer, Now: b.Now, Channel: "mastodon"}
}

// overtaken are accounts that somebody else renews just before they are held.
type overtaken struct {
	accounts
	first func()
}

type accounts = assets.Accounts // the interface has a method of its own name

func (o overtaken) HoldAccount(ctx context.Context, c assets.Channel, now, until time.Time) error {
	o.first()
	return o.accounts.HoldAccount(ctx, c, now, until)
}

// TestARenewalBeginsFromWhatIsKept: who comes second renews the tokens that the
// first one brought, not those that are dead by then.
func TestARenewalBeginsFromWhatIsKept(t *testing.T) {
	b, _, _ := networked(t, "good")
	longer := func(_ context.Context, old []byte) ([]byte, error) { return append(old, '+'), nil }
	second := b.vault()
	second.Accounts = overtaken{b.Catalog, func() {
		if _, err := b.vault().Renew(t.Context(), longer); err != nil {
			t.Error(err)
		}
	}}
	if got, err := second.Renew(t.Context(), longer); err != nil || string(got) != "good++" {
		t.Errorf("%q, %v", got, err)
	}
}
