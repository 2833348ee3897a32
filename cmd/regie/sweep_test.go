package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
	"anonymal.tv/regie/web/static"
)

// TestTheRealRooms asks the real rooms, with records of every kind behind them,
// whatever they answer to, as whoever may and whoever may not.
func TestTheRealRooms(t *testing.T) {
	e := openExhibit(t)
	t.Run("looking", func(t *testing.T) { looking(e.open(t)) })
	t.Run("changing", func(t *testing.T) { changing(t, e) })
	t.Run("naming", func(t *testing.T) { naming(e.open(t)) })
	t.Run("more than the form", func(t *testing.T) { moreThanTheForm(t, e) })
	t.Run("redirects", func(t *testing.T) { redirects(e.open(t)) })
	t.Run("knobs", func(t *testing.T) { knobs(e.open(t)) })
	t.Run("secrets", func(t *testing.T) { noSecrets(e.open(t)) })
	t.Run("swapped seals", func(t *testing.T) { swappedSeals(e.open(t)) })
	t.Run("hostile text", func(t *testing.T) { hostileText(e.open(t)) })
}

// relations are whose a record is.
var relations = []string{"unknown", "others", "own", "closed"}

// names stand for what no person owns, and for what follows the record in an
// address.
var names = map[string]string{"slug": "zik-zac-2018", "page": "entrer", "key": "NOTAKEYATALL", "n": "1", "format": "edl", "kind": "chapters", "language": "fr", "token": "nobodys", "channel": "mastodon"}

// slugs are where things are filed, and the format of a film, by the part of the
// address before them.
var slugs = map[string]string{"formats": "pad-tv", "dossiers": "zik-zac-2018", "partenaires": "zik-zac-festival", "territoires": "jas-de-bouffan", "rubriques": "culture"}

