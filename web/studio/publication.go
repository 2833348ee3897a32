package studio

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

// publicationBody is one film on one channel: how it stands, what happened, and
// what a person can do about it.
type publicationBody struct {
	pipeline.Standing
	Film    assets.Film
	Name    string // of the channel
	Going   string // how far it is that leaves bit by bit
	Live    bool   // something may have changed when one looks again
	Broken  bool   // the account is to be connected again
	Online  string // where else the film is: « Le site et Vimeo sont en ligne. »
	Kit     *pipeline.Kit
	Made    string // where the files of the kit are, in front of their names
	Remedy  string // of a drift: the words of a button
	Chip    *chip  // what keeps the film from this channel, with the way out
	History []assets.Event
	Who     map[string]string
	May     bool
}

func (s *Studio) publication(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	standing, err := s.Desk.Standing(ctx, assets.ID(r.PathValue("publication")))
	if err != nil {
		return err
	}
	p := standing.Publication
	b := publicationBody{Standing: standing, Name: p.Channel.Name(), Remedy: s.Desk.Remedy(p), May: access.May(user(r).Role, "POST /regie/publications/{publication}")}
	if b.Film, err = s.Desk.Catalog.Film(ctx, p.Film); err != nil {
		return err
	}
	for _, film := range p.Films() {
		if b.Chip, err = s.keptBack(ctx, film, p.Channel, p.At); err != nil || b.Chip != nil {
			break
		}
	}
	if err != nil {
		return err
	}
	if b.Going, err = s.Desk.Going(ctx, p); err != nil {
		return err
	}
	b.Live = p.State == assets.PublicationPublishing || p.State == assets.PublicationUnknown || p.State == assets.PublicationScheduled && (b.Going != "" || !p.At.After(s.Now()))
	if err := s.failed(ctx, &b); err != nil {
		return err
	}
	if p.State == assets.PublicationAssisted && b.Chip == nil {
		kit, err := s.Desk.Kit(ctx, p)
		if err != nil {
			return err
		}
		b.Kit, b.Made = &kit, fmt.Sprintf("/regie/films/%s/versions/%d", p.Film, kit.Version.Number)
	}
	if b.History, err = s.Desk.Catalog.Events(ctx, p.ID); err != nil {
		return err
	}
	slices.Reverse(b.History)
	if b.Who, err = s.actors(ctx, b.History); err != nil {
		return err
	}
	return s.show(w, r, "publication", page{Title: b.Film.Title + " · " + b.Name, Here: "/regie/films", Body: b})
}

// failed says of a publication that failed what can be done, and what did not.
func (s *Studio) failed(ctx context.Context, b *publicationBody) error {
	if b.State != assets.PublicationFailed {
		return nil
	}
	a, err := s.Desk.Catalog.Account(ctx, b.Channel)
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return err
	}
	b.Broken = a.State == assets.AccountBroken
	shown, err := s.Desk.Catalog.Publications(ctx, assets.PublicationFilter{Film: b.Film.ID, State: assets.PublicationPublished})
	var names []string
	for _, p := range shown {
		names = append(names, p.Channel.Name())
	}
	if is := "sont"; len(names) > 0 {
		if len(names) == 1 {
			is = "est"
		}
		b.Online = french.Capital(french.And(names)) + " " + is + " en ligne."
	}
	return err
}

// keptBack is the chip of a film that may not be shown on a channel at an instant;
// nil when it may.
func (s *Studio) keptBack(ctx context.Context, film assets.ID, c assets.Channel, at time.Time) (*chip, error) {
	if at.Before(s.Now()) {
		at = s.Now()
	}
	all, err := s.Desk.Refusals(ctx, film, c, at)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return s.refusalChip(film, all[0]), nil
}

func (s *Studio) refusalChip(film assets.ID, r assets.Refusal) *chip {
	kind := pipeline.BlockageKind(r.Lock)
	return &chip{s.Desk.Refusal(r), pipeline.WayOut(film, kind), kind}
}

// actors are the names of those who did what a history tells.
func (s *Studio) actors(ctx context.Context, history []assets.Event) (map[string]string, error) {
	who := map[string]string{"worker": "la maison", "cli": "en ligne de commande", "schedule": "la maison", "demo": "la démonstration"}
	for _, e := range history {
		if _, known := who[e.Actor]; known {
			continue
		}
		if name, partner := pipeline.PartnerOf(e.Actor); partner {
			who[e.Actor] = name
			continue
		}
		u, err := s.Desk.Catalog.User(ctx, assets.ID(e.Actor))
		if err != nil && assets.KindOf(err) != assets.NotFound {
			return nil, err
		}
		who[e.Actor] = u.Name
	}
	return who, nil
}

