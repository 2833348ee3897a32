// Package newsletter sends letters to the subscribers, by a sender that keeps
// them: listmonk or Brevo. A letter is a campaign there: a draft that nobody
// sees, whose name holds the mark of its decision, and one call that sends it.
//
// It keeps no addresses and can't take back what was sent.
package newsletter

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// Channel is the name of this channel.
const Channel = assets.ChannelNewsletter

// settling is how long a draft that was to be sent may still look like one.
const settling = 20 * time.Second

// Options is what a newsletter is made of.
type Options struct {
	Kind     string // listmonk or brevo
	URL      string // of the sender
	Insecure bool   // plain http: an emulator
	From     string // « Anonymal TV <lettre@example.org> », as the sender knows it
	List     int    // of the subscribers, by its number
	Vault    publishers.Vault
	Now      assets.Clock
}

// Newsletter is one list at one sender.
type Newsletter struct {
	o      Options
	sender sender
}

// campaign is a letter as senders take it. Its name ends with its mark: of which
// decision it is, and how it is written.
type campaign struct{ Mark, Name, Subject, Preheader, HTML, Text string }

// sender is who keeps the subscribers.
type sender interface {
	introduce(ctx context.Context) (name string, err error)
	create(ctx context.Context, c campaign) (id string, err error)
	find(ctx context.Context, mark string) (id string, found bool, err error) // among the newest
	status(ctx context.Context, id string) (string, error)                    // as it calls it
	send(ctx context.Context, id string) error
	page(id string) string // for people
}

// handle is what is kept of a letter that is under way.
type handle struct {
	Mark  string    `json:"mark,omitempty"` // of the letter as it was written then
	Draft string    `json:"draft,omitempty"`
	Sent  time.Time `json:"sent,omitzero"` // when it was first told to go
}

var _ publishers.Member = (*Newsletter)(nil)

// New returns the newsletter of a sender.
func New(o Options) (*Newsletter, error) {
	s, err := o.sender(nil)
	return &Newsletter{o, s}, err
}

// sender speaks with this key, or with the one of the vault.
func (o Options) sender(key []byte) (sender, error) {
	made, known := map[string]func(Options, *remote.Client) sender{"listmonk": newListmonk, "brevo": newBrevo}[o.Kind]
	if !known {
		return nil, &assets.Error{Kind: assets.Invalid, Op: "newsletter.New", Msg: "La clé « channels.newsletter.kind » doit valoir listmonk ou brevo."}
	}
	api, err := remote.New(map[string]string{"listmonk": "listmonk", "brevo": "Brevo"}[o.Kind], o.URL, o.Insecure)
	if err != nil {
		return nil, err
	}
	api.Token = func(ctx context.Context, _ string) (string, error) {
		if key != nil {
			return strings.TrimSpace(string(key)), nil
		}
		kept, err := o.Vault.Load(ctx)
		return string(kept), err
	}
	return made(o, api), nil
}

// Channel names this channel.
func (n *Newsletter) Channel() assets.Channel { return Channel }

// Limits are none: a long letter is read to its end or not.
func (n *Newsletter) Limits() publishers.Limits { return publishers.Limits{} }

// Introduce takes the key of the sender: « user:token » for listmonk.
func (n *Newsletter) Introduce(ctx context.Context, key []byte) (publishers.Introduction, error) {
	key = []byte(strings.TrimSpace(string(key)))
	s, err := n.o.sender(key)
	if err != nil {
		return publishers.Introduction{}, err
	}
	name, err := s.introduce(ctx)
	if kind := assets.KindOf(err); kind == assets.NotFound || kind == assets.Invalid {
		err = &assets.Error{
			Kind: assets.Invalid, Op: "newsletter.Introduce", Err: err,
			Msg: fmt.Sprintf("L'expéditeur ne connaît pas la liste %d : vérifiez la clé « channels.newsletter.list ».", n.o.List),
		}
	}
	return publishers.Introduction{Name: name, Tokens: key}, err
}

// Publish sends a letter. The draft is kept before it is told to go, and dying
// in between leaves a draft that is found again; dying after, a letter that is
// no draft any more.
func (n *Newsletter) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	var h handle
	if err := remote.Recall(req.Resume, &h); err != nil {
		return publishers.Receipt{}, err
	}
	c, err := compose(req)
	if err != nil {
		return publishers.Receipt{}, err
	}
	if h.Mark != c.Mark { // it was written otherwise meanwhile, and has not gone
		h = handle{Mark: c.Mark}
	}
	if err := remote.Keep(h, save); err != nil {
		return publishers.Receipt{}, err
	}
	sent, err := n.draft(ctx, &h, c, req, save)
	if err != nil {
		return publishers.Receipt{}, err
	}
	if !sent {
		h.Sent = n.o.Now()
		if err := remote.Keep(h, save); err != nil {
			return publishers.Receipt{}, err
		}
		if err := n.send(ctx, h.Draft); err != nil {
			return publishers.Receipt{}, err
		}
	}
	return n.receipt(h.Draft), nil
}

// send tells a letter to go. A refusal may mean that it went already, by an
// earlier call that was slow to arrive.
func (n *Newsletter) send(ctx context.Context, id string) error {
	err := n.sender.send(ctx, id)
	if assets.KindOf(err) != assets.Invalid {
		return err
	}
	if sent, lookErr := n.sent(ctx, id); lookErr != nil || sent {
		return lookErr
	}
	return err
}

