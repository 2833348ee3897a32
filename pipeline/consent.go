package pipeline

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// ConsentForm is what people type about one person filmed, as the signed form
// says it.
type ConsentForm struct {
	assets.ConsentDetails
	Minor      assets.Answer
	Signatures int
	Own        bool
	Media      []assets.Medium
	From       time.Time
	Until      time.Time // zero: the usual years from From
}

// Media are all media, as forms list them.
func Media() []assets.Medium {
	return []assets.Medium{assets.MediumSite, assets.MediumNetworks, assets.MediumTV, assets.MediumPartners}
}

// AddFilmed says that a person is to be seen in a sujet, or in a film that has
// none: their authorisation is to be asked for. appearance says where; its
// Consent may name one that is there already.
func (d *Desk) AddFilmed(ctx context.Context, appearance assets.Filmed, form ConsentForm, actor string) (assets.Filmed, error) {
	const op = "pipeline.AddFilmed"
	now := d.Now()
	appearance.ID, appearance.CreatedAt = d.NewID(), now
	if appearance.Consent != "" {
		c, err := d.Catalog.Consent(ctx, appearance.Consent)
		if err != nil {
			return appearance, err
		}
		there, err := d.Catalog.Filmed(ctx, assets.FilmedFilter{Sujet: appearance.Sujet, Film: appearance.Film, Consent: c.ID})
		if err != nil {
			return appearance, err
		}
		if len(there) > 0 {
			return appearance, wrong(op, "sujet", "Cette personne y est déjà indiquée.")
		}
		return appearance, d.commit(ctx, assets.Change{
			Filmed: []assets.Filmed{appearance}, Events: []assets.Event{d.consentEvent(c, c.State, actor, "Personne indiquée dans un autre sujet ou film.")},
		})
	}
	c := assets.Consent{ID: d.NewID(), State: assets.ConsentAsked, CreatedAt: now}
	if form.Minor == "" {
		form.Minor = assets.Unknown
	}
	if err := d.fill(op, &c, form); err != nil {
		return appearance, err
	}
	appearance.Consent = c.ID
	created := d.consentEvent(c, c.State, actor, "Personne indiquée comme filmée.")
	created.From = ""
	return appearance, d.commit(ctx, assets.Change{Consents: []assets.Consent{c}, Filmed: []assets.Filmed{appearance}, Events: []assets.Event{created}})
}

// fill writes what was typed into an authorisation, its details sealed.
func (d *Desk) fill(op string, c *assets.Consent, form ConsentForm) error {
	for _, text := range []*string{&form.Person, &form.Contact} {
		*text = french.Short(strings.Join(strings.Fields(french.Clean(*text)), " "), lineLimit)
	}
	form.Note = french.Short(strings.TrimSpace(french.Clean(form.Note)), textLimit)
	form.Guardians = slices.DeleteFunc(slices.Clone(form.Guardians), func(s assets.Signature) bool { return strings.TrimSpace(s.Name) == "" })
	for i := range form.Guardians {
		g := &form.Guardians[i]
		g.Name, g.As = french.Short(french.Clean(g.Name), lineLimit), french.Short(french.Clean(g.As), lineLimit)
	}
	switch {
	case form.Person == "":
		return wrong(op, "person", "Dites qui est à l'image : un prénom suffit pour commencer.")
	case !slices.Contains([]assets.Answer{assets.Yes, assets.No, assets.Unknown}, form.Minor):
		return wrong(op, "minor", "Dites si la personne est mineure : oui, non, ou je ne sais pas.")
	case form.Signatures < 0 || form.Signatures > 2:
		return wrong(op, "signatures", "Un formulaire porte une ou deux signatures.")
	case !form.Until.IsZero() && !form.Until.After(form.From):
		return wrong(op, "until", "L'autorisation finit avant de commencer : vérifiez les deux dates.")
	}
	text, err := json.Marshal(form.ConsentDetails)
	if err != nil {
		return err
	}
	if c.Sealed, err = d.Sealer.Seal(detailsPlace(c.ID), text); err != nil {
		return err
	}
	c.Minor, c.Signatures, c.Own, c.Media = form.Minor, form.Signatures, form.Own && form.Minor != assets.No, nil
	for _, m := range Media() {
		if slices.Contains(form.Media, m) {
			c.Media = append(c.Media, m)
		}
	}
	c.From, c.Until, c.UpdatedAt = form.From, form.Until, d.Now()
	return nil
}

// Details opens who signed an authorisation; empty once it was erased.
func (d *Desk) Details(c assets.Consent) (assets.ConsentDetails, error) {
	var details assets.ConsentDetails
	if len(c.Sealed) == 0 {
		return details, nil
	}
	text, err := d.Sealer.Open(detailsPlace(c.ID), c.Sealed)
	if err == nil {
		err = json.Unmarshal(text, &details)
	}
	return details, err
}

// EditConsent corrects what is known of an authorisation. Names are not told to
// the log.
func (d *Desk) EditConsent(ctx context.Context, id assets.ID, form ConsentForm, actor string) error {
	before, err := d.Catalog.Consent(ctx, id)
	if err != nil {
		return err
	}
	if len(before.Sealed) == 0 {
		return &assets.Error{Kind: assets.Conflict, Op: "pipeline.EditConsent", Msg: "Cette personne a été effacée : il ne reste que le fait. Indiquez-la de nouveau si elle l'accepte."}
	}
	after := before
	if err := d.fill("pipeline.EditConsent", &after, form); err != nil {
		return err
	}
	if after.From.IsZero() && after.State == assets.ConsentGranted {
		after.From = before.From
	}
	e := d.consentEvent(after, after.State, actor, "Autorisation corrigée.")
	e.Edits = editsBetween(before, after)
	if err := d.commit(ctx, assets.Change{Consents: []assets.Consent{after}, Events: []assets.Event{e}}); err != nil {
		return err
	}
	_, err = d.takeDown(ctx, id, actor)
	return err
}

