package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/publishers"
)

// Check is something that is looked at before a film goes out. What its gate
// asks has the name of the lock.
type Check string

// The checks besides the locks.
const (
	CheckAccount  Check = "account"
	CheckQuota    Check = "quota"
	CheckFiles    Check = "files"
	CheckText     Check = "text"
	CheckLink     Check = "link"
	CheckCaptions Check = "captions"
)

// Finding is something that a film lacks at its hour on a channel.
type Finding struct {
	Check   Check          `json:"check"`
	Channel assets.Channel `json:"channel,omitempty"` // "": it holds for all of them
	Red     bool           `json:"red"`               // the film would not go out; otherwise it would, without this
	Text    string         `json:"text"`              // a French sentence
	Mend    string         `json:"mend"`              // what to do, on a link
	Path    string         `json:"path"`              // where
}

const (
	lookAhead = 48 * time.Hour // before its hour a film is looked at,
	lastLook  = time.Hour      // and once more
	unheard   = 48 * time.Hour // without an answer, nobody knows how an account stands
)

// forecast is all that is known of a publication before its hour.
type forecast struct {
	assets.Publication
	now        time.Time
	day        func(time.Time) string
	offered    bool            // its channel is set up here
	account    *assets.Account // nil: the channel needs none, or a person publishes
	ration     int             // films that the channel takes on one of its days; 0: nobody knows
	sooner     int             // those that go there on that day before this one
	version    *assets.Version // that has the BAT; nil: none has
	locks      []Finding       // what the gate says
	refusal    error           // what the channel would say of the film as it is
	movie      assets.Rendition
	limits     publishers.Limits // of the movie
	linkless   bool              // its text would carry a link, and has none
	speechless bool              // the channel shows captions, and there are none
}

// findings are what is amiss with it. Nothing is looked up.
func (f forecast) findings() []Finding {
	all, name := f.locks, f.Channel.Name()
	film, here := filmPath(f.Film), publicationPath(f.ID)
	add := func(amiss, red bool, check Check, to assets.Channel, mend, path, text string, args ...any) {
		if amiss {
			all = append(all, Finding{check, to, red, french.Capital(fmt.Sprintf(text, args...)), mend, path})
		}
	}
	add(!f.offered, true, CheckAccount, f.Channel, "Voir les canaux", channelsPath, "%s n'est plus réglé ici : rien n'y partira.", name)
	if a := f.account; a != nil {
		connected := a.State == assets.AccountConnected
		add(!connected, true, CheckAccount, f.Channel, "Reconnecter", channelsPath, "%s n'est pas connecté : rien n'y partira.", name)
		add(connected && !a.ExpiresAt.IsZero() && !a.ExpiresAt.After(f.At), true, CheckAccount, f.Channel, "Reconnecter", channelsPath,
			"la connexion à %s prend fin le %s, avant cette mise en ligne.", name, f.day(a.ExpiresAt))
		add(connected && f.now.Sub(a.CheckedAt) > unheard, false, CheckAccount, f.Channel, "Essayer la connexion", channelsPath,
			"%s n'a pas répondu depuis le %s.", name, f.day(a.CheckedAt))
	}
	add(f.ration > 0 && f.sooner >= f.ration, true, CheckQuota, f.Channel, "Choisir un autre jour", here,
		"%s prend %s par jour, et %s y partent le même jour avant celui-ci.", name, french.Count(f.ration, "film", "films"), french.Number(f.sooner))
	if v := f.version; v != nil {
		add(v.State != assets.VersionReady, f.At.Sub(f.now) <= lastLook, CheckFiles, "", "Voir le film", film, "la V%d est encore en fabrication.", v.Number)
	}
	check, mend, path := CheckText, "Voir le texte", film+"/textes"
	if f.movie.Key == "" {
		check, mend, path = CheckFiles, "Voir le film", film
	}
	add(f.refusal != nil, true, check, f.Channel, mend, path, "%s", assets.Sentence(f.refusal))
	add(f.limits.Length > 0 && f.movie.Duration > f.limits.Length.Seconds(), true, CheckFiles, f.Channel, "Voir le film", film,
		"le film est trop long pour %s, qui en prend %s.", name, french.Length(f.limits.Length.Seconds()))
	add(f.limits.Bytes > 0 && f.movie.Size > f.limits.Bytes, true, CheckFiles, f.Channel, "Voir le film", film,
		"le film est trop lourd pour %s, qui prend %s.", name, french.Weight(f.limits.Bytes))
	add(f.linkless, false, CheckLink, f.Channel, "Programmer le site", film+"/programmer", "le film ne sera pas sur le site : %s n'aura pas de lien.", name)
	add(f.speechless, false, CheckCaptions, "", "Ajouter des sous-titres", film+"/sous-titres", "ce film n'a pas de sous-titres.")
	return all
}

