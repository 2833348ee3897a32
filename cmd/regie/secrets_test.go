package main

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// noSecrets (W-12, I-17): what opens something, and who is to stay unnamed, is
// planted and then sent along in every place of a request, well and badly. It
// stands in no log, no page of an error and no file of the house.
func noSecrets(v *visit) {
	secrets := v.plantSecrets()
	var refusals []string
	for name, secret := range secrets {
		refusals = append(refusals, v.abuse(name, secret)...)
	}
	v.tooMuch()
	if _, err := v.house.desk.Due(v.Context()); err != nil {
		v.Fatal(err)
	}
	v.letMailsFail()
	v.nothingIn("the data folder", secrets, v.files())
	if err := v.house.catalog.Close(); err != nil { // from here on everything fails
		v.Fatal(err)
	}
	for name, secret := range secrets {
		refusals = append(refusals, v.abuse(name, secret)...)
	}
	v.nothingIn("an answer", secrets, refusals)
	v.nothingIn("the log", secrets, v.logs.lines())
	if n := len(v.logs.lines()); n < 50 {
		v.Errorf("only %d lines of log", n)
	}
	for _, line := range v.logs.lines() {
		if len(line) > 4000 || !json.Valid([]byte(line)) || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\n\r\x1b\x00") {
			v.Errorf("no line of JSON, or a very long one: %.300q", line)
		}
	}
}

// plantSecrets makes one or more of each kind that the house has.
func (v *visit) plantSecrets() map[string]string {
	ctx, image := v.Context(), v.people[assets.RoleImage]
	all := map[string]string{"password of the mail server": smtpSecret, "wrong password": "Un7mot7de7passe7faux7et7long"}
	must := func(secret assets.Secret, err error) string {
		if err != nil {
			v.Fatal(err)
		}
		return secret.Reveal()
	}
	for _, role := range assets.UserRoles() {
		id := v.people[role].ID
		_, all["session of "+string(role)], _ = strings.Cut(v.cookies[role], "=")
		all["token of "+string(role)] = must(v.house.desk.NewToken(ctx, id, "Montage", time.Time{}, "cli"))
		all["invitation of "+string(role)] = must(v.house.desk.Invite(ctx, id, assets.KeyInvite, time.Hour, "cli"))
		spent := must(v.house.desk.Invite(ctx, id, assets.KeyLink, time.Hour, "cli"))
		v.ask("", http.MethodPost, "/regie/entrer/"+spent, "", nil)
		all["spent link of "+string(role)] = spent
		if role != assets.RoleJRI {
			password := "Phrase7" + access.NewSecret().Reveal()
			if err := v.house.desk.SetPassword(ctx, id, "", assets.Secret(password), access.Hash("none")); err != nil {
				v.Fatal(err)
			}
			all["password of "+string(role)] = password
		}
	}
	address, sealed, err := v.house.desk.OfferCode(image)
	if err != nil {
		v.Fatal(err)
	}
	u, err := url.Parse(address.Reveal())
	if err != nil {
		v.Fatal(err)
	}
	all["second factor"] = u.Query().Get("secret")
	image.TOTP = sealed
	change := assets.Change{Users: []assets.User{image}, Events: []assets.Event{{
		ID: newID(), Kind: assets.SubjectUser, Subject: image.ID, From: string(image.State), To: string(image.State), Actor: "cli", At: time.Now(),
	}}}
	if err := v.house.catalog.Apply(ctx, change); err != nil {
		v.Fatal(err)
	}
	all["person filmed"], all["parent"], all["contact"] = "Zéphirine7Plantée", "Barnabé7Planté", "06770077007"
	v.send(write{"POST /regie/autorisations/{consent}", "person=" + all["person filmed"] + "&guardian=" + all["parent"] + "&as=père&contact=" + all["contact"] + "&minor=yes", ""},
		assets.RoleImage, "/regie/autorisations/"+v.ids["consent own"], "", nil)
	keys, err := os.ReadFile(v.house.keyFile())
	if err != nil {
		v.Fatal(err)
	}
	all["key of the house"] = regexp.MustCompile(`AGE-SECRET-KEY-\S+`).FindString(string(keys))
	if len(all) < 28 || all["key of the house"] == "" || all["second factor"] == "" {
		v.Fatalf("%d secrets", len(all))
	}
	return all
}

