package studio

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// journalBody is a page of the audit log.
type journalBody struct {
	Ask    url.Values
	Events []assets.Event
	Who    map[string]string // names by ID
	People []assets.User
	Kinds  [][2]string
	Next   string
	Chain  string // what following the chain of hashes gave; "" when it was not asked for
	Broken bool
}

// subjectNames are what the records of the log are called.
func subjectNames() [][2]string {
	return [][2]string{
		{"film", "Film"},
		{"version", "Version"},
		{"rush", "Rush"},
		{"sujet", "Sujet"},
		{"publication", "Mise en ligne"},
		{"delivery", "Livraison"},
		{"approval", "BAT"},
		{"consent", "Autorisation"},
		{"upload", "Dépôt"},
		{"user", "Personne"},
		{"programme", "Programme"},
	}
}

func (s *Studio) journal(w http.ResponseWriter, r *http.Request) error {
	const perPage = 60
	f, err := s.journalFilter(r)
	if err != nil {
		return err
	}
	f.Limit = perPage + 1
	b := journalBody{Ask: r.URL.Query(), Kinds: subjectNames()}
	if b.Events, err = s.Desk.Catalog.Journal(r.Context(), f); err != nil {
		return err
	}
	if len(b.Events) > perPage {
		b.Events = b.Events[:perPage]
		next := r.URL.Query()
		next.Set("avant", string(b.Events[perPage-1].ID))
		b.Next = "/regie/admin/journal?" + next.Encode()
	}
	if b.People, b.Who, err = s.everybody(r); err != nil {
		return err
	}
	if r.FormValue("verifier") != "" {
		n, err := s.Desk.Catalog.VerifyLog(r.Context())
		if b.Broken = assets.KindOf(err) == assets.Conflict && err != nil; err != nil && !b.Broken {
			return err
		}
		b.Chain = french.Count(n, "événement est enchaîné", "événements sont enchaînés") + " : aucun n’a été changé."
		if b.Broken {
			b.Chain = assets.Sentence(err)
		}
	}
	return s.show(w, r, "journal", page{Title: "Journal", Here: "/regie/admin", Body: b})
}

// everybody is who may stand in the log.
func (s *Studio) everybody(r *http.Request) ([]assets.User, map[string]string, error) {
	who := map[string]string{"worker": "la maison", "schedule": "la maison", "cli": "en ligne de commande"}
	all, err := s.Desk.Catalog.Users(r.Context(), assets.UserFilter{})
	for _, u := range all {
		who[string(u.ID)] = u.Name
	}
	return all, who, err
}

func (s *Studio) journalFilter(r *http.Request) (assets.EventFilter, error) {
	q := r.URL.Query()
	f := assets.EventFilter{Kind: assets.Subject(q.Get("quoi")), Actor: q.Get("qui"), Before: assets.ID(q.Get("avant"))}
	for _, bound := range []struct {
		name string
		days int
		into *time.Time
	}{{"du", 0, &f.From}, {"au", 1, &f.To}} {
		if text := q.Get(bound.name); text != "" {
			day, err := time.ParseInLocation(time.DateOnly, text, s.Zone)
			if err != nil {
				return f, invalid("journal", "« "+text+" » n’est pas une date.")
			}
			*bound.into = day.AddDate(0, 0, bound.days)
		}
	}
	return f, nil
}

// journalFile is the log as a table for a spreadsheet: UTF-8 with its mark,
// semicolons, and no cell that a spreadsheet would take for a formula.
func (s *Studio) journalFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.journalFilter(r)
	if err != nil {
		return err
	}
	_, who, err := s.everybody(r)
	if err != nil {
		return err
	}
	f.Limit = 10_000
	all, err := s.Desk.Catalog.Journal(r.Context(), f)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="journal.csv"`)
	_, _ = w.Write([]byte("\ufeff"))
	table := csv.NewWriter(w)
	table.Comma = ';'
	rows := [][]string{{"quand", "quoi", "identifiant", "de", "à", "qui", "note", "adresse"}}
	for _, e := range all {
		name := who[e.Actor]
		if name == "" {
			name = e.Actor
		}
		rows = append(rows, []string{e.At.In(s.Zone).Format("2006-01-02 15:04:05"), string(e.Kind), string(e.Subject), e.From, e.To, cell(name), cell(e.Note), e.IP})
	}
	return table.WriteAll(rows)
}

// cell keeps a text from being a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// mailsBody is what the house has written.
type mailsBody struct {
	Mails []assets.Mail
	Next  string
}

func (s *Studio) mails(w http.ResponseWriter, r *http.Request) error {
	const perPage = 60
	all, err := s.Desk.Catalog.Mails(r.Context(), assets.ID(r.FormValue("avant")), perPage+1)
	if err != nil {
		return err
	}
	b := mailsBody{Mails: all}
	if len(all) > perPage {
		b.Mails = all[:perPage]
		b.Next = "/regie/admin/messages?avant=" + url.QueryEscape(string(b.Mails[perPage-1].ID))
	}
	return s.show(w, r, "mails", page{Title: "Messages", Here: "/regie/admin", Body: b})
}

// mail shows one message, as text: what it leads to can be followed.
func (s *Studio) mail(w http.ResponseWriter, r *http.Request) error {
	m, err := s.Desk.Catalog.Mail(r.Context(), assets.ID(r.PathValue("mail")))
	if err != nil {
		return err
	}
	if m, err = s.Desk.Readable(r.Context(), m); err != nil {
		return err
	}
	return s.show(w, r, "mail", page{Title: m.Subject, Here: "/regie/admin", Body: m})
}