var wildcards = regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}`)

// cell is one person, one route and one record.
type cell struct {
	right   access.Right
	role    assets.UserRole // "" is nobody
	whose   string          // of relations; "" where the route names no record
	id      string          // of the record
	address string
}

// verdict is what the table says of a cell. Searches and what can be undone
// have no record that the table asks for: the Desk knows whose they are.
func (c cell) verdict() access.Verdict {
	reach := c.right.Reach(c.role)
	if kind := c.right.Kind(); kind == "search" || kind == "batch" && c.role != assets.RoleAdministration {
		reach = access.Own
	}
	switch {
	case c.right.Public():
		return access.Allowed
	case reach == access.No, c.whose == "unknown", c.whose == "others" && reach == access.Own:
		return access.Hidden
	case c.whose == "closed" && c.right.WhileOpen:
		return access.Closed
	}
	return access.Allowed
}

// cells are all cells of a route.
func (v *visit) cells(r access.Right) []cell {
	var all []cell
	for _, role := range append(assets.UserRoles(), "") {
		whoses := relations
		if kind := r.Kind(); kind == "" || kind == "file" || names[kind] != "" {
			whoses = []string{""}
		}
		for _, whose := range whoses {
			c := cell{right: r, role: role, whose: whose, id: v.id(r.Kind(), whose, role)}
			if whose != "" && c.id == "" {
				continue
			}
			c.address = v.address(c)
			all = append(all, c)
		}
	}
	return all
}

func (v *visit) address(c cell) string {
	parts := strings.Split(c.right.Path(), "/")
	record := c.id
	for i, part := range parts {
		kind := strings.Trim(part, "{}.")
		switch {
		case !wildcards.MatchString(part):
		case record != "":
			parts[i], record = record, ""
		case slugs[parts[i-1]] != "":
			parts[i] = slugs[parts[i-1]]
		case kind == "file":
			parts[i] = map[string]string{"": v.static(), "rush": v.ids["file rush"], "film": v.ids["file version"]}[strings.TrimPrefix(c.right.Kind(), "file")]
		default:
			parts[i] = names[kind]
		}
	}
	return strings.Join(parts, "/")
}

// static is a file that the browser is given.
func (v *visit) static() string {
	var names map[string]string
	text, err := fs.ReadFile(static.FS(), "manifest.json")
	if err == nil {
		err = json.Unmarshal(text, &names)
	}
	if err != nil {
		v.Fatal(err)
	}
	return names["studio.css"]
}

// looking (W-01, I-15): every page and file answers as the table says, to
// everybody; and looking changes nothing.
func looking(v *visit) {
	before := v.dump()
	sweep := sweep{visit: v}
	for _, r := range access.Table {
		if !looks(r) {
			continue
		}
		for _, c := range v.cells(r) {
			res := v.ask(c.role, r.Method(), c.address, "", nil, "Tus-Resumable", "1.0.0")
			sweep.judge(c, res.Code, res.Body.String())
		}
	}
	for _, line := range difference(before, v.dump()) {
		v.Errorf("looking changed %s", line)
	}
	v.Logf("%d cells", sweep.cells)
}

// changing (W-01, I-15): every action is open to whom the table says.
func changing(t *testing.T, e *exhibit) {
	known, cells := map[string]bool{}, 0
	try := func(w write, v *visit) {
		sweep := sweep{visit: v}
		for role := range v.cookies {
			v.ask(role, http.MethodGet, "/regie/aide", "", nil) // what was done before is said, once
		}
		for _, c := range v.cells(right(t, w.route)) {
			status, answer := v.send(w, c.role, c.address, "Un texte", nil)
			sweep.judge(c, status, answer)
		}
		known[w.route], cells = true, cells+sweep.cells
	}
	v := e.open(t)
	for _, w := range writes() {
		try(w, v)
	}
	for _, w := range endings() {
		try(w, e.open(t))
	}
	for _, r := range access.Table {
		if !known[r.Route] && !looks(r) {
			try(write{route: r.Route}, v) // a form without fields
		}
	}
	t.Logf("%d cells", cells)
}

// looks tells a route that only looks.
func looks(r access.Right) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, r.Method())
}

// empty are routes that are allowed and yet answer as if they were not there.
var empty = map[string]string{
	"GET /regie/admin/taches":                    "the queue is shown by the process that has its broker",
	"GET /regie/admin/taches/":                   "the queue is shown by the process that has its broker",
	"GET /regie/calendrier.ics":                  "nobody has its key",
	"GET /regie/admin/canaux/{channel}/retour":   "nobody asked for the account",
	"DELETE /api/v1/films/{film}/site":           "the film is not online",
	"DELETE /api/v1/filmed/{filmed}":             "whoever comes first takes the person off",
	"DELETE /api/v1/users/{user}/tokens/{token}": "the token is nobody's",
	"PATCH /regie/tus/{upload}":                  "tusd wants a real connection, to set its patience (web/upload tests that)",
}

// sweep judges answers, and remembers how an unknown record was refused.
type sweep struct {
	*visit
	cells   int
	unknown map[string]string
}

func (s *sweep) judge(c cell, status int, answer string) {
	s.cells++
	name := c.right.Route + " of " + string(c.role) + ", " + c.whose
	if c.role == "" && !c.right.Public() {
		if status != http.StatusUnauthorized && !(status == http.StatusSeeOther && c.right.Method() == http.MethodGet) {
			s.Errorf("%s: %d to nobody", name, status)
		}
		return
	}
	refusal := strings.ReplaceAll(answer, url.QueryEscape(c.id), "ID")
	key := c.right.Route + string(c.role)
	if s.unknown == nil {
		s.unknown = map[string]string{}
	}
	if c.whose == "unknown" {
		s.unknown[key] = refusal
	}
	switch c.verdict() {
	case access.Hidden:
		if status != http.StatusNotFound || c.whose != "" && refusal != s.unknown[key] {
			s.Errorf("%s: %d, not as an unknown one: %d and %d bytes", name, status, len(refusal), len(s.unknown[key]))
		}
	case access.Closed:
		if status != http.StatusConflict {
			s.Errorf("%s: %d though it is closed", name, status)
		}
	default:
		taken := status < 400 || slices.Contains(aboutTheBody, status)
		within := c.whose != "own" && status == http.StatusNotFound && !strings.Contains(answer, gate.ErrHidden.Msg) // nothing was made of it
		if !taken && !within && empty[c.right.Route] == "" {
			s.Errorf("%s: %d though it is allowed (%s)", name, status, c.address)
		}
	}
}

// aboutTheBody are answers to what was sent, or to how things stand.
var aboutTheBody = []int{http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests}

// moreThanTheForm (W-02): fields that a form does not have take nowhere. The
// same is done in two houses, with and without them: the same is changed. What
// is changed leaves a row that says who it was, and from where (W-13).
func moreThanTheForm(t *testing.T, e *exhibit) {
	with, without := e.open(t), e.open(t)
	more := url.Values{}
	for name, values := range extras {
		more[name] = []string{strings.ReplaceAll(values[0], "{other}", string(e.other.ID))}
	}
	taken := 0
	for _, w := range append(writes(), endings()...) {
		c := with.entitled(w.route)
		var changed [2]string
		var differences []string
		var status [2]int
		for i, v := range []*visit{without, with} {
			before := v.dump()
			status[i], _ = v.send(w, c.role, c.address, "Un texte", []url.Values{nil, more}[i])
			differences = difference(before, v.dump())
			changed[i] = plain(differences)
		}
		strict := status[1] == http.StatusUnprocessableEntity && changed[1] == "" // what is not known is refused
		if !strict && (status[0] != status[1] || changed[0] != changed[1]) {
			t.Errorf("%s: %d and %d\n%s\n\n%s", w.route, status[0], status[1], changed[0], changed[1])
		}
		if strict { // done there, too, so that the houses stay alike
			with.send(w, c.role, c.address, "Un texte", nil)
		}
		if changed[0] != "" {
			taken++
		}
		row := regexp.MustCompile(`\+events .*actor=` + string(e.people[c.role].ID) + ` .*ip=192\.0\.2\.1 `)
		if lines := strings.Join(differences, "\n"); lines != "" && unlogged[w.route] == "" && !row.MatchString(lines) {
			t.Errorf("%s leaves no row that says who and where:\n%s", w.route, lines)
		}
	}
	if taken < 50 {
		t.Errorf("only %d writes change something", taken)
	}
}

// named are forms and addresses that name a record elsewhere than first in the
// address: {kind} is one's own, <kind> somebody else's.
var named = []struct{ route, body string }{
	{"POST /regie/rushes", "rush=<rush>&title=x"},
	{"POST /regie/rushes", "rush={rush}&rush=<rush>&title=x"},
	{"POST /regie/rushes", "rush={rush}&sujet=<sujet>"},
	{"POST /regie/rushes", "rush=<rush>&faire=selectionner&selection=nouvelle"},
	{"POST /regie/rushes", "rush={rush}&faire=selectionner&selection=<selection>"},
	{"POST /regie/rushes/{rush}", "sujet=<sujet>"},
	{"POST /regie/selections", "name=x&sujet=<sujet>"},
	{"POST /regie/selections", "rush=<rush>&selection={selection}"},
	{"POST /regie/selections", "rush={rush}&selection=<selection>"},
	{"POST /regie/selections/{selection}", "name=x&sujet=<sujet>"},
	{"POST /regie/selections/{selection}", "name=x&rush=<rush>&in=&out="},
	{"POST /regie/deposer", "quoi=rush&sujet=<sujet>"},
	{"POST /regie/deposer/{transfer}", "sujet=<sujet>"},
	{"PATCH /api/v1/rushes", `{"rushes":["<rush>"],"change":{"title":"x"}}`},
	{"PATCH /api/v1/rushes", `{"rushes":["{rush}"],"change":{"sujet":"<sujet>"}}`},
	{"POST /api/v1/selections", `{"name":"x","sujet":"<sujet>"}`},
	{"POST /api/v1/selections", `{"name":"x","clips":[{"rush":"<rush>","in":0,"out":0}]}`},
	{"PATCH /api/v1/selections/{selection}", `{"sujet":"<sujet>"}`},
	{"POST /api/v1/selections/{selection}/clips", `{"clips":[{"rush":"<rush>","in":0,"out":0}]}`},
	{"POST /api/v1/sujets/{sujet}/people", `{"consent":"<consent>"}`},
	{"POST /api/v1/transfers", `{"kind":"rush","sujet":"<sujet>"}`},
	{"PATCH /api/v1/transfers/{transfer}", `{"sujet":"<sujet>"}`},
	{"GET /regie/autorisations/formulaire", "sujet=<sujet>"},
	{"GET /regie/autorisations/formulaire", "autorisation=<consent>"},
}

// naming (W-01): what is named in a form is asked of the table, too. A JRI who
// names what is not theirs gets the answer to what is not there; nothing
// changes.
func naming(v *visit) {
	const jri = assets.RoleJRI
	before := v.dump()
	for _, n := range named {
		var answers []string
		for _, whose := range []string{"unknown", "others"} {
			body := regexp.MustCompile("<[a-z]+>").ReplaceAllStringFunc(n.body, func(x string) string { return v.id(strings.Trim(x, "<>"), whose, jri) })
			body = wildcards.ReplaceAllStringFunc(body, func(x string) string { return v.id(strings.Trim(x, "{}"), "own", jri) })
			r := right(v.T, n.route)
			address := v.address(cell{right: r, role: jri, id: v.id(r.Kind(), "own", jri)})
			if looks(r) {
				address += "?" + body
			}
			kind := "application/x-www-form-urlencoded"
			if strings.HasPrefix(body, "{") {
				kind = "application/json"
			}
			res := v.ask(jri, r.Method(), address, kind, strings.NewReader(body))
			answers = append(answers, strings.ReplaceAll(fmt.Sprint(res.Code, " ", res.Body), v.id(strings.Split(strings.SplitN(n.body, "<", 2)[1], ">")[0], whose, jri), "ID"))
		}
		if answers[0] != answers[1] || !strings.HasPrefix(answers[1], "404") {
			v.Errorf("%s with %s: %.3s, of what is not there %.3s", n.route, n.body, answers[1], answers[0])
		}
	}
	for _, line := range difference(before, v.dump()) {
		v.Errorf("naming changed %s", line)
	}
}

// unlogged are writes that leave no row in the log, and why.
var unlogged = map[string]string{
	"POST /regie/deposer":                        "an envelope: the files that come in it are logged",
	"POST /regie/deposer/{transfer}":             "what is said of an envelope is logged with the rushes that it comes to",
	"POST /regie/admin/webhooks/{webhook}/essai": "the call itself is kept, with what came of it",
	"POST /api/v1/webhooks/{webhook}/test":       "the call itself is kept, with what came of it",
	"POST /regie/sortir":                         "the session itself says when it was ended",
}
