package studio

import (
	"net/http"
	"net/url"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

const webhooksPath = "/regie/admin/webhooks"

// webhookForm is an address and its events, as the form shows them.
type webhookForm struct {
	URL    string
	Events []string
	Choose []pipeline.WebhookEvent
}

// webhooksBody is which programs are told, and the form for one more.
type webhooksBody struct {
	Webhooks []assets.Webhook
	Form     webhookForm
}

func (s *Studio) webhooks(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Desk.Catalog.Webhooks(r.Context())
	if err != nil {
		return err
	}
	b := webhooksBody{all, webhookForm{Choose: pipeline.WebhookEvents()}}
	return s.show(w, r, "webhooks", page{Title: "Webhooks", Here: "/regie/admin", Body: b})
}

// addWebhook tells one more program, and shows the secret, once.
func (s *Studio) addWebhook(w http.ResponseWriter, r *http.Request) error {
	address := r.FormValue("url") // reads the form
	hook, secret, err := s.Desk.AddWebhook(r.Context(), address, r.PostForm["events"], user(r))
	if err != nil {
		return err
	}
	return s.showWebhook(w, r, hook.ID, secret)
}

// webhookBody is one program that is told.
type webhookBody struct {
	Webhook assets.Webhook
	Form    webhookForm
	Calls   []assets.Call
	Next    string
	Secret  string // shown once
	Names   map[string]string
}

func (s *Studio) webhook(w http.ResponseWriter, r *http.Request) error {
	return s.showWebhook(w, r, assets.ID(r.PathValue("webhook")), "")
}

func (s *Studio) showWebhook(w http.ResponseWriter, r *http.Request, id assets.ID, secret assets.Secret) error {
	const perPage = 30
	hook, err := s.Desk.Webhook(r.Context(), id)
	if err != nil {
		return err
	}
	calls, err := s.Desk.CallsOf(r.Context(), id, assets.ID(r.FormValue("avant")), perPage+1)
	if err != nil {
		return err
	}
	b := webhookBody{
		Webhook: hook, Form: webhookForm{hook.URL, hook.Events, pipeline.WebhookEvents()},
		Calls: calls, Secret: secret.Reveal(), Names: map[string]string{"test": "Essai"},
	}
	if len(calls) > perPage {
		b.Calls = calls[:perPage]
		b.Next = webhooksPath + "/" + string(id) + "?avant=" + url.QueryEscape(string(calls[perPage-1].ID))
	}
	for _, e := range b.Form.Choose {
		b.Names[e.Event] = e.Name
	}
	return s.show(w, r, "webhook", page{Title: "Webhook", Here: "/regie/admin", Body: b})
}

func (s *Studio) saveWebhook(w http.ResponseWriter, r *http.Request) error {
	address := r.FormValue("url") // reads the form
	events := r.PostForm["events"]
	return s.editWebhook(w, r, pipeline.WebhookEdit{URL: &address, Events: &events}, "Enregistré.", "")
}

// pauseWebhook stops the calls of a program for a while, goes on with them, or
// removes it.
func (s *Studio) pauseWebhook(w http.ResponseWriter, r *http.Request) error {
	yes, no := true, false
	switch r.FormValue("etat") {
	case "pause":
		return s.editWebhook(w, r, pipeline.WebhookEdit{Paused: &yes}, "En pause : ce programme n’est plus prévenu.", "")
	case "reprise":
		return s.editWebhook(w, r, pipeline.WebhookEdit{Paused: &no}, "Ce programme est de nouveau prévenu.", "")
	case "retrait":
		return s.editWebhook(w, r, pipeline.WebhookEdit{Removed: &yes}, "Webhook retiré.", webhooksPath)
	}
	return invalid("pauseWebhook", "Choisissez une action.")
}

// editWebhook changes a program, and leads on: to itself unless it says where.
func (s *Studio) editWebhook(w http.ResponseWriter, r *http.Request, e pipeline.WebhookEdit, said, to string) error {
	id := r.PathValue("webhook")
	batch, err := s.Desk.EditWebhook(r.Context(), assets.ID(id), e, user(r))
	if err != nil {
		return err
	}
	if to == "" {
		to = webhooksPath + "/" + id
	}
	return s.doneWith(w, r, to, gate.Flash{Text: said, Undo: "/regie/annuler/" + string(batch)})
}

// tryWebhook calls a program now, and says what it answered.
func (s *Studio) tryWebhook(w http.ResponseWriter, r *http.Request) error {
	call, err := s.Desk.TryWebhook(r.Context(), assets.ID(r.PathValue("webhook")))
	if err != nil {
		return err
	}
	said := "L’essai a été reçu."
	if call.State != assets.CallTaken {
		said = "L’essai n’est pas passé. " + call.Reason
	}
	return s.done(w, r, webhooksPath+"/"+string(call.Webhook), said)
}
