package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"anonymal.tv/regie/assets"
)

// NewSecret makes a secret that nobody guesses: 130 bits, as 26 letters and
// digits of base 32 (RFC 4648).
func NewSecret() assets.Secret { return assets.Secret(rand.Text()) }

// Hash is how a secret is kept: SHA-256, in hex. A secret of 130 random bits
// needs no slower one.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// NewSigningKey makes the secret by which a webhook is signed: 256 bits, as
// Standard Webhooks writes them.
func NewSigningKey() assets.Secret {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	return assets.Secret("whsec_" + base64.StdEncoding.EncodeToString(key))
}
