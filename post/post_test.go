package post

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
)

var letter = assets.Mail{
	ID: "01m", To: "une.jri@example.org", Name: "Une JRI", Kind: "bat", Subject: "BAT donné : « L’Éloquence » V3",
	Text: "Bonjour,\n\n.Un point en tête de ligne.\n", HTML: "<p>Bonjour</p>", ReplyTo: "equipe@example.org",
	CreatedAt: time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC),
}

func open(t *testing.T, url string) *Post {
	t.Helper()
	p, err := New(Options{URL: assets.Secret(url), From: "Anonymal TV <regie@anonymal.example>"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSend(t *testing.T) {
	box := services.StartPostbox(t)
	if err := open(t, box.URL).Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	mails := box.Mails()
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	m, err := mail.ReadMessage(strings.NewReader(mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	for name, want := range map[string]string{
		"From": `"Anonymal TV" <regie@anonymal.example>`, "Reply-To": "<equipe@example.org>",
		"Message-ID": "<01m@anonymal.example>", "Auto-Submitted": "auto-generated",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(part))
	if err != nil || !strings.Contains(strings.ReplaceAll(string(text), "\r", ""), "\n.Un point") {
		t.Errorf("text %q, %v", text, err)
	}
}

// What the server refuses for good is final; what it can't do now is not.
func TestRefused(t *testing.T) {
	box := services.StartPostbox(t)
	for answer, want := range map[string]assets.Kind{"550 no such person": assets.Invalid, "452 full": assets.Transient} {
		box.Refuse(answer)
		if err := open(t, box.URL).Send(t.Context(), letter); assets.KindOf(err) != want {
			t.Errorf("%s: %v, want %s", answer, err, want)
		}
	}
	if err := open(t, "smtp://127.0.0.1:1").Send(t.Context(), letter); assets.KindOf(err) != assets.Transient {
		t.Errorf("no server: %v", err)
	}
	// A server elsewhere must speak TLS; ours does not, and is not told the password.
	for _, to := range []string{"quelqu’un", "a@b\r\nBcc: c@d"} {
		odd := letter
		odd.To = to
		if err := open(t, box.URL).Send(t.Context(), odd); assets.KindOf(err) != assets.Invalid {
			t.Errorf("%q: %v", to, err)
		}
	}
}

// The password is never printed (W-12).
func TestPasswordStaysSecret(t *testing.T) {
	const planted = "pl4nted-pw"
	box := services.StartPostbox(t)
	url := strings.Replace(box.URL, "smtp://", "smtp://regie:"+planted+"@", 1)
	err := open(t, url).Send(t.Context(), letter)
	if err == nil {
		t.Fatal("a server that knows no passwords took one")
	}
	if _, bad := New(Options{URL: assets.Secret("http://regie:" + planted + "@host"), From: "a@example.org"}); bad == nil || strings.Contains(fmt.Sprint(bad, err), planted) {
		t.Errorf("printed: %v, %v", bad, err)
	}
}

// A letter can be left in one click, without a page (RFC 8058); other mails have
// no such header.
func TestALetterCanBeLeftInOneClick(t *testing.T) {
	box := services.StartPostbox(t)
	out := letter
	out.Leave = "https://anonymal.example/newsletter/desabonner/TOKEN"
	for _, m := range []assets.Mail{out, letter} {
		if err := open(t, box.URL).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range [][2]string{{"<" + out.Leave + ">", "List-Unsubscribe=One-Click"}, {}} {
		m, err := mail.ReadMessage(strings.NewReader(box.Mails()[i]))
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{m.Header.Get("List-Unsubscribe"), m.Header.Get("List-Unsubscribe-Post")}; got != want {
			t.Errorf("mail %d: %q, want %q", i, got, want)
		}
	}
}
