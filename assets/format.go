package assets

import (
	"slices"
	"strings"
)

// FormatName names a form in which a film is handed out: made when somebody
// asks for it, and kept.
type FormatName string

// Format is one of these forms.
type Format struct {
	Name   FormatName `json:"name"`
	Use    string     `json:"use"`    // what it is for (French)
	Kind   string     `json:"kind"`   // what it is, in a word or two (French)
	Teaser bool       `json:"teaser"` // of the teaser; else of the whole film
}

// String is what people call it: « Pour diffusion TV (PAD) ».
func (f Format) String() string { return f.Use + " (" + f.Kind + ")" }

// Inside is String within a sentence.
func (f Format) Inside() string { return strings.ToLower(f.Use[:1]) + f.String()[1:] }

// The formats that something is said of by name.
const (
	FormatPAD        FormatName = "pad-tv"
	FormatProjection FormatName = "projection"
	FormatMezzanine  FormatName = "mezzanine"
)

// Formats are all of them, in the order in which they are shown.
func Formats() []Format {
	return []Format{
		{"film-16x9", "Pour votre site", "MP4 1080p", false},
		{"film-9x16", "Pour Instagram/WhatsApp", "vertical", false},
		{"film-1x1", "Pour Instagram et Facebook", "carré", false},
		{"teaser-16x9", "Teaser pour votre site", "MP4 1080p", true},
		{"teaser-9x16", "Teaser pour Instagram/WhatsApp", "vertical", true},
		{"teaser-1x1", "Teaser pour Instagram et Facebook", "carré", true},
		{FormatPAD, "Pour diffusion TV", "PAD", false},
		{FormatProjection, "Pour une projection", "MP4 1080p", false},
		{FormatMezzanine, "Pour remonter le film", "ProRes", false},
	}
}

// FormatNamed is the format of that name.
func FormatNamed(name FormatName) (Format, error) {
	all := Formats()
	if i := slices.IndexFunc(all, func(f Format) bool { return f.Name == name }); i >= 0 {
		return all[i], nil
	}
	return Format{}, &Error{Kind: NotFound, Op: "assets.FormatNamed", Msg: "Ce format n'existe pas."}
}

// Role is the role of its file: a Rendition of that role says that it is there.
func (n FormatName) Role() Role { return RoleFormat + "-" + Role(n) }

// Of names the format of one version, as the subject of the job that makes it.
func (n FormatName) Of(version ID) ID { return version + "/" + ID(n) }

// FormatState is where a format of a version stands.
type FormatState string

// The states of a format.
const (
	FormatAbsent  FormatState = ""
	FormatAsked   FormatState = "asked" // waits for its turn
	FormatMaking  FormatState = "making"
	FormatReady   FormatState = "ready"
	FormatFailed  FormatState = "failed"
	FormatStopped FormatState = "stopped" // somebody called it off
)
