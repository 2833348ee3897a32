package pipeline

import (
	"context"

	"anonymal.tv/regie/assets"
)

// SujetLine is a sujet as lists show it: who is on it, and where its film stands.
type SujetLine struct {
	assets.Sujet
	Film     assets.Film
	Version  *assets.Version // the current one; nil before the first
	Standing string          // assets.Standing
	Crew     []assets.User
}

// SujetLines lists sujets with what lists show of them, newest first.
func (d *Desk) SujetLines(ctx context.Context, f assets.SujetFilter) ([]SujetLine, error) {
	all, err := d.Catalog.Sujets(ctx, f)
	if err != nil {
		return nil, err
	}
	people, err := d.everybody(ctx)
	if err != nil {
		return nil, err
	}
	return d.linesOf(ctx, all, people)
}

func (d *Desk) everybody(ctx context.Context) (map[assets.ID]assets.User, error) {
	all, err := d.Catalog.Users(ctx, assets.UserFilter{})
	people := make(map[assets.ID]assets.User, len(all))
	for _, u := range all {
		people[u.ID] = u
	}
	return people, err
}

// linesOf are the lines of sujets, read in as many queries as there are kinds of
// records.
func (d *Desk) linesOf(ctx context.Context, all []assets.Sujet, people map[assets.ID]assets.User) ([]SujetLine, error) {
	lines := make([]SujetLine, len(all))
	if len(all) == 0 {
		return lines, nil
	}
	ids := make([]assets.ID, len(all))
	for i, s := range all {
		ids[i] = s.Film
	}
	films, err := d.Catalog.Films(ctx, assets.FilmFilter{IDs: ids, Limit: len(ids)})
	if err != nil {
		return nil, err
	}
	current, err := d.CurrentVersions(ctx, films)
	if err != nil {
		return nil, err
	}
	made := make(map[assets.ID]assets.Film, len(films))
	for _, f := range films {
		made[f.ID] = f
	}
	for i, s := range all {
		line := SujetLine{Sujet: s, Film: made[s.Film], Version: current[s.Film]}
		for _, id := range s.Crew {
			if u, known := people[id]; known {
				line.Crew = append(line.Crew, u)
			}
		}
		line.Standing = assets.Standing(line.Film, line.Version)
		lines[i] = line
	}
	return lines, nil
}

// CurrentVersions are the current versions of films, by film; one that has none
// is not there.
func (d *Desk) CurrentVersions(ctx context.Context, films []assets.Film) (map[assets.ID]*assets.Version, error) {
	var ids []assets.ID
	for _, f := range films {
		if f.Version != "" {
			ids = append(ids, f.Version)
		}
	}
	all, err := d.Catalog.VersionsByID(ctx, ids...)
	if err != nil {
		return nil, err
	}
	current := make(map[assets.ID]*assets.Version, len(all))
	for _, v := range all {
		current[v.Film] = &v
	}
	return current, nil
}

// RushTile is a rush with the picture that stands for it.
type RushTile struct {
	assets.Rush
	Poster *assets.Rendition // nil before its proxy is made
}

// SujetView is all that the page of a sujet shows.
type SujetView struct {
	SujetLine
	Rushes     []RushTile // the newest
	RushCount  int
	Said       []Precision // for the edit, with rushes
	Selections []assets.Selection
	URL        string // where the film is public; ""
}

// tilesShown is how many rushes the page of a sujet shows.
const tilesShown = 12

// ShowSujet gathers what there is to say of a sujet.
func (d *Desk) ShowSujet(ctx context.Context, id assets.ID) (SujetView, error) {
	var v SujetView
	s, err := d.Catalog.Sujet(ctx, id)
	if err != nil {
		return v, err
	}
	people, err := d.everybody(ctx)
	if err != nil {
		return v, err
	}
	lines, err := d.linesOf(ctx, []assets.Sujet{s}, people)
	if err != nil {
		return v, err
	}
	v.SujetLine = lines[0]
	if v.RushCount, err = d.Catalog.CountRushes(ctx, assets.RushFilter{Sujet: id}); err != nil {
		return v, err
	}
	rushes, err := d.Catalog.Rushes(ctx, assets.RushFilter{Sujet: id, Limit: tilesShown})
	if err != nil {
		return v, err
	}
	if v.Rushes, err = d.RushTiles(ctx, rushes); err != nil {
		return v, err
	}
	if v.Said, err = d.saidFor(ctx, id, people); err != nil {
		return v, err
	}
	if v.Selections, err = d.Catalog.Selections(ctx, id, ""); err != nil {
		return v, err
	}
	v.URL, err = d.publicURL(ctx, s.Film)
	return v, err
}

// RushTiles finds the pictures of rushes.
func (d *Desk) RushTiles(ctx context.Context, rushes []assets.Rush) ([]RushTile, error) {
	ids := make([]assets.ID, len(rushes))
	for i, r := range rushes {
		ids[i] = r.ID
	}
	made, err := d.Catalog.Proxies(ctx, ids...)
	if err != nil {
		return nil, err
	}
	posters := map[assets.ID]*assets.Rendition{}
	for i, m := range made {
		if m.Role == assets.RolePoster {
			posters[m.Version] = &made[i]
		}
	}
	tiles := make([]RushTile, len(rushes))
	for i, r := range rushes {
		tiles[i] = RushTile{r, posters[r.ID]}
	}
	return tiles, nil
}

// publicURL is where a film can be seen by all; "" while it can't.
func (d *Desk) publicURL(ctx context.Context, film assets.ID) (string, error) {
	pubs, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: film, State: assets.PublicationPublished})
	if err != nil || len(pubs) == 0 {
		return "", err
	}
	return pubs[0].URL, nil
}
