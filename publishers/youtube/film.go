package youtube

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

const (
	mostTitle       = 100  // UTF-16 units
	mostDescription = 5000 // bytes of UTF-8
	mostTags        = 500  // characters of all tags, commas and quotes counted
)

// video is a film as YouTube knows it, by the parts of its resource.
type video struct {
	ID         string         `json:"id,omitempty"`
	Snippet    map[string]any `json:"snippet,omitempty"`
	Status     map[string]any `json:"status,omitempty"`
	Recording  map[string]any `json:"recordingDetails,omitempty"`
	Processing map[string]any `json:"processingDetails,omitempty"`
	Content    map[string]any `json:"contentDetails,omitempty"`
	Statistics map[string]any `json:"statistics,omitempty"`
}

// kept is what an update clears where it is not sent again. publishAt is left
// out: films are opened by us, at their hour.
var (
	keptSnippet   = []string{"title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage"}
	keptStatus    = []string{"privacyStatus", "license", "embeddable", "publicStatsViewable", "selfDeclaredMadeForKids", "containsSyntheticMedia"}
	keptRecording = []string{"recordingDate", "location", "locationDescription"}
)

// update changes some of a film and leaves the rest as it was.
func (y *YouTube) update(ctx context.Context, was, is video) (video, error) {
	is.ID = was.ID
	for _, p := range []struct {
		is, was map[string]any
		kept    []string
	}{{is.Snippet, was.Snippet, keptSnippet}, {is.Status, was.Status, keptStatus}, {is.Recording, was.Recording, keptRecording}} {
		for _, key := range p.kept {
			if old, had := p.was[key]; had && p.is != nil {
				p.is[key] = cmp.Or(p.is[key], old)
			}
		}
	}
	var now video
	_, err := y.api.Do(ctx, remote.Call{Method: http.MethodPut, Path: "/youtube/v3/videos", Query: url.Values{"part": {is.names()}}, JSON: is}, &now)
	return now, err
}