// settlePublication is what a person says of a publication, or has done about it.
func (s *Studio) settlePublication(w http.ResponseWriter, r *http.Request) error {
	ctx, id, by := r.Context(), assets.ID(r.PathValue("publication")), actor(r)
	p, err := s.Desk.Catalog.Publication(ctx, id)
	if err != nil {
		return err
	}
	do := map[string]struct {
		do   func() error
		said string
	}{
		"reessayer": {func() error { _, err := s.Desk.Retry(ctx, id, by); return err }, "Nouvel essai en cours."},
		"adresse":   {func() error { _, err := s.Desk.SayPublished(ctx, id, r.PostFormValue("adresse"), by); return err }, "C’est noté : le film est en ligne."},
		"absent":    {func() error { _, err := s.Desk.SayAbsent(ctx, id, by); return err }, "C’est noté : le film n’y est pas. Rien n’a été renvoyé."},
		"regarder":  {func() error { _, err := s.Desk.LookAgain(ctx, id, by); return err }, "La régie regarde encore."},
		"vu":        {func() error { _, err := s.Desk.Acknowledge(ctx, id, by); return err }, "C’est noté."},
		"remettre":  {func() (err error) { p, err = s.Desk.PutBack(ctx, id, by); return err }, "C’est en route."},
		"completer": {func() error { return s.Desk.Redecorate(ctx, p, by) }, "Ce qui manque est réessayé."},
		"reprendre": {func() error { return s.Desk.ResumeLetter(ctx, id, by) }, "L’envoi reprend."},
		"finir":     {func() error { return s.Desk.EndLetter(ctx, id, by) }, "C’est noté : l’envoi n’est pas repris."},
		"retirer": {func() error {
			if p.Letter != nil {
				return s.Desk.CancelLetter(ctx, id, by)
			}
			_, err := s.Desk.Unpublish(ctx, p.Film, []assets.Channel{p.Channel}, by)
			return err
		}, "C’est demandé."},
	}
	act, known := do[r.PostFormValue("faire")]
	if !known {
		return invalid("settlePublication", "Choisissez une action.")
	}
	if err := act.do(); err != nil {
		return err
	}
	return s.done(w, r, publicationPath(p.ID), act.said)
}

func publicationPath(id assets.ID) string { return "/regie/publications/" + string(id) }

// filmOutlets is the section of a film about its channels: where it is, and where
// it can still go.
type filmOutlets struct {
	Publications []assets.Publication
	Counted      []assets.Publication // those whose channel says how often they were seen
	Free, More   []pipeline.Outlet    // channels in use here that it is not on; the others
	Chip         *chip                // what keeps it from all of them
}

// loadOutlets gathers it.
func (s *Studio) loadOutlets(r *http.Request, b *filmBody, _ int) error {
	all, err := s.Desk.Catalog.Publications(r.Context(), assets.PublicationFilter{Film: b.Head.Film.ID})
	if err != nil {
		return err
	}
	taken := map[assets.Channel]bool{}
	for _, p := range slices.Backward(all) {
		if p.Channel == assets.ChannelSite {
			continue
		}
		b.Outlets.Publications = append(b.Outlets.Publications, p)
		if p.State == assets.PublicationPublished && p.Seen != nil && p.Seen.Views != nil {
			b.Outlets.Counted = append(b.Outlets.Counted, p)
		}
		ended := p.State == assets.PublicationCancelled || p.State == assets.PublicationWithdrawn || p.State == assets.PublicationFailed
		taken[p.Channel] = taken[p.Channel] || !ended
	}
	outlets, err := s.Desk.Outlets(r.Context())
	if err != nil {
		return err
	}
	for _, o := range outlets {
		switch {
		case taken[o.Channel]:
		case o.Offered():
			b.Outlets.Free = append(b.Outlets.Free, o)
		default:
			b.Outlets.More = append(b.Outlets.More, o)
		}
	}
	if len(outlets) == 0 {
		return nil
	}
	refusals, err := s.Desk.Refusals(r.Context(), b.Head.Film.ID, outlets[0].Channel, s.Now())
	for _, x := range refusals {
		if x.Until.IsZero() { // what opens by itself leaves later hours
			b.Outlets.Chip = s.refusalChip(b.Head.Film.ID, x)
		}
	}
	return err
}
