package partner

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
	"anonymal.tv/regie/web/serve"
)

// worn are what the pages of a link wear: that of its password too, before it is
// given.
var worn = map[string]handler{
	"GET /p/{token}/logo.png":    (*Room).logo,
	"GET /p/{token}/couleur.css": (*Room).colour,
}

// wearer is the partner of a link that opens; nobody for one that does not.
func (p *Room) wearer(ctx context.Context, x assets.Delivery) (assets.Partner, error) {
	if x.Standing(p.Now()) != assets.DeliveryOpen {
		return assets.Partner{}, nil
	}
	programme, err := p.Desk.Catalog.Programme(ctx)
	if i := slices.IndexFunc(programme.Partners, func(a assets.Partner) bool { return a.Slug == x.Partner }); i >= 0 {
		return programme.Partners[i], nil
	}
	return assets.Partner{}, err
}

// logo is that of the partner.
func (p *Room) logo(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := p.Desk.LogoOf(r.Context(), v.Partner)
	if err != nil {
		return gate.ErrHidden
	}
	return serve.Object(w, r, p.Desk.Blobs, f)
}

// colour is the partner's, as a style sheet: pages hold no style of their own.
func (p *Room) colour(w http.ResponseWriter, r *http.Request, v visit) error {
	partner, err := p.wearer(r.Context(), v.Delivery)
	if err != nil {
		return err
	}
	if partner.Colour == "" {
		return gate.ErrHidden
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, err = fmt.Fprintf(w, ":root{--accent:%s;--on-accent:%s;--accent-ink:%s}\n", partner.Colour, pipeline.InkOn(partner.Colour), pipeline.OnPaper(partner.Colour))
	return err
}
