package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// Caller tells a program of an event, over the network.
type Caller interface {
	// Accepts says, in French, what is wrong with an address; nil for nothing.
	Accepts(address string) error
	// Call makes one attempt. It returns the status of the answer, 0 for none;
	// an answer that is no success is an error, Transient where a later attempt
	// may do.
	Call(ctx context.Context, m Message) (status int, err error)
}

// Message is a call as it leaves.
type Message struct {
	URL    string
	Secret assets.Secret
	ID     assets.ID
	At     time.Time // of the attempt
	Body   []byte
}

// gone is the answer of a program that wants no more calls.
const gone = 410

// WebhookEvent is something that programs are told of.
type WebhookEvent struct{ Event, Name string }

// testEvent is what a call is about that a person makes to try an address.
const testEvent = "test"

// WebhookEvents are all that programs are told of. People who are filmed and
// those who work here are not among them.
func WebhookEvents() []WebhookEvent {
	return []WebhookEvent{
		{"sujet.open", "Un sujet est ouvert"},
		{"sujet.closed", "Un sujet est clos"},
		{"rush.ready", "Un rush est prêt à regarder"},
		{"version.received", "Une version est reçue"},
		{"version.ready", "Une version est prête"},
		{"version.refused", "Une version est refusée : le fichier ne convient pas"},
		{"version.failed", "La fabrication d’une version a échoué"},
		{"approval.asked", "Un BAT est demandé"},
		{"approval.given", "Un BAT est donné"},
		{"approval.refused", "Un BAT est refusé"},
		{"publication.published", "Un film est en ligne sur un canal"},
		{"publication.failed", "Une mise en ligne a échoué"},
		{"publication.withdrawn", "Un film est retiré d’un canal"},
		{"film.published", "Un film est publié"},
		{"film.withdrawn", "Un film est retiré"},
	}
}

// tellable tells whether programs may know of an event.
func tellable(event string) bool {
	return slices.ContainsFunc(WebhookEvents(), func(e WebhookEvent) bool { return e.Event == event })
}

// tellPrograms adds to a change one call for each webhook that wants to know of
// each of its events.
func (d *Desk) tellPrograms(ctx context.Context, c *assets.Change) error {
	if d.Caller == nil {
		return nil
	}
	var told []assets.Event
	for _, e := range c.Events {
		if e.From != e.To && tellable(eventName(e)) {
			told = append(told, e)
		}
	}
	if len(told) == 0 {
		return nil
	}
	all, err := d.Catalog.Webhooks(ctx)
	if err != nil {
		return err
	}
	for _, w := range all {
		for _, e := range told {
			if w.PausedAt.IsZero() && (slices.Contains(w.Events, "*") || slices.Contains(w.Events, eventName(e))) {
				call := assets.Call{ID: d.NewID(), Webhook: w.ID, Event: eventName(e), Subject: e.Subject, State: assets.CallWaiting, CreatedAt: d.Now()}
				c.Calls = append(c.Calls, call)
				c.Jobs = append(c.Jobs, d.job(assets.JobWebhook, call.ID, d.Now(), 0))
			}
		}
	}
	return nil
}

func eventName(e assets.Event) string { return string(e.Kind) + "." + e.To }

