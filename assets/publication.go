package assets

import (
	"slices"
	"time"
)

// Channel is a destination: "site", "vimeo", "youtube"…
type Channel string

// The channels that are the house's own.
const (
	ChannelSite    Channel = "site"    // the association's site
	ChannelPartner Channel = "partner" // delivery links: nothing is published on it, its gate is asked
)

// Name is what people call a channel.
func (c Channel) Name() string {
	if name, known := map[Channel]string{
		ChannelSite: "le site", "youtube": "YouTube", "vimeo": "Vimeo", "facebook": "Facebook", "x": "X", "mastodon": "Mastodon",
		"bluesky": "Bluesky", "peertube": "PeerTube", "newsletter": "la newsletter",
	}[c]; known {
		return name
	}
	return string(c)
}

// PublicationState is where one film stands on one channel.
type PublicationState string

// The states of a publication.
const (
	PublicationScheduled   PublicationState = "scheduled"   // waits for its instant, or for its film to be ready
	PublicationPublishing  PublicationState = "publishing"  // an attempt is at work
	PublicationPublished   PublicationState = "published"   // public, with its address
	PublicationUnknown     PublicationState = "unknown"     // the answer was lost: look before doing anything
	PublicationCheck       PublicationState = "check"       // à vérifier: a person must say
	PublicationAssisted    PublicationState = "assisted"    // à publier à la main
	PublicationFailed      PublicationState = "failed"      // known not to be public
	PublicationCancelled   PublicationState = "cancelled"   // called off before it went out
	PublicationWithdrawing PublicationState = "withdrawing" // being taken down
	PublicationWithdrawn   PublicationState = "withdrawn"   // taken down, and seen to be
)

// PublicationMachine says which state of a publication may follow which.
var PublicationMachine = Machine[PublicationState]{
	"":                     {PublicationScheduled, PublicationAssisted},
	PublicationScheduled:   {PublicationPublishing, PublicationAssisted, PublicationCancelled, PublicationFailed},
	PublicationPublishing:  {PublicationPublished, PublicationUnknown, PublicationCheck, PublicationFailed, PublicationScheduled, PublicationAssisted, PublicationWithdrawing},
	PublicationUnknown:     {PublicationPublished, PublicationPublishing, PublicationCheck, PublicationWithdrawing},
	PublicationCheck:       {PublicationPublished, PublicationUnknown, PublicationFailed, PublicationWithdrawing},
	PublicationAssisted:    {PublicationPublished, PublicationCancelled, PublicationScheduled},
	PublicationPublished:   {PublicationWithdrawing, PublicationPublishing},
	PublicationFailed:      {PublicationScheduled, PublicationCancelled},
	PublicationWithdrawing: {PublicationWithdrawn, PublicationCheck},
	PublicationCancelled:   {},
	PublicationWithdrawn:   {},
}

// Publication is one human decision to show one film on one channel. A film
// that was taken down and is shown again gets a new Publication.
type Publication struct {
	ID          ID               `json:"id"`
	Film        ID               `json:"film"`
	Version     ID               `json:"version,omitempty"` // which goes out, is public or was sent ahead; "" before that
	Channel     Channel          `json:"channel"`
	State       PublicationState `json:"state"`
	At          time.Time        `json:"at"`                 // planned instant
	Wall        string           `json:"wall,omitempty"`     // by the clock on the wall, where a person chose it: Moment
	Zone        string           `json:"zone,omitempty"`     // of that clock
	Campaign    ID               `json:"campaign,omitempty"` // names those that were planned together, one film after the other
	Rhythm      Rhythm           `json:"rhythm,omitempty"`   // of its campaign
	PublishedAt time.Time        `json:"published_at"`       // zero until it is
	URL         string           `json:"url,omitempty"`      // where it can be seen
	RemoteID    string           `json:"-"`                  // its name on the channel
	Resume      []byte           `json:"-"`                  // the publisher's handle, saved before bytes move
	Done        []string         `json:"done,omitempty"`     // what goes with the film and is there: steps of its channel
	Title       string           `json:"title,omitempty"`    // said there and nowhere else; "" is what the film's own text gives
	Text        string           `json:"text,omitempty"`     // as Title
	Letter      *Letter          `json:"letter,omitempty"`   // nil: it shows its film alone
	Reason      string           `json:"reason,omitempty"`   // of a failure; of a film that is public, what it lacks
	Seen        *Seen            `json:"seen,omitempty"`     // on its channel, since it is public; nil: not yet
	CreatedAt   time.Time        `json:"created_at"`
}

// Moment is when it is planned, by a clock in its own zone or else in this one.
func (p Publication) Moment(zone *time.Location) Moment {
	if p.Wall == "" {
		return MomentAt(p.At, zone)
	}
	return Moment{At: p.At, Wall: p.Wall, Zone: p.Zone}
}

// Plan sets when it is planned.
func (p *Publication) Plan(m Moment) { p.At, p.Wall, p.Zone = m.At, m.Wall, m.Zone }

// StepAhead is done when a film is on its channel ahead of its hour, unseen.
const StepAhead = "ahead"

// Hidden tells whether the film is on its channel already, and nobody sees it.
func (p Publication) Hidden() bool {
	return p.State == PublicationScheduled && slices.Contains(p.Done, StepAhead)
}

// What is done about a letter that an election stopped on its way: it is held
// until a person says whether it goes on, or ended there.
const (
	StepHeld  = "held"
	StepEnded = "ended"
)

// Held tells whether a person is to say if its sending goes on.
func (p Publication) Held() bool {
	return p.State == PublicationPublished && slices.Contains(p.Done, StepHeld)
}

// Interrupted tells whether no more of its copies leave.
func (p Publication) Interrupted() bool {
	return p.Held() || p.State == PublicationPublished && slices.Contains(p.Done, StepEnded)
}
