package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
	"unicode"

	"anonymal.tv/regie/assets"
)

// write is what a route that changes something is sent: a form, or JSON where it
// begins with a brace. § stands for a text that somebody typed, {kind} for a
// record of that kind.
type write struct {
	route, body string
	file        string // the field of a file that comes with it
}

// sujetFields are the form of a sujet.
const sujetFields = "title=§&kind=before&brief=§&place=§&territory=jas-de-bouffan&dossier=zik-zac-2018&rubriques=culture&partners=zik-zac-festival&crew={member}&date=2031-05-01&hour=14:00&contact=§&phone=§"

// filmedFields are the form of a person filmed.
const filmedFields = "person=§&minor=no&contact=§&note=§"

// writes are the routes that change something, each with a body that it takes.
//
// long: it is one table.
func writes() []write {
	return []write{
		{route: "POST /regie/entrer", body: "mail=personne@example.org"},
		{route: "POST /regie/entrer/code", body: "code=000000"},
		{route: "POST /regie/entrer/{key}"},
		{route: "POST /regie/moi/mot-de-passe", body: "nouveau=une phrase assez longue pour entrer"},
		{route: "POST /regie/moi/code"},
		{route: "POST /regie/moi/appareils"},
		{route: "POST /regie/annuler/{batch}"},
		{route: "POST /regie/raccourcis", body: "raccourcis=non"},
		{route: "POST /regie/recherches", body: "name=§&path=/regie/rushes"},
		{route: "POST /regie/sujets", body: sujetFields},
		{route: "POST /regie/sujets/{sujet}/demande", body: "wanted=§"},
		{route: "POST /regie/sujets/{sujet}/conducteur", body: "faire=ajouter&title=§&speakers=§&synthe=§&planned=3:30"},
		{route: "POST /regie/sujets/{sujet}/tournage"},
		{route: "POST /regie/sujets/{sujet}/personnes", body: filmedFields},
		{route: "POST /regie/deposer", body: "quoi=rush"},
		{route: "POST /regie/deposer/{transfer}", body: "lieu=§&territoire=jas-de-bouffan&note=§&mineurs=no&nom=§&fonction=§"},
		{route: "POST /regie/deposer/{transfer}/annoncer", body: `{"files":[{"name":"§.mp4","folder":"§","type":"video/mp4","size":7,"print":"` + strings.Repeat("1", 64) + `","modified":"2026-01-01T00:00:00Z"}]}`},
		{route: "POST /regie/deposer/{transfer}/fichiers", file: "fichiers"},
		{route: "POST /regie/rushes", body: "rush={rush}&title=§&place=§&stars=2&name=§&role=§"},
		{route: "POST /regie/rushes/{rush}", body: "title=§&place=§&stars=3&name=§&role=§&shot=speech&minors=no"},
		{route: "POST /regie/rushes/{rush}/refaire"},
		{route: "POST /regie/rushes/{rush}/notes", body: "text=§&at=00:00:00:01"},
		{route: "POST /regie/notes/{note}", body: "text=§"},
		{route: "POST /regie/notes/{note}/fait"},
		{route: "PATCH /api/v1/selections/{selection}", body: `{"name":"§"}`},
		{route: "POST /api/v1/selections/{selection}/clips", body: `{"clips":[{"rush":"{rush}","in":0,"out":0,"note":"§"}]}`},
		{route: "POST /regie/selections", body: "name=§&sujet={sujet}"},
		{route: "POST /regie/selections/{selection}", body: "name=§&sujet={sujet}&rush={rush}&note=§&in=&out="},
		{route: "POST /regie/films/{film}/versions/{n}/notes", body: "text=§&at=00:00:00:01"},
		{route: "POST /regie/films/{film}/versions/{n}/son"},
		{route: "POST /regie/films/{film}/fiche", body: "title=§&lede=§&description=§&genre=before&rubriques=culture&partners=zik-zac-festival&dossier=zik-zac-2018&territory=jas-de-bouffan&people=§&keywords=§&license=CC-BY-4.0&credits=§"},
		{route: "POST /regie/films/{film}/sous-titres", body: "start=00:00:00.100&end=00:00:01.000&text=§"},
		{route: "POST /regie/films/{film}/chapitres", body: "start=00:00:00.000&text=§"},
		{route: "POST /regie/films/{film}/synthes", body: "start=00:00:00.100&end=00:00:01.000&text=§"},
		{route: "POST /regie/films/{film}/vignettes", body: "vignette=1"},
		{route: "POST /regie/films/{film}/teaser", body: "start=00:00:00.100&end=00:00:01.000"},
		{route: "POST /regie/films/{film}/droits", body: filmedFields},
		{route: "POST /regie/films/{film}/droits/passer-outre", body: "support=site&raison=§"},
		{route: "POST /regie/autorisations", body: "sujet={sujet}&" + filmedFields},
		{route: "POST /regie/autorisations/{consent}/scans", file: "photo"},
		{route: "POST /regie/autorisations/{consent}/scans/{n}", body: "lisible=non"},
		{route: "POST /regie/autorisations/{consent}", body: filmedFields + "&signatures=1&own=1&media=site&from=2026-01-01&guardian=§&as=§"},
		{route: "POST /regie/apparitions/{filmed}", body: "passages=0:00-0:01&floute=1"},
		{route: "POST /regie/admin/personnes", body: "name=§&mail=nouvelle@example.org&phone=§&role=jri"},
		{route: "POST /regie/admin/personnes/{user}", body: "name=§&mail=change@example.org&phone=§&role=administration&ends=2040-01-01"},
		{route: "POST /regie/admin/personnes/{user}/lien"},
		{route: "POST /regie/admin/personnes/{user}/jetons", body: "name=§"},
		{route: "POST /regie/films/{film}/publications", body: "canal=mastodon&le=2031-05-01T14:00"},
		{route: "POST /regie/publications/{publication}/deplacer", body: "le=2031-05-02T14:00"},
		{route: "POST /regie/calendrier/abonnement", body: "faire=creer"},
		{route: "POST /regie/films/{film}/textes", body: "canal=mastodon&title=§&text=§&faire=enregistrer"},
		{route: "POST /regie/publications/{publication}", body: "faire=adresse&adresse=https://canal.invalid/§"},
		{route: "POST /regie/livraisons", body: "partner=zik-zac-festival&dossier=zik-zac-2018&name=§&jours=30&mot-de-passe=§§§§§§§§&max=5"},
		{route: "POST /regie/livraisons/{delivery}", body: "faire=prolonger"},
		{route: "POST /api/v1/deliveries", body: `{"partner":"zik-zac-festival","films":["{film}"],"name":"§"}`},
		{route: "POST /api/v1/deliveries/{delivery}/renew", body: "{}"},
		{route: "PUT /api/v1/deliveries/{delivery}/password", body: `{"password":"un autre mot"}`},
		{route: "DELETE /api/v1/deliveries/{delivery}/password"},
		{route: "POST /regie/admin/canaux/{channel}/jeton", body: "jeton=§"},
		{route: "POST /regie/admin/canaux/{channel}/essai"},
		{route: "POST /regie/admin/canaux/{channel}/deconnecter"},
		{route: "POST /regie/admin/webhooks", body: "url=https://programme.invalid/§&events=film.published"},
		{route: "POST /regie/admin/webhooks/{webhook}", body: "url=https://programme.invalid/&events=*"},
		{route: "POST /regie/admin/webhooks/{webhook}/etat", body: "etat=pause"},
		{route: "POST /regie/admin/webhooks/{webhook}/essai"},
		{route: "PATCH /api/v1/films/{film}", body: `{"title":"§","lede":"§","description":"§","credits":"§","license":"CC-BY-4.0","keywords":["§"]}`},
		{route: "POST /api/v1/films/{film}/versions/{n}/notes", body: `{"text":"§","frame":1}`},
		{route: "POST /api/v1/sujets", body: `{"title":"§","kind":"before","brief":"§","place":"§","crew":["{member}"]}`},
		{route: "POST /api/v1/rushes/{rush}/notes", body: `{"text":"§","frame":1}`},
		{route: "PATCH /api/v1/notes/{note}", body: `{"text":"§"}`},
		{route: "POST /api/v1/notes/{note}/done", body: `{"done":true}`},
		{route: "POST /api/v1/films/{film}/versions/{n}/sound", body: "{}"},
		{route: "PUT /api/v1/films/{film}/cover", body: `{"kind":"thumbnail","rank":1}`},
		{route: "PUT /api/v1/films/{film}/teaser", body: `{"spans":[{"start":0,"end":1}]}`},
		{route: "PUT /api/v1/films/{film}/tracks/{kind}/{language}", body: `{"cues":[{"start":0.1,"end":1,"text":"§"}]}`},
		{route: "POST /api/v1/films/{film}/people", body: `{"person":"§","contact":"§","note":"§"}`},
		{route: "POST /api/v1/films/{film}/waiver", body: `{"medium":"site","why":"§"}`},
		{route: "PATCH /api/v1/sujets/{sujet}", body: `{"title":"§","brief":"§","place":"§"}`},
		{route: "PUT /api/v1/sujets/{sujet}/wanted", body: `{"text":"§"}`},
		{route: "POST /api/v1/sujets/{sujet}/people", body: `{"person":"§"}`},
		{route: "PATCH /api/v1/filmed/{filmed}", body: `{"spans":[],"blurred":true}`},
		{route: "PUT /api/v1/consents/{consent}", body: `{"person":"§","contact":"§","note":"§","minor":"no","signatures":1,"media":["site"]}`},
		{route: "PATCH /api/v1/rushes", body: `{"rushes":["{rush}"],"change":{"title":"§","place":"§"}}`},
		{route: "POST /api/v1/rushes/{rush}/remake", body: "{}"},
		{route: "POST /api/v1/selections", body: `{"name":"§","clips":[{"rush":"{rush}","in":0,"out":0,"note":"§"}]}`},
		{route: "POST /api/v1/transfers", body: `{"kind":"rush"}`},
		{route: "PATCH /api/v1/transfers/{transfer}", body: `{"place":"§","note":"§"}`},
		{route: "POST /api/v1/transfers/{transfer}/announce", body: `{"files":[{"name":"§.mp4","size":9}]}`},
		{route: "POST /api/v1/users", body: `{"name":"§","mail":"programme@example.org","phone":"§","role":"jri"}`},
		{route: "PATCH /api/v1/users/{user}", body: `{"name":"§","phone":"§"}`},
		{route: "POST /api/v1/users/{user}/state", body: `{"state":"active"}`},
		{route: "POST /api/v1/users/{user}/link", body: "{}"},
		{route: "POST /api/v1/users/{user}/tokens", body: `{"name":"§"}`},
		{route: "DELETE /api/v1/users/{user}/tokens/{token}"},
		{route: "POST /api/v1/webhooks", body: `{"url":"https://programme.invalid/","events":["*"]}`},
		{route: "PATCH /api/v1/webhooks/{webhook}", body: `{"events":["film.published"]}`},
		{route: "POST /api/v1/webhooks/{webhook}/test", body: "{}"},
		{route: "POST /api/v1/undo/{batch}", body: "{}"},
		{route: "DELETE /api/v1/filmed/{filmed}"},
		{route: "DELETE /api/v1/notes/{note}"},
	}
}

