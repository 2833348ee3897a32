package configs

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
)

// Channels are the destinations beside the site. A mode is automatic (Régie
// publishes), assisted (a person does, with all that it takes at hand) or off.
type Channels struct {
	AllowInsecure bool       `yaml:"allow_insecure"`
	AheadHours    int        `yaml:"ahead_hours"`
	YouTube       YouTube    `yaml:"youtube"`
	Vimeo         Vimeo      `yaml:"vimeo"`
	Facebook      Facebook   `yaml:"facebook"`
	X             X          `yaml:"x"`
	Mastodon      Mastodon   `yaml:"mastodon"`
	Bluesky       Bluesky    `yaml:"bluesky"`
	PeerTube      PeerTube   `yaml:"peertube"`
	Newsletter    Newsletter `yaml:"newsletter"`
}

// YouTube is a channel on YouTube.
type YouTube struct {
	Mode         string `yaml:"mode"`
	APIURL       string `yaml:"api_url"`
	UploadURL    string `yaml:"upload_url"`
	TokenURL     string `yaml:"token_url"`
	AuthURL      string `yaml:"auth_url"`
	ClientID     string `yaml:"client_id"`
	ClientSecret Secret `yaml:"client_secret"`
	Daily        int    `yaml:"daily"`
}

// Vimeo is an account on Vimeo.
type Vimeo struct {
	Mode         string `yaml:"mode"`
	APIURL       string `yaml:"api_url"`
	UploadHosts  string `yaml:"upload_hosts"`
	ClientID     string `yaml:"client_id"`
	ClientSecret Secret `yaml:"client_secret"`
}

// Facebook is a page on Facebook.
type Facebook struct {
	Mode          string `yaml:"mode"`
	GraphURL      string `yaml:"graph_url"`
	GraphVideoURL string `yaml:"graph_video_url"`
	Post          string `yaml:"post"`
	AuthURL       string `yaml:"auth_url"`
	ClientID      string `yaml:"client_id"`
	ClientSecret  Secret `yaml:"client_secret"`
}

// X is an account on X.
type X struct {
	Mode         string `yaml:"mode"`
	Post         string `yaml:"post"`
	Watch        bool   `yaml:"watch"`
	APIURL       string `yaml:"api_url"`
	AuthURL      string `yaml:"auth_url"`
	ClientID     string `yaml:"client_id"`
	ClientSecret Secret `yaml:"client_secret"`
}

// Mastodon is an account on an instance of Mastodon.
type Mastodon struct {
	Mode         string `yaml:"mode"`
	APIURL       string `yaml:"api_url"`
	ClientID     string `yaml:"client_id"`
	ClientSecret Secret `yaml:"client_secret"`
}

// Bluesky is an account on Bluesky.
type Bluesky struct {
	Mode     string `yaml:"mode"`
	APIURL   string `yaml:"api_url"`
	VideoURL string `yaml:"video_url"`
}

// PeerTube is a channel on an instance of PeerTube.
type PeerTube struct {
	Mode   string `yaml:"mode"`
	APIURL string `yaml:"api_url"`
}

// Newsletter is the letter to the subscribers.
type Newsletter struct {
	Mode    string `yaml:"mode"`
	Kind    string `yaml:"kind"`
	From    string `yaml:"from"`
	List    int    `yaml:"list"`
	APIURL  string `yaml:"api_url"`
	SMTPURL Secret `yaml:"smtp_url"`
	Daily   int    `yaml:"daily"`
}

// Calendar is when films go out: the hour that is proposed, and for how many
// minutes a channel waits behind the first.
type Calendar struct {
	Hour          string `yaml:"hour"`
	FacebookAfter int    `yaml:"facebook_after"`
	MastodonAfter int    `yaml:"mastodon_after"`
	BlueskyAfter  int    `yaml:"bluesky_after"`
	XAfter        int    `yaml:"x_after"`
}

// After are the channels that wait, in minutes.
func (c Calendar) After() map[string]int {
	return map[string]int{"facebook": c.FacebookAfter, "mastodon": c.MastodonAfter, "bluesky": c.BlueskyAfter, "x": c.XAfter}
}

func defaultChannels() Channels {
	const mode = "automatic"
	return Channels{
		AheadHours: 24,
		YouTube: YouTube{
			Mode: mode, APIURL: "https://www.googleapis.com", UploadURL: "https://www.googleapis.com",
			TokenURL: "https://oauth2.googleapis.com/token", AuthURL: "https://accounts.google.com/o/oauth2/v2/auth",
			Daily: 12,
		},
		Vimeo: Vimeo{Mode: mode, APIURL: "https://api.vimeo.com", UploadHosts: "*.vimeo.com"},
		Facebook: Facebook{
			Mode: mode, GraphURL: "https://graph.facebook.com", GraphVideoURL: "https://graph-video.facebook.com",
			AuthURL: "https://www.facebook.com/dialog/oauth", Post: "link",
		},
		X:          X{Mode: mode, Post: "video", APIURL: "https://api.x.com", AuthURL: "https://x.com/i/oauth2/authorize"},
		Mastodon:   Mastodon{Mode: mode},
		Bluesky:    Bluesky{Mode: mode, APIURL: "https://bsky.social", VideoURL: "https://video.bsky.app"},
		PeerTube:   PeerTube{Mode: mode},
		Newsletter: Newsletter{Mode: mode, APIURL: "https://api.brevo.com"},
	}
}

