package assetstest

import (
	"fmt"
	"testing"

	"anonymal.tv/regie/assets"
)

// ManyFilms adds films, each with a version that is ready, as many as a house
// has after years: what is measured is measured among them.
func ManyFilms(b testing.TB, c assets.Catalog, ids *IDs, n int) {
	b.Helper()
	for i := 0; i < n; {
		var ch assets.Change
		for range 500 {
			id, master := ids.New(), assets.Asset{ID: ids.New(), Kind: assets.KindMaster, SHA256: fmt.Sprint("master", i), Size: 1, Name: "PAD.mov"}
			v := assets.Version{ID: ids.New(), Film: id, Number: 1, Master: master.ID, Sheet: &assets.Sheet{Container: "mov", Duration: 312, Video: &assets.VideoSheet{Codec: "h264", Width: 1920, Height: 1080, Rate: 25}}}
			ch.Assets, ch.Versions = append(ch.Assets, master), append(ch.Versions, v)
			ch.Films = append(ch.Films, assets.Film{
				ID: id, Slug: string(id), Version: v.ID, Title: fmt.Sprint("Soirée ", i, " du festival"), Lede: "Retour sur la soirée, avec les artistes et le public du quartier.",
				Rubriques: []string{fmt.Sprint("rubrique-", i%9)}, Dossier: fmt.Sprint("dossier-", i%500), People: []assets.Person{{Name: fmt.Sprint("Artiste ", i%1000), Role: "musicienne"}},
			})
			ch.Events = append(
				ch.Events,
				assets.Event{ID: ids.New(), Kind: assets.SubjectFilm, Subject: id, To: "editing", Actor: "cli"},
				assets.Event{ID: ids.New(), Kind: assets.SubjectVersion, Subject: v.ID, To: "received", Actor: "cli"},
				assets.Event{ID: ids.New(), Kind: assets.SubjectVersion, Subject: v.ID, From: "received", To: "making", Actor: "worker"},
				assets.Event{ID: ids.New(), Kind: assets.SubjectVersion, Subject: v.ID, From: "making", To: "ready", Actor: "worker"},
				assets.Event{ID: ids.New(), Kind: assets.SubjectFilm, Subject: id, From: "editing", To: "review", Actor: "worker"},
			)
			i++
		}
		if err := c.Apply(b.Context(), ch); err != nil {
			b.Fatal(err)
		}
	}
}

// ManyRushes adds sujets that crews are on, and rushes of them: of all that a
// filter asks for, some choose many and some few.
func ManyRushes(b testing.TB, c assets.Catalog, ids *IDs, sujets, rushes int) {
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
	for i := range 40 {
		u := assets.User{ID: assets.ID(fmt.Sprint("user-", i)), Name: fmt.Sprint("Une JRI ", i), Mail: fmt.Sprint("jri", i, "@example.org"), Role: assets.RoleJRI}
		ch.Users, ch.Events = append(ch.Users, u), append(ch.Events, born(assets.SubjectUser, u.ID, "active"))
	}
	for i := range sujets {
		s := assets.Sujet{
			ID: assets.ID(fmt.Sprint("sujet-", i)), Title: fmt.Sprint("Tournage ", words(i), " ", i),
			Crew: []assets.ID{assets.ID(fmt.Sprint("user-", i%40))}, Partners: []string{fmt.Sprint("partenaire-", i%50)},
		}
		film := assets.Film{ID: ids.New(), Slug: fmt.Sprint("tournage-", i), Title: s.Title, Sujet: s.ID}
		s.Film = film.ID
		ch.Films, ch.Events = append(ch.Films, film), append(ch.Events, born(assets.SubjectFilm, film.ID, "idea"))
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
			r := manyRush(ids.New(), a.ID, i, sujets)
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

func manyRush(id, asset assets.ID, i, sujets int) assets.Rush {
	r := assets.Rush{
		ID: id, Asset: asset, Sujet: assets.ID(fmt.Sprint("sujet-", i*7%sujets)), Owner: assets.ID(fmt.Sprint("user-", i%40)),
		Title: fmt.Sprint("Camion ", words(i), " ", i), Place: "devant la mairie", Folder: "DCIM/100MEDIA", Territory: fmt.Sprint("territoire-", i%12),
		Dossier: fmt.Sprint("dossier-", i%500), Partners: []string{fmt.Sprint("partenaire-", i%50)}, Stars: []int{0, 0, 0, 0, 0, 0, 0, 1, 2, 3}[i%10],
		Rejected: i%97 == 0, Shot: []assets.Shot{"", assets.ShotSpeech, assets.ShotCutaway}[i%3], Minors: []assets.Answer{"", assets.No, assets.Yes}[i%53%3],
		CreatedAt: NewClock().Now(),
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
