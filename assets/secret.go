package assets

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a password or key that no log, error, page or JSON can show.
// Reveal is the only way to its text.
type Secret string

const hidden = "•••"

// Reveal returns the secret itself, for the one call that needs it.
func (s Secret) Reveal() string { return string(s) }

func (Secret) String() string               { return hidden }
func (Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil } // JSON and YAML too

// Format covers every verb: without it %d would print the text.
func (Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, hidden) }
