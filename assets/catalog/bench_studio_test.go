package catalog_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/internal/services"
)

// BenchmarkStudio measures the lists of the studio, among 10,000 films, 2,000
// sujets and 100,000 rushes.
func BenchmarkStudio(b *testing.B) {
	server := services.StartPostgres(b)
	for name, address := range map[string]string{
		"sqlite":   "sqlite:" + filepath.Join(b.TempDir(), "regie.db"),
		"postgres": server.Database(b),
	} {
		c, err := catalog.Open(b.Context(), catalog.Options{URL: address})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close() })
		ids := &assetstest.IDs{}
		fill(b, c, ids, 10_000)
		fillStudio(b, c, ids, 2_000, 100_000)
		yes := true
		for what, filter := range map[string]assets.RushFilter{
			"all": {}, "deep": {After: assets.ID(fmt.Sprintf("01kat%021d", 60_000))}, "sujet": {Sujet: "sujet-7"}, "owner": {Owner: "user-3"},
			"crew": {Crew: "user-3"}, "territory": {Territory: "territoire-1"}, "partner": {Partner: "partenaire-2"},
			"state": {State: assets.RushFailed}, "ready": {State: assets.RushReady, Dossier: "dossier-7"}, "portrait": {Orientation: "portrait"},
			"stars": {MinStars: 3}, "rare": {MinStars: 3, Rejected: &yes, Shot: assets.ShotSpeech}, "minors": {Minors: assets.Yes},
			"consent": {Consent: "missing"}, "none": {State: assets.RushIncomplete, Orientation: "square"},
			"removed": {Removed: true}, "words": {Query: "camion 777"}, "word": {Query: "soiree"}, "letter": {Query: "s", MinStars: 3},
		} {
			filter.Limit = 50
			b.Run("Rushes-"+what+"/"+name, func(b *testing.B) {
				n := 0
				for b.Loop() {
					rushes, err := c.Rushes(b.Context(), filter)
					if err != nil {
						b.Fatal(err)
					}
					n = len(rushes)
				}
				b.ReportMetric(float64(n), "rushes")
			})
			b.Run("Count-"+what+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if _, err := c.CountRushes(b.Context(), filter); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		for what, query := range map[string]string{"rare": "soir 777", "common": "soiree", "letter": "s"} {
			b.Run("SearchAll-"+what+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if _, err := c.SearchAll(b.Context(), query, 20); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		for _, query := range []string{"zik zak", "camoin", "soiré du festivla"} {
			b.Run("Suggest-"+query+"/"+name, func(b *testing.B) {
				n := 0
				for b.Loop() {
					names, err := c.Suggest(b.Context(), query, 5)
					if err != nil {
						b.Fatal(err)
					}
					n = len(names)
				}
				b.ReportMetric(float64(n), "names")
			})
		}
		b.Run("VerifyLog/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.VerifyLog(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fillStudio adds sujets that crews are on, and rushes of them: of all that a
// filter asks for, some choose many and some few.
func fillStudio(b *testing.B, c *catalog.Catalog, ids *assetstest.IDs, sujets, rushes int) {
	b.Helper()
	apply := func(ch assets.Change) {
		b.Helper()
		if err := c.Apply(b.Context(), ch); err != nil {
			b.Fatal(err)
		}
	}
	if err := c.SaveProgramme(b.Context(), assets.Programme{Partners: []assets.Partner{{Slug: "zz", Name: "Zik Zac"}}}); err != nil {
		b.Fatal(err)
	}
	born := func(kind assets.Subject, id assets.ID, to string) assets.Event {
		return assets.Event{ID: ids.New(), Kind: kind, Subject: id, To: to, Actor: "cli"}
	}
	var ch assets.Change
	for i := range sujets {
		s := assets.Sujet{
			ID: assets.ID(fmt.Sprint("sujet-", i)), Title: fmt.Sprint("Tournage ", words(i), " ", i),
			Crew: []assets.ID{assets.ID(fmt.Sprint("user-", i%40))}, Partners: []string{fmt.Sprint("partenaire-", i%50)},
		}
		consent := assets.Consent{ID: ids.New(), Signatures: i % 50}
		ch.Sujets, ch.Consents = append(ch.Sujets, s), append(ch.Consents, consent)
		ch.Filmed = append(ch.Filmed, assets.Filmed{ID: ids.New(), Sujet: s.ID, Consent: consent.ID})
		ch.Events = append(ch.Events, born(assets.SubjectSujet, s.ID, "open"), born(assets.SubjectConsent, consent.ID, []string{"granted", "asked"}[min(1, i%50/49)]))
	}
	apply(ch)
	for i := 0; i < rushes; {
		var ch assets.Change
		for range 1000 {
			a := assets.Asset{ID: ids.New(), Kind: assets.KindRush, SHA256: fmt.Sprint("sum", i), Size: 1, Name: "C0001.MP4"}
			r := benchRush(ids.New(), a.ID, i, sujets)
			ch.Assets, ch.Rushes = append(ch.Assets, a), append(ch.Rushes, r)
			ch.Events = append(ch.Events, born(assets.SubjectRush, r.ID, "received"))
			switch {
			case i%100 == 0:
				ch.Events = append(ch.Events, assets.Event{ID: ids.New(), Kind: assets.SubjectRush, Subject: r.ID, From: "received", To: "failed"})
			default:
				ch.Events = append(ch.Events, assets.Event{ID: ids.New(), Kind: assets.SubjectRush, Subject: r.ID, From: "received", To: "ready"})
			}
			i++
		}
		apply(ch)
	}
}

func benchRush(id, asset assets.ID, i, sujets int) assets.Rush {
	r := assets.Rush{
		ID: id, Asset: asset, Sujet: assets.ID(fmt.Sprint("sujet-", i*7%sujets)), Owner: assets.ID(fmt.Sprint("user-", i%40)),
		Title: fmt.Sprint("Camion ", words(i), " ", i), Place: "devant la mairie", Folder: "DCIM/100MEDIA", Territory: fmt.Sprint("territoire-", i%12),
		Dossier: fmt.Sprint("dossier-", i%500), Partners: []string{fmt.Sprint("partenaire-", i%50)}, Stars: []int{0, 0, 0, 0, 0, 0, 0, 1, 2, 3}[i%10],
		Rejected: i%97 == 0, Shot: []assets.Shot{"", assets.ShotSpeech, assets.ShotCutaway}[i%3], Minors: []assets.Answer{"", assets.No, assets.Yes}[i%53%3],
		CreatedAt: assetstest.NewClock().Now(),
		Sheet:     &assets.Sheet{Container: "mov", Duration: 61.2, Video: &assets.VideoSheet{Codec: "h264", Profile: "High", Width: 1920, Height: 1080, Rate: 25, PixelFormat: "yuv420p"}, Audio: []assets.AudioSheet{{Codec: "aac", Channels: 2, SampleRate: 48000}}},
	}
	if i%9 == 0 {
		r.Sheet.Video.Width, r.Sheet.Video.Height = 1080, 1920
	}
	if i%1000 == 0 {
		r.RemovedAt = r.CreatedAt
	}
	return r
}

// words makes titles out of some 2,000 words.
func words(i int) string {
	syllables := []string{"ka", "ri", "mo", "ta", "lu", "ven", "sol", "por", "gui", "nel", "cha", "dro"}
	n := len(syllables)
	return syllables[i%n] + syllables[i/n%n] + syllables[i/n/n%n] + " soirée"
}
