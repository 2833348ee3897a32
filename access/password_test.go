package access

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"anonymal.tv/regie/assets"
)

// W-07: argon2id at 19 MiB and two passes; nobody's password is never right.
func TestPasswords(t *testing.T) {
	p := NewPasswords()
	hash, err := p.Hash(t.Context(), "une phrase assez longue")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", hash, err)
	}
	again, _ := p.Hash(t.Context(), "une phrase assez longue")
	if again == hash {
		t.Error("two people with one password have one hash")
	}
	for _, c := range []struct {
		hash     string
		password assets.Secret
		want     bool
	}{
		{hash, "une phrase assez longue", true},
		{hash, "une phrase assez longu", false},
		{hash, "", false},
		{"", "", false},
		{"", "une phrase assez longue", false},
		{p.decoy, "", false},
	} {
		if got, err := p.Check(t.Context(), c.hash, c.password); got != c.want || err != nil {
			t.Errorf("%.20q with %q: %v, %v", c.hash, c.password.Reveal(), got, err)
		}
	}
	if _, err := p.Check(t.Context(), "plain", "x"); err == nil {
		t.Error("a hash of another kind was taken")
	}
	if ok, err := p.Check(t.Context(), hash, assets.Secret(strings.Repeat("x", 1<<20))); ok || err != nil {
		t.Errorf("a long one: %v, %v", ok, err)
	}
}

// W-07: 20 at once stay below 128 MB: no more are worked on than there is room
// for, and what each takes is known. Who does not wait does not get in.
func TestPasswordsAtOnce(t *testing.T) {
	p := NewPasswords()
	hash, err := p.Hash(t.Context(), "une phrase assez longue")
	if err != nil {
		t.Fatal(err)
	}
	taken := func(do func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		do()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	crowd := func(ctx context.Context, want error) {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := p.Check(ctx, hash, "x"); !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
			})
		}
		all.Wait()
	}
	one := taken(func() { _, _ = p.Check(t.Context(), hash, "x") })
	if one < argonMemory<<10 || 2*argonAtOnce*one > 128<<20 { // and as much that is not collected yet
		t.Errorf("%d MB for one, of whom %d are in at once", one>>20, argonAtOnce)
	}
	for range argonAtOnce {
		p.room <- struct{}{}
	}
	gone, cancel := context.WithCancel(t.Context())
	if more := taken(func() { time.AfterFunc(time.Millisecond, cancel); crowd(gone, context.Canceled) }); more > one {
		t.Errorf("%d MB were taken where there is no room", more>>20)
	}
	for range argonAtOnce {
		<-p.room
	}
	crowd(t.Context(), nil)
}

// W-08: a code is good for 30 s on either side, and says its step.
func TestTOTP(t *testing.T) {
	secret, address, err := NewTOTP("Anonymal TV", "une.jri@example.org")
	if err != nil || !strings.HasPrefix(address.Reveal(), "otpauth://totp/") {
		t.Fatal(address.Reveal(), err)
	}
	now := time.Date(2026, 11, 25, 12, 0, 15, 0, time.UTC)
	code, err := totp.GenerateCode(secret.Reveal(), now)
	if err != nil {
		t.Fatal(err)
	}
	for shift, want := range map[time.Duration]bool{-60 * time.Second: false, -30 * time.Second: true, 0: true, 30 * time.Second: true, 60 * time.Second: false} {
		step, good := CheckTOTP(secret, code[:3]+" "+code[3:], now.Add(shift))
		if good != want || good && step != now.Unix()/30 {
			t.Errorf("a clock %s off: %v, step %d", shift, good, step)
		}
	}
	for _, bad := range []string{"", "000", code + "0", "abcdef"} {
		if _, good := CheckTOTP(secret, bad, now); good {
			t.Errorf("%q was taken", bad)
		}
	}
}
