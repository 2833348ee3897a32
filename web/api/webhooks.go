package api

import (
	"context"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// OneWebhook names a program that is told.
type OneWebhook struct {
	Webhook assets.ID `path:"webhook"`
}

type newWebhook struct {
	Body struct {
		URL    string   `json:"url"`
		Events []string `json:"events" minItems:"1" doc:"« * » : tous"`
	}
}

// added is a program with its secret, which is shown once.
type added struct {
	assets.Webhook
	secret
}

// webhookEdit is a pipeline.WebhookEdit as it is sent.
type webhookEdit struct {
	URL     *string   `json:"url,omitempty"`
	Events  *[]string `json:"events,omitempty"`
	Paused  *bool     `json:"paused,omitempty"`
	Removed *bool     `json:"removed,omitempty"`
}

type webhookIn struct {
	OneWebhook
	Body webhookEdit
}

type callsAsked struct {
	OneWebhook
	Page
}

// webhooks are the programs that are told of events.
func (a *API) webhooks() {
	add(a, "GET /webhooks", "list-webhooks", "Les programmes prévenus", func(ctx context.Context, _ *struct{}) (list[assets.Webhook], error) {
		return whole(a.desk.Catalog.Webhooks(ctx))
	})
	add(a, "POST /webhooks", "create-webhook", "Prévenir un programme", func(ctx context.Context, in *newWebhook) (added, error) {
		w, key, err := a.desk.AddWebhook(ctx, in.Body.URL, in.Body.Events, user(ctx))
		return added{w, secret{key.Reveal()}}, err
	})
	add(a, "GET /webhooks/{webhook}", "get-webhook", "Un programme prévenu", func(ctx context.Context, in *OneWebhook) (assets.Webhook, error) {
		return a.desk.Webhook(ctx, in.Webhook)
	})
	add(a, "PATCH /webhooks/{webhook}", "edit-webhook", "Modifier, mettre en pause ou retirer un programme", func(ctx context.Context, in *webhookIn) (changed, error) {
		return undoable(a.desk.EditWebhook(ctx, in.Webhook, pipeline.WebhookEdit(in.Body), user(ctx)))
	})
	add(a, "POST /webhooks/{webhook}/test", "test-webhook", "Envoyer un essai, tout de suite", func(ctx context.Context, in *OneWebhook) (assets.Call, error) {
		return a.desk.TryWebhook(ctx, in.Webhook)
	})
	add(a, "GET /webhooks/{webhook}/calls", "list-calls", "Les appels d’un programme, du plus récent au plus ancien", func(ctx context.Context, in *callsAsked) (list[assets.Call], error) {
		all, err := a.desk.CallsOf(ctx, in.Webhook, in.After, in.Limit+1)
		return paged(all, in.Limit, func(c assets.Call) assets.ID { return c.ID }), err
	})
}
