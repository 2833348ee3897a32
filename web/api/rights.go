package api

import (
	"context"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// verdict is what the droit à l'image says.
type verdict struct {
	Medium  assets.Medium   `json:"medium,omitempty"`
	Light   string          `json:"light" enum:"green,orange,red"`
	Reasons []assets.Reason `json:"reasons,omitempty"`
	Waived  string          `json:"waived,omitempty" doc:"pourquoi on est passé outre"`
}

func lightName(l assets.Light) string {
	return map[assets.Light]string{assets.Green: "green", assets.Orange: "orange", assets.Red: "red"}[l]
}

// onScreen is one person who is to be seen somewhere.
type onScreen struct {
	assets.Filmed
	Person string `json:"person"`
	verdict
	On []verdict `json:"on,omitempty" doc:"support par support"`
}

func seenOf(p pipeline.PersonView) onScreen {
	s := onScreen{Filmed: p.Filmed, Person: p.Details.Person, verdict: verdict{Light: lightName(p.Light), Reasons: p.Reasons}}
	for i, c := range p.On {
		s.On = append(s.On, verdict{pipeline.Media()[i], lightName(c.Light), c.Reasons, c.Waived})
	}
	return s
}

func seenOfAll(people []pipeline.PersonView) []onScreen {
	all := make([]onScreen, len(people))
	for i, p := range people {
		all[i] = seenOf(p)
	}
	return all
}

// filmRights is where a film may be shown, and who keeps it back.
type filmRights struct {
	On     []verdict  `json:"on"`
	People []onScreen `json:"people"`
}

// newSeen is a person who is to be seen: by an authorisation that is there, or
// by what is known of them.
type newSeen struct {
	Consent assets.ID     `json:"consent,omitempty" doc:"une autorisation déjà là"`
	Person  string        `json:"person,omitempty"`
	Minor   assets.Answer `json:"minor,omitempty" doc:"yes, no ou unknown"`
	Contact string        `json:"contact,omitempty"`
	Note    string        `json:"note,omitempty"`
}

func (n newSeen) form() pipeline.ConsentForm {
	return pipeline.ConsentForm{ConsentDetails: assets.ConsentDetails{Person: n.Person, Contact: n.Contact, Note: n.Note}, Minor: n.Minor}
}

type waiver struct {
	Medium assets.Medium `json:"medium" enum:"site,networks,tv,partners"`
	Why    string        `json:"why" minLength:"1"`
}

// consentShown is an authorisation, opened.
type consentShown struct {
	assets.Consent
	Details assets.ConsentDetails `json:"details"`
	verdict
}

func consentOf(v pipeline.ConsentView) consentShown {
	for i := range v.Scans {
		v.Scans[i].Key = "" // where it lies is the house's business
	}
	return consentShown{v.Consent, v.Details, verdict{Light: lightName(v.Light), Reasons: v.Reasons}}
}

// consentForm is a pipeline.ConsentForm as it is sent.
type consentForm struct {
	assets.ConsentDetails
	Minor      assets.Answer   `json:"minor" enum:"yes,no,unknown"`
	Signatures int             `json:"signatures" minimum:"0" maximum:"2"`
	Own        bool            `json:"own,omitempty" doc:"l’accord de l’enfant"`
	Media      []assets.Medium `json:"media"`
	From       time.Time       `json:"from,omitzero"`
	Until      time.Time       `json:"until,omitzero"`
}

// OneConsent names an authorisation.
type OneConsent struct {
	Consent assets.ID `path:"consent"`
}

type consentIn[B any] struct {
	OneConsent
	Body B
}

type consentState struct {
	State assets.ConsentState `json:"state" enum:"asked,granted,refused,withdrawn"`
}

type consentsAsked struct {
	List  pipeline.ConsentList `query:"list" enum:"manquantes,expirent,retirees"`
	Name  string               `query:"name"`
	Limit int                  `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// OneFilmed names an appearance.
type OneFilmed struct {
	Filmed assets.ID `path:"filmed"`
}

type filmedIn struct {
	OneFilmed
	Body struct {
		Spans   []assets.Span `json:"spans" doc:"où dans le film ; aucun : partout"`
		Blurred bool          `json:"blurred"`
	}
}

// rights is who is to be seen, and what they allowed.
func (a *API) rights() {
	add(a, "GET /films/{film}/rights", "film-rights", "Où un film peut être montré, et ce qui l’empêche", a.filmRights)
	add(a, "POST /films/{film}/people", "add-film-person", "Indiquer une personne filmée dans un film", func(ctx context.Context, in *filmIn[newSeen]) (assets.Filmed, error) {
		f, err := a.desk.Catalog.Film(ctx, in.Film)
		if err != nil {
			return assets.Filmed{}, err
		}
		return a.addSeen(ctx, assets.Filmed{Film: f.ID, Sujet: f.Sujet, Consent: in.Body.Consent}, in.Body)
	})
	add(a, "POST /films/{film}/waiver", "waive", "Passer outre ce qui retient un film", func(ctx context.Context, in *filmIn[waiver]) (filmRights, error) {
		if err := a.desk.Waive(ctx, in.Film, in.Body.Medium, in.Body.Why, user(ctx)); err != nil {
			return filmRights{}, err
		}
		return a.filmRights(ctx, &in.OneFilm)
	})
	add(a, "GET /sujets/{sujet}/people", "list-people", "Les personnes filmées dans un sujet", func(ctx context.Context, in *OneSujet) (list[onScreen], error) {
		people, err := a.desk.PeopleOf(ctx, in.Sujet)
		return whole(seenOfAll(people), err)
	})
	add(a, "POST /sujets/{sujet}/people", "add-person", "Indiquer une personne filmée dans un sujet", func(ctx context.Context, in *sujetIn[newSeen]) (assets.Filmed, error) {
		return a.addSeen(ctx, assets.Filmed{Sujet: in.Sujet, Consent: in.Body.Consent}, in.Body)
	})
	add(a, "PATCH /filmed/{filmed}", "edit-filmed", "Dire où une personne est à l’image, ou qu’elle est floutée", func(ctx context.Context, in *filmedIn) (changed, error) {
		return undoable(a.desk.EditFilmed(ctx, in.Filmed, in.Body.Spans, in.Body.Blurred, actor(ctx)))
	})
	add(a, "DELETE /filmed/{filmed}", "remove-filmed", "Ne plus indiquer une personne", func(ctx context.Context, in *OneFilmed) (changed, error) {
		return undoable(a.desk.RemoveFilmed(ctx, in.Filmed, actor(ctx)))
	})
	add(a, "GET /consents", "list-consents", "Les autorisations, de la plus récente à la plus ancienne", func(ctx context.Context, in *consentsAsked) (list[consentShown], error) {
		found, _, err := a.desk.ListConsents(ctx, in.List, in.Name, in.Limit)
		all := make([]consentShown, len(found))
		for i, v := range found {
			all[i] = consentOf(v)
		}
		return whole(all, err)
	})
	add(a, "GET /consents/{consent}", "get-consent", "Une autorisation", func(ctx context.Context, in *OneConsent) (consentShown, error) {
		return a.consent(ctx, in.Consent, nil)
	})
	add(a, "PUT /consents/{consent}", "edit-consent", "Corriger une autorisation", func(ctx context.Context, in *consentIn[consentForm]) (consentShown, error) {
		return a.consent(ctx, in.Consent, a.desk.EditConsent(ctx, in.Consent, pipeline.ConsentForm(in.Body), actor(ctx)))
	})
	add(a, "POST /consents/{consent}/state", "move-consent", "Donner, refuser, retirer ou redemander une autorisation", a.moveConsent)
}

func (a *API) addSeen(ctx context.Context, at assets.Filmed, n newSeen) (assets.Filmed, error) {
	if n.Consent != "" { // it may be used by whoever may open it
		if err := a.reach(ctx, "GET /regie/autorisations/{consent}", n.Consent); err != nil {
			return at, err
		}
	}
	return a.desk.AddFilmed(ctx, at, n.form(), actor(ctx))
}

func (a *API) filmRights(ctx context.Context, in *OneFilm) (filmRights, error) {
	r, err := a.desk.FilmRights(ctx, in.Film)
	if err != nil {
		return filmRights{}, err
	}
	said := filmRights{People: seenOfAll(r.People)}
	for _, c := range r.On {
		said.On = append(said.On, verdict{Medium: c.Medium, Light: lightName(c.Light)})
	}
	return said, nil
}

// consent is an authorisation as it is after it was changed.
func (a *API) consent(ctx context.Context, id assets.ID, err error) (consentShown, error) {
	if err != nil {
		return consentShown{}, err
	}
	v, err := a.desk.ShowConsent(ctx, id)
	if !access.May(user(ctx).Role, "POST /api/v1/consents/{consent}/state") { // who is to be recognised, no more
		v.Details = assets.ConsentDetails{Person: v.Details.Person}
	}
	return consentOf(v), err
}

func (a *API) moveConsent(ctx context.Context, in *consentIn[consentState]) (consentShown, error) {
	id, by := in.Consent, actor(ctx)
	var err error
	switch in.Body.State {
	case assets.ConsentGranted:
		err = a.desk.GrantConsent(ctx, id, by)
	case assets.ConsentRefused:
		_, err = a.desk.RefuseConsent(ctx, id, by)
	case assets.ConsentWithdrawn:
		_, err = a.desk.WithdrawConsent(ctx, id, by)
	default:
		err = a.desk.ReopenConsent(ctx, id, by)
	}
	return a.consent(ctx, id, err)
}
