package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anonymal.tv/regie/assets"
)

// heard is a call as a program received it.
type heard struct{ id, at, signature, body string }

// by tells whether a call was signed with a secret, as Standard Webhooks has it.
func (c heard) by(secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(c.id + "." + c.at + "." + c.body))
	return err == nil && c.signature == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// TestAProgramIsTold: the administration adds a program of the local network, sees its
// secret once and tries it; then the program hears of a sujet, signed. What is
// taken away comes back by « Annuler ».
func TestAProgramIsTold(t *testing.T) {
	calls := make(chan heard, 10)
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- heard{r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), r.Header.Get("Webhook-Signature"), string(body)}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer program.Close()
	t.Setenv("REGIE_WEBHOOKS_PRIVATE_HOSTS", "127.0.0.1")
	s := openStudio(t)
	tab := s.as(assets.RoleAdministration)
	fill := `(address) => {
	  const f = document.querySelector("form.fields");
	  f.url.value = address; [...f.events].find((e) => e.value === "sujet.open").checked = true; f.requestSubmit(); return true;
	}`
	tab.Open(t, s.URL+"/regie/admin/webhooks")
	tab.Until(t, `(`+fill+`)("http://example.org/")`)
	tab.Until(t, `document.querySelector(".fault")?.innerText.includes("https") && document.querySelector("form.fields").url.value === "http://example.org/"`)
	tab.Until(t, `(`+fill+`)("`+program.URL+`")`)
	tab.Until(t, `document.querySelector("code")?.innerText.startsWith("whsec_")`)
	secret, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[string](`document.querySelector("code").innerText`))
	if err != nil {
		t.Fatal(err)
	}
	tab.Until(t, `[...document.querySelectorAll("button")].filter((b) => b.innerText === "Envoyer un essai").map((b) => (b.click(), true))[0]`)
	tab.Until(t, `document.body.innerText.includes("L’essai a été reçu.") && !document.querySelector("code")`)
	next := func() heard {
		t.Helper()
		select {
		case c := <-calls:
			if !c.by(secret) {
				t.Errorf("not signed with %s: %+v", secret, c)
			}
			return c
		case <-time.After(time.Minute):
			t.Fatal("the program was not told")
			return heard{}
		}
	}
	if c := next(); !strings.Contains(c.body, `"type":"test"`) {
		t.Errorf("%s", c.body)
	}
	if code, out, errs := outcome(t, s.Data, "sujet", "create", "Une fête"); code != exitDone {
		t.Fatal(out, errs)
	}
	if c := next(); !strings.Contains(c.body, `"type":"sujet.open"`) || strings.Contains(c.body, "fête") {
		t.Errorf("%s", c.body)
	}
	tab.Until(t, `[...document.querySelectorAll("button")].filter((b) => b.innerText === "Retirer").map((b) => (b.click(), true))[0]`)
	tab.Until(t, `location.pathname === "/regie/admin/webhooks" && document.body.innerText.includes("Aucun programme n’est prévenu.")`)
	tab.Until(t, `[...document.querySelectorAll("button")].filter((b) => b.innerText === "Annuler").map((b) => (b.click(), true))[0]`)
	tab.Until(t, `document.body.innerText.includes("`+program.URL+`")`)
	tab.Faults(t, "422")
}
