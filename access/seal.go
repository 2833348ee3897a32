package access

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"anonymal.tv/regie/assets"
)

// Sealer encrypts what must not lie open in the catalog or on storage, with age
// (https://age-encryption.org/v1, X25519). The name of the record is sealed in:
// a text that is moved to another place doesn't open there.
type Sealer struct{ keys []*age.X25519Identity } // the first one seals, all of them open

// NewKey makes a key: a line of the file that ReadKeys reads.
func NewKey() (assets.Secret, error) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	return assets.Secret(key.String()), nil
}

// ReadKeys reads the text of a file of keys, one a line; empty lines and those
// that begin with # are left out. The newest key stands first.
func ReadKeys(text assets.Secret) (*Sealer, error) {
	var s Sealer
	number := 0
	for line := range strings.Lines(text.Reveal()) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := age.ParseX25519Identity(line)
		if err != nil { // its text is not repeated: it may hold the key
			return nil, &assets.Error{Kind: assets.Invalid, Op: "access.ReadKeys", Msg: fmt.Sprintf("La ligne %d du fichier de clés n'est pas une clé age.", number)}
		}
		s.keys = append(s.keys, key)
	}
	if len(s.keys) == 0 {
		return nil, &assets.Error{Kind: assets.Invalid, Op: "access.ReadKeys", Msg: "Le fichier de clés ne contient aucune clé."}
	}
	return &s, nil
}

// SealName names a place where a sealed text is kept: "consent:01j…:details".
func SealName(kind assets.Subject, id assets.ID, field string) string {
	return string(kind) + ":" + string(id) + ":" + field
}

// Seal encrypts a text for the place of that name.
func (s *Sealer) Seal(name string, plain []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, s.keys[0].Recipient())
	if err != nil {
		return nil, err
	}
	head := append(binary.AppendUvarint(nil, uint64(len(name))), name...)
	for _, part := range [][]byte{head, plain} {
		if _, err := w.Write(part); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return out.Bytes(), err
}

// Open decrypts what Seal made for the same name; anything else is an error,
// Internal for people can't help it.
func (s *Sealer) Open(name string, sealed []byte) ([]byte, error) {
	keys := make([]age.Identity, len(s.keys))
	for i, k := range s.keys {
		keys[i] = k
	}
	refuse := func(err error) ([]byte, error) {
		return nil, &assets.Error{
			Kind: assets.Internal, Op: "access.Open " + name, Err: err,
			Msg: "Un texte chiffré ne s'ouvre pas avec les clés de la maison. Il n'a pas été touché.",
		}
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), keys...)
	if err != nil {
		return refuse(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return refuse(err)
	}
	size, n := binary.Uvarint(text)
	if n <= 0 || size > uint64(len(text)-n) || string(text[n:n+int(size)]) != name {
		return refuse(fmt.Errorf("it was sealed for another place"))
	}
	return text[n+int(size):], nil
}

// Format keeps the keys out of every log and message.
func (s *Sealer) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, "access.Sealer") }
