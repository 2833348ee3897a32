package pipeline

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"anonymal.tv/regie/assets/french"
)

const mostSites = 50

// hostName is the name of a host as policies write it: no address in digits, no
// port, no star.
var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)

// Sites reads the sites that may frame the films of a partner, as people type
// them or paste them: each becomes the name of its host, in ASCII, which stands
// for the same behind « www. » too.
func Sites(typed []string) ([]string, error) {
	const op = "pipeline.Sites"
	var hosts []string
	for _, text := range typed {
		text = strings.Trim(text, " \t,;")
		if text == "" {
			continue
		}
		host, ok := hostOf(text)
		if !ok {
			return nil, wrong(op, "sites", "« "+french.Short(french.Clean(text), 80)+" » n’est pas le nom d’un site : écrivez-le comme festival.fr. Rien n’a changé.")
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	if len(hosts) > mostSites {
		return nil, wrong(op, "sites", "Cinquante sites au plus. Rien n’a changé.")
	}
	return hosts, nil
}

func hostOf(text string) (string, bool) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Port() != "" {
		return "", false
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(u.Hostname(), "."))
	host = strings.TrimPrefix(host, "www.")
	return host, err == nil && len(host) <= 253 && hostName.MatchString(host)
}
