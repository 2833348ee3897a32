package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// postbox is a Postman that keeps what it is given, or refuses it.
type postbox struct {
	sent []assets.Mail
	fail error
}

func (p *postbox) Send(_ context.Context, m assets.Mail) error {
	if p.fail != nil {
		return p.fail
	}
	p.sent = append(p.sent, m)
	return nil
}

func (b *bench) hire(name string, role assets.UserRole, muted ...string) assets.User {
	b.Helper()
	u, err := b.Hire(b.Context(), assets.User{Name: name, Mail: strings.ReplaceAll(name, " ", ".") + "@example.org", Role: role, Muted: muted}, "test")
	if err != nil {
		b.Fatal(err)
	}
	return u
}

// mailed performs the mails of a change that are due.
func (b *bench) mailed(c assets.Change) {
	b.Helper()
	if err := b.commit(b.Context(), c); err != nil {
		b.Fatal(err)
	}
	due, err := b.Due(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, task := range due {
		if job, err := b.Perform(b.Context(), task.Job, "w"); err != nil {
			if err := b.Settle(b.Context(), job, Outcome{Reason: "Adresse inconnue."}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func TestTell(t *testing.T) {
	b := newBench(t)
	box := &postbox{}
	b.Postman, b.Letterhead = box, Letterhead{House: "Anonymal TV", BaseURL: "https://anonymal.example", ReplyTo: "equipe@example.org"}
	camille, muted := b.hire("Camille JRI", assets.RoleJRI), b.hire("Dominique Montage", assets.RoleMonteur, MailBAT)
	gone := b.hire("Alix Partie", assets.RoleMonteur)
	gone.EndsAt = b.clock.Now().Add(-time.Hour)
	var c assets.Change
	b.Tell(t.Context(), &c, []assets.User{camille, muted, gone}, MailBAT, "BAT donné :\nV3\r", "Le <b>BAT</b> porte sur V3.\n\nMerci !", "/regie/films/x")
	b.mailed(c)
	if len(box.sent) != 1 {
		t.Fatalf("%d mails, want one: the muted and the gone get none", len(box.sent))
	}
	m := box.sent[0]
	if m.To != camille.Mail || m.ReplyTo != "equipe@example.org" || strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("mail: %+v", m)
	}
	for _, want := range []string{"Bonjour Camille,", "https://anonymal.example/regie/films/x", "Le <b>BAT</b> porte sur V3.", "/regie/moi"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the text lacks %q: %s", want, m.Text)
		}
	}
	if strings.Contains(m.HTML, "<b>BAT") || !strings.Contains(m.HTML, `href="https://anonymal.example/regie/films/x"`) {
		t.Errorf("html: %s", m.HTML)
	}
	if kept, err := b.Catalog.Mail(t.Context(), m.ID); err != nil || kept.State != assets.MailSent || kept.SentAt.IsZero() {
		t.Errorf("after: %+v, %v", kept, err)
	}
}

func TestMailWithoutServerIsKept(t *testing.T) {
	b := newBench(t)
	var c assets.Change
	b.Tell(t.Context(), &c, []assets.User{b.hire("Camille JRI", assets.RoleJRI)}, MailOnline, "Votre film est en ligne", "Il est là.", "/films/x/")
	if len(c.Jobs) != 0 || len(c.Mails) != 1 || c.Mails[0].State != assets.MailKept {
		t.Fatalf("change: %+v", c)
	}
}

// A mail that can't be sent says why, and one that held a key no longer does.
func TestMailIsGivenUp(t *testing.T) {
	b := newBench(t)
	b.Postman = &postbox{fail: &assets.Error{Kind: assets.Invalid, Op: "test", Msg: "Adresse inconnue."}}
	var c assets.Change
	b.Tell(t.Context(), &c, []assets.User{b.hire("Camille JRI", assets.RoleJRI)}, MailEntry, "Votre lien", "Il ouvre la régie.", "/regie/entrer/SECRETKEY")
	b.mailed(c)
	m, err := b.Catalog.Mail(t.Context(), c.Mails[0].ID)
	if err != nil || m.State != assets.MailFailed || m.Reason != "Adresse inconnue." {
		t.Errorf("mail: %+v, %v", m, err)
	}
	if strings.Contains(m.Text+m.HTML, "SECRETKEY") {
		t.Errorf("the key is still there: %s", m.Text)
	}
}

// Rushes that come one by one are said once.
func TestGather(t *testing.T) {
	b := newBench(t)
	box := &postbox{}
	b.Postman = box
	to := []assets.User{b.hire("Dominique Montage", assets.RoleMonteur)}
	bring := func(n string) {
		t.Helper()
		var c assets.Change
		err := b.Gather(t.Context(), &c, to, MailRushes, "/regie/sujets/s", func(time.Time) (string, string) { return n + " rushes reçus", "Ils sont là." })
		if err != nil {
			t.Fatal(err)
		}
		b.mailed(c)
	}
	bring("1")
	bring("2")
	bring("3")
	if len(box.sent) != 0 {
		t.Fatalf("%d mails at once", len(box.sent))
	}
	b.clock.Advance(31 * time.Minute)
	b.mailed(assets.Change{})
	if len(box.sent) != 1 || box.sent[0].Subject != "3 rushes reçus" {
		t.Fatalf("mails: %+v", box.sent)
	}
	bring("1")
	b.clock.Advance(31 * time.Minute)
	b.mailed(assets.Change{})
	if len(box.sent) != 2 {
		t.Errorf("%d mails, want a second one for the next half hour", len(box.sent))
	}
}

// TestEveryKindOfMailCanBeMuted: a kind that is added stands on the page « Mon
// compte », too; only the way in, a film that is still to be seen after it was called
// back, what somebody asked for (a trial of a letter, the letters) and what a partner
// is sent can't be refused.
func TestEveryKindOfMailCanBeMuted(t *testing.T) {
	offered := map[string]bool{MailEntry: true, MailWithdrawal: true, MailLetter: true, MailSubscribe: true, MailDelivery: true}
	for _, k := range MailKinds() {
		offered[k.Kind] = k.Name != ""
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	kinds := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?m)^\tMail[A-Z]\w* += "(\w+)"`).FindAllStringSubmatch(string(text), -1) {
			kinds++
			if !offered[found[1]] {
				t.Errorf("%s: mails of kind %q can't be muted: name it in MailKinds", name, found[1])
			}
		}
	}
	if kinds != len(offered) {
		t.Errorf("%d kinds are declared and %d offered", kinds, len(offered))
	}
}