// abuse sends a secret in every place of requests, and returns the answers: all
// of them refusals, for none is where it belongs.
func (v *visit) abuse(name, secret string) []string {
	in := url.QueryEscape(secret)
	form := "application/x-www-form-urlencoded"
	strange := "\r\n\x1b[31m" + `{"level":"ERROR"}`
	var answers []string
	for _, q := range []struct{ method, address, kind, body, header, value string }{
		{"GET", "/regie/films/" + in + url.PathEscape(strange), "", "", "Referer", "http://127.0.0.1/" + secret},
		{"GET", "/regie/rien?cle=" + in, "", "", "Authorization", "Bearer " + secret},
		{"GET", "/api/v1/films/x?token=" + in, "", "", "Authorization", "Bearer x" + secret},
		{"GET", "/api/v1/films?limit=" + in, "", "", "X-Forwarded-For", secret},
		{"POST", "/api/v1/sujets", "application/json", `{"title":"` + secret, "Cookie", "regie=x" + secret},
		{"POST", "/regie/sujets", "multipart/form-data; boundary=" + secret, strange + secret, "", ""},
		{"POST", "/regie/entrer/code", form, "code=" + in, "User-Agent", secret},
		{"POST", "/regie/entrer", form, "mail=" + in + "@example.org&mot-de-passe=x", "", ""},
		{"POST", "/regie/entrer", form, "mail=image@example.org&mot-de-passe=x" + in, "", ""},
		{"PATCH", "/regie/tus/" + in, "application/offset+octet-stream", secret, "Upload-Offset", secret},
	} {
		headers := []string{"X-Request-Id", secret}
		if q.header != "" {
			headers = append(headers, q.header, q.value)
		}
		res := v.ask("", q.method, q.address, q.kind, strings.NewReader(q.body), headers...)
		if said := res.Body.String(); res.Code >= 500 { // what the visitor typed may come back to them; causes may not
			answers = append(answers, said)
		}
	}
	if strings.HasPrefix(name, "invitation") || strings.HasPrefix(name, "spent") { // the one path that holds a key
		v.ask("", http.MethodGet, "/regie/entrer/"+in, "", nil)
		if !strings.HasPrefix(name, "invitation") {
			v.ask("", http.MethodPost, "/regie/entrer/"+in, "", nil)
		}
	}
	return answers
}

// tooMuch sends far more than anything asks for: it is refused, or cut, and the
// log keeps none of it.
func (v *visit) tooMuch() {
	much := strings.Repeat("beaucoup ", 1<<18)
	for _, w := range writes() {
		c := v.entitled(w.route)
		if status, _ := v.send(w, c.role, c.address, much, nil); status >= 500 {
			v.Errorf("%s with 2 MB: %d", w.route, status)
		}
	}
	for _, r := range access.Table {
		if c := v.entitled(r.Route); looks(r) && r.Kind() == "" {
			if res := v.ask(c.role, r.Method(), c.address+"?q="+url.QueryEscape(much[:1<<20])+"&avant="+strings.Repeat("9", 1<<16), "", nil, "Accept-Language", much[:1<<20]); res.Code >= 500 && empty[r.Route] == "" {
				v.Errorf("%s with 1 MB: %d", r.Route, res.Code)
			}
		}
	}
}

// letMailsFail tries to send what waits: no server is there.
func (v *visit) letMailsFail() {
	mails, err := v.house.catalog.Mails(v.Context(), "", 3)
	if err != nil || len(mails) == 0 {
		v.Fatalf("%d mails, %v", len(mails), err)
	}
	for _, m := range mails {
		err := v.house.parts.Postman.Send(v.Context(), m)
		if err == nil || strings.Contains(err.Error(), smtpSecret) || strings.Contains(assets.Sentence(err), smtpSecret) {
			v.Errorf("a mail that can't be sent says %v", err)
		}
		v.house.log.Error("a mail was not sent", "err", err, "postman", v.house.parts.Postman, "config", v.house.cfg)
	}
}

// files are the texts of all files of the house but its keys.
func (v *visit) files() []string {
	var all []string
	err := filepath.WalkDir(v.house.data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || path == v.house.keyFile() {
			return err
		}
		text, err := os.ReadFile(path)
		all = append(all, string(text))
		return err
	})
	if err != nil || len(all) < 20 {
		v.Fatalf("%d files, %v", len(all), err)
	}
	return all
}

func (v *visit) nothingIn(where string, secrets map[string]string, texts []string) {
	v.Helper()
	for name, secret := range secrets {
		for _, text := range texts {
			if at := strings.Index(text, secret); at >= 0 {
				v.Errorf("%s holds the %s: %.300q", where, name, text[max(0, at-200):])
				break
			}
		}
	}
}
