package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"

	"anonymal.tv/regie/assets"
)

// What one password costs: the second of the OWASP recommendations for
// argon2id, 19 MiB and two passes. Three at a time stay below 128 MB even before
// the memory of the three before them is collected.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16 // bytes
	argonKey     = 32 // bytes
	argonAtOnce  = 2
)

// MinPassword is how many signs a password has at least.
const MinPassword = 12

// maxPassword keeps a form from giving us work without end.
const maxPassword = 1024

// Passwords hashes and checks passwords, a few at a time.
type Passwords struct {
	room  chan struct{}
	decoy string // what the password of nobody is compared with
}

// NewPasswords returns Passwords.
func NewPasswords() *Passwords {
	p := &Passwords{room: make(chan struct{}, argonAtOnce)}
	p.decoy = encode(make([]byte, argonSalt), make([]byte, argonKey))
	return p
}

// Hash is how a password is kept, in PHC format.
func (p *Passwords) Hash(ctx context.Context, password assets.Secret) (string, error) {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails
	key, err := p.derive(ctx, password, salt, argonMemory, argonTime, argonThreads)
	return encode(salt, key), err
}

// Check tells whether a password is the one that was hashed. "" is the hash of
// nobody: it takes as long, and never is.
func (p *Passwords) Check(ctx context.Context, hash string, password assets.Secret) (bool, error) {
	nobody := hash == ""
	if nobody {
		hash = p.decoy
	}
	var memory, passes uint32
	var threads uint8
	var salt, key string
	if n, err := fmt.Sscanf(hash, "$argon2id$v=19$m=%d,t=%d,p=%d$%22s$%43s", &memory, &passes, &threads, &salt, &key); err != nil || n != 5 || len(salt) != 22 {
		return false, errors.New("access: a password is not kept as it should be")
	}
	rawSalt, err := base64.RawStdEncoding.DecodeString(salt)
	if err != nil {
		return false, err
	}
	rawKey, err := base64.RawStdEncoding.DecodeString(key)
	if err != nil {
		return false, err
	}
	got, err := p.derive(ctx, password, rawSalt, memory, passes, threads)
	return err == nil && subtle.ConstantTimeCompare(got, rawKey) == 1 && !nobody, err
}

// derive waits for its turn, so that a crowd at the door does not fill the
// memory.
func (p *Passwords) derive(ctx context.Context, password assets.Secret, salt []byte, memory, passes uint32, threads uint8) ([]byte, error) {
	text := password.Reveal()
	if len(text) > maxPassword {
		text = text[:maxPassword]
	}
	select {
	case p.room <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.room }()
	return argon2.IDKey([]byte(text), salt, passes, memory, threads, argonKey), nil
}

func encode(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", argonMemory, argonTime, argonThreads, b64.EncodeToString(salt), b64.EncodeToString(key))
}