// validateChannels says what cannot work: what is sent to a channel goes over
// TLS, unless it is an emulator's.
func validateChannels(c Channels, refuse func(bad bool, format string, args ...any)) {
	for key, mode := range map[string]string{
		"youtube": c.YouTube.Mode, "vimeo": c.Vimeo.Mode, "facebook": c.Facebook.Mode, "x": c.X.Mode, "mastodon": c.Mastodon.Mode,
		"bluesky": c.Bluesky.Mode, "peertube": c.PeerTube.Mode, "newsletter": c.Newsletter.Mode,
	} {
		refuse(!slices.Contains([]string{"automatic", "assisted", "off"}, mode),
			"La clé « channels.%s.mode » vaut « %s » ; les valeurs possibles sont : automatic, assisted, off.", key, mode)
	}
	refuse(c.YouTube.Daily < 0, "La clé « channels.youtube.daily » vaut %d ; 0 ou plus est possible.", c.YouTube.Daily)
	refuse(c.AheadHours < 0 || c.AheadHours > 14*24,
		"La clé « channels.ahead_hours » vaut %d ; de 0 à 336 heures sont possibles.", c.AheadHours)
	refuse(!slices.Contains([]string{"", "smtp", "listmonk", "brevo"}, c.Newsletter.Kind),
		"La clé « channels.newsletter.kind » vaut « %s » ; les valeurs possibles sont : smtp, listmonk, brevo, ou rien.", c.Newsletter.Kind)
	for key, post := range map[string]string{"facebook": c.Facebook.Post, "x": c.X.Post} {
		refuse(!slices.Contains([]string{"link", "video"}, post),
			"La clé « channels.%s.post » vaut « %s » ; les valeurs possibles sont : link, video.", key, post)
	}
	for key, address := range map[string]string{
		"youtube.api_url": c.YouTube.APIURL, "youtube.upload_url": c.YouTube.UploadURL, "youtube.token_url": c.YouTube.TokenURL, "youtube.auth_url": c.YouTube.AuthURL,
		"vimeo.api_url": c.Vimeo.APIURL, "facebook.graph_url": c.Facebook.GraphURL, "facebook.graph_video_url": c.Facebook.GraphVideoURL,
		"facebook.auth_url": c.Facebook.AuthURL, "x.api_url": c.X.APIURL, "x.auth_url": c.X.AuthURL,
		"mastodon.api_url": c.Mastodon.APIURL, "bluesky.api_url": c.Bluesky.APIURL, "bluesky.video_url": c.Bluesky.VideoURL,
		"peertube.api_url": c.PeerTube.APIURL, "newsletter.api_url": c.Newsletter.APIURL,
	} {
		u, err := url.Parse(address)
		plain := err == nil && u.Scheme == "http" && c.AllowInsecure
		refuse(address != "" && (err != nil || u.Host == "" || u.Scheme != "https" && !plain || strings.ContainsAny(address, "?#@")),
			"La clé « channels.%s » doit être une adresse qui commence par https:// ; http:// seulement pour un essai, avec channels.allow_insecure: true.", key)
	}
	validateNewsletter(c.Newsletter, refuse)
}

// validateNewsletter says what whoever sends the letters still needs.
func validateNewsletter(n Newsletter, refuse func(bad bool, format string, args ...any)) {
	_, err := mail.ParseAddress(n.From)
	refuse(n.Kind != "" && err != nil,
		"Avec channels.newsletter.kind, donnez aussi l'expéditeur, par exemple channels.newsletter.from: Anonymal TV <lettre@example.org>")
	refuse(n.Kind != "" && n.Kind != "smtp" && n.List < 1,
		"Avec %s, donnez aussi le numéro de la liste des abonnés : channels.newsletter.list.", n.Kind)
	u, err := url.Parse(n.SMTPURL.Reveal())
	refuse((n.Kind == "smtp" || !n.SMTPURL.IsZero()) && (err != nil || u.Host == "" || u.Scheme != "smtp" && u.Scheme != "smtps"),
		"La clé « channels.newsletter.smtp_url » doit être une adresse qui commence par smtp:// ou smtps://.")
	refuse(n.Daily < 0, "La clé « channels.newsletter.daily » doit être un nombre de messages par jour ; 0 : sans limite.")
}
