package vimeo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

const (
	mostTitle       = 128 // characters
	mostDescription = 5000
)

const videoFields = "uri,link,name,description,upload,transcode,status,privacy"

// video is a film as Vimeo has it.
type video struct {
	URI         string `json:"uri"` // "/videos/42"
	Link        string `json:"link"`
	Description string `json:"description"`
	Upload      upload `json:"upload"`
	Transcode   struct {
		Status string `json:"status"`
	} `json:"transcode"`
	Status  string `json:"status"`
	Privacy struct {
		View string `json:"view"`
	} `json:"privacy"`
}

// upload is where the bytes of a film go.
type upload struct {
	Status string `json:"status"` // in_progress, complete, error
	Link   string `json:"upload_link"`
}

// uri is the place of a film in the API. What Vimeo writes behind a colon, or in
// front of all that, leads nowhere else.
func (is video) uri() string {
	id, _, _ := strings.Cut(path.Base(is.URI), ":")
	return "/videos/" + id
}

// below is a place in the API, whatever it looks like.
func below(uri string) string { return "/" + strings.TrimLeft(uri, "/") }

func (is video) public() bool { return is.Privacy.View == "anybody" }

func (is video) receipt() publishers.Receipt {
	return publishers.Receipt{RemoteID: path.Base(is.uri()), URL: is.Link}
}

// amiss is what the states of a film mean to a person.
var amiss = map[string]string{
	"transcoding_error": "Vimeo n'a pas pu lire ce film.", "uploading_error": "Vimeo n'a pas reçu ce film en entier.",
	"quota_exceeded": "Le compte Vimeo a dépassé ce qu'il peut recevoir.", "total_cap_exceeded": "Le compte Vimeo est plein.",
	"unavailable": "Vimeo ne montre pas ce film : regardez-le sur vimeo.com.",
}

// dead tells that nobody will ever see it.
func (is video) dead() bool {
	return is.Transcode.Status == "error" || is.Upload.Status == "error" || slices.Contains([]string{"transcoding_error", "uploading_error"}, is.Status)
}

// note is what is amiss with a film, "" when nothing is.
func (is video) note() string {
	switch {
	case amiss[is.Status] != "":
		return amiss[is.Status]
	case is.Transcode.Status == "error":
		return amiss["transcoding_error"]
	case is.Upload.Status == "error":
		return amiss["uploading_error"]
	case is.Upload.Status == "in_progress", is.Transcode.Status == "in_progress":
		return "Vimeo prépare encore ce film."
	case !is.public():
		return "Ce film est sur Vimeo, mais pas public."
	}
	return ""
}

func (is video) shows(reference string) bool {
	return strings.HasSuffix(strings.TrimSpace(is.Description), reference)
}

// reference is the last line of a description: the decision, then the bytes.
func reference(marker string, file assets.Rendition) string {
	return decision(marker) + "-" + short(file.SHA256)
}

func decision(marker string) string { return "Réf. " + short(marker) }

func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

func isID(id string) bool {
	return id != "" && len(id) < 40 && strings.Trim(id, "0123456789") == ""
}

var creativeCommons = regexp.MustCompile(`^CC-(BY(?:-NC)?(?:-SA|-ND)?)-\d\.\d$`)

// describe is what Vimeo is told of a film, and the file that it is sent.
func describe(req publishers.Request) (assets.Rendition, map[string]any, error) {
	refuse := func(msg string) (assets.Rendition, map[string]any, error) {
		return assets.Rendition{}, nil, &assets.Error{Kind: assets.Invalid, Op: "vimeo.describe", Msg: msg + " Rien n'est parti."}
	}
	tooLong := func(what string, more, most int) string {
		return fmt.Sprintf("%s a %s de trop pour Vimeo, qui en prend %s : raccourcissez, puis réessayez.", what, french.Count(more, "signe", "signes"), french.Number(most))
	}
	f := req.Film
	file, has := req.Best()
	if !has {
		return refuse("Ce film n'a pas de vidéo à montrer sur Vimeo.")
	}
	about := map[string]any{}
	switch m := creativeCommons.FindStringSubmatch(f.License); {
	case m != nil:
		about["license"] = strings.ToLower(m[1])
	case f.License == "CC0-1.0":
		about["license"] = "cc0"
	}
	title := line(f.Title)
	description := strings.TrimSpace(strings.TrimSpace(french.Clean(req.Words())) + "\n\n" + reference(req.Marker, file))
	about["name"], about["description"] = title, description
	if title == "" {
		return refuse("Vimeo veut un titre : donnez-en un au film.")
	}
	if more := utf8.RuneCountInString(title) - mostTitle; more > 0 {
		return refuse(tooLong("Le titre", more, mostTitle))
	}
	if more := utf8.RuneCountInString(description) - mostDescription; more > 0 {
		return refuse(tooLong("La description", more, mostDescription))
	}
	return file, about, nil
}

func line(text string) string { return strings.Join(strings.Fields(french.Clean(text)), " ") }