// endings are the writes that take something away, or give it to others.
func endings() []write {
	return []write{
		{route: "POST /api/v1/deliveries/{delivery}/revoke", body: "{}"},
		{route: "POST /regie/sujets/{sujet}", body: sujetFields},
		{route: "POST /regie/recherches/{search}/retirer"},
		{route: "POST /regie/films/{film}/site"},
		{route: "POST /api/v1/films/{film}/site", body: "{}"},
		{route: "DELETE /api/v1/films/{film}/site"},
		{route: "POST /regie/bat/{approval}", body: "reponse=non&note=§"},
		{route: "POST /api/v1/bat/{approval}", body: `{"given":false,"note":"§"}`},
		{route: "POST /regie/films/{film}/bat"},
		{route: "POST /api/v1/films/{film}/bat", body: "{}"},
		{route: "DELETE /api/v1/bat/{approval}"},
		{route: "POST /api/v1/films/{film}/remake", body: "{}"},
		{route: "POST /api/v1/films/{film}/cancel", body: "{}"},
		{route: "POST /api/v1/sujets/{sujet}/state", body: `{"state":"closed"}`},
		{route: "POST /api/v1/consents/{consent}/state", body: `{"state":"refused"}`},
		{route: "POST /regie/films/{film}/refaire"},
		{route: "POST /regie/films/{film}/arreter"},
		{route: "POST /regie/sujets/{sujet}/etat", body: "etat=closed"},
		{route: "POST /regie/autorisations/{consent}/etat", body: "etat=refused"},
		{route: "POST /regie/autorisations/{consent}/effacer", body: "sur=1"},
		{route: "POST /regie/admin/personnes/{user}/etat", body: "etat=ferme"},
		{route: "POST /regie/tus/"},
		{route: "PATCH /regie/tus/{upload}", body: "hello"},
		{route: "DELETE /regie/tus/{upload}"},
		{route: "POST /regie/sortir"},
	}
}

