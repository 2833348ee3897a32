// Package publishers says what a publisher is: how a film goes to one channel,
// what the channel accepts, and which errors it gives back. Each folder below
// it is one channel and knows no other.
//
// It keeps no state: what must be remembered goes through the save function of
// Publish into the catalog.
package publishers

import (
	"cmp"
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
)

// Request is everything a channel may need of a film. It is complete: a
// publisher never looks anything up.
type Request struct {
	// Marker is the same for every attempt of one human decision and for no
	// other; a publisher puts it where Find can read it back.
	Marker    string
	Film      assets.Film // with the title that this channel shows
	Version   assets.Version
	Rubriques []assets.Rubrique // in the order of Film.Rubriques
	Partners  []assets.Partner
	Dossier   *assets.Dossier    // nil without
	Territory []assets.Territory // town, then quarter; empty without
	Files     []assets.Rendition
	At        time.Time // when it counts as published
	Resume    []byte    // what save was last given by an earlier attempt
	Link      string    // where the site shows the film; "" when it does not
	Text      string    // what a post says there, without the link
	Letter    *Letter   // as subscribers read it; nil on other channels
}

// File returns the rendition of a role, best first, and whether there is one.
func (r Request) File(role assets.Role) (assets.Rendition, bool) {
	i := slices.IndexFunc(r.Files, func(f assets.Rendition) bool { return f.Role == role })
	if i < 0 {
		return assets.Rendition{}, false
	}
	return r.Files[i], true
}

// Best returns the whole film in the best of its single files, and whether there
// is one.
func (r Request) Best() (best assets.Rendition, has bool) {
	for _, f := range r.Files {
		if strings.HasPrefix(string(f.Role), string(assets.RoleMP4)+"-") && min(f.Width, f.Height) > min(best.Width, best.Height) {
			best, has = f, true
		}
	}
	return best, has
}

// Words are what a channel writes below a film: its text, and where the site
// shows the film, unless the text says so.
func (r Request) Words() string {
	words := strings.TrimSpace(cmp.Or(r.Text, r.Film.Lede))
	if r.Link != "" && !strings.Contains(words, r.Link) {
		words = strings.TrimSpace(words + "\n\n" + r.Link)
	}
	return words
}

// Language of a track of captions, which is in its name: « captions-fr-….vtt ».
func Language(track assets.Rendition) string {
	parts := strings.Split(path.Base(track.Key), "-")
	if len(parts) < 3 {
		return "fr"
	}
	return strings.Join(parts[1:len(parts)-1], "-")
}

// Letter is a newsletter as it is read.
type Letter struct {
	Subject, Preheader string
	HTML               string // what stands in its body
	Text               string
}

// Receipt says where a published film is.
type Receipt struct {
	RemoteID string // its name on the channel, for Status, Withdraw and Update
	URL      string // for people
}

// Status is what the channel says of a published film.
type Status struct {
	Public bool
	URL    string
	Note   string // French sentence when something is amiss
}

// Limits is what a channel accepts. Zero means no limit.
type Limits struct {
	TitleRunes       int
	DescriptionRunes int
	Length           time.Duration
	Bytes            int64
}

// Publisher sends films to one channel. Every method returns *assets.Error.
type Publisher interface {
	Channel() assets.Channel
	Limits() Limits
	// Publish makes the film public and is safe to call again with the same
	// Marker: the second call finds what the first did. Of a film that was made
	// otherwise meanwhile, nothing that went up before is shown. It calls save with
	// its handle before it sends bytes and before the call that can't be undone. A
	// Lost error says that this call was sent and its answer lost: what follows
	// is Find, never Publish.
	Publish(ctx context.Context, req Request, save func(resume []byte) error) (Receipt, error)
	// Find looks for what an attempt with this marker and handle made public; it
	// changes nothing. Not found means known not to be there. What can't be known
	// yet is Transient, what this channel can never tell is Lost.
	Find(ctx context.Context, marker string, resume []byte) (Receipt, bool, error)
	Status(ctx context.Context, remoteID string) (Status, error)
}

// Preparer is a channel that can be given a film ahead of its hour. Nobody sees
// it before Publish, which goes on from the handle. Another version under the
// same marker is another film: what is left of the first is never opened for it.
type Preparer interface {
	Prepare(ctx context.Context, req Request, save func(resume []byte) error) error
	// Discard takes away what attempts with this marker and handle left unseen;
	// what is public stays, with a Conflict. Discarding what is not there (any
	// more) is no error.
	Discard(ctx context.Context, marker string, resume []byte) error
}

// Checker is a channel that says, before anything is sent, why it would refuse a
// film as it is; nil when it would take it.
type Checker interface {
	Check(req Request) error
}

// Rationer is a channel that takes so many films on each of its days; 0: no limit.
// The day of an instant is from one instant until another.
type Rationer interface {
	Ration(at time.Time) (films int, from, until time.Time)
}

// Counter is a channel that counts the signs of a post in its own way, with the
// link that it is going to carry.
type Counter interface {
	Count(text, link string) int
}

