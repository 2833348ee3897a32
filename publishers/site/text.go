package site

import (
	"regexp"
	"strings"

	"anonymal.tv/regie/assets/french"
)

func films(n int) string { return french.Count(n, "film", "films") }

// licence is what a page says of the right to use a film.
type licence struct {
	Name string
	URL  string
	Free bool // may be downloaded and used again by anyone for anything
}

var creativeCommons = regexp.MustCompile(`^CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)$`)

// readLicence understands an SPDX identifier.
func readLicence(id string) licence {
	words := map[string]string{
		"BY": "Attribution", "NC": "Pas d’utilisation commerciale",
		"SA": "Partage dans les mêmes conditions", "ND": "Pas de modification",
	}
	switch m := creativeCommons.FindStringSubmatch(id); {
	case id == "":
		return licence{Name: "Tous droits réservés"}
	case id == "CC0-1.0":
		return licence{"Creative Commons Zéro (domaine public)", "https://creativecommons.org/publicdomain/zero/1.0/deed.fr", true}
	case id == "etalab-2.0":
		return licence{"Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/", true}
	case m != nil:
		var parts []string
		for code := range strings.SplitSeq(m[1], "-") {
			parts = append(parts, words[code])
		}
		return licence{
			Name: "Creative Commons " + strings.Join(parts, ", ") + " " + m[2],
			URL:  "https://creativecommons.org/licenses/" + strings.ToLower(m[1]) + "/" + m[2] + "/deed.fr",
			Free: m[1] == "BY" || m[1] == "BY-SA",
		}
	}
	return licence{Name: id}
}
