package pipeline

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// linkOf is the key that the newest mail carries; "" without one.
func (b *bench) linkOf() string {
	b.Helper()
	mails, err := b.Catalog.Mails(b.Context(), "", 1)
	if err != nil {
		b.Fatal(err)
	}
	if len(mails) == 0 {
		return ""
	}
	_, rest, _ := strings.Cut(mails[0].Text, "/regie/entrer/")
	key, _, _ := strings.Cut(rest, "\n")
	return key
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func TestLinkByMail(t *testing.T) {
	b := newBench(t)
	u := b.hire("Camille JRI", assets.RoleJRI)
	b.must(b.SendLink(t.Context(), "nobody@example.org"))
	if b.linkOf() != "" {
		t.Fatal("a mail went to nobody")
	}
	b.must(b.SendLink(t.Context(), " "+strings.ToUpper(u.Mail)))
	first := b.linkOf()
	if got, err := b.UseInvite(t.Context(), first); err != nil || got.ID != u.ID {
		t.Fatalf("%v, %v", got, err)
	}
	if _, err := b.UseInvite(t.Context(), first); assets.KindOf(err) != assets.Conflict {
		t.Errorf("a second time: %v", err)
	}
	b.must(b.SendLinkAgain(t.Context(), first))
	second := b.linkOf()
	if second == first {
		t.Fatal("no new link came")
	}
	b.clock.Advance(linkLasts + time.Second)
	if _, err := b.UseInvite(t.Context(), second); assets.KindOf(err) != assets.Conflict {
		t.Errorf("after its hour: %v", err)
	}
	b.must(b.CloseAccess(t.Context(), u.ID, "test"))
	b.must(b.SendLinkAgain(t.Context(), first))
	b.must(b.SendLink(t.Context(), u.Mail))
	if b.linkOf() != second {
		t.Error("a mail went to a person whose access is closed")
	}
}

func TestLogin(t *testing.T) {
	b := newBench(t)
	u := b.hire("Maxime Communication", assets.RoleCommunication)
	b.must(b.SetPassword(t.Context(), u.ID, "", "une phrase assez longue", ""))
	if _, err := b.Login(t.Context(), u.Mail, "une phrase assez longue"); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, try := range [][2]string{{u.Mail, "autre"}, {"nobody@example.org", "une phrase assez longue"}, {u.Mail, ""}} {
		_, err := b.Login(t.Context(), try[0], assets.Secret(try[1]))
		if assets.KindOf(err) != assets.Invalid {
			t.Errorf("%q: %v", try, err)
		}
		said = append(said, assets.Sentence(err))
	}
	if len(slices.Compact(said)) != 1 {
		t.Errorf("answers differ: %q", said)
	}
	if err := b.SetPassword(t.Context(), u.ID, "faux", "une autre phrase longue", ""); assets.KindOf(err) != assets.Invalid {
		t.Errorf("changed without the old one: %v", err)
	}
	if err := b.SetPassword(t.Context(), u.ID, "une phrase assez longue", "court", ""); assets.KindOf(err) != assets.Invalid {
		t.Errorf("a short one: %v", err)
	}
}

// W-08: no code opens twice, and what is kept of it is sealed (W-14).
func TestSecondFactor(t *testing.T) {
	b := newBench(t)
	text, err := access.NewKey()
	b.must(err)
	b.Sealer, err = access.ReadKeys(text)
	b.must(err)
	u, other := b.hire("Alix Administration", assets.RoleAdministration), b.hire("Autre Administration", assets.RoleAdministration)
	address, sealed, err := b.OfferCode(u)
	b.must(err)
	_, rest, _ := strings.Cut(address.Reveal(), "secret=")
	secret, _, _ := strings.Cut(rest, "&")
	code := func() string {
		c, err := totp.GenerateCode(secret, b.clock.Now())
		b.must(err)
		return c
	}
	if err := b.SetCode(t.Context(), u.ID, sealed, "000000"); assets.KindOf(err) != assets.Invalid {
		t.Fatalf("set without a good code: %v", err)
	}
	if err := b.SetCode(t.Context(), other.ID, sealed, code()); err == nil {
		t.Fatal("a secret that was made for one person was taken for another")
	}
	b.must(b.SetCode(t.Context(), u.ID, sealed, code()))
	if _, err := b.ProveCode(t.Context(), u.ID, code()); assets.KindOf(err) != assets.Invalid {
		t.Errorf("the code of the set-up opened again: %v", err)
	}
	b.clock.Advance(31 * time.Second)
	if _, err := b.ProveCode(t.Context(), u.ID, code()); err != nil {
		t.Errorf("the next code: %v", err)
	}
	if _, err := b.ProveCode(t.Context(), u.ID, code()); assets.KindOf(err) != assets.Invalid {
		t.Errorf("a code opened twice: %v", err)
	}
	kept, err := b.Catalog.User(t.Context(), u.ID)
	b.must(err)
	if len(kept.TOTP) == 0 || strings.Contains(string(kept.TOTP), secret) {
		t.Error("the secret lies open")
	}
	b.must(b.DropCode(t.Context(), u.ID, "test"))
	if _, err := b.ProveCode(t.Context(), u.ID, code()); assets.KindOf(err) != assets.Conflict {
		t.Errorf("after it was taken away: %v", err)
	}
}

// W-03: what ends the sessions and keys of a person.
func TestSessionsEnd(t *testing.T) {
	for name, do := range map[string]func(b *bench, u assets.User) error{
		"role": func(b *bench, u assets.User) error {
			_, err := b.EditPerson(b.Context(), u.ID, func(u *assets.User) { u.Role = assets.RoleImage }, "test")
			return err
		},
		"closed": func(b *bench, u assets.User) error { return b.CloseAccess(b.Context(), u.ID, "test") },
		"password": func(b *bench, u assets.User) error {
			return b.SetPassword(b.Context(), u.ID, "", "une phrase assez longue", "")
		},
	} {
		b := newBench(t)
		u := b.hire("Camille JRI", assets.RoleJRI)
		now := b.clock.Now()
		b.must(b.Catalog.SaveSession(t.Context(), assets.Session{Hash: "h", User: u.ID, Content: []byte("{}"), CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(time.Hour)}))
		token, err := b.NewToken(t.Context(), u.ID, "montage", time.Time{}, "test")
		b.must(err)
		b.must(do(b, u))
		if _, err := b.Catalog.Session(t.Context(), "h"); assets.KindOf(err) != assets.NotFound {
			t.Errorf("%s: the session goes on (%v)", name, err)
		}
		if key, err := b.Catalog.Key(t.Context(), access.Hash(token.Reveal())); err != nil || name == "closed" == key.EndedAt.IsZero() {
			t.Errorf("%s: token %+v, %v", name, key, err)
		}
	}
}

// The last person who can give rights keeps them.
func TestLastAdministrator(t *testing.T) {
	b := newBench(t)
	u := b.hire("Alix Administration", assets.RoleAdministration)
	for name, change := range map[string]func(*assets.User){
		"role": func(u *assets.User) { u.Role = assets.RoleJRI },
		"end":  func(u *assets.User) { u.EndsAt = b.clock.Now() },
	} {
		if _, err := b.EditPerson(t.Context(), u.ID, change, "test"); assets.KindOf(err) != assets.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.CloseAccess(t.Context(), u.ID, "test"); assets.KindOf(err) != assets.Conflict {
		t.Errorf("closed: %v", err)
	}
	b.hire("Autre Administration", assets.RoleAdministration)
	b.must(b.CloseAccess(t.Context(), u.ID, "test"))
	b.must(b.ReopenAccess(t.Context(), u.ID, "test"))
}