// Withdrawer is a channel that can take a film down. Withdrawing what is not
// there (any more) is no error.
type Withdrawer interface {
	Withdraw(ctx context.Context, remoteID string) error
}

// Updater is a channel that can change a published film in place.
type Updater interface {
	Update(ctx context.Context, remoteID string, req Request) error
}

// Decorator is a channel that takes what goes with a film (its picture, its
// captions, the list it stands in) after the film itself is public.
type Decorator interface {
	Steps() []string // in their order; a name never changes, for what was done is remembered by it
	// Decorate does one step and is safe to call again: it looks first whether
	// the thing is there. A step for which the request holds nothing is done.
	Decorate(ctx context.Context, step, remoteID string, req Request) error
}

// Watcher is a channel that tells how a film fares that is public there. A look
// changes nothing. The request is without files; what is wrong is a drift, with a
// sentence, and no error.
type Watcher interface {
	Watch(ctx context.Context, remoteID string, req Request) (assets.Seen, error)
}

// Renderer is a channel that shows the programme itself, and is told when it has
// changed.
type Renderer interface {
	Render(ctx context.Context) error
}

// Hoster is a channel that serves the files of a film itself. FileURLs says
// where each can be fetched, by the key of its rendition; a file that the
// channel does not show is not there.
type Hoster interface {
	FileURLs(ctx context.Context, film assets.ID) (map[string]string, error)
}

// Member is a channel that knows us by an account.
type Member interface {
	// Introduce asks the channel for whom these tokens speak. Forbidden when it
	// does not take them, Invalid when they are none of its own. It may renew
	// them on the way: the Tokens that it returns, with an error, too, take their
	// place.
	Introduce(ctx context.Context, tokens []byte) (Introduction, error)
}

// Asker is a Member that takes something else than a token: it says what, to a
// person, behind « il faut ».
type Asker interface {
	Asks() string
}

// Grant asks a person, in a browser, for the tokens of an account. What Trade
// returns, Introduce takes.
type Grant interface {
	// Ask is the address at which the channel asks; it sends that person back to
	// redirect, with this state and a code.
	Ask(redirect, state, verifier string) string
	Trade(ctx context.Context, redirect, code, verifier string) ([]byte, error)
}

// Introduction is what a channel says of the one who speaks to it.
type Introduction struct {
	Name      string    // as the channel shows it
	Tokens    []byte    // as the channel wants them kept
	ExpiresAt time.Time // when a person must connect again; zero where nothing is known
}

// ErrDisconnected is in the chain of an error by which a channel says that it
// takes our tokens no longer: a person must connect the account again.
var ErrDisconnected = errors.New("the account is not connected")

// Vault keeps the tokens of one channel, encrypted.
type Vault interface {
	// Load returns the tokens; ErrDisconnected when there are none.
	Load(ctx context.Context) ([]byte, error)
	// Renew replaces the tokens by what renew makes of them and returns what is
	// kept. One attempt at a time does so, on all machines; the others wait for
	// what it brings.
	Renew(ctx context.Context, renew func(ctx context.Context, old []byte) ([]byte, error)) ([]byte, error)
}

type listener struct{}

// Sending returns a context in which a film goes up: heard is told, as often as
// its bytes are asked for, how many of how many a channel was sent.
func Sending(ctx context.Context, heard func(sent, size int64)) context.Context {
	return context.WithValue(ctx, listener{}, heard)
}

// Sent tells who listens, in the context of Sending, how much of a film went up.
func Sent(ctx context.Context, sent, size int64) {
	if heard, listens := ctx.Value(listener{}).(func(sent, size int64)); listens {
		heard(sent, size)
	}
}

// Registry holds the channels of this house. It is a value: made once, passed
// down, never changed.
type Registry struct{ all []Publisher }

// NewRegistry returns the registry of these publishers. Two of one channel are
// Invalid.
func NewRegistry(all ...Publisher) (Registry, error) {
	for i, p := range all {
		if slices.ContainsFunc(all[:i], func(q Publisher) bool { return q.Channel() == p.Channel() }) {
			return Registry{}, &assets.Error{
				Kind: assets.Invalid, Op: "publishers.NewRegistry",
				Msg: "Le canal « " + string(p.Channel()) + " » est déclaré deux fois.",
			}
		}
	}
	return Registry{all: slices.Clone(all)}, nil
}

// Channels lists the channels in the order they were given.
func (r Registry) Channels() []assets.Channel {
	names := make([]assets.Channel, len(r.all))
	for i, p := range r.all {
		names[i] = p.Channel()
	}
	return names
}

// Get returns the publisher of a channel, or NotFound.
func (r Registry) Get(c assets.Channel) (Publisher, error) {
	i := slices.IndexFunc(r.all, func(p Publisher) bool { return p.Channel() == c })
	if i < 0 {
		return nil, &assets.Error{
			Kind: assets.NotFound, Op: "publishers.Get",
			Msg: "Le canal « " + string(c) + " » n'existe pas ici.",
		}
	}
	return r.all[i], nil
}
