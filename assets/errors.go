package assets

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure an Error is. It is read in two places only:
// where an HTTP answer is chosen, and where a worker decides whether to retry.
type Kind string

// The kinds of failure.
const (
	Invalid   Kind = "invalid"   // what was given can't be used; the same input fails again
	NotFound  Kind = "not-found" // nothing of that name
	Conflict  Kind = "conflict"  // the state moved in between, or another attempt holds the work
	Forbidden Kind = "forbidden" // not with these rights
	Transient Kind = "transient" // may go through later (network, disk full, service down)
	Lost      Kind = "lost"      // a call that can't be undone was sent, and its answer lost: it may have been done
	Internal  Kind = "internal"  // a fault of the house
)

// Error is the one error type that crosses packages. Msg is a French sentence
// for a person; Err is the cause, for the log only.
type Error struct {
	Kind       Kind
	Op         string // what was being done, for the log: "catalog.Apply"
	Msg        string
	Err        error
	RetryAfter time.Duration // for Transient: wait at least this long; 0 lets the caller choose
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s (%s)", e.Op, e.Msg, e.Kind)
	}
	return fmt.Sprintf("%s: %s (%s): %v", e.Op, e.Msg, e.Kind, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err. A cancelled or overrun context is Transient;
// an error that carries no kind is Internal.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Transient
	default:
		return Internal
	}
}

// Sentence returns what may be shown to a person: the Msg of the outermost
// Error, and a general sentence for an error that carries none.
func Sentence(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Msg != "" {
		return e.Msg
	}
	return "Une erreur interne est survenue. Rien de ce qui a été déposé n'est perdu ; le journal en donne la cause."
}