// extras are fields that nobody is to set by a form.
var extras = url.Values{
	"id": {"01jrjrjrjrjrjrjrjrjrjrjrjr"}, "ID": {"01jrjrjrjrjrjrjrjrjrjrjrjr"}, "owner": {"{other}"}, "owner_id": {"{other}"}, "Owner": {"{other}"},
	"user": {"{other}"}, "user_id": {"{other}"}, "author": {"{other}"}, "actor": {"{other}"}, "created_by": {"{other}"},
	"role": {"administration"}, "roles": {"administration"}, "admin": {"1"}, "is_admin": {"true"}, "state": {"published"}, "State": {"published"},
	"approved": {"true"}, "approval": {"given"}, "bat": {"given"}, "given": {"true"}, "consent": {"granted"}, "granted": {"true"}, "clearance": {"green"},
	"reviewed": {"true"}, "version": {"2"}, "slug": {"pris"}, "master": {"x"}, "key": {"x"}, "sha256": {strings.Repeat("0", 64)}, "hash": {"x"}, "sealed": {"x"},
	"password": {"x"}, "totp": {"x"}, "totp_step": {"1"}, "muted": {"x"}, "created_at": {"0"}, "updated_at": {"0"}, "published_at": {"1"}, "removed_at": {"1"},
	"reason": {"x"}, "gps": {"x"}, "sheet": {"{}"}, "proxy": {"{}"}, "attempt": {"9"}, "ip": {"127.0.0.9"}, "batch": {"01jrjrjrjrjrjrjrjrjrjrjrjr"}, "_method": {"DELETE"},
}

