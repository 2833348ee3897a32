package assets

import "time"

// ID names one record for ever: a ULID in lower case (26 characters,
// https://github.com/ulid/spec), so that sorting by ID sorts by creation.
type ID string

// Clock tells the present instant. It is injected so that tests own the time.
type Clock func() time.Time

// NewID makes a fresh ID. It is injected for the same reason.
type NewID func() ID
