package configs

import (
	"fmt"
	"log/slog"
)

// masked is all that a Secret ever prints.
const masked = "(secret)"

// Secret is a value that cannot be printed, logged or encoded by accident.
type Secret struct{ value string }

// Reveal returns the value, for the one call that needs it.
func (s Secret) Reveal() string { return s.value }

// IsZero tells that nothing was set.
func (s Secret) IsZero() bool { return s.value == "" }

func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return masked
}

// Format answers every verb, %#v included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText serves JSON, YAML and XML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue serves slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// UnmarshalText reads the value.
func (s *Secret) UnmarshalText(text []byte) error {
	s.value = string(text)
	return nil
}
