package pipeline

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// TestFindings: from what is known of a publication follows what is said of it,
// and whether that keeps it back.
func TestFindings(t *testing.T) {
	now := time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)
	well := func() forecast {
		return forecast{
			Publication: assets.Publication{ID: "p", Film: "f", Channel: "youtube", At: now.Add(30 * time.Hour)},
			now:         now, day: func(t time.Time) string { return t.Format("2 Jan") }, offered: true,
			account: &assets.Account{State: assets.AccountConnected, CheckedAt: now},
			version: &assets.Version{Number: 2, State: assets.VersionReady}, movie: assets.Rendition{Key: "k", Duration: 60, Size: 10},
			limits: publishers.Limits{Length: time.Hour, Bytes: 100}, ration: 100, sooner: 99,
		}
	}
	for name, c := range map[string]struct {
		spoil func(*forecast)
		check Check // "": nothing is found
		red   bool
		says  string
	}{
		"all is well":                 {func(*forecast) {}, "", false, ""},
		"a channel that is gone":      {func(f *forecast) { f.offered = false }, CheckAccount, true, "YouTube n'est plus réglé ici"},
		"an account that broke":       {func(f *forecast) { f.account.State = assets.AccountBroken }, CheckAccount, true, "est pas connecté"},
		"a token that ends before":    {func(f *forecast) { f.account.ExpiresAt = now.Add(29 * time.Hour) }, CheckAccount, true, "prend fin le 11 Jun"},
		"a token that ends after":     {func(f *forecast) { f.account.ExpiresAt = now.Add(31 * time.Hour) }, "", false, ""},
		"an account long unheard":     {func(f *forecast) { f.account.CheckedAt = now.Add(-49 * time.Hour) }, CheckAccount, false, "n'a pas répondu depuis"},
		"no account is needed":        {func(f *forecast) { f.account = nil }, "", false, ""},
		"a day that is full":          {func(f *forecast) { f.sooner = 100 }, CheckQuota, true, "films par jour"},
		"nobody knows the ration":     {func(f *forecast) { f.ration, f.sooner = 0, 100 }, "", false, ""},
		"a film still in the making":  {func(f *forecast) { f.version.State = assets.VersionMaking }, CheckFiles, false, "La V2 est encore en fabrication"},
		"the same, at the last hour":  {func(f *forecast) { f.version.State, f.At = assets.VersionMaking, now.Add(time.Hour) }, CheckFiles, true, "La V2 est encore en fabrication"},
		"a text that is too long":     {func(f *forecast) { f.refusal = wrong("t", "t", "Le titre est trop long.") }, CheckText, true, "Le titre est trop long."},
		"nothing to show":             {func(f *forecast) { f.refusal, f.movie = wrong("t", "t", "Pas de vidéo."), assets.Rendition{} }, CheckFiles, true, "Pas de vidéo."},
		"a film that is too long":     {func(f *forecast) { f.movie.Duration = 3601 }, CheckFiles, true, "trop long pour YouTube"},
		"a film that is too heavy":    {func(f *forecast) { f.movie.Size = 101 }, CheckFiles, true, "trop lourd pour YouTube"},
		"a film without a page":       {func(f *forecast) { f.linkless = true }, CheckLink, false, "n'aura pas de lien"},
		"a film without captions":     {func(f *forecast) { f.speechless = true }, CheckCaptions, false, "pas de sous-titres"},
		"what the gate says is first": {func(f *forecast) { f.locks = []Finding{{Check: "embargo", Red: true, Text: "Embargo."}} }, "embargo", true, "Embargo."},
	} {
		f := well()
		c.spoil(&f)
		got := f.findings()
		switch {
		case c.check == "" && len(got) > 0, c.check != "" && len(got) != 1:
			t.Errorf("%s: %+v", name, got)
		case c.check != "" && (got[0].Check != c.check || got[0].Red != c.red || !strings.Contains(got[0].Text, c.says)):
			t.Errorf("%s: %+v", name, got[0])
		case c.check != "" && c.check != "embargo" && (got[0].Mend == "" || !strings.HasPrefix(got[0].Path, "/regie/")):
			t.Errorf("%s leads nowhere: %+v", name, got[0])
		}
	}
}

// strict is a network that refuses long titles and takes two films a day.
type strict struct{ *network }

func (strict) Check(req publishers.Request) error {
	if len(req.Film.Title) > 40 {
		return &assets.Error{Kind: assets.Invalid, Op: "test", Msg: "Le titre est trop long."}
	}
	return nil
}

func (strict) Ration(at time.Time) (int, time.Time, time.Time) {
	day := at.UTC().Truncate(24 * time.Hour)
	return 2, day, day.Add(24 * time.Hour)
}

