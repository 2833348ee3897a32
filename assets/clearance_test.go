package assets

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// noon is the instant at which the tests look.
var noon = time.Date(2018, 6, 12, 12, 0, 0, 0, time.UTC)

// drawConsent makes any authorisation, good ones often.
func drawConsent(t *rapid.T, id ID) Consent {
	c := Consent{
		ID:         id,
		Minor:      rapid.SampledFrom([]Answer{Yes, No, Unknown, ""}).Draw(t, "minor"),
		Signatures: rapid.IntRange(0, 2).Draw(t, "signatures"),
		Own:        rapid.Bool().Draw(t, "own"),
		Media:      rapid.SliceOfDistinct(rapid.SampledFrom([]Medium{MediumSite, MediumNetworks, MediumTV, MediumPartners}), rapid.ID[Medium]).Draw(t, "media"),
		State:      rapid.SampledFrom([]ConsentState{ConsentGranted, ConsentGranted, ConsentGranted, ConsentAsked, ConsentRefused, ConsentWithdrawn}).Draw(t, "state"),
	}
	day := func(name string) time.Time {
		return noon.AddDate(0, 0, rapid.SampledFrom([]int{-900, -1, 0, 1, 900}).Draw(t, name))
	}
	if rapid.Bool().Draw(t, "begins") {
		c.From = day("from")
	}
	if rapid.Bool().Draw(t, "ends") {
		c.Until = day("until")
	}
	for range rapid.IntRange(0, 2).Draw(t, "scans") {
		c.Scans = append(c.Scans, Scan{Unreadable: rapid.Bool().Draw(t, "unreadable")})
	}
	return c
}

// showable is the law of the house, said once more and otherwise: whether one
// person may be shown at all.
func showable(f Filmed, c Consent, there bool, m Medium, now time.Time) bool {
	if f.Blurred || !f.RemovedAt.IsZero() {
		return true
	}
	readable := 0
	for _, s := range c.Scans {
		if !s.Unreadable {
			readable++
		}
	}
	given := there && c.State == ConsentGranted && c.Signatures >= 1 && readable >= 1
	begun := c.From.IsZero() || !c.From.After(now)
	over := !c.Until.IsZero() && (c.Until.Before(now) || c.Until.Equal(now))
	return given && begun && !over && slices.Index(c.Media, m) >= 0
}

// TestClear (I-01, G-02, G-03): a film goes out exactly when everybody in it
// may be shown there and then.
func TestClear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := ConsentPolicy{Guardians: rapid.IntRange(1, 2).Draw(t, "guardians")}
		medium := rapid.SampledFrom([]Medium{MediumSite, MediumNetworks, MediumTV, MediumPartners}).Draw(t, "medium")
		minors := rapid.Bool().Draw(t, "minors")
		consents := map[ID]Consent{}
		var people []Filmed
		allowed, complete, named := true, true, false
		for i := range rapid.IntRange(0, 5).Draw(t, "people") {
			id := ID(fmt.Sprint(i))
			f := Filmed{ID: id, Consent: id, Blurred: rapid.IntRange(0, 4).Draw(t, "blurred") == 0}
			if rapid.IntRange(0, 5).Draw(t, "removed") == 0 {
				f.RemovedAt = noon
			}
			people = append(people, f)
			c, there := Consent{}, rapid.IntRange(0, 9).Draw(t, "lost") > 0
			if there {
				c = drawConsent(t, id)
				consents[id] = c
			}
			allowed = allowed && showable(f, c, there, medium, noon)
			if f.RemovedAt.IsZero() {
				named = named || c.Minor == Yes
				child := c.Minor != No && !f.Blurred
				complete = complete && (!child || c.Minor == Yes && c.Own && c.Signatures >= policy.Guardians)
			}
		}
		allowed = allowed && (!minors || named)
		want := Green
		switch {
		case !allowed:
			want = Red
		case !complete:
			want = Orange
		}
		got := Clear(people, consents, minors, policy, medium, noon)
		if got.Light != want {
			t.Fatalf("%v, not %v: %+v", got.Light, want, got)
		}
		if (got.Sentence() == "") != (want != Red) {
			t.Fatalf("%v says %q", want, got.Sentence())
		}
		for _, x := range got.People {
			if (x.Light == Green) != (len(x.Reasons) == 0) {
				t.Fatalf("%v for %v", x.Light, x.Reasons)
			}
		}
	})
}

// TestClearEnds: an authorisation holds until the instant it names, and from
// the instant it begins.
func TestClearEnds(t *testing.T) {
	c := Consent{ID: "a", Minor: No, Signatures: 1, Media: []Medium{MediumSite}, State: ConsentGranted, From: noon, Until: noon.AddDate(5, 0, 0), Scans: []Scan{{}}}
	for _, x := range []struct {
		at   time.Time
		want Light
		why  Reason
	}{
		{noon.Add(-1), Red, ReasonEarly},
		{noon, Green, ""},
		{c.Until.Add(-1), Green, ""},
		{c.Until, Red, ReasonExpired},
	} {
		got := Clear([]Filmed{{ID: "f", Consent: "a"}}, map[ID]Consent{"a": c}, false, ConsentPolicy{Guardians: 2}, MediumSite, x.at).People[0]
		if got.Light != x.want || x.why != "" && !slices.Equal(got.Reasons, []Reason{x.why}) {
			t.Errorf("%v: %v %v", x.at, got.Light, got.Reasons)
		}
	}
}

// TestClearanceSentence: what is said where a film may not go out, and what
// passing over does.
func TestClearanceSentence(t *testing.T) {
	child, adult := Consent{Minor: Yes, State: ConsentAsked}, Consent{Minor: No, State: ConsentRefused}
	people := []Filmed{{ID: "1", Consent: "a"}, {ID: "2", Consent: "b"}, {ID: "3", Consent: "c"}}
	c := Clear(people, map[ID]Consent{"a": child, "b": child, "c": adult}, false, ConsentPolicy{Guardians: 2}, MediumSite, noon)
	if got := c.Sentence(); !strings.HasSuffix(got, "autorisation manquante (2 mineurs, 1 adulte).") {
		t.Error(got)
	}
	for i := range people {
		if c.Light != Red {
			t.Fatal("passed over too early")
		}
		c.Waive(i, "Images de foule, validées par la direction.")
	}
	if c.Light != Orange || c.Sentence() != "" {
		t.Errorf("%v %s", c.Light, c.Sentence())
	}
	if c = Clear(nil, nil, true, ConsentPolicy{}, MediumSite, noon); c.Light != Red || !strings.Contains(c.Sentence(), "des mineurs") {
		t.Errorf("%v %s", c.Light, c.Sentence())
	}
	c.WaiveMinors()
	if c.Light != Green {
		t.Errorf("%v", c.Light)
	}
}
