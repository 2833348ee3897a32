package hooks

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"code.dny.dev/ssrf"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// visitRedirects is how far a reader's browser would be led, at most.
const visitRedirects = 10

var _ pipeline.Visitor = (*Hooks)(nil)

// Visit asks an address as a reader of a letter would, and reads nothing of the
// page. What is wrong with it is said in French: Invalid for an address that is
// none or is not public, NotFound where there is no page, Transient else.
func (h *Hooks) Visit(ctx context.Context, address string) error {
	const op = "hooks.Visit"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || r.URL.Hostname() == "" || len(address) > longestURL {
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Ce n’est pas une adresse.", Err: err}
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (compatible; Regie)")
	client := *h.client
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if len(via) > visitRedirects || h.trusts(next.URL.Hostname()) && next.URL.Host != via[0].URL.Host {
			return errRedirect
		}
		return nil
	}
	answer, err := client.Do(r)
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP):
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Cette adresse n’est pas publique : vos lecteurs ne l’ouvriront pas.", Err: err}
	case errors.Is(err, errRedirect):
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Cette adresse tourne en rond.", Err: err}
	case err != nil:
		return &assets.Error{Kind: assets.Transient, Op: op, Msg: "Ce site ne répond pas.", Err: err}
	}
	defer answer.Body.Close()
	switch code := answer.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		return &assets.Error{Kind: assets.NotFound, Op: op, Msg: "Il n’y a pas de page à cette adresse."}
	case code >= http.StatusBadRequest:
		return &assets.Error{Kind: assets.Transient, Op: op, Msg: fmt.Sprintf("Ce site répond %d : ouvrez le lien pour vérifier.", code)}
	}
	return nil
}