// GrantConsent says that the form was signed. What is missing for that is
// refused; dates that were left open get their usual value.
func (d *Desk) GrantConsent(ctx context.Context, id assets.ID, actor string) error {
	const op = "pipeline.GrantConsent"
	c, err := d.Catalog.Consent(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case len(c.Sealed) == 0:
		return wrong(op, "person", "Cette personne a été effacée : indiquez-la de nouveau si elle l'accepte.")
	case !c.Legible():
		return wrong(op, "photo", "Il manque une photo lisible du formulaire signé.")
	case c.Signatures == 0:
		return wrong(op, "signatures", "Dites combien de signatures porte le formulaire.")
	case len(c.Media) == 0:
		return wrong(op, "media", "Cochez au moins un support : site, réseaux, télévision ou partenaires.")
	}
	e := d.granted(&c, actor)
	return d.commit(ctx, assets.Change{Consents: []assets.Consent{c}, Events: []assets.Event{e}})
}

// granted gives an authorisation its usual dates, and the event that grants it.
func (d *Desk) granted(c *assets.Consent, actor string) assets.Event {
	if c.From.IsZero() {
		c.From = d.Now()
	}
	if c.Until.IsZero() {
		c.Until = c.From.AddDate(max(d.Policy.Years, 1), 0, 0)
	}
	c.UpdatedAt = d.Now()
	return d.consentEvent(*c, assets.ConsentGranted, actor, "Autorisation signée.")
}

// RefuseConsent notes that a person asks not to be recognised.
func (d *Desk) RefuseConsent(ctx context.Context, id assets.ID, actor string) ([]Concerned, error) {
	return d.end(ctx, id, assets.ConsentRefused, "Floutage demandé.", actor)
}

// WithdrawConsent takes an authorisation back, and the films that show the
// person off our own site; it returns them all, with what is left to be done.
func (d *Desk) WithdrawConsent(ctx context.Context, id assets.ID, actor string) ([]Concerned, error) {
	return d.end(ctx, id, assets.ConsentWithdrawn, "Autorisation retirée.", actor)
}

func (d *Desk) end(ctx context.Context, id assets.ID, to assets.ConsentState, note, actor string) ([]Concerned, error) {
	c, err := d.Catalog.Consent(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.State != to {
		if err := d.commit(ctx, assets.Change{Events: []assets.Event{d.consentEvent(c, to, actor, note)}}); err != nil {
			return nil, err
		}
	}
	return d.takeDown(ctx, id, actor)
}

// ReopenConsent asks a person again who refused, or took it back.
func (d *Desk) ReopenConsent(ctx context.Context, id assets.ID, actor string) error {
	c, err := d.Catalog.Consent(ctx, id)
	if err != nil {
		return err
	}
	return d.commit(ctx, assets.Change{Events: []assets.Event{d.consentEvent(c, assets.ConsentAsked, actor, "Autorisation demandée de nouveau.")}})
}

// EditFilmed says where in its film a person is to be seen, and whether they
// were made unrecognisable. The batch it returns undoes it.
func (d *Desk) EditFilmed(ctx context.Context, id assets.ID, spans []assets.Span, blurred bool, actor string) (assets.ID, error) {
	return d.changeFilmed(ctx, id, "Apparition corrigée.", actor, func(f *assets.Filmed) { f.Spans, f.Blurred = spans, blurred })
}

// RemoveFilmed takes a person off a sujet: they are not to be seen in it after
// all. Their authorisation stays. The batch it returns undoes it.
func (d *Desk) RemoveFilmed(ctx context.Context, id assets.ID, actor string) (assets.ID, error) {
	return d.changeFilmed(ctx, id, "Personne retirée de la liste du sujet.", actor, func(f *assets.Filmed) { f.RemovedAt = d.Now() })
}

func (d *Desk) changeFilmed(ctx context.Context, id assets.ID, note, actor string, change func(*assets.Filmed)) (assets.ID, error) {
	f, err := d.filmed(ctx, id)
	if err != nil {
		return "", err
	}
	if !f.RemovedAt.IsZero() {
		return "", noFilmed()
	}
	c, err := d.Catalog.Consent(ctx, f.Consent)
	if err != nil {
		return "", err
	}
	before := f
	change(&f)
	e := d.consentEvent(c, c.State, actor, note)
	e.Edits, e.Batch = assets.Edits{"filmed/" + string(id): whole(&before, &f)}, d.NewID()
	if err := d.commit(ctx, assets.Change{Filmed: []assets.Filmed{f}, Events: []assets.Event{e}}); err != nil {
		return "", err
	}
	_, err = d.takeDown(ctx, c.ID, actor)
	return e.Batch, err
}

// filmed is one appearance, also when it was removed.
func (d *Desk) filmed(ctx context.Context, id assets.ID) (assets.Filmed, error) {
	found, err := d.Catalog.Filmed(ctx, assets.FilmedFilter{ID: id})
	if err != nil {
		return assets.Filmed{}, err
	}
	if len(found) == 0 || id == "" {
		return assets.Filmed{}, noFilmed()
	}
	return found[0], nil
}

func noFilmed() error {
	return &assets.Error{Kind: assets.NotFound, Op: "pipeline.filmed", Msg: "Cette personne n'est plus indiquée ici."}
}

func (d *Desk) consentEvent(c assets.Consent, to assets.ConsentState, actor, note string) assets.Event {
	return d.event(assets.SubjectConsent, c.ID, string(c.State), string(to), actor, note)
}
