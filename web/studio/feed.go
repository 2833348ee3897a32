package studio

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// agendaBody is a person's private calendar.
type agendaBody struct {
	Address string // with its key: shown once
	Feed    *assets.Key
}

// agenda shows whether a person has a private calendar.
func (s *Studio) agenda(w http.ResponseWriter, r *http.Request) error {
	return s.showAgenda(w, r, "")
}

func (s *Studio) showAgenda(w http.ResponseWriter, r *http.Request, address string) error {
	b := agendaBody{Address: address}
	var err error
	if b.Feed, err = s.Desk.Feed(r.Context(), user(r).ID); err != nil {
		return err
	}
	return s.show(w, r, "agenda", page{Title: "S’abonner au calendrier", Here: "/regie/calendrier", Body: b})
}

// setAgenda makes a private calendar, or ends it.
func (s *Studio) setAgenda(w http.ResponseWriter, r *http.Request) error {
	if r.PostFormValue("faire") == "revoquer" {
		if err := s.Desk.EndFeed(r.Context(), user(r)); err != nil {
			return err
		}
		return s.done(w, r, "/regie/calendrier/abonnement", "L’adresse est révoquée : elle n’ouvre plus rien.")
	}
	secret, err := s.Desk.NewFeed(r.Context(), user(r))
	if err != nil {
		return err
	}
	return s.showAgenda(w, r, s.BaseURL+"/regie/calendrier.ics?cle="+url.QueryEscape(secret.Reveal()))
}

// feed is the calendar for the programs that people keep theirs in (RFC 5545).
// Its key says whose it is.
func (s *Studio) feed(w http.ResponseWriter, r *http.Request) error {
	u, err := s.Desk.Reader(r.Context(), assets.Secret(r.URL.Query().Get("cle")))
	if err != nil {
		return err
	}
	all, err := s.Desk.Diary(r.Context(), pipeline.CalendarFilter{Crew: own(u)})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `inline; filename="regie.ics"`)
	w.Header().Set("Cache-Control", "private, no-store")
	_, _ = w.Write([]byte(s.ical(all))) // the reader may have gone
	return nil
}

// paris are the clocks of the association, as RFC 5545 describes them.
const paris = "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\n" +
	"BEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n" +
	"BEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n" +
	"END:VTIMEZONE\r\n"

const (
	icalLocal = "20060102T150405"
	icalUTC   = "20060102T150405Z"
)

// ical writes a calendar.
func (s *Studio) ical(all []pipeline.Diary) string {
	var out strings.Builder
	line := func(name, value string) { out.WriteString(folded(name + ":" + value)) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Anonymal//Régie//FR")
	line("METHOD", "PUBLISH")
	line("X-WR-CALNAME", escaped(s.Title+", mises en ligne"))
	line("X-WR-TIMEZONE", "Europe/Paris")
	line("REFRESH-INTERVAL;VALUE=DURATION", "PT15M")
	out.WriteString(paris)
	host := "regie"
	if base, err := url.Parse(s.BaseURL); err == nil && base.Hostname() != "" {
		host = base.Hostname()
	}
	for _, d := range all {
		line("BEGIN", "VEVENT")
		line("UID", string(d.ID)+"@"+host)
		line("SEQUENCE", strconv.Itoa(d.Moved))
		line("DTSTAMP", d.Changed.UTC().Format(icalUTC))
		line("LAST-MODIFIED", d.Changed.UTC().Format(icalUTC))
		line(s.icalStart(d.Publication))
		line("DURATION", "PT15M")
		line("SUMMARY", escaped(d.Title+" · "+d.Channel.Name()))
		line("DESCRIPTION", escaped(shownAs(d.State).Word))
		line("STATUS", icalStatus(d))
		line("TRANSP", "TRANSPARENT")
		line("URL", s.BaseURL+publicationPath(d.ID))
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return out.String()
}

// icalStart is when a publication is planned: by the clock on the wall, unless it
// shows that hour twice and this is the second.
func (s *Studio) icalStart(p assets.Publication) (name, value string) {
	local := p.At.In(s.Zone)
	if m, _, err := assets.ReadWall(local.Format(assets.WallLayout), s.Zone, false); err != nil || !m.At.Equal(p.At.Truncate(time.Minute)) {
		return "DTSTART", p.At.UTC().Format(icalUTC)
	}
	return "DTSTART;TZID=Europe/Paris", local.Format(icalLocal)
}

// icalStatus is how sure it is that it goes out then.
func icalStatus(d pipeline.Diary) string {
	switch {
	case d.State == assets.PublicationCancelled || d.State == assets.PublicationWithdrawn:
		return "CANCELLED"
	case d.Doubtful:
		return "TENTATIVE"
	}
	return "CONFIRMED"
}

// escaped is a text as RFC 5545, section 3.3.11, wants it.
func escaped(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return -1
		}
		return r
	}, text)
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(text)
}

// folded is a line of at most 75 bytes, and what goes on behind a space (section
// 3.1); no letter is cut.
func folded(line string) string {
	const most = 75
	var out strings.Builder
	n := 0
	for _, r := range line {
		size := len(string(r))
		if n+size > most {
			out.WriteString("\r\n ")
			n = 1
		}
		out.WriteRune(r)
		n += size
	}
	return out.String() + "\r\n"
}
