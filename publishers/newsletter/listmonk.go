package newsletter

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"anonymal.tv/regie/publishers/remote"
)

// listmonk is an instance of listmonk (https://listmonk.app/docs/apis/campaigns/).
type listmonk struct {
	o   Options
	api *remote.Client
}

func newListmonk(o Options, api *remote.Client) sender {
	key := api.Token
	api.Token = func(ctx context.Context, stale string) (string, error) {
		k, err := key(ctx, stale)
		return "token " + k, err
	}
	api.Sort = func(a remote.Answer) error {
		if a.Status == http.StatusForbidden { // so it answers to a key that it does not know
			return remote.Disconnected(a.Name, fmt.Errorf("%s", a.Body))
		}
		return nil
	}
	return &listmonk{o, api}
}

// do makes a call; what matters of an answer stands below "data".
func (l *listmonk) do(ctx context.Context, call remote.Call, out any) error {
	if out == nil {
		_, err := l.api.Do(ctx, call, nil)
		return err
	}
	_, err := l.api.Do(ctx, call, &struct {
		Data any `json:"data"`
	}{out})
	return err
}

func (l *listmonk) introduce(ctx context.Context) (string, error) {
	var list struct {
		Name string `json:"name"`
	}
	err := l.do(ctx, get(fmt.Sprintf("/api/lists/%d", l.o.List)), &list)
	return list.Name + " (" + l.api.Base.Host + ")", err
}

func (l *listmonk) create(ctx context.Context, c campaign) (string, error) {
	preview := ""
	if c.Preheader != "" {
		preview = `<div style="display:none">` + c.Preheader + "</div>"
	}
	var made struct {
		ID json.Number `json:"id"`
	}
	err := l.do(ctx, remote.Call{Method: http.MethodPost, Path: "/api/campaigns", JSON: map[string]any{
		"name": c.Name, "subject": c.Subject, "lists": []int{l.o.List}, "type": "regular", "content_type": "html", "messenger": "email",
		"from_email": l.o.From, "body": preview + c.HTML, "altbody": c.Text + "\n\nSe désabonner : {{ UnsubscribeURL }}\n", "tags": []string{"regie"},
	}}, &made)
	return made.ID.String(), err
}

func (l *listmonk) find(ctx context.Context, mark string) (string, bool, error) {
	var page struct {
		Results []named `json:"results"`
	}
	call := get("/api/campaigns")
	call.Query = url.Values{"order_by": {"created_at"}, "order": {"DESC"}, "per_page": {"50"}, "no_body": {"true"}}
	err := l.do(ctx, call, &page)
	id, found := marked(page.Results, mark)
	return id, found, err
}

func (l *listmonk) status(ctx context.Context, id string) (string, error) {
	var c struct {
		Status string `json:"status"`
	}
	err := l.do(ctx, get("/api/campaigns/"+id), &c)
	return c.Status, err
}

func (l *listmonk) send(ctx context.Context, id string) error {
	return l.do(ctx, remote.Call{Method: http.MethodPut, Path: "/api/campaigns/" + id + "/status", JSON: map[string]string{"status": "running"}, Final: true}, nil)
}

func (l *listmonk) page(id string) string { return l.api.Base.String() + "/admin/campaigns/" + id }
