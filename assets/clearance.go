package assets

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ConsentPolicy is what the association asks for.
type ConsentPolicy struct {
	Guardians int // signatures of parents or guardians wanted for a minor: 1 or 2
	Years     int // how long an authorisation holds unless its form says otherwise
}

// Light says whether something may be shown.
type Light int

// MarshalText says it by its name.
func (l Light) MarshalText() ([]byte, error) {
	return []byte(map[Light]string{Green: "green", Orange: "orange", Red: "red"}[l]), nil
}

// The lights, from the best.
const (
	Green  Light = iota
	Orange       // may be shown; something is to be completed
	Red          // may not be shown
)

// Reason says what is wanting, in French.
type Reason string

// The reasons. All stop a film but those that Light says are orange.
const (
	ReasonMissing   Reason = "autorisation manquante"
	ReasonNoScan    Reason = "formulaire signé à photographier"
	ReasonUnread    Reason = "photo illisible du formulaire, à reprendre"
	ReasonRefused   Reason = "floutage demandé"
	ReasonWithdrawn Reason = "autorisation retirée"
	ReasonEarly     Reason = "autorisation pas encore valable"
	ReasonExpired   Reason = "autorisation expirée"
	ReasonMedium    Reason = "autorisation donnée pour d’autres supports"
	ReasonUnsigned  Reason = "aucune signature"
	ReasonGuardian  Reason = "aucune signature des représentants légaux"
	ReasonMinors    Reason = "des mineurs sont à l’image et personne n’est indiqué"
	ReasonOneOfTwo  Reason = "une seule signature des représentants légaux"
	ReasonOwn       Reason = "accord de l’enfant à recueillir"
	ReasonAge       Reason = "mineur ou majeur : à préciser"
)

// Light is how much a reason weighs.
func (r Reason) Light() Light {
	switch r {
	case ReasonOneOfTwo, ReasonOwn, ReasonAge:
		return Orange
	default:
		return Red
	}
}

// PersonClearance is the verdict on one person of a film.
type PersonClearance struct {
	Filmed  Filmed   `json:"filmed"`
	Consent Consent  `json:"consent"`
	Light   Light    `json:"light"`
	Reasons []Reason `json:"reasons,omitempty"` // the heaviest first; none for green
	Waived  string   `json:"waived,omitempty"`  // why a red verdict was passed over by the responsable image; Light is Orange then
}

// Clearance is the verdict on a film on one medium.
type Clearance struct {
	Medium Medium            `json:"medium"`
	Light  Light             `json:"light"` // the worst of all
	People []PersonClearance `json:"people"`
	Minors bool              `json:"minors,omitempty"` // minors are to be seen and no minor is named; « oui » of the rushes
}

// Clear is the gate of the droit à l'image: whether everybody who is to be seen
// may be shown on a medium at an instant. minors tells that minors are known to
// be in the pictures, named or not.
func Clear(people []Filmed, consents map[ID]Consent, minors bool, p ConsentPolicy, m Medium, now time.Time) Clearance {
	c := Clearance{Medium: m, Minors: minors}
	for _, f := range people {
		if !f.RemovedAt.IsZero() {
			continue
		}
		consent, there := consents[f.Consent]
		x := PersonClearance{Filmed: f, Consent: consent}
		switch {
		case f.Blurred:
		case !there:
			x.Reasons = []Reason{ReasonMissing}
		default:
			x.Reasons = consent.wants(p, m, now)
		}
		for _, r := range x.Reasons {
			x.Light = max(x.Light, r.Light())
		}
		c.Minors = c.Minors && consent.Minor != Yes
		c.People = append(c.People, x)
	}
	c.weigh()
	return c
}

// wants lists what an authorisation lacks for a medium at an instant.
func (c Consent) wants(p ConsentPolicy, m Medium, now time.Time) []Reason {
	switch c.State {
	case ConsentGranted:
	case ConsentRefused:
		return []Reason{ReasonRefused}
	case ConsentWithdrawn:
		return []Reason{ReasonWithdrawn}
	default:
		if len(c.Scans) > 0 && !c.Legible() {
			return []Reason{ReasonUnread}
		}
		return []Reason{ReasonMissing}
	}
	var all []Reason
	add := func(wanting bool, r Reason) {
		if wanting {
			all = append(all, r)
		}
	}
	minor := c.Minor != No // who may be one is treated as one
	add(now.Before(c.From), ReasonEarly)
	add(!c.Until.IsZero() && !now.Before(c.Until), ReasonExpired)
	add(!slices.Contains(c.Media, m), ReasonMedium)
	add(len(c.Scans) == 0, ReasonNoScan)
	add(len(c.Scans) > 0 && !c.Legible(), ReasonUnread)
	add(c.Signatures <= 0 && minor, ReasonGuardian)
	add(c.Signatures <= 0 && !minor, ReasonUnsigned)
	add(minor && c.Signatures > 0 && c.Signatures < p.Guardians, ReasonOneOfTwo)
	add(minor && !c.Own, ReasonOwn)
	add(minor && c.Minor != Yes, ReasonAge)
	return all
}

// Legible tells whether a scan is here that can be read.
func (c Consent) Legible() bool {
	return slices.ContainsFunc(c.Scans, func(s Scan) bool { return !s.Unreadable })
}

// Waive passes over what stops one person from being shown: a decision of the
// responsable image, with its reason.
func (c *Clearance) Waive(i int, why string) {
	if c.People[i].Light == Red {
		c.People[i].Light, c.People[i].Waived = Orange, why
		c.weigh()
	}
}

// WaiveMinors passes over that no minor is named.
func (c *Clearance) WaiveMinors() { c.Minors = false; c.weigh() }

func (c *Clearance) weigh() {
	c.Light = Green
	if c.Minors {
		c.Light = Red
	}
	for _, x := range c.People {
		c.Light = max(c.Light, x.Light)
	}
}

// Sentence says what stops a film: « Publication bloquée : autorisation
// manquante (2 mineurs) »; "" when nothing does.
func (c Clearance) Sentence() string {
	if c.Light != Red {
		return ""
	}
	number := map[Answer]int{}
	for _, x := range c.People {
		if x.Light == Red {
			minor := x.Consent.Minor
			if minor != Yes && minor != No {
				minor = Unknown
			}
			number[minor]++
		}
	}
	var parts []string
	for _, kind := range []struct {
		answer    Answer
		one, many string
	}{{Yes, "mineur", "mineurs"}, {No, "adulte", "adultes"}, {Unknown, "personne", "personnes"}} {
		switch n := number[kind.answer]; {
		case n == 1:
			parts = append(parts, "1 "+kind.one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, kind.many))
		}
	}
	if len(parts) == 0 {
		parts = []string{string(ReasonMinors)}
	}
	return "Publication bloquée : autorisation manquante (" + strings.Join(parts, ", ") + ")."
}

// Medium is where a channel shows.
func (c Channel) Medium() Medium {
	switch c {
	case ChannelSite:
		return MediumSite
	case ChannelPartner:
		return MediumPartners
	}
	return MediumNetworks
}
