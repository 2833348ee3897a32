package assets

import "time"

// ChannelNewsletter is the letter to the subscribers.
const ChannelNewsletter Channel = "newsletter"

// Letter makes of a publication on the newsletter a letter of several films. Its
// subject and what stands above the films are the publication's Title and Text.
type Letter struct {
	Films     []ID   `json:"films"`               // in their order; the first is the publication's own
	Preheader string `json:"preheader,omitempty"` // what mail programs show beside the subject
}

// Films are those that a publication shows.
func (p Publication) Films() []ID {
	if p.Letter != nil {
		return p.Letter.Films
	}
	return []ID{p.Film}
}

// Subscriber is an address that asked for the letters of the house. It has no
// name and no history; when it goes, Mail is forgotten.
type Subscriber struct {
	ID          ID
	Mail        string    // in lower case; "" once it went
	Token       string    // of the links in its mails: it opens nothing but this subscription
	AskedAt     time.Time // a mail was sent that asks whether it was them
	ConfirmedAt time.Time // zero: nothing else is sent
	EndedAt     time.Time
}

// Reads tells whether a subscriber gets letters.
func (s Subscriber) Reads() bool { return !s.ConfirmedAt.IsZero() && s.EndedAt.IsZero() }

// SubscriberFilter chooses subscribers; an empty field chooses all.
type SubscriberFilter struct {
	Mail, Token string
	Reads       bool      // only those who get letters
	AskedBefore time.Time // only those who never answered a mail from before
	After       ID        // keyset
	Limit       int       // 0 means 100
}