// send sends a write to a record as a person, with a text in every field of
// texts, and with more fields than the route knows.
func (v *visit) send(w write, role assets.UserRole, address, text string, more url.Values) (status int, answer string) {
	right := right(v.T, w.route)
	method, kind, body := right.Method(), "application/x-www-form-urlencoded", ""
	named := func(body string) string {
		return wildcards.ReplaceAllStringFunc(body, func(x string) string { return v.id(strings.Trim(x, "{}"), "own", role) })
	}
	var headers []string
	switch {
	case strings.HasPrefix(address, "/regie/tus/"):
		headers = []string{"Tus-Resumable", "1.0.0", "Upload-Length", "5", "Upload-Offset", "0"}
		kind, body = "application/offset+octet-stream", w.body
	case strings.HasPrefix(w.body, "{"):
		kind, body = "application/json", strings.ReplaceAll(named(w.body), "§", jsonText(text))
		body = strings.TrimSuffix(body, "}") + jsonOf(more, body) + "}"
	case w.file != "":
		kind, body = packed(w.file, text, more)
	default:
		form, err := url.ParseQuery(w.body)
		if err != nil {
			v.Fatal(w.route, err)
		}
		for name, values := range form {
			form[name] = []string{strings.ReplaceAll(named(values[0]), "§", text)}
		}
		for name, values := range more {
			if !form.Has(name) {
				form[name] = values
			}
		}
		body = form.Encode()
	}
	res := v.ask(role, method, address, kind, strings.NewReader(body), headers...)
	return res.Code, res.Body.String()
}

// packed is a form with a small photo in it, and its content type. Browsers send
// no control characters in the name of a file.
func packed(field, name string, more url.Values) (kind, body string) {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name)
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for key, values := range more {
		_ = form.WriteField(key, values[0]) // into memory: never fails
	}
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(field, name+".jpg")}, "Content-Type": {"image/jpeg"},
	})
	if err == nil {
		err = jpeg.Encode(part, image.NewGray(image.Rect(0, 0, 60, 80)), nil)
	}
	if err != nil || form.Close() != nil {
		panic(err) // into memory: never
	}
	return form.FormDataContentType(), out.String()
}

// jsonText is a text as it stands between the quotes of JSON.
func jsonText(text string) string {
	out, _ := json.Marshal(text) // strings: always JSON
	return string(out[1 : len(out)-1])
}

// jsonOf are more members of an object, behind those it has.
func jsonOf(more url.Values, body string) string {
	out := ""
	for name, values := range more {
		if !strings.Contains(body, `"`+name+`"`) {
			out += `,"` + name + `":"` + values[0] + `"`
		}
	}
	if body == "{}" {
		out = strings.TrimPrefix(out, ",")
	}
	return out
}
