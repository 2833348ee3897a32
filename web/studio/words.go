package studio

import (
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// words are what templates can say.
func (s *Studio) words() template.FuncMap {
	words := template.FuncMap{
		"asset":        s.static.path,
		"made":         madeAt,
		"moment":       func(t time.Time) string { return french.Moment(t.In(s.Zone), s.Now().In(s.Zone)) },
		"day":          func(t time.Time) string { return french.Day(t.In(s.Zone)) },
		"hour":         func(t time.Time) string { return french.Hour(t.In(s.Zone)) },
		"iso":          func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"local":        func(t time.Time) string { return typed(t, s.Zone) },
		"capital":      french.Capital,
		"length":       french.Length,
		"weight":       french.Weight,
		"number":       french.Number,
		"count":        french.Count,
		"timecode":     french.Timecode,
		"typeset":      french.Typeset,
		"clean":        french.Clean,
		"short":        func(limit int, text string) string { return french.Short(text, limit) },
		"lines":        func(text string) []string { return strings.Split(text, "\n") },
		"role":         roleName,
		"first":        firstName,
		"may":          func(u assets.User, route string) bool { return access.May(u.Role, route) },
		"standing":     standing,
		"shown":        shownAs,
		"trace":        traceWords,
		"handed":       handedWords,
		"kit":          kitName,
		"when":         s.when,
		"now":          s.Now,
		"instant":      s.instantField,
		"second":       func(t time.Time) string { return t.In(s.Zone).Format("15:04:05") },
		"clock":        clock,
		"has":          func(list []string, v string) bool { return slices.Contains(list, v) },
		"tel":          tel,
		"rushStanding": rushStanding,
		"linked":       linked,
		"subject":      subjectName,
		"state":        stateName,
		"device":       deviceName,
		"dict":         dict,
		"choices":      choices,
		"fields":       strings.Fields,
		"stars":        func(n int) string { return strings.Repeat("★", n) },
		"shot":         shotName,
		"percent":      func(ratio float64) int { return int(ratio * 100) },
	}
	maps.Copy(words, s.rightsWords())
	return words
}

// when says when a shoot is, as people say it who are about to go there.
func (s *Studio) when(t time.Time) string {
	switch {
	case t.IsZero():
		return "Date à fixer"
	case !t.Before(s.midnight(0)) && t.Before(s.midnight(1)):
		return "Aujourd’hui, " + french.Hour(t.In(s.Zone))
	case !t.Before(s.midnight(1)) && t.Before(s.midnight(2)):
		return "Demain, " + french.Hour(t.In(s.Zone))
	}
	return french.Moment(t.In(s.Zone), s.Now().In(s.Zone))
}

// tel is the address that calls a number (RFC 3966); what is no digit is left out.
func tel(number string) template.URL {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
	return template.URL("tel:" + digits) // digits only
}

// choices makes a list to choose from: value, name, value, name…
func choices(pairs ...string) []choice {
	var list []choice
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, choice{pairs[i], pairs[i+1]})
	}
	return list
}

func shotName(s assets.Shot) string {
	return map[assets.Shot]string{assets.ShotSpeech: "Parole", assets.ShotCutaway: "Plan de coupe"}[s]
}

// typed is an instant as a field of type datetime-local holds it.
func typed(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("2006-01-02T15:04")
}

// dict hands several values to a template.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: %d values", len(pairs))
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m, nil
}

func roleName(r assets.UserRole) string {
	return map[assets.UserRole]string{
		assets.RoleJRI: "JRI", assets.RoleMonteur: "montage", assets.RoleImage: "responsable image",
		assets.RoleCommunication: "communication", assets.RoleAdministration: "administration",
	}[r]
}

func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// address is a web address at the end of a line of a mail.
var address = regexp.MustCompile(`https?://[^\s<>"]+$`)

// linked is a line of text whose address, at its end, can be followed.
func linked(line string) template.HTML {
	at := address.FindStringIndex(line)
	if at == nil {
		return template.HTML(template.HTMLEscapeString(line))
	}
	to := template.HTMLEscapeString(line[at[0]:])
	return template.HTML(template.HTMLEscapeString(line[:at[0]]) + `<a href="` + to + `">` + to + `</a>`) // escaped, and begins with http
}

// subjectName is what a kind of record is called.
func subjectName(kind assets.Subject) string {
	for _, n := range subjectNames() {
		if n[0] == string(kind) {
			return n[1]
		}
	}
	return string(kind)
}

// deviceName is what a browser calls itself, in the words of who holds it:
// « Chrome, Android ». Browsers name each other, so that the order counts.
func deviceName(agent string) string {
	find := func(names [][2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser := find([][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}})
	system := find([][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Macintosh", "Mac"}, {"CrOS", "Chromebook"}, {"Linux", "Linux"}})
	switch {
	case browser != "" && system != "":
		return browser + ", " + system
	case browser+system != "":
		return browser + system
	}
	return french.Short(french.Clean(agent), 60)
}