// TestPreflightIsSaidOnce: two days before its hour, and once more an hour before,
// what would keep a film back is mailed; each thing once each time, and nothing
// when all is well.
func TestPreflightIsSaidOnce(t *testing.T) {
	b, n, box := networked(t, "good")
	var err error
	if b.Publishers, err = publishers.NewRegistry(b.channel, strict{n}); err != nil {
		t.Fatal(err)
	}
	film := b.take("film").Film
	b.settle()
	hour := b.clock.Now().Truncate(24 * time.Hour).Add(10*24*time.Hour + 18*time.Hour)
	p := b.plannedOn(film, hour)
	look := func(before time.Duration, mails int, says ...string) {
		t.Helper()
		b.clock.Advance(hour.Add(-before).Sub(b.clock.Now()))
		if err := b.Catalog.CheckAccount(t.Context(), "mastodon", b.clock.Now()); err != nil && assets.KindOf(err) != assets.NotFound {
			t.Fatal(err)
		}
		for range 2 {
			if err := b.SweepPreflight(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		b.settle()
		if len(box.sent) != mails {
			t.Fatalf("%s before: %d mails, not %d: %+v", before, len(box.sent), mails, box.sent)
		}
		for _, text := range says {
			if m := box.sent[mails-1]; !strings.Contains(m.Text, text) || !strings.Contains(m.Text, string(p.ID)) || !strings.HasPrefix(m.Subject, "À régler avant le ") {
				t.Fatalf("%s before, without %q: %+v", before, text, m)
			}
		}
	}
	look(47*time.Hour, 0) // all is well
	rename := func(title string) {
		t.Helper()
		f, err := b.Catalog.Film(t.Context(), film)
		if err != nil {
			t.Fatal(err)
		}
		f.Title = title
		if err := b.EditFilm(t.Context(), film, f, "test"); err != nil {
			t.Fatal(err)
		}
	}
	rename(strings.Repeat("Un titre ", 6))
	look(46*time.Hour, 1, "Le titre est trop long.")
	look(30*time.Hour, 1) // it was said
	if err := b.Disconnect(t.Context(), "mastodon", "test"); err != nil {
		t.Fatal(err)
	}
	look(29*time.Hour, 2, "est pas connecté")
	if strings.Contains(box.sent[1].Text, "trop long") {
		t.Errorf("said twice: %s", box.sent[1].Text)
	}
	look(50*time.Minute, 3, "Le titre est trop long.", "est pas connecté")
	look(20*time.Minute, 3)
	s, err := b.Standing(t.Context(), p.ID)
	if err != nil || len(s.Preflight) < 2 {
		t.Errorf("the publication says %+v, %v", s.Preflight, err)
	}
	rename("Court")
	if _, err := b.Connect(t.Context(), "mastodon", []byte("good"), "test"); err != nil {
		t.Fatal(err)
	}
	look(10*time.Minute, 3)
	all, err := b.Calendar(context.Background(), CalendarFilter{From: hour.Add(-24 * time.Hour), To: hour.Add(24 * time.Hour)})
	if err != nil || len(all) != 1 || len(all[0].Findings) != 0 {
		t.Errorf("the calendar says %+v, %v", all, err)
	}
}

// TestPreflightForesees: what the gate will say at the hour, a ration that is
// used up, a link that will be there by then.
func TestPreflightForesees(t *testing.T) {
	b, n, _ := networked(t, "good")
	var err error
	if b.Publishers, err = publishers.NewRegistry(b.channel, strict{n}); err != nil {
		t.Fatal(err)
	}
	hour := b.clock.Now().Truncate(24 * time.Hour).Add(34 * time.Hour)
	checks := func(p assets.Publication) (all []Check) {
		t.Helper()
		found, err := b.Preflight(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			all = append(all, f.Check)
		}
		return all
	}
	var planned []assets.Publication
	for _, name := range []string{"one", "two", "three"} {
		film := b.take(name).Film
		b.settle()
		planned = append(planned, b.plannedOn(film, hour))
	}
	if got := checks(planned[1]); !slices.Equal(got, []Check{CheckLink}) {
		t.Errorf("the second of two: %v", got)
	}
	if got := checks(planned[2]); !slices.Equal(got, []Check{CheckQuota, CheckLink}) {
		t.Errorf("the third of two: %v", got)
	}
	if _, err := b.PublishApproving(t.Context(), planned[0].Film, []assets.Channel{assets.ChannelSite}, hour.Add(-time.Minute), "test"); err != nil {
		t.Fatal(err)
	}
	if got := checks(planned[0]); len(got) > 0 {
		t.Errorf("with a page by then: %v", got)
	}
	f, err := b.Catalog.Film(t.Context(), planned[0].Film)
	if err != nil {
		t.Fatal(err)
	}
	f.Embargo = hour.Add(time.Hour)
	if err := b.EditFilm(t.Context(), f.ID, f, "test"); err != nil {
		t.Fatal(err)
	}
	if got := checks(planned[0]); !slices.Equal(got, []Check{Check(assets.LockEmbargo)}) {
		t.Errorf("under an embargo at its hour: %v", got)
	}
}
