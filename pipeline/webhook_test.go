package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

// program is a program that is told, and answers what it is told to.
type program struct {
	status int
	err    error
	heard  []Message
}

func (p *program) Accepts(address string) error {
	if !strings.HasPrefix(address, "https://") {
		return &assets.Error{Kind: assets.Invalid, Msg: "En https."}
	}
	return nil
}

func (p *program) Call(_ context.Context, m Message) (int, error) {
	p.heard = append(p.heard, m)
	return p.status, p.err
}

// hooked is a bench with somebody of the administration and one webhook.
func hooked(t *testing.T, events ...string) (*bench, *program, assets.User, assets.Webhook, assets.Secret) {
	t.Helper()
	b, p := newBench(t), &program{status: 200}
	b.Caller = p
	u, err := b.Hire(t.Context(), assets.User{Name: "L’administration", Mail: "a@example.org", Role: assets.RoleAdministration}, "cli")
	b.must(err)
	w, secret, err := b.AddWebhook(t.Context(), "https://example.org/regie", events, u)
	b.must(err)
	return b, p, u, w, secret
}

// TestWebhook: a program hears what it asked for, and nothing else: what, which
// and of which film.
func TestWebhook(t *testing.T) {
	b, p, u, w, secret := hooked(t, "sujet.closed", "version.ready")
	s, err := b.CreateSujet(t.Context(), assets.Sujet{Title: "Une fête privée"}, "cli")
	b.must(err)
	b.must(b.CloseSujet(t.Context(), s.ID, string(u.ID)))
	b.settle()
	if len(p.heard) != 1 {
		t.Fatalf("%d calls", len(p.heard))
	}
	var body struct {
		Type string
		Data map[string]string
	}
	if err := json.Unmarshal(p.heard[0].Body, &body); err != nil || body.Type != "sujet.closed" || body.Data["id"] != string(s.ID) || len(body.Data) != 3 {
		t.Errorf("%s, %v", p.heard[0].Body, err)
	}
	if bytes.Contains(p.heard[0].Body, []byte("privée")) || p.heard[0].Secret != secret {
		t.Errorf("%s", p.heard[0].Body)
	}
	film := b.take("Un film")
	b.settle()
	if err := json.Unmarshal(p.heard[len(p.heard)-1].Body, &body); err != nil || body.Type != "version.ready" || body.Data["film"] != string(film.Film) {
		t.Errorf("%s, %v", p.heard[len(p.heard)-1].Body, err)
	}
	calls, err := b.CallsOf(t.Context(), w.ID, "", 10)
	if err != nil || len(calls) != 2 || calls[0].State != assets.CallTaken || calls[0].Status != 200 {
		t.Errorf("%+v, %v", calls, err)
	}
}

// TestWebhookFailures: a call that is given up says why; an answer 410 switches
// the webhook off, and what still waits is not sent; a call that is taken makes
// it well again.
func TestWebhookFailures(t *testing.T) {
	b, p, u, w, _ := hooked(t, "*")
	now := func() assets.Webhook {
		t.Helper()
		w, err := b.Webhook(t.Context(), w.ID)
		b.must(err)
		return w
	}
	sujet := func() {
		_, err := b.CreateSujet(t.Context(), assets.Sujet{Title: "Fête"}, "cli")
		b.must(err)
	}
	p.status, p.err = 500, &assets.Error{Kind: assets.Transient, Msg: "Le programme a répondu 500."}
	sujet()
	b.settle() // this bench does not try again
	if w := now(); w.Failures != 1 || w.Reason != "Le programme a répondu 500." || !w.PausedAt.IsZero() {
		t.Errorf("%+v", w)
	}
	p.status, p.err = 204, nil
	if c, err := b.TryWebhook(t.Context(), w.ID); err != nil || c.State != assets.CallTaken || c.Status != 204 {
		t.Errorf("%+v, %v", c, err)
	}
	if w := now(); w.Failures != 0 || w.Reason != "" {
		t.Errorf("%+v", w)
	}
	p.status, p.err = gone, &assets.Error{Kind: assets.Transient, Msg: "Le programme a répondu 410."}
	sujet()
	sujet()
	heard := len(p.heard)
	b.settle()
	if w := now(); w.PausedAt.IsZero() || len(p.heard) != heard+1 {
		t.Errorf("%+v, %d calls", w, len(p.heard)-heard)
	}
	sujet()
	b.settle()
	if len(p.heard) != heard+1 {
		t.Error("a webhook that is off is called")
	}
	no := false
	_, err := b.EditWebhook(t.Context(), w.ID, WebhookEdit{Paused: &no}, u)
	b.must(err)
	if w := now(); !w.PausedAt.IsZero() || w.Reason != "" {
		t.Errorf("%+v", w)
	}
}