// sent tells whether a letter is no draft any more. An answer without a status
// tells nothing.
func (n *Newsletter) sent(ctx context.Context, id string) (bool, error) {
	status, err := n.sender.status(ctx, id)
	if err == nil && status == "" {
		err = &assets.Error{Kind: assets.Transient, Op: "newsletter.sent", Msg: "L'expéditeur ne dit pas où en est la lettre : on regardera encore."}
	}
	return err == nil && status != "draft", err
}

// draft sees to it that there is one, and tells whether it went already.
func (n *Newsletter) draft(ctx context.Context, h *handle, c campaign, req publishers.Request, save func([]byte) error) (sent bool, err error) {
	if h.Draft == "" && req.Resume != nil { // an earlier attempt may have made one
		if h.Draft, _, err = n.sender.find(ctx, c.Mark); err != nil {
			return false, err
		}
	}
	if h.Draft != "" {
		sent, err = n.sent(ctx, h.Draft)
		switch {
		case assets.KindOf(err) != assets.NotFound:
			return sent, err
		case !h.Sent.IsZero():
			return false, gone(err)
		} // somebody deleted it before it went
	}
	if h.Draft, err = n.sender.create(ctx, c); err != nil {
		return false, err
	}
	return false, remote.Keep(h, save)
}

// Find tells whether the draft of an attempt has gone.
func (n *Newsletter) Find(ctx context.Context, _ string, resume []byte) (publishers.Receipt, bool, error) {
	var h handle
	if err := remote.Recall(resume, &h); err != nil || h.Draft == "" || h.Sent.IsZero() {
		return publishers.Receipt{}, false, err // nothing was told to go
	}
	sent, err := n.sent(ctx, h.Draft)
	switch {
	case assets.KindOf(err) == assets.NotFound:
		return publishers.Receipt{}, false, gone(err)
	case err != nil:
		return publishers.Receipt{}, false, err
	case sent:
		return n.receipt(h.Draft), true, nil
	}
	if wait := settling - n.o.Now().Sub(h.Sent); wait > 0 {
		return publishers.Receipt{}, false, &assets.Error{
			Kind: assets.Transient, Op: "newsletter.Find", RetryAfter: wait,
			Msg: "On attend de savoir si la lettre est partie, avant de renvoyer quoi que ce soit.",
		}
	}
	return publishers.Receipt{}, false, nil
}

// gone is a campaign that somebody deleted after it was told to go.
func gone(err error) error {
	return &assets.Error{
		Kind: assets.Lost, Op: "newsletter.gone", Err: err,
		Msg: "La lettre a été effacée chez l'expéditeur : Régie ne peut plus savoir si elle est partie.",
	}
}

// Status tells whether a letter went.
func (n *Newsletter) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	unknown := publishers.Status{Note: "L'expéditeur ne connaît pas cette lettre."}
	if remoteID == "" || len(remoteID) > 20 || strings.Trim(remoteID, "0123456789") != "" {
		return unknown, nil
	}
	status, err := n.sender.status(ctx, remoteID)
	if assets.KindOf(err) == assets.NotFound {
		return unknown, nil
	}
	s := publishers.Status{Public: status != "draft" && status != "", URL: n.sender.page(remoteID)}
	if slices.Contains([]string{"paused", "cancelled", "suspended"}, status) {
		s.Note = "La lettre est arrêtée chez l'expéditeur : une partie des abonnés ne l'a peut-être pas reçue."
	}
	return s, err
}

func (n *Newsletter) receipt(id string) publishers.Receipt {
	return publishers.Receipt{RemoteID: id, URL: n.sender.page(id)}
}

// compose is the letter; of a film that goes out without one, its words and
// where it can be seen.
func compose(req publishers.Request) (campaign, error) {
	l := req.Letter
	if l == nil {
		if req.Link == "" && len(req.Files) == 0 {
			return campaign{}, &assets.Error{Kind: assets.Invalid, Op: "newsletter.compose", Msg: "Ce film n'a rien à montrer dans la lettre : rien n'est parti."}
		}
		text := strings.TrimSpace(french.Clean(req.Text))
		l = &publishers.Letter{Subject: req.Film.Title, Text: text, HTML: "<p>" + html.EscapeString(text) + "</p>"}
		if req.Link != "" {
			l.Text += "\n\n" + req.Link
			l.HTML += `<p><a href="` + html.EscapeString(req.Link) + `">Voir le film</a></p>`
		}
	}
	subject := strings.Join(strings.Fields(french.Clean(l.Subject)), " ")
	c := campaign{
		Mark:    "regie-" + remote.Mark(strings.Join([]string{req.Marker, subject, l.Preheader, l.HTML, l.Text}, "\x00")),
		Subject: inert(subject), Preheader: inert(l.Preheader),
		HTML: strings.ReplaceAll(l.HTML, "{", "&#123;"), Text: inert(l.Text),
	}
	c.Name = french.Short(subject, 80) + " " + c.Mark
	return c, nil
}

// inert is a text in which senders find nothing to fill in.
func inert(text string) string {
	return strings.NewReplacer("{{", "{ {", "{%", "{ %", "{#", "{ #").Replace(french.Clean(text))
}

// named is a campaign of a list.
type named struct {
	ID   json.Number `json:"id"`
	Name string      `json:"name"`
}

// marked is the first campaign whose name ends with a mark.
func marked(all []named, mark string) (string, bool) {
	for _, c := range all {
		if strings.HasSuffix(c.Name, mark) {
			return c.ID.String(), true
		}
	}
	return "", false
}

func get(path string) remote.Call { return remote.Call{Method: http.MethodGet, Path: path} }