// call makes one attempt at a call. Dying between the call and the note of it
// makes it again under the same ID.
func (d *Desk) call(ctx context.Context, h *hold) error {
	c, err := d.Catalog.Call(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	w, err := d.Catalog.Webhook(ctx, c.Webhook)
	if err != nil {
		return err
	}
	change := assets.Change{Fence: h.fence()}
	switch {
	case c.State != assets.CallWaiting || d.Caller == nil:
		return d.commit(ctx, change)
	case !w.PausedAt.IsZero() || !w.RemovedAt.IsZero():
		c.State, c.Reason, c.EndedAt = assets.CallFailed, "L’adresse était en pause.", d.Now()
		change.Calls = []assets.Call{c}
		return d.commit(ctx, change)
	}
	err = d.tell(ctx, w, &c)
	if err != nil && c.Status != gone {
		return err
	}
	return d.noteCall(ctx, change, c, err)
}

// tell calls, and writes into c what came of it.
func (d *Desk) tell(ctx context.Context, w assets.Webhook, c *assets.Call) error {
	secret, err := d.Sealer.Open(webhookPlace(w.ID), w.Secret)
	if err != nil {
		return err
	}
	body, err := d.callBody(ctx, *c)
	if err != nil {
		return err
	}
	c.Status, err = d.Caller.Call(ctx, Message{URL: w.URL, Secret: assets.Secret(secret), ID: c.ID, At: d.Now(), Body: body})
	c.State, c.Reason, c.EndedAt = assets.CallTaken, "", d.Now()
	if err != nil {
		c.State, c.Reason = assets.CallFailed, assets.Sentence(err)
	}
	return err
}

// noteCall keeps a call that has ended, and what it says of its webhook, as that
// one is by now.
func (d *Desk) noteCall(ctx context.Context, change assets.Change, c assets.Call, failure error) error {
	w, err := d.Catalog.Webhook(ctx, c.Webhook)
	if err != nil {
		return err
	}
	before := w
	switch {
	case c.Status == gone:
		w.PausedAt, w.Reason = d.Now(), "Le programme ne veut plus d’appels (réponse 410) : l’adresse est en pause."
	case failure == nil:
		w.Failures, w.Reason = 0, ""
	default:
		w.Failures, w.Reason = w.Failures+1, c.Reason
	}
	if w.PausedAt != before.PausedAt || w.Failures != before.Failures || w.Reason != before.Reason {
		change.Webhooks = []assets.Webhook{w}
	}
	change.Calls = []assets.Call{c}
	return d.commit(ctx, change)
}

// failCall notes that a call is not tried again.
func (d *Desk) failCall(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	c, err := d.Catalog.Call(ctx, j.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	w, err := d.Catalog.Webhook(ctx, c.Webhook)
	if err != nil {
		return assets.Change{}, err
	}
	c.State, c.Reason, c.EndedAt = assets.CallFailed, reason, d.Now()
	w.Failures, w.Reason = w.Failures+1, reason
	return assets.Change{Calls: []assets.Call{c}, Webhooks: []assets.Webhook{w}}, nil
}

// callBody is what a program is told: which record, in which state, and of
// which film. Whoever wants more asks the API, which knows who may read it.
func (d *Desk) callBody(ctx context.Context, c assets.Call) ([]byte, error) {
	type fact struct {
		Kind  string    `json:"kind"`
		ID    assets.ID `json:"id"`
		State string    `json:"state"`
		Film  assets.ID `json:"film,omitempty"`
	}
	kind, state, _ := strings.Cut(c.Event, ".")
	about := fact{Kind: kind, ID: c.Subject, State: state}
	var err error
	switch assets.Subject(kind) {
	case assets.SubjectVersion:
		var v assets.Version
		v, err = d.Catalog.Version(ctx, c.Subject)
		about.Film = v.Film
	case assets.SubjectApproval:
		var a assets.Approval
		a, err = d.Catalog.Approval(ctx, c.Subject)
		about.Film = a.Film
	case assets.SubjectPublication:
		var p assets.Publication
		p, err = d.Catalog.Publication(ctx, c.Subject)
		about.Film = p.Film
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Type string    `json:"type"`
		At   time.Time `json:"timestamp"`
		Data fact      `json:"data"`
	}{c.Event, c.CreatedAt, about})
}

// AddWebhook tells a program of events from now on. The secret by which it
// knows us is shown once.
func (d *Desk) AddWebhook(ctx context.Context, address string, events []string, u assets.User) (assets.Webhook, assets.Secret, error) {
	w := assets.Webhook{ID: d.NewID(), URL: address, Events: events, Owner: u.ID, CreatedAt: d.Now()}
	if err := d.checkWebhook(&w); err != nil {
		return w, "", err
	}
	secret := access.NewSigningKey()
	var err error
	if w.Secret, err = d.Sealer.Seal(webhookPlace(w.ID), []byte(secret.Reveal())); err != nil {
		return w, "", err
	}
	return w, secret, d.saveWebhook(ctx, nil, &w, d.NewID(), "Webhook ajouté.", u)
}

// WebhookEdit is what a person changes on a webhook; what is nil stays.
type WebhookEdit struct {
	URL             *string
	Events          *[]string
	Paused, Removed *bool
}

// EditWebhook changes a webhook. The batch it returns undoes that.
func (d *Desk) EditWebhook(ctx context.Context, id assets.ID, e WebhookEdit, u assets.User) (assets.ID, error) {
	before, err := d.Webhook(ctx, id)
	if err != nil {
		return "", err
	}
	w := before
	set(&w.URL, e.URL)
	set(&w.Events, e.Events)
	if e.Paused != nil {
		w.PausedAt, w.Failures, w.Reason = time.Time{}, 0, ""
		if *e.Paused {
			w.PausedAt = d.Now()
		}
	}
	if e.Removed != nil && *e.Removed {
		w.RemovedAt = d.Now()
	}
	if err := d.checkWebhook(&w); err != nil {
		return "", err
	}
	batch := d.NewID()
	return batch, d.saveWebhook(ctx, &before, &w, batch, "Webhook modifié.", u)
}

// Webhook is one that was not removed.
func (d *Desk) Webhook(ctx context.Context, id assets.ID) (assets.Webhook, error) {
	w, err := d.Catalog.Webhook(ctx, id)
	if err == nil && !w.RemovedAt.IsZero() {
		err = &assets.Error{Kind: assets.NotFound, Op: "pipeline.Webhook", Msg: "Ce webhook a été retiré."}
	}
	return w, err
}

// TryWebhook makes one call, at once, and returns what came of it.
func (d *Desk) TryWebhook(ctx context.Context, id assets.ID) (assets.Call, error) {
	w, err := d.Webhook(ctx, id)
	if err != nil {
		return assets.Call{}, err
	}
	c := assets.Call{ID: d.NewID(), Webhook: w.ID, Event: testEvent, Subject: w.ID, CreatedAt: d.Now()}
	err = d.tell(ctx, w, &c)
	if c.State == "" { // it was not even called
		return c, err
	}
	return c, d.noteCall(ctx, assets.Change{}, c, err)
}

// CallsOf lists what a webhook was told, newest first; one that waits says why
// its last attempt failed.
func (d *Desk) CallsOf(ctx context.Context, webhook, before assets.ID, limit int) ([]assets.Call, error) {
	calls, err := d.Catalog.Calls(ctx, webhook, before, limit)
	if err != nil {
		return nil, err
	}
	waiting := map[assets.ID]*assets.Call{}
	for i, c := range calls {
		if c.State == assets.CallWaiting {
			waiting[c.ID] = &calls[i]
		}
	}
	if len(waiting) == 0 {
		return calls, nil
	}
	jobs, err := d.Catalog.JobsOf(ctx, slices.Collect(maps.Keys(waiting))...)
	for _, j := range jobs {
		waiting[j.Subject].Reason = j.Reason
	}
	return calls, err
}

// checkWebhook sets the events right, or says what is wrong.
func (d *Desk) checkWebhook(w *assets.Webhook) error {
	const op = "pipeline.checkWebhook"
	w.URL = strings.TrimSpace(w.URL)
	if err := d.Caller.Accepts(w.URL); err != nil {
		return wrong(op, "url", assets.Sentence(err))
	}
	w.Events = slices.Compact(slices.Sorted(slices.Values(w.Events)))
	for _, e := range w.Events {
		if e != "*" && !tellable(e) {
			return wrong(op, "events", fmt.Sprintf("L’événement « %s » n’existe pas.", e))
		}
	}
	if len(w.Events) == 0 {
		return wrong(op, "events", "Choisissez au moins un événement.")
	}
	return nil
}

// saveWebhook writes a webhook. It has no history of its own: what was done
// stands in that of whoever did it.
func (d *Desk) saveWebhook(ctx context.Context, before, after *assets.Webhook, batch assets.ID, sentence string, u assets.User) error {
	return d.commit(ctx, assets.Change{
		Webhooks: []assets.Webhook{*after},
		Events:   []assets.Event{d.gesture(u, batch, sentence, assets.Edits{"webhook/" + string(after.ID): whole(before, after)})},
	})
}
