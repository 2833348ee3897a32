package upload

import (
	"time"

	"golang.org/x/time/rate"
)

// Inflow tells when bytes come in faster than a small machine can also verify
// them. What was received waits for what is being sent, and not the other way
// round. One serves a process; it may be used by many at once.
type Inflow struct{ bucket *rate.Limiter }

const (
	// fast is more than half of a gigabit line, in bytes a second.
	fast = 64 << 20
	// glance is how much may come at once before it counts as fast.
	glance = 8 << 20
)

// NewInflow makes an Inflow into which nothing has come.
func NewInflow() *Inflow { return &Inflow{rate.NewLimiter(fast, glance)} }

// came counts n bytes; those that find the bucket empty are not owed.
func (i *Inflow) came(n int) { i.bucket.AllowN(time.Now(), n) }

// Busy tells whether bytes come in fast just now.
func (i *Inflow) Busy() bool { return i.bucket.Tokens() < glance/2 }