// TestWebhookUndo: what was removed comes back with its secret, which is in no
// log.
func TestWebhookUndo(t *testing.T) {
	b, p, u, w, secret := hooked(t, "film.published")
	yes := true
	batch, err := b.EditWebhook(t.Context(), w.ID, WebhookEdit{Removed: &yes}, u)
	b.must(err)
	if all, err := b.Catalog.Webhooks(t.Context()); len(all) != 0 || err != nil {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := b.TryWebhook(t.Context(), w.ID); assets.KindOf(err) != assets.NotFound {
		t.Error(err)
	}
	_, err = b.Undo(t.Context(), batch, u)
	b.must(err)
	if _, err := b.TryWebhook(t.Context(), w.ID); err != nil || p.heard[0].Secret != secret {
		t.Errorf("%v", err)
	}
	log, err := b.Catalog.Journal(t.Context(), assets.EventFilter{})
	b.must(err)
	text, err := json.Marshal(log)
	if err != nil || bytes.Contains(text, []byte("whsec_")) || !bytes.Contains(text, []byte("example.org/regie")) {
		t.Errorf("%s, %v", text, err)
	}
}

// TestWebhookSecret (W-14): it lies encrypted, for its own webhook only, and a
// new key seals it again.
func TestWebhookSecret(t *testing.T) {
	b, p, u, w, secret := hooked(t, "*")
	other, _, err := b.AddWebhook(t.Context(), "https://example.org/autre", []string{"*"}, u)
	b.must(err)
	if kept, err := b.Catalog.Webhook(t.Context(), w.ID); err != nil || len(kept.Secret) == 0 || bytes.Contains(kept.Secret, []byte(secret.Reveal()[6:])) {
		t.Errorf("%q, %v", kept.Secret, err)
	}
	if n, err := b.Reseal(t.Context()); n != 2 || err != nil {
		t.Errorf("%d sealed again, %v", n, err)
	}
	if _, err := b.TryWebhook(t.Context(), w.ID); err != nil || p.heard[0].Secret != secret {
		t.Error(err)
	}
	moved, err := b.Catalog.Webhook(t.Context(), w.ID)
	b.must(err)
	moved.ID = other.ID
	b.must(b.Catalog.Apply(t.Context(), assets.Change{Webhooks: []assets.Webhook{moved}}))
	if _, err := b.TryWebhook(t.Context(), other.ID); err == nil || len(p.heard) != 1 {
		t.Errorf("a secret opens in another place: %v", err)
	}
}

// TestWebhookRefused: what is wrong is said of its field.
func TestWebhookRefused(t *testing.T) {
	b, _, u, _, _ := hooked(t, "*")
	for field, try := range map[Field]struct {
		address string
		events  []string
	}{
		"url":    {"http://example.org", []string{"*"}},
		"events": {"https://example.org", []string{"user.active"}},
	} {
		_, _, err := b.AddWebhook(t.Context(), try.address, try.events, u)
		var said Field
		if !errors.As(err, &said) || said != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, _, err := b.AddWebhook(t.Context(), "https://example.org", nil, u); assets.KindOf(err) != assets.Invalid {
		t.Errorf("no events: %v", err)
	}
}
