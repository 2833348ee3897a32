package assets

import (
	"slices"
	"testing"
	"time"
)

// TestGate is the whole gate, lock by lock: what closes it, what opens it, and
// what can be passed over (G-02).
func TestGate(t *testing.T) {
	noon := time.Date(2018, 6, 21, 12, 0, 0, 0, time.UTC)
	evening := noon.Add(6 * time.Hour)
	vote := Scrutin{ID: "s", Name: "Législatives", From: noon.Add(-time.Hour), Until: noon.Add(31 * time.Hour)}
	gone := vote
	gone.RemovedAt = noon
	open := Facts{Approved: true, Clearance: Clearance{Medium: MediumSite}}
	filed := Programme{
		Dossiers: []Dossier{{Slug: "zik-zac-2018", Name: "Zik Zac 2018", Embargo: evening}},
		Partners: []Partner{{Slug: "zik-zac", Name: "Zik Zac", Embargo: evening}},
		Scrutins: []Scrutin{vote},
	}
	with := func(change func(*Facts)) Facts {
		f := open
		change(&f)
		return f
	}
	programme := with(func(f *Facts) { f.Programme = filed })
	embargo := func(name string) Refusal { return Refusal{LockEmbargo, name, evening} }
	silence := Refusal{LockSilence, "Législatives", vote.Until}
	for _, c := range []struct {
		name    string
		film    Film
		channel Channel
		at      time.Time
		facts   Facts
		want    []Refusal
	}{
		{"nothing against it", Film{}, ChannelSite, noon, open, nil},
		{"nothing against it on another medium", Film{}, "vimeo", noon, with(func(f *Facts) { f.Clearance.Medium = MediumNetworks }), nil},
		{"no BAT", Film{}, ChannelSite, noon, with(func(f *Facts) { f.Approved = false }), []Refusal{{Lock: LockBAT}}},
		{"no BAT, and no passing over it", Film{}, ChannelSite, noon, with(func(f *Facts) { f.Approved, f.Passed = false, []string{Refusal{Lock: LockBAT}.Key()} }), []Refusal{{Lock: LockBAT}}},
		{"an authorisation is missing", Film{}, ChannelSite, noon, with(func(f *Facts) { f.Clearance.Light = Red }), []Refusal{{Lock: LockConsent, Name: "Publication bloquée : autorisation manquante (autorisation manquante)."}}},
		{"something is to be completed", Film{}, ChannelSite, noon, with(func(f *Facts) { f.Clearance.Light = Orange }), nil},
		{"cleared for another medium", Film{}, "vimeo", noon, open, []Refusal{{Lock: LockConsent}}},
		{"music to be settled", Film{Music: MusicOpen}, ChannelSite, noon, open, []Refusal{{Lock: LockMusic}}},
		{"music of a kind nobody knows", Film{Music: "?"}, ChannelSite, noon, open, []Refusal{{Lock: LockMusic}}},
		{"music settled", Film{Music: MusicClear}, ChannelSite, noon, open, nil},
		{"music passed over", Film{Music: MusicOpen}, ChannelSite, noon, with(func(f *Facts) { f.Passed = []string{Refusal{Lock: LockMusic}.Key()} }), nil},
		{"own embargo", Film{Embargo: evening}, ChannelSite, noon, open, []Refusal{embargo("")}},
		{"embargo, one nanosecond before its end", Film{Embargo: evening}, ChannelSite, evening.Add(-1), open, []Refusal{embargo("")}},
		{"embargo at its end", Film{Embargo: evening}, ChannelSite, evening, open, nil},
		{"embargo of the dossier", Film{Dossier: "zik-zac-2018"}, ChannelSite, noon, programme, []Refusal{embargo("Zik Zac 2018")}},
		{"embargo of a partner", Film{Partners: []string{"ville", "zik-zac"}}, ChannelSite, noon, programme, []Refusal{embargo("Zik Zac")}},
		{"embargoes of others", Film{Dossier: "x", Partners: []string{"ville"}}, ChannelSite, noon, programme, nil},
		{"embargo passed over", Film{Embargo: evening}, ChannelSite, noon, with(func(f *Facts) { f.Passed = []string{embargo("").Key()} }), nil},
		{"embargo that was moved after it was passed over", Film{Embargo: evening.Add(1e9)}, ChannelSite, noon, with(func(f *Facts) { f.Passed = []string{embargo("").Key()} }), []Refusal{{LockEmbargo, "", evening.Add(1e9)}}},
		{"election", Film{Keywords: []string{"Mairie", "Élection"}}, ChannelSite, noon, programme, []Refusal{silence}},
		{"election, the last polling station closed", Film{Keywords: []string{"élections"}}, ChannelSite, vote.Until, programme, nil},
		{"election, before the eve", Film{Keywords: []string{"élections"}}, ChannelSite, vote.From.Add(-1), programme, nil},
		{"election, other matters", Film{Keywords: []string{"musique"}}, ChannelSite, noon, programme, nil},
		{"election that was removed", Film{Keywords: []string{"election"}}, ChannelSite, noon, with(func(f *Facts) { f.Programme.Scrutins = []Scrutin{gone} }), nil},
		{"election passed over", Film{Keywords: []string{"élection"}}, ChannelSite, noon, with(func(f *Facts) { f.Programme, f.Passed = filed, []string{silence.Key()} }), nil},
		{
			"all at once",
			Film{Keywords: []string{"élection"}, Music: MusicOpen, Embargo: evening, Dossier: "zik-zac-2018", Partners: []string{"zik-zac"}},
			"x", noon,
			Facts{Programme: filed},
			[]Refusal{{Lock: LockBAT}, {Lock: LockConsent}, {Lock: LockMusic}, embargo(""), embargo("Zik Zac 2018"), embargo("Zik Zac"), silence},
		},
	} {
		if got := Gate(c.film, c.channel, c.at, c.facts); !slices.EqualFunc(got, c.want, func(a, b Refusal) bool { return a.Lock == b.Lock && (a.Lock == LockConsent || a == b) }) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestElectionBand: the months before an election are a warning, never a lock.
func TestElectionBand(t *testing.T) {
	s := Scrutin{From: time.Date(2020, 3, 14, 0, 0, 0, 0, time.UTC), Until: time.Date(2020, 3, 15, 20, 0, 0, 0, time.UTC)}
	for at, near := range map[time.Time]bool{
		s.From.AddDate(0, -6, 0): true, s.From.AddDate(0, -6, -1): false, s.From.Add(-1): true, s.From: false, s.Until: false,
	} {
		if s.Near(at) != near {
			t.Errorf("%v: near %v", at, !near)
		}
	}
}
