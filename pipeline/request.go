package pipeline

import (
	"context"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// request gathers all that a channel may need.
func (d *Desk) request(ctx context.Context, p assets.Publication) (publishers.Request, error) {
	to, err := d.Publishers.Get(p.Channel)
	if err != nil {
		return publishers.Request{}, err
	}
	req, err := d.describe(ctx, p, to)
	if err != nil {
		return req, err
	}
	if req.Version, err = d.Catalog.Version(ctx, p.Version); err != nil {
		return req, err
	}
	files, err := d.Catalog.Renditions(ctx, p.Version)
	if err != nil {
		return req, err
	}
	texts, err := d.trackFiles(ctx, p.Film)
	req.Files = append(Covered(req.Film, files), texts...)
	if err == nil && p.Channel == assets.ChannelNewsletter {
		req.Letter, err = d.letterOf(ctx, p, req)
	}
	return req, err
}

// describe is what a channel may be told of a film in words, without its files.
func (d *Desk) describe(ctx context.Context, p assets.Publication, to publishers.Publisher) (publishers.Request, error) {
	f, err := d.Catalog.Film(ctx, p.Film)
	if err != nil {
		return publishers.Request{}, err
	}
	pr, err := d.Catalog.Programme(ctx)
	if err != nil {
		return publishers.Request{}, err
	}
	req := publishers.Request{
		Marker: string(p.ID), Film: f, Resume: p.Resume,
		Rubriques: pick(pr.Rubriques, f.Rubriques, func(r assets.Rubrique) string { return r.Slug }),
		Partners:  pick(pr.Partners, f.Partners, func(r assets.Partner) string { return r.Slug }),
		Territory: lineage(pr.Territories, f.Territory),
		At:        p.PublishedAt,
	}
	if req.At.IsZero() {
		req.At = d.Now()
	}
	if dossiers := pick(pr.Dossiers, []string{f.Dossier}, func(x assets.Dossier) string { return x.Slug }); len(dossiers) == 1 {
		req.Dossier = &dossiers[0]
	}
	shown, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: f.ID, Channel: assets.ChannelSite, State: assets.PublicationPublished})
	if err != nil {
		return publishers.Request{}, err
	}
	if len(shown) > 0 {
		req.Link = shown[0].URL
	}
	words := d.Texts.Say(to, req)
	if p.Channel == assets.ChannelSite { // its pages show the film as it is
		words.Title = f.Title
	}
	req.Film.Title, req.Text = words.Title, words.Text
	if p.Title != "" {
		req.Film.Title = p.Title
	}
	if p.Text != "" {
		req.Text = p.Text
	}
	return req, nil
}

// pick returns the records of these slugs, in the order of the slugs.
func pick[T any](all []T, slugs []string, slug func(T) string) []T {
	var out []T
	for _, s := range slugs {
		if i := slices.IndexFunc(all, func(v T) bool { return slug(v) == s }); i >= 0 {
			out = append(out, all[i])
		}
	}
	return out
}

// lineage returns a territory behind its town.
func lineage(all []assets.Territory, slug string) []assets.Territory {
	var line []assets.Territory
	for slug != "" && len(line) < 8 {
		i := slices.IndexFunc(all, func(t assets.Territory) bool { return t.Slug == slug })
		if i < 0 {
			break
		}
		line = append([]assets.Territory{all[i]}, line...)
		slug = all[i].Parent
	}
	return line
}
