package access

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"anonymal.tv/regie/assets"
)

func key(t interface{ Fatal(...any) }) assets.Secret {
	k, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sealer(t interface{ Fatal(...any) }, keys ...assets.Secret) *Sealer {
	var text strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&text, "# made by a test\n%s\n", k.Reveal())
	}
	s, err := ReadKeys(assets.Secret(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSeal (W-14): a text opens where it was sealed, and nowhere else.
func TestSeal(t *testing.T) {
	s := sealer(t, key(t))
	rapid.Check(t, func(t *rapid.T) {
		name, other := rapid.String().Draw(t, "name"), rapid.String().Draw(t, "other")
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := s.Seal(name, plain)
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) > 8 && bytes.Contains(sealed, plain) {
			t.Fatal("it lies open")
		}
		back, err := s.Open(name, sealed)
		if err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("%q came back as %q, %v", plain, back, err)
		}
		if _, err := s.Open(other, sealed); (err == nil) != (name == other) {
			t.Fatalf("sealed for %q, opened for %q: %v", name, other, err)
		}
		hurt := bytes.Clone(sealed)
		hurt[rapid.IntRange(0, len(hurt)-1).Draw(t, "where")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := s.Open(name, hurt); err == nil {
			t.Fatal("a damaged text opened")
		}
	})
}

// TestRotation (W-14): the new key in front of the old one opens everything;
// alone, nothing that the old one sealed.
func TestRotation(t *testing.T) {
	old, next := key(t), key(t)
	before, both, after := sealer(t, old), sealer(t, next, old), sealer(t, next)
	for i := range 100 {
		name := SealName(assets.SubjectConsent, assets.ID(fmt.Sprint(i)), "details")
		sealed, err := before.Seal(name, []byte("texte"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := after.Open(name, sealed); err == nil {
			t.Fatal("a key that never sealed it opened it")
		}
		plain, err := both.Open(name, sealed)
		if err != nil {
			t.Fatal(err)
		}
		if sealed, err = both.Seal(name, plain); err != nil {
			t.Fatal(err)
		}
		if plain, err = after.Open(name, sealed); err != nil || string(plain) != "texte" {
			t.Fatalf("%q, %v", plain, err)
		}
	}
}

// TestKeysAreNotShown: no way of printing a sealer, or the error about a file
// of keys, shows one.
func TestKeysAreNotShown(t *testing.T) {
	k := key(t)
	s := sealer(t, k)
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		fmt.Fprintf(&shown, verb+verb, s, struct{ S *Sealer }{s})
	}
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("x", "sealer", s, "key", k)
	slog.New(slog.NewTextHandler(&shown, nil)).Info("x", "sealer", s, "key", k)
	for _, bad := range []string{k.Reveal()[:40], k.Reveal() + "Z", "", "# rien\n"} {
		_, err := ReadKeys(assets.Secret(bad))
		if assets.KindOf(err) != assets.Invalid {
			t.Fatalf("%q was taken: %v", bad, err)
		}
		fmt.Fprintln(&shown, err)
	}
	if strings.Contains(shown.String(), k.Reveal()[20:40]) {
		t.Fatal("the key was shown: " + shown.String())
	}
}
