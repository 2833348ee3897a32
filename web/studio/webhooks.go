package studio

import (
	"net/http"
	"net/url"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

const webhooksPath = "/regie/admin/webhooks"

// webhookForm is an address and its events as they are typed.
type webhookForm struct {
	URL    string
	Events []string
	Choose []pipeline.WebhookEvent
}

func webhookTyped(r *http.Request) webhookForm {
	_ = r.FormValue("url") // reads the form
	return webhookForm{r.FormValue("url"), r.PostForm["events"], pipeline.WebhookEvents()}
}

// webhooksBody is which programs are told, and the form for one more.
type webhooksBody struct {
	Webhooks []assets.Webhook
	Form     webhookForm
}

func (s *Studio) webhooks(w http.ResponseWriter, r *http.Request) error {
	return s.showWebhooks(w, r, webhookForm{Choose: pipeline.WebhookEvents()}, nil)
}

func (s *Studio) showWebhooks(w http.ResponseWriter, r *http.Request, form webhookForm, fault error) error {
	all, err := s.Desk.Catalog.Webhooks(r.Context())
	if err != nil {
		return err
	}
	return s.showFault(w, r, "webhooks", page{Title: "Webhooks", Here: "/regie/admin", Body: webhooksBody{all, form}}, fault)
}

// addWebhook tells one more program, and shows the secret, once.
func (s *Studio) addWebhook(w http.ResponseWriter, r *http.Request) error {
	form := webhookTyped(r)
	hook, secret, err := s.Desk.AddWebhook(r.Context(), form.URL, form.Events, user(r))
	if assets.KindOf(err) == assets.Invalid && err != nil {
		return s.showWebhooks(w, r, form, err)
	}
	if err != nil {
		return err
	}
	return s.showWebhook(w, r, webhookBody{Webhook: hook, Secret: secret.Reveal()}, nil, nil)
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
	return s.showWebhook(w, r, webhookBody{}, nil, nil)
}

// showWebhook shows a program as it is; or as typed, with what is wrong.
func (s *Studio) showWebhook(w http.ResponseWriter, r *http.Request, b webhookBody, typed *webhookForm, fault error) error {
	const perPage = 30
	id := b.Webhook.ID
	if id == "" {
		id = assets.ID(r.PathValue("webhook"))
	}
	var err error
	if b.Webhook, err = s.Desk.Webhook(r.Context(), id); err != nil {
		return err
	}
	if b.Calls, err = s.Desk.CallsOf(r.Context(), id, assets.ID(r.FormValue("avant")), perPage+1); err != nil {
		return err
	}
	if len(b.Calls) > perPage {
		b.Calls = b.Calls[:perPage]
		b.Next = webhooksPath + "/" + string(id) + "?avant=" + url.QueryEscape(string(b.Calls[perPage-1].ID))
	}
	b.Form = webhookForm{b.Webhook.URL, b.Webhook.Events, pipeline.WebhookEvents()}
	if typed != nil {
		b.Form = *typed
	}
	b.Names = map[string]string{"test": "Essai"}
	for _, e := range b.Form.Choose {
		b.Names[e.Event] = e.Name
	}
	return s.showFault(w, r, "webhook", page{Title: "Webhook", Here: "/regie/admin", Body: b}, fault)
}

func (s *Studio) saveWebhook(w http.ResponseWriter, r *http.Request) error {
	form := webhookTyped(r)
	err := s.editWebhook(w, r, pipeline.WebhookEdit{URL: &form.URL, Events: &form.Events}, "Enregistré.", "")
	if assets.KindOf(err) == assets.Invalid && err != nil {
		return s.showWebhook(w, r, webhookBody{}, &form, err)
	}
	return err
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
