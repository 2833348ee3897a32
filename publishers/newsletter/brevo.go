package newsletter

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers/remote"
)

// brevo is an account at Brevo (https://developers.brevo.com, API v3).
type brevo struct {
	o   Options
	api *remote.Client
	key func(ctx context.Context, stale string) (string, error)
}

func newBrevo(o Options, api *remote.Client) sender {
	b := &brevo{o, api, api.Token}
	api.Token = nil // its key has a header of its own
	api.Sort = func(a remote.Answer) error {
		if a.Status == http.StatusPaymentRequired {
			return &assets.Error{
				Kind: assets.Invalid, Op: "newsletter.brevo", Err: fmt.Errorf("%s", a.Body),
				Msg: "Le compte Brevo n'a plus assez de crédits pour tous les abonnés : la lettre n'est pas partie. Complétez-le, puis réessayez.",
			}
		}
		return nil
	}
	return b
}

func (b *brevo) do(ctx context.Context, call remote.Call, out any) error {
	key, err := b.key(ctx, "")
	if err != nil {
		return err
	}
	call.Header = http.Header{"Api-Key": {key}}
	_, err = b.api.Do(ctx, call, out)
	return err
}

func (b *brevo) introduce(ctx context.Context) (string, error) {
	var list struct {
		Name string `json:"name"`
	}
	err := b.do(ctx, get(fmt.Sprintf("/v3/contacts/lists/%d", b.o.List)), &list)
	return list.Name + " (Brevo)", err
}

func (b *brevo) create(ctx context.Context, c campaign) (string, error) {
	from, err := mail.ParseAddress(b.o.From)
	if err != nil {
		return "", err
	}
	var made struct {
		ID json.Number `json:"id"`
	}
	letter := map[string]any{
		"name": c.Name, "subject": c.Subject, "tag": "regie", "sender": map[string]string{"name": from.Name, "email": from.Address},
		"recipients":  map[string]any{"listIds": []int{b.o.List}},
		"htmlContent": `<!doctype html><html lang="fr"><body>` + c.HTML + `<p><a href="{{ unsubscribe }}">Se désabonner</a></p></body></html>`,
	}
	if c.Preheader != "" {
		letter["previewText"] = c.Preheader
	}
	err = b.do(ctx, remote.Call{Method: http.MethodPost, Path: "/v3/emailCampaigns", JSON: letter}, &made)
	return made.ID.String(), err
}

func (b *brevo) find(ctx context.Context, mark string) (string, bool, error) {
	var page struct {
		Campaigns []named `json:"campaigns"`
	}
	call := get("/v3/emailCampaigns")
	call.Query = url.Values{"limit": {"50"}, "sort": {"desc"}, "excludeHtmlContent": {"true"}}
	err := b.do(ctx, call, &page)
	id, found := marked(page.Campaigns, mark)
	return id, found, err
}

func (b *brevo) status(ctx context.Context, id string) (string, error) {
	var c struct {
		Status string `json:"status"`
	}
	call := get("/v3/emailCampaigns/" + id)
	call.Query = url.Values{"excludeHtmlContent": {"true"}}
	err := b.do(ctx, call, &c)
	return c.Status, err
}

func (b *brevo) send(ctx context.Context, id string) error {
	return b.do(ctx, remote.Call{Method: http.MethodPost, Path: "/v3/emailCampaigns/" + id + "/sendNow", Final: true}, nil)
}

func (b *brevo) page(string) string { return "https://app.brevo.com/" }
