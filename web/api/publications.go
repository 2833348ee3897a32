package api

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// OnePublication names a film on a channel.
type OnePublication struct {
	Publication assets.ID `path:"publication"`
}

type planned struct {
	Channels []assets.Channel `json:"channels" minItems:"1" maxItems:"50"`
	At       time.Time        `json:"at,omitzero" doc:"vide : tout de suite"`
}

type settled struct {
	OnePublication
	Body struct {
		Do  string `json:"do" enum:"retry,published,absent,look,complete,withdraw,seen,put-back" doc:"réessayer ; il y est, à cette adresse ; il n’y est pas ; regarder encore ; réessayer ce qui manque autour du film ; retirer ; j’ai vu ce qui a changé sur le canal ; l’y remettre"`
		URL string `json:"url,omitempty" doc:"de « published »"`
	}
}

type series struct {
	Films    []assets.ID      `json:"films" minItems:"1" maxItems:"60" doc:"dans leur ordre"`
	Channels []assets.Channel `json:"channels" minItems:"1" maxItems:"50"`
	Days     []time.Weekday   `json:"days" minItems:"1" maxItems:"7" doc:"jours de la semaine : 0 dimanche, 1 lundi, 6 samedi"`
	From     string           `json:"from" example:"2026-03-03T18:00" doc:"le premier jour, et l’heure de tous"`
	DryRun   bool             `json:"dry_run,omitempty" doc:"dire les dates, ne rien programmer"`
}

type campaign struct {
	list[pipeline.Turn]
	Undo assets.ID `json:"undo,omitempty" doc:"à donner à POST /undo/{batch}"`
}

type moved struct {
	OnePublication
	Body struct {
		At        string `json:"at" example:"2026-03-10T18:00"`
		Following bool   `json:"following,omitempty" doc:"de sa campagne, celles qui suivent aussi, sur tous leurs canaux"`
	}
}

type shelved struct {
	Archived bool `json:"archived"`
}

// publications are films on their channels.
func (a *API) publications() {
	add(a, "GET /films/{film}/publications", "list-publications", "Un film sur ses canaux, du plus ancien au plus récent", func(ctx context.Context, in *OneFilm) (list[assets.Publication], error) {
		return whole(a.desk.Catalog.Publications(ctx, assets.PublicationFilter{Film: in.Film}))
	})
	add(a, "POST /films/{film}/publications", "plan-publications", "Mettre un film sur des canaux", func(ctx context.Context, in *filmIn[planned]) (list[assets.Publication], error) {
		return whole(a.desk.Publish(ctx, in.Film, in.Body.Channels, in.Body.At, actor(ctx)))
	})
	add(a, "GET /publications/{publication}", "get-publication", "Un film sur un canal", func(ctx context.Context, in *OnePublication) (pipeline.Standing, error) {
		return a.desk.Standing(ctx, in.Publication)
	})
	add(a, "POST /publications/{publication}", "settle-publication", "Dire ce qu’il en est d’une mise en ligne, ou la reprendre", a.settle)
	add(a, "POST /publications/{publication}/move", "move-publication", "Déplacer une mise en ligne", a.move)
	add(a, "POST /campaigns", "plan-campaign", "Programmer des films l’un après l’autre, à jours et à heure fixes", a.campaign)
	add(a, "POST /films/{film}/archive", "archive-film", "Archiver un film, ou le sortir des archives", func(ctx context.Context, in *filmIn[shelved]) (changed, error) {
		move := a.desk.Unarchive
		if in.Body.Archived {
			move = a.desk.Archive
		}
		return undoable(move(ctx, in.Film, actor(ctx)))
	})
}

func (a *API) campaign(ctx context.Context, in *struct{ Body series }) (out campaign, err error) {
	s := pipeline.Series{Films: in.Body.Films, Channels: in.Body.Channels, Rhythm: in.Body.Days}
	if s.First, _, err = assets.ReadWall(in.Body.From, a.desk.Zone, false); err != nil {
		return out, err
	}
	if in.Body.DryRun {
		out.Items, err = a.desk.Campaign(ctx, s)
	} else {
		out.Items, out.Undo, err = a.desk.PlanCampaign(ctx, s, actor(ctx))
	}
	return out, err
}

func (a *API) move(ctx context.Context, in *moved) (changed, error) {
	p, err := a.desk.Catalog.Publication(ctx, in.Publication)
	if err != nil {
		return changed{}, err
	}
	to, _, err := assets.ReadWall(in.Body.At, a.desk.Zone, false)
	if err != nil {
		return changed{}, err
	}
	if !in.Body.Following {
		return undoable(a.desk.Reschedule(ctx, p, to, actor(ctx)))
	}
	r, err := a.desk.RescheduleSeries(ctx, p, to, actor(ctx))
	return changed{1 + r.Films, r.Batch}, err
}

func (a *API) settle(ctx context.Context, in *settled) (assets.Publication, error) {
	p, err := a.desk.Catalog.Publication(ctx, in.Publication)
	if err != nil {
		return p, err
	}
	by := actor(ctx)
	switch in.Body.Do {
	case "retry":
		_, err = a.desk.Retry(ctx, p.ID, by)
	case "published":
		_, err = a.desk.SayPublished(ctx, p.ID, in.Body.URL, by)
	case "absent":
		_, err = a.desk.SayAbsent(ctx, p.ID, by)
	case "look":
		_, err = a.desk.LookAgain(ctx, p.ID, by)
	case "complete":
		err = a.desk.Redecorate(ctx, p, by)
	case "seen":
		_, err = a.desk.Acknowledge(ctx, p.ID, by)
	case "put-back":
		return a.desk.PutBack(ctx, p.ID, by)
	case "withdraw":
		_, err = a.desk.Unpublish(ctx, p.Film, []assets.Channel{p.Channel}, by)
	}
	if err != nil {
		return p, err
	}
	return a.desk.Catalog.Publication(ctx, p.ID)
}