// names are the parts that are written.
func (v video) names() string {
	var names []string
	for name, part := range map[string]map[string]any{"snippet": v.Snippet, "status": v.Status, "recordingDetails": v.Recording} {
		if part != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

// describe is what YouTube is told of a film.
func (y *YouTube) describe(req publishers.Request) (video, error) {
	f := req.Film
	title, description := line(f.Title), plain(req.Words())
	if more := len(utf16.Encode([]rune(title))) - mostTitle; more > 0 {
		return video{}, tooLong("Le titre", more, mostTitle)
	}
	if more := len(description) - mostDescription; more > 0 {
		return video{}, tooLong("La description", more, mostDescription)
	}
	if title == "" {
		return video{}, &assets.Error{Kind: assets.Invalid, Op: "youtube.describe", Msg: "YouTube veut un titre : donnez-en un au film. Rien n'est parti."}
	}
	v := video{
		Snippet: map[string]any{
			"title": title, "description": description, "tags": tags(req), "categoryId": y.o.Category,
			"defaultLanguage": "fr", "defaultAudioLanguage": "fr",
		},
		Status: map[string]any{"license": license(f), "selfDeclaredMadeForKids": false},
	}
	var place []string
	for _, t := range slices.Backward(req.Territory) {
		place = append(place, line(t.Name))
	}
	if len(place) > 0 {
		v.Recording = map[string]any{"locationDescription": strings.Join(place, ", ")}
	}
	return v, nil
}

func tooLong(what string, more, most int) error {
	return &assets.Error{
		Kind: assets.Invalid, Op: "youtube.describe",
		Msg: fmt.Sprintf("%s a %s de trop pour YouTube, qui en prend %s. Raccourcissez, puis réessayez : rien n'est parti.", what, french.Count(more, "signe", "signes"), french.Number(most)),
	}
}

// plain is a text that YouTube takes: it refuses < and >.
func plain(text string) string {
	return strings.TrimSpace(strings.NewReplacer("<", "‹", ">", "›").Replace(french.Clean(text)))
}

func line(text string) string { return strings.Join(strings.Fields(plain(text)), " ") }

var attribution = regexp.MustCompile(`^CC-BY-\d\.\d$`)

// license is the one that YouTube knows: CC BY, or its own. Any other is said in
// the text.
func license(f assets.Film) string {
	if attribution.MatchString(f.License) {
		return "creativeCommon"
	}
	return "youtube"
}

// bytesMark is how the tag of its bytes begins.
const bytesMark = "regie-film-"

func decisionMark(marker string) string { return "regie-" + remote.Mark(marker) }

// keepMarks has a film keep the tag of its bytes when others are described: they
// can't be exchanged.
func (v video) keepMarks(is video) {
	was, _ := v.Snippet["tags"].([]any)
	for _, tag := range was {
		if text, _ := tag.(string); strings.HasPrefix(text, bytesMark) {
			is.Snippet["tags"].([]string)[1] = text
		}
	}
}

// marks are the tags by which a film is known again: as this decision, and as
// these bytes of this film.
func marks(req publishers.Request) (decision, bytes string) {
	file, _ := req.Best()
	return decisionMark(req.Marker), bytesMark + remote.Mark(string(req.Film.ID)+" "+file.SHA256)
}

// tags are the marks, and as many keywords as there is room for.
func tags(req publishers.Request) []string {
	decision, bytes := marks(req)
	all := []string{decision, bytes}
	room := mostTags - len(decision) - len(bytes) - 1
	for _, word := range req.Film.Keywords {
		word = strings.ReplaceAll(line(word), ",", " ")
		n := len(utf16.Encode([]rune(word))) + 1
		if strings.Contains(word, " ") {
			n += 2 // quotes
		}
		if word == "" || n > room || slices.Contains(all, word) {
			continue
		}
		all, room = append(all, word), room-n
	}
	return all
}

func (v video) tagged(tag string) bool {
	all, _ := v.Snippet["tags"].([]any)
	return slices.Contains(all, any(tag))
}

// text is a word of its status.
func (v video) text(key string) string {
	s, _ := v.Status[key].(string)
	return s
}

func (v video) public() bool { return v.text("privacyStatus") == "public" }

// dead tells that nobody will ever see it.
func (v video) dead() bool {
	return slices.Contains([]string{"failed", "rejected", "deleted"}, v.text("uploadStatus"))
}

func (v video) receipt() publishers.Receipt {
	return publishers.Receipt{RemoteID: v.ID, URL: "https://www.youtube.com/watch?v=" + v.ID}
}

// note is what is amiss with a film, "" when nothing is.
func (v video) note() string {
	processing, _ := v.Processing["processingStatus"].(string)
	switch {
	case v.text("uploadStatus") == "rejected":
		return "YouTube a rejeté ce film : " + cmp.Or(rejections[v.text("rejectionReason")], "la raison n'est pas dite") + "."
	case v.text("uploadStatus") == "failed":
		return "YouTube n'a pas pu lire ce film : " + cmp.Or(failures[v.text("failureReason")], "la raison n'est pas dite") + "."
	case processing == "failed", processing == "terminated":
		return "YouTube n'a pas fini de préparer ce film : regardez-le dans YouTube Studio."
	case v.text("uploadStatus") == "uploaded":
		return "YouTube prépare encore ce film."
	case !v.public():
		return "Ce film est sur YouTube, mais pas public."
	}
	return ""
}

var rejections = map[string]string{
	"copyright": "il contiendrait une œuvre d'autrui", "claim": "un ayant droit le réclame", "trademark": "il montrerait une marque protégée",
	"duplicate": "la chaîne a déjà ce film", "inappropriate": "son contenu serait déplacé", "termsOfUse": "il serait contraire aux conditions d'utilisation",
	"legal": "pour une raison légale", "length": "il est trop long pour cette chaîne",
	"uploaderAccountSuspended": "la chaîne est suspendue", "uploaderAccountClosed": "la chaîne est fermée",
}

var failures = map[string]string{
	"conversion": "sa conversion a échoué", "invalidFile": "le fichier n'est pas une vidéo", "emptyFile": "le fichier est vide", "tooSmall": "le fichier est trop petit",
	"codec": "son codec n'est pas connu", "uploadAborted": "l'envoi a été interrompu",
}
