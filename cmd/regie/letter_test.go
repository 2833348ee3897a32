package main

import (
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/http/cookiejar"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/services"
)

// TestLetters: an address of the public subscribes by a page and says yes by a
// mail; the communication puts a letter together, sees it, tries it and plans it;
// the letter comes, and is left in one click by a program that has no session.
func TestLetters(t *testing.T) {
	box := services.StartPostbox(t)
	for key, value := range map[string]string{"KIND": "smtp", "SMTP_URL": box.URL, "FROM": "Anonymal TV <lettre@anonymal.example>"} {
		t.Setenv("REGIE_CHANNELS_NEWSLETTER_"+key, value)
	}
	data := t.TempDir()
	s := &opened{T: t, Data: data, links: map[assets.UserRole]string{}}
	key := s.invite("Maxime Communication", assets.RoleCommunication)
	f := sign(t, data)
	if code, out, errs := outcome(t, data, "publish", string(f), "--to", "site", "--wait"); code != exitDone {
		t.Fatalf("publish: %d %s%s", code, out, errs)
	}
	s.start()
	t.Cleanup(s.stop)
	public := &http.Client{}
	page := func(c *http.Client, want int, path string, form url.Values) string {
		t.Helper()
		return ask(t, c, want, s.URL+path, form)
	}
	mails := func(n int) string { t.Helper(); return nth(t, box, n) }
	if home := page(public, http.StatusOK, "/", nil); !strings.Contains(home, `href="/newsletter"`) {
		t.Error("the site does not lead to the page where one subscribes")
	}
	page(public, http.StatusUnprocessableEntity, "/newsletter", url.Values{"mail": {"personne"}})
	page(public, http.StatusOK, "/newsletter", url.Values{"mail": {"lectrice@example.org"}})
	confirm := regexp.MustCompile(`/newsletter/confirmer/[A-Z2-7]+`).FindString(mails(1))
	if text := page(public, http.StatusOK, confirm, nil); !strings.Contains(text, "Recevoir la lettre") {
		t.Errorf("looking at the link said yes: %s", text)
	}
	if text := page(public, http.StatusOK, confirm, url.Values{}); !strings.Contains(text, "vous recevrez la prochaine lettre") {
		t.Errorf("the yes: %s", text)
	}

	jar, _ := cookiejar.New(nil) // without options it can't fail
	team := &http.Client{Jar: jar}
	page(team, http.StatusOK, key, nil)
	page(team, http.StatusOK, key, url.Values{})
	form := url.Values{"film": {string(f)}, "objet": {"Un film"}, "edito": {"Bonjour <b>à vous</b>."}, "le": {"2020-01-02T09:00"}}
	seen := page(team, http.StatusOK, "/regie/lettre?"+form.Encode(), nil)
	if !strings.Contains(seen, "1\u00a0abonné") || !strings.Contains(seen, "<iframe") {
		t.Errorf("the page of the letter: %s", seen)
	}
	looked := url.Values{"film": {string(f)}, "objet": {"Un film"}, "edito": {"Voir " + s.URL + "/nulle-part"}, "liens": {"1"}}
	if text := page(team, http.StatusOK, "/regie/lettre?"+looked.Encode(), nil); !strings.Contains(text, s.URL+"/nulle-part") || !strings.Contains(text, "Cette adresse n’est pas publique") {
		t.Errorf("where its links lead: %s", text)
	}
	if text := page(team, http.StatusOK, "/regie/lettre/apercu?"+form.Encode(), nil); !strings.Contains(text, "Bonjour &lt;b&gt;à vous") || !strings.Contains(text, "/films/atelier/") || !strings.Contains(text, "<img src=") {
		t.Errorf("the preview: %s", text)
	}
	page(public, http.StatusOK, "/regie/lettre", nil) // the door
	form.Set("faire", "essai")
	page(team, http.StatusOK, "/regie/lettre", form)
	if text := mails(2); !strings.Contains(text, "To: \"Maxime Communication\"") || !strings.Contains(text, "Leave: \n") {
		t.Errorf("the trial: %s", text)
	}
	form.Set("faire", "programmer")
	page(team, http.StatusOK, "/regie/lettre", form)
	text := mails(3)
	if !strings.Contains(text, "To: <lectrice@example.org>") {
		t.Fatalf("the letter: %s", text)
	}
	leave := regexp.MustCompile(`/newsletter/desabonner/[A-Z2-7]+`).FindString(text)
	if looked := page(public, http.StatusOK, leave, nil); !strings.Contains(looked, "Me désabonner") {
		t.Errorf("looking at the link: %s", looked)
	}
	page(public, http.StatusOK, leave, url.Values{"List-Unsubscribe": {"One-Click"}})
	if again := page(public, http.StatusOK, leave, nil); !strings.Contains(again, "plus aucune lettre") {
		t.Errorf("after leaving: %s", again)
	}
	page(public, http.StatusNotFound, "/newsletter/desabonner/AAAA", url.Values{"List-Unsubscribe": {"One-Click"}})
}

// ask looks at a page, or sends a form to it.
func ask(t *testing.T, c *http.Client, want int, address string, form url.Values) string {
	t.Helper()
	get := func() (*http.Response, error) { return c.Get(address) }
	if form != nil {
		get = func() (*http.Response, error) { return c.PostForm(address, form) }
	}
	r, err := get()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != want {
		t.Fatalf("%s: %d, want %d, %v\n%s", address, r.StatusCode, want, err, text)
	}
	return string(text)
}

// nth waits for the nth mail, and decodes its text.
func nth(t *testing.T, box *services.Postbox, n int) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(2 * time.Minute); len(box.Mails()) < n; <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("%d mails, want %d", len(box.Mails()), n)
		}
	}
	m, err := mail.ReadMessage(strings.NewReader(box.Mails()[n-1]))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return "To: " + m.Header.Get("To") + "\nLeave: " + m.Header.Get("List-Unsubscribe") + "\n" + string(text)
}
