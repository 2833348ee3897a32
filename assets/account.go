package assets

import (
	"context"
	"time"
)

// AccountState is where the association's account on a channel stands.
type AccountState string

// The states of an account.
const (
	AccountConnected AccountState = "connected" // the channel takes its token
	AccountBroken    AccountState = "broken"    // it does no longer: a person must connect it again
	AccountEnded     AccountState = "ended"     // disconnected by a person
)

// AccountMachine says which state of an account may follow which.
var AccountMachine = Machine[AccountState]{
	"":               {AccountConnected},
	AccountConnected: {AccountBroken, AccountEnded},
	AccountBroken:    {AccountConnected, AccountEnded},
	AccountEnded:     {AccountConnected},
}

// Account is the association's account on a channel, by whose name it is known:
// there is one for each.
type Account struct {
	Channel     Channel      `json:"channel"`
	State       AccountState `json:"state"`
	Name        string       `json:"name"`                // as the channel shows it
	Sealed      []byte       `json:"-"`                   // its tokens, encrypted; their shape is the channel's own
	ExpiresAt   time.Time    `json:"expires_at,omitzero"` // when a person must connect it again; zero where nothing is known
	Reason      string       `json:"reason,omitempty"`    // French sentence, when it is broken
	ConnectedAt time.Time    `json:"connected_at"`        // last by a person
	CheckedAt   time.Time    `json:"checked_at,omitzero"` // when the channel last took its token
}

// Accounts keeps the accounts.
type Accounts interface {
	Account(ctx context.Context, c Channel) (Account, error)
	Accounts(ctx context.Context) ([]Account, error) // by channel
	// RenewAccount replaces tokens that are still these; Conflict when somebody
	// else was first.
	RenewAccount(ctx context.Context, c Channel, was, sealed []byte) error
	// HoldAccount keeps the others from renewing until then; Conflict while
	// another does.
	HoldAccount(ctx context.Context, c Channel, now, until time.Time) error
	// CheckAccount notes when the channel took the token.
	CheckAccount(ctx context.Context, c Channel, now time.Time) error
}