// Preflight says what a publication that waits for its hour lacks; nothing when
// all is well.
func (d *Desk) Preflight(ctx context.Context, p assets.Publication) ([]Finding, error) {
	if p.State != assets.PublicationScheduled && p.State != assets.PublicationAssisted {
		return nil, nil
	}
	f, err := d.forecast(ctx, p)
	if err != nil {
		return nil, err
	}
	return f.findings(), nil
}

// Standing is a publication with what is known of it beside its record.
type Standing struct {
	assets.Publication
	Preflight []Finding `json:"preflight,omitempty"` // before its hour, what it lacks
}

// Standing gathers it.
func (d *Desk) Standing(ctx context.Context, id assets.ID) (s Standing, err error) {
	if s.Publication, err = d.Catalog.Publication(ctx, id); err != nil {
		return s, err
	}
	s.Preflight, err = d.Preflight(ctx, s.Publication)
	return s, err
}

// SweepPreflight tells the communication of what would keep films from going out,
// two days before their hour and once more an hour before. Each thing is said
// once, each time.
func (d *Desk) SweepPreflight(ctx context.Context) error {
	now := d.Now()
	days := map[string][]assets.Publication{} // of one film on one day
	for _, state := range []assets.PublicationState{assets.PublicationScheduled, assets.PublicationAssisted} {
		all, err := d.Catalog.Publications(ctx, assets.PublicationFilter{State: state, From: now, To: now.Add(lookAhead)})
		if err != nil {
			return err
		}
		for _, p := range all {
			day := string(p.Film) + " " + p.Moment(d.Zone).Day()
			days[day] = append(days[day], p)
		}
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		slices.SortStableFunc(days[day], func(a, b assets.Publication) int { return a.At.Compare(b.At) })
		if err := d.tellFindings(ctx, days[day]); err != nil {
			return err
		}
	}
	return nil
}

// preflightEdit is the name of the edit that holds what was said of a film before
// its hour.
const preflightEdit = "preflight"

// tellFindings mails what is red of a film on one day and was not said yet; the
// log of the film remembers.
func (d *Desk) tellFindings(ctx context.Context, day []assets.Publication) error {
	red, err := d.redOf(ctx, day)
	if err != nil || len(red) == 0 {
		return err
	}
	lead := day[0]
	stage := "48 h"
	if lead.At.Sub(d.Now()) <= lastLook {
		stage = "1 h"
	}
	said, err := d.logged(ctx, lead.Film, preflightEdit)
	if err != nil {
		return err
	}
	var keys, text []string
	for _, f := range red {
		key := strings.Join([]string{lead.Moment(d.Zone).Day(), stage, string(f.Check), string(f.Channel)}, " ")
		if !slices.Contains(said, key) && !slices.Contains(keys, key) {
			keys, text = append(keys, key), append(text, f.Text)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	film, err := d.Catalog.Film(ctx, lead.Film)
	if err != nil {
		return err
	}
	to, err := d.communication(ctx)
	if err != nil {
		return err
	}
	e := d.event(assets.SubjectFilm, film.ID, string(film.State), string(film.State), "worker", "Avant la mise en ligne : "+strings.Join(text, " "))
	e.Edits = assets.Edits{preflightEdit: whole(nil, &keys)}
	c := assets.Change{Events: []assets.Event{e}}
	at := lead.At.In(d.Zone)
	for _, u := range to {
		err := d.TellOnce(ctx, &c, u, MailChannel, lead.At, fmt.Sprintf("À régler avant le %s : « %s »", d.instant(at), film.Title),
			fmt.Sprintf("« %s » sort %s à %s. Voici ce qui l'en empêcherait.\n\n%s", film.Title, french.LongDay(at, d.Now().In(d.Zone)), french.Minute(at), strings.Join(text, "\n\n")),
			publicationPath(lead.ID), keys...)
		if err != nil {
			return err
		}
	}
	return d.commit(ctx, c)
}

// redOf is what would keep publications from going out, each thing once.
func (d *Desk) redOf(ctx context.Context, all []assets.Publication) ([]Finding, error) {
	var red []Finding
	for _, p := range all {
		found, err := d.Preflight(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if f.Red && !slices.ContainsFunc(red, func(x Finding) bool { return x.Check == f.Check && x.Channel == f.Channel && x.Text == f.Text }) {
				red = append(red, f)
			}
		}
	}
	return red, nil
}
