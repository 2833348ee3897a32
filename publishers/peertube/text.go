package peertube

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// What an instance takes, in characters.
const (
	leastText       = 3
	mostName        = 120
	mostDescription = 10000
	mostTags        = 5
	leastTag        = 2
	mostTag         = 30
)

// describe is what PeerTube is told of a film.
func describe(req publishers.Request) (map[string]any, error) {
	f := req.Film
	name := line(f.Title)
	description := strings.TrimSpace(french.Clean(req.Words()))
	if n := utf8.RuneCountInString(name); n < leastText || n > mostName {
		return nil, refuse("Le titre", n, mostName)
	}
	is := map[string]any{"name": name, "language": "fr", "nsfw": false, "tags": tags(f.Keywords)}
	if n := utf8.RuneCountInString(description); n > mostDescription {
		return nil, refuse("La description", n, mostDescription)
	} else if n >= leastText {
		is["description"] = description
	}
	if id := licence(f.License); id > 0 {
		is["licence"] = id
	}
	return is, nil
}

func line(text string) string { return strings.Join(strings.Fields(french.Clean(text)), " ") }

func refuse(what string, has, most int) error {
	msg := fmt.Sprintf("%s a %s de trop pour PeerTube, qui en prend %s. Raccourcissez, puis réessayez : rien n'est parti.", what, french.Count(has-most, "signe", "signes"), french.Number(most))
	if has < leastText {
		msg = fmt.Sprintf("%s est trop court pour PeerTube, qui veut %d signes au moins : rien n'est parti.", what, leastText)
	}
	return &assets.Error{Kind: assets.Invalid, Op: "peertube.describe", Msg: msg}
}

func tags(keywords []string) []string {
	all := []string{}
	for _, word := range keywords {
		word = line(word)
		if n := utf8.RuneCountInString(word); len(all) < mostTags && n >= leastTag && n <= mostTag && !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}

var creativeCommons = regexp.MustCompile(`^CC-(BY[A-Z-]*)-\d\.\d$`)

// licence is the number of one that PeerTube knows; 0: it knows none such.
func licence(spdx string) int {
	if spdx == "CC0-1.0" {
		return 7
	}
	m := creativeCommons.FindStringSubmatch(spdx)
	if m == nil {
		return 0
	}
	return 1 + slices.Index([]string{"BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND"}, m[1])
}

// sort tells what a full disk and a large file mean; all else says its status.
func sort(a remote.Answer) error {
	if a.Status != http.StatusRequestEntityTooLarge {
		return nil
	}
	var body struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(a.Body, &body) // without a code it is the size
	msg := "Ce film est trop lourd pour l'instance PeerTube : rien n'est parti."
	if body.Code == "quota_reached" {
		msg = "Le compte PeerTube n'a plus de place pour ce film. Libérez-en ou demandez-en à l'instance, puis réessayez : rien n'est parti."
	}
	return &assets.Error{Kind: assets.Invalid, Op: "peertube.sort", Msg: msg, Err: fmt.Errorf("PeerTube answers %d %s", a.Status, body.Code)}
}
