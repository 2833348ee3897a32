package main

import (
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/fold"
	"anonymal.tv/regie/pipeline"
)

// vouched is a film of a dossier that has its BAT, without any work.
func (h *house) vouched(title, dossier string) (assets.ID, assets.Change) {
	now := h.now()
	film := assets.Film{ID: newID(), Slug: fold.Slug(title), Title: title, Dossier: dossier, Rubriques: []string{"culture"}, Partners: []string{}, Music: assets.MusicClear, CreatedAt: now, UpdatedAt: now}
	master := assets.Asset{ID: newID(), Kind: assets.KindMaster, Name: title, SHA256: access.Hash(title), Size: 1, Key: "x/" + title, CreatedAt: now}
	version := assets.Version{ID: newID(), Film: film.ID, Number: 1, Master: master.ID, CreatedAt: now}
	bat := assets.Approval{ID: newID(), Film: film.ID, Version: version.ID, Number: 1, AskedAt: now, At: now}
	film.Version = version.ID
	c := assets.Change{Films: []assets.Film{film}, Assets: []assets.Asset{master}, Versions: []assets.Version{version}, Approvals: []assets.Approval{bat}}
	c.Events = append(c.Events, walked(now, assets.SubjectFilm, film.ID, assets.FilmEditing, assets.FilmReview, assets.FilmApproved)...)
	c.Events = append(c.Events, walked(now, assets.SubjectVersion, version.ID, assets.VersionReceived, assets.VersionMaking, assets.VersionReady)...)
	c.Events = append(c.Events, walked(now, assets.SubjectApproval, bat.ID, assets.ApprovalAsked, assets.ApprovalGiven)...)
	return film.ID, c
}

// walked are the events of a thing that came through these states.
func walked[S ~string](at time.Time, kind assets.Subject, id assets.ID, states ...S) (all []assets.Event) {
	from := ""
	for _, to := range states {
		all = append(all, assets.Event{ID: newID(), Kind: kind, Subject: id, From: from, To: string(to), Actor: "cli", At: at})
		from = string(to)
	}
	return all
}

// campaign is half planned: one film of the dossier has its date, after one of no
// dossier that has the slot before.
func (s *stage) campaign() {
	var planned []assets.ID
	for _, x := range [][2]string{
		{"Le conseil des enfants"},
		{"Zik Zac : les balances", "zik-zac-2018"},
		{"Zik Zac : la grande scène", "zik-zac-2018"},
		{"Zik Zac : le bal sous les platanes", "zik-zac-2018"},
		{"Zik Zac : le démontage", "zik-zac-2018"},
	} {
		film, c := s.vouched(x[0], x[1])
		s.note(s.catalog.Apply(s.ctx, c))
		planned = append(planned, film)
	}
	first := s.now().In(s.zone).AddDate(0, 0, 1)
	_, _, err := s.desk.PlanCampaign(s.ctx, pipeline.Series{
		Films: planned[:2], Channels: []assets.Channel{assets.ChannelSite}, Rhythm: assets.Rhythm{time.Tuesday, time.Thursday},
		First: assets.MomentAt(time.Date(first.Year(), first.Month(), first.Day(), 18, 0, 0, 0, s.zone), s.zone),
	}, s.actor(assets.RoleCommunication))
	s.note(err)
}
