package access

import (
	"crypto/subtle"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"anonymal.tv/regie/assets"
)

// A code of the second factor lasts 30 s (RFC 6238); the one before and the one
// after are taken too, for clocks that differ.
const (
	totpPeriod = 30
	totpSkew   = 1
)

// NewTOTP makes the secret of a second factor, and the address that a QR code
// carries to the person's phone.
func NewTOTP(house, account string) (secret, address assets.Secret, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: house, AccountName: account, Period: totpPeriod})
	if err != nil {
		return "", "", err
	}
	return assets.Secret(key.Secret()), assets.Secret(key.URL()), nil
}

// CheckTOTP tells whether a code is good at an instant, and of which step it
// is: whoever asks must see to it that no step is used twice.
func CheckTOTP(secret assets.Secret, code string, now time.Time) (step int64, good bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	at := now.Unix() / totpPeriod
	for s := at - totpSkew; s <= at+totpSkew; s++ {
		want, err := totp.GenerateCodeCustom(secret.Reveal(), time.Unix(s*totpPeriod, 0), totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, good = s, true
		}
	}
	return step, good
}
