package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type storybookCmd struct {
	Film    string   `help:"Un film à vous au lieu de celui de la démonstration." placeholder:"FICHIER"`
	Earlier string   `help:"Un montage précédent du film." placeholder:"FICHIER"`
	Rush    []string `help:"Rushes à montrer (défaut : le film)." placeholder:"FICHIER"`
	Listen  string   `help:"Adresse d'écoute (défaut : 127.0.0.1:8080, ou un port libre)." placeholder:"HÔTE:PORT"`
}

func (c *storybookCmd) listenFlag() string { return c.Listen }

func (*storybookCmd) Help() string {
	return `Toutes les pages de la régie et leurs états, avec des personnes, des sujets, des rushes et des films
d'exemple, dans un dossier neuf (./var/storybook, ou --data). Une ligne par page ; avec --json, un objet :
{"name", "role", "path"}, après une ligne {"role", "link"} par personne.`
}

// story is one page in one state, as one person sees it.
type story struct {
	Name string          `json:"name"`
	Role assets.UserRole `json:"role"`
	Path string          `json:"path"`
}

// Run fills a fresh house with examples, lists its pages, and serves them.
func (c *storybookCmd) Run(a *app) error {
	a.cfg.Channels.Mastodon.APIURL = "https://mastodon.invalid"
	letters := &a.cfg.Channels.Newsletter
	letters.Kind, letters.From, letters.Daily = "smtp", "Anonymal TV <lettre@anonymal.invalid>", 300
	if err := letters.SMTPURL.UnmarshalText([]byte("smtp://courrier.invalid")); err != nil {
		return err
	}
	demo := demoCmd{Film: c.Film, Listen: c.Listen}
	return demo.exhibit(a, "storybook", func(ctx context.Context, h *house, film string, _ func()) error {
		rushes := c.Rush
		if len(rushes) == 0 {
			rushes = []string{film}
		}
		s := &stage{house: h, app: a, ctx: ctx, people: map[assets.UserRole]assets.User{}}
		return s.show(film, c.Earlier, rushes)
	})
}

// stage is a house that is filled with examples.
type stage struct {
	*house
	app    *app
	ctx    context.Context
	people map[assets.UserRole]assets.User
	err    error
}

// show fills the house, waits for the work, and lists the pages. earlier is what the
// film was before it was cut again; "" for none.
func (s *stage) show(film, earlier string, rushes []string) error {
	s.hire()
	sujet, plateau := s.sujets()
	transfer := s.send(sujet.ID, rushes)
	arrival := pipeline.Arrival{
		Kind: assets.KindMaster, Title: "Before Zik Zac", Lede: "L'installation des scènes, la veille de l'ouverture.", Rubriques: []string{"culture"},
		Dossier: "zik-zac-2018", Partners: []string{"zik-zac-festival"}, Territory: "jas-de-bouffan", Actor: s.actor(assets.RoleMonteur),
	}
	if earlier != "" {
		arrival = pipeline.Arrival{Kind: assets.KindMaster, Film: s.made(s.ingest(earlier, arrival).Film), Actor: arrival.Actor}
	}
	first := s.made(s.ingest(film, arrival).Film)
	s.review(first)
	shelved, rush := s.shelved(), s.sent(transfer)
	person := s.rights(sujet.ID, first)
	selection, err := s.desk.NewSelection(s.ctx, "Bout-à-bout", sujet.ID, []assets.Clip{{Rush: rush}}, s.people[assets.RoleMonteur])
	s.note(err)
	webhook, _, err := s.desk.AddWebhook(s.ctx, "https://programme.invalid/regie", []string{"film.published"}, s.people[assets.RoleAdministration])
	s.note(err)
	_, err = s.desk.SaveScrutin(s.ctx, "", "Municipales, premier tour", s.now().AddDate(0, 4, 0), s.actor(assets.RoleImage))
	s.note(err)
	_, _, err = s.desk.SaveEntry(s.ctx, assets.HeadingDossier, assets.HeadingEntry{
		Name: "Fête du quartier", Begins: s.now().AddDate(0, 0, 1).Format(time.DateOnly), Ends: s.now().AddDate(0, 0, 3).Format(time.DateOnly),
	}, s.actor(assets.RoleCommunication))
	s.note(err)
	s.campaign()
	shown := s.publications(first)
	shown = append(shown, story{"Envoi", assets.RoleJRI, "/regie/deposer/" + string(transfer)}, story{"Film archivé", assets.RoleCommunication, "/regie/films/" + string(shelved)})
	if page := "/regie/films/" + string(first); earlier != "" {
		shown = append(shown, story{"Version", assets.RoleMonteur, page + "/versions/1"}, story{"Comparer", assets.RoleMonteur, page + "/comparer?a=1&b=2"})
	}
	shown = append(shown, s.deliveries(first)...)
	for _, mail := range s.mails() {
		shown = append(shown, story{"Message", assets.RoleAdministration, "/regie/admin/messages/" + string(mail.ID)})
	}
	if s.err != nil {
		return s.err
	}
	return s.list(append(stories(sujet.ID, plateau.ID, rush, first, person, selection.ID, s.people[assets.RoleJRI].ID, webhook.ID), shown...))
}

// note keeps the first error.
func (s *stage) note(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *stage) actor(role assets.UserRole) string { return string(s.people[role].ID) }

func (s *stage) hire() {
	for role, name := range map[assets.UserRole]string{
		assets.RoleJRI: "JRI d’exemple", assets.RoleMonteur: "Monteuse d’exemple", assets.RoleImage: "Responsable image",
		assets.RoleCommunication: "Communication d’exemple", assets.RoleAdministration: "Administration",
	} {
		u, err := s.desk.Hire(s.ctx, assets.User{Name: name, Mail: string(role) + "@example.org", Role: role}, "cli")
		s.note(err)
		s.people[role] = u
	}
}

func (s *stage) sujets() (sujet, plateau assets.Sujet) {
	by := s.actor(assets.RoleImage)
	today := s.now().In(s.zone)
	at := time.Date(today.Year(), today.Month(), today.Day(), 14, 0, 0, 0, s.zone)
	crew := []assets.ID{s.people[assets.RoleJRI].ID, s.people[assets.RoleMonteur].ID}
	sujet, err := s.desk.CreateSujet(s.ctx, assets.Sujet{
		Title: "Installation des scènes", Kind: "before", Brief: "Filmer le montage de la grande scène et deux interviews de techniciens.",
		Place: "Parc du Jas de Bouffan", Territory: "jas-de-bouffan", Rubriques: []string{"culture"}, Dossier: "zik-zac-2018",
		Partners: []string{"zik-zac-festival"}, At: at, Contact: assets.Contact{Name: "La régie du festival", Phone: "04 00 00 00 00"}, Crew: crew,
	}, by)
	s.note(err)
	s.note(s.desk.AskFor(s.ctx, sujet.ID, "Il manque un plan large de la scène.", s.actor(assets.RoleMonteur)))
	plateau, err = s.desk.CreateSujet(s.ctx, assets.Sujet{
		Title: "Plateau : la place du vélo", Kind: assets.GenrePlateau, Place: "Le studio", Rubriques: []string{"politique", "societe"}, At: at.AddDate(0, 0, 3), Crew: crew,
	}, by)
	s.note(err)
	for _, line := range []assets.Segment{
		{Title: "Ouverture", Speakers: "la présentatrice", Planned: 120},
		{Title: "Ce que disent les habitants", Speakers: "conseil citoyen", Synthe: "Conseil citoyen du Jas de Bouffan", Planned: 600},
	} {
		s.note(s.desk.AddSegment(s.ctx, plateau.ID, line, by))
	}
	return sujet, plateau
}

func (s *stage) ingest(path string, a pipeline.Arrival) pipeline.Received {
	f, err := os.Open(path)
	if err != nil {
		s.note(err)
		return pipeline.Received{}
	}
	defer f.Close()
	a.Name, a.Bytes = filepath.Base(path), f
	r, err := s.desk.Ingest(s.ctx, a)
	s.note(err)
	return r
}

// made waits until nothing is owed for a film.
func (s *stage) made(film assets.ID) assets.ID {
	if s.err == nil {
		s.err = s.settled(film)
	}
	return film
}

// settled waits until nothing is owed for a film and the house is quiet.
func (s *stage) settled(film assets.ID) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		versions, err := s.catalog.Versions(s.ctx, film)
		if err != nil {
			return err
		}
		rushes, err := s.catalog.Rushes(s.ctx, assets.RushFilter{State: assets.RushMaking})
		if err != nil {
			return err
		}
		waiting, err := s.catalog.Rushes(s.ctx, assets.RushFilter{State: assets.RushReceived})
		if err != nil {
			return err
		}
		whole, err := s.catalog.Uploads(s.ctx, assets.UploadFilter{State: assets.UploadWhole})
		if err != nil {
			return err
		}
		owed := slices.ContainsFunc(versions, func(v assets.Version) bool {
			return v.State == assets.VersionReceived || v.State == assets.VersionMaking
		})
		if !owed && len(rushes)+len(waiting)+len(whole) == 0 {
			return nil
		}
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case <-tick.C:
		}
	}
}

// review writes a note, asks for the BAT, and writes captions.
func (s *stage) review(film assets.ID) {
	versions, err := s.catalog.Versions(s.ctx, film)
	s.note(err)
	if s.err != nil || len(versions) == 0 {
		return
	}
	_, err = s.desk.AddNote(s.ctx, assets.Note{
		On: assets.SubjectVersion, Subject: versions[0].ID, Film: film, Frame: 40, Until: 40, Text: "Trop long : couper avant la parole.",
	}, s.people[assets.RoleImage])
	s.note(err)
	_, err = s.desk.AskApproval(s.ctx, film, s.actor(assets.RoleMonteur))
	s.note(err)
	s.note(s.desk.SaveTrack(s.ctx, assets.Track{Film: film, Kind: assets.TrackCaptions, Language: "fr", Cues: []assets.Cue{
		{Start: 0.5, End: 2.5, Text: "Bienvenue au Jas de Bouffan."}, {Start: 2.6, End: 3.2, Text: "Une phrase bien trop longue pour être lue aussi vite."},
	}}, s.actor(assets.RoleMonteur)))
}

// rights names a person whose form is not there yet.
func (s *stage) rights(sujet, film assets.ID) assets.ID {
	seen, err := s.desk.AddFilmed(s.ctx, assets.Filmed{Sujet: sujet, Film: film}, pipeline.ConsentForm{ConsentDetails: assets.ConsentDetails{Person: "Une personne filmée"}, Minor: assets.Yes}, s.actor(assets.RoleImage))
	s.note(err)
	return seen.Consent
}

// publications are of each sort that asks something of a person.
func (s *stage) publications(film assets.ID) []story {
	all := []story{
		{"Canaux", assets.RoleCommunication, "/regie/admin/canaux"},
		{"Lettre", assets.RoleCommunication, "/regie/lettre"},
		{"Lettre avec aperçu", assets.RoleCommunication, "/regie/lettre?liens=1&objet=Une+soir%C3%A9e+au+Jas&edito=Bonjour%2C%0A%0Avoici+les+films+de+la+quinzaine.+Le+programme+%3A+https%3A%2F%2Ffestival.invalid&film=" + string(film)},
		{"S’abonner", "", "/newsletter"},
	}
	for _, x := range []struct {
		name, reason string
		channel      assets.Channel
		state        assets.PublicationState
	}{
		{"À publier à la main", "", "mastodon", assets.PublicationAssisted},
		{"Mise en ligne en échec", "YouTube a refusé le film : le titre est trop long de 12 signes.", "youtube", assets.PublicationFailed},
		{"Mise en ligne à vérifier", "La réponse de Vimeo s’est perdue.", "vimeo", assets.PublicationCheck},
		{"Mise en ligne à retirer", "Retirez ce film du canal à la main, puis dites que c’est fait.", "facebook", assets.PublicationWithdrawing},
		{"Mise en ligne programmée, film déjà là", "", "vimeo", assets.PublicationScheduled},
		{"Mise en ligne incomplète, titre changé sur le canal", "Le film est en ligne, mais pas tout ce qui l’accompagne.", "youtube", assets.PublicationPublished},
		{"Mise en ligne regardée", "", "facebook", assets.PublicationPublished},
		{"Mise en ligne sur le site", "", assets.ChannelSite, assets.PublicationPublished},
	} {
		p := assets.Publication{ID: newID(), Film: film, Channel: x.channel, Reason: x.reason, At: s.now(), CreatedAt: s.now()}
		var c assets.Change
		switch x.state {
		case assets.PublicationPublished:
			p.PublishedAt, p.URL, p.RemoteID = s.now(), "https://canal.invalid/film", "1"
			seen := assets.Seen{At: s.now(), Views: &assets.Views{Count: 1234, Means: "lectures commencées, quelle que soit leur durée", At: s.now()}}
			if x.reason != "" {
				seen.Drift, seen.Text = assets.DriftEdited, "Le titre a été changé sur YouTube : « Une soirée au Jas »."
			}
			c.Seen = map[assets.ID]assets.Seen{p.ID: seen}
		case assets.PublicationWithdrawing: // it was published by hand
			p.PublishedAt, p.URL = s.now(), "https://canal.invalid/page"
		case assets.PublicationScheduled: // it is there, unseen
			p.At, p.Done = s.now().Add(24*time.Hour), []string{assets.StepAhead}
		}
		c.Publications, c.Events = []assets.Publication{p}, walked(s.now(), assets.SubjectPublication, p.ID, wayTo(x.state)...)
		s.note(s.catalog.Apply(s.ctx, c))
		all = append(all, story{x.name, assets.RoleCommunication, "/regie/publications/" + string(p.ID)})
	}
	return all
}

// wayTo are the states by which a publication comes to one.
func wayTo(state assets.PublicationState) []assets.PublicationState {
	if assets.PublicationMachine.May("", state) {
		return []assets.PublicationState{state}
	}
	return []assets.PublicationState{assets.PublicationScheduled, assets.PublicationPublishing, state}
}

// stories are all pages, in the states that the stage has.
func stories(sujet, plateau, rush, film, consent, selection, person, webhook assets.ID) []story {
	jri, monteur, image, com, admin := assets.RoleJRI, assets.RoleMonteur, assets.RoleImage, assets.RoleCommunication, assets.RoleAdministration
	all := []story{
		{"Entrer", "", "/regie/entrer"},
		{"Lien qui a servi", "", "/regie/entrer/rien"},
		{"Mes tournages", jri, "/regie/moi"},
		{"Aujourd'hui, JRI", jri, "/regie"},
		{"Sujet, JRI", jri, "/regie/sujets/" + string(sujet)},
		{"Déposer", jri, "/regie/deposer"},
		{"Déposer pour un sujet", jri, "/regie/deposer?sujet=" + string(sujet)},
		{"Aujourd'hui, montage", monteur, "/regie"},
		{"Aujourd'hui, image", image, "/regie"},
		{"Aujourd'hui, communication", com, "/regie"},
		{"Sujets", monteur, "/regie/sujets"},
		{"Sujets, à venir", monteur, "/regie/sujets?groupe=a-venir"},
		{"Nouveau sujet", monteur, "/regie/sujets/nouveau"},
		{"Sujet", monteur, "/regie/sujets/" + string(sujet)},
		{"Modifier le sujet", monteur, "/regie/sujets/" + string(sujet) + "/modifier"},
		{"Sujet, plateau", monteur, "/regie/sujets/" + string(plateau)},
		{"Conducteur", monteur, "/regie/sujets/" + string(plateau) + "/conducteur"},
		{"Conducteur, direct", monteur, "/regie/sujets/" + string(plateau) + "/conducteur?vue=direct"},
		{"Rushes", monteur, "/regie/rushes"},
		{"Rushes, rien", monteur, "/regie/rushes?lieu=nulle-part"},
		{"Salle de dérushage", monteur, "/regie/rushes/" + string(rush)},
		{"Sélections", monteur, "/regie/selections"},
		{"Sélection", monteur, "/regie/selections/" + string(selection)},
		{"Films", monteur, "/regie/films"},
		{"Films, rien", monteur, "/regie/films?etat=archived"},
		{"Film, BAT à donner", image, "/regie/films/" + string(film)},
		{"Droits du film", image, "/regie/films/" + string(film) + "/droits"},
		{"Retrait", image, "/regie/films/" + string(film) + "/retrait"},
		{"Réserve électorale", image, "/regie/admin/reserve"},
		{"Autorisations", image, "/regie/autorisations"},
		{"Autorisations, rien", image, "/regie/autorisations?voir=expirent"},
		{"Autorisation", image, "/regie/autorisations/" + string(consent)},
		{"Formulaire", image, "/regie/autorisations/formulaire?sujet=" + string(sujet)},
		{"Recherche", monteur, "/regie/recherche?q=zik"},
		{"Recherche, rien", monteur, "/regie/recherche?q=zik+zak"},
		{"Raccourcis", monteur, "/regie/raccourcis"},
		{"Aide", jri, "/regie/aide"},
		{"Aide, déposer", jri, "/regie/aide/deposer"},
		{"Mon compte", monteur, "/regie/moi"},
		{"Mon compte, JRI", jri, "/regie/moi/compte"},
		{"Page introuvable", monteur, "/regie/perdu"},
		{"Administration", admin, "/regie/admin"},
		{"Personnes", admin, "/regie/admin/personnes"},
		{"Personne", admin, "/regie/admin/personnes/" + string(person)},
		{"Stockage", admin, "/regie/admin/stockage"},
		{"Programme", com, "/regie/admin/programme"},
		{"Programme, territoires", admin, "/regie/admin/programme?liste=territory&entree=jas-de-bouffan"},
		{"Programme, partenaires", com, "/regie/admin/programme?liste=partner&entree=zik-zac-festival"},
		{"Journal", admin, "/regie/admin/journal?verifier=oui"},
		{"Messages", admin, "/regie/admin/messages"},
		{"Webhooks", admin, "/regie/admin/webhooks"},
		{"Webhook", admin, "/regie/admin/webhooks/" + string(webhook)},
		{"Calendrier", com, "/regie/calendrier"},
		{"Calendrier, semaine", com, "/regie/calendrier?vue=semaine"},
		{"Calendrier, rien", monteur, "/regie/calendrier?d=2001-01"},
		{"Calendrier, JRI", jri, "/regie/calendrier"},
		{"Abonnement au calendrier", com, "/regie/calendrier/abonnement"},
		{"Programmer", com, "/regie/films/" + string(film) + "/programmer"},
		{"Campagne", com, "/regie/calendrier/campagne?dossier=zik-zac-2018"},
		{"Dossiers", com, "/regie/dossiers"},
		{"Dossier", com, "/regie/dossiers/zik-zac-2018"},
		{"Rubrique", com, "/regie/rubriques/culture"},
		{"Territoire", com, "/regie/territoires/aix-en-provence"},
		{"Partenaire", com, "/regie/partenaires/zik-zac-festival"},
	}
	for _, tab := range []string{"fiche", "sous-titres", "chapitres", "synthes", "vignettes", "teaser", "textes"} {
		all = append(all, story{"Film, " + tab, monteur, "/regie/films/" + string(film) + "/" + tab})
	}
	return all
}

// list says how each person enters, and which pages there are.
func (s *stage) list(all []story) error {
	out := s.app.out
	for _, role := range assets.UserRoles() {
		secret, err := s.desk.Invite(s.ctx, s.people[role].ID, assets.KeyInvite, firstLinkLasts, "cli")
		if err != nil {
			return err
		}
		link := s.baseURL() + "/regie/entrer/" + secret.Reveal()
		if out.json {
			err = out.object(map[string]string{"role": string(role), "link": link})
		}
		if err != nil {
			return err
		}
		out.say("%s entre par %s", s.people[role].Name, link)
	}
	for _, page := range all {
		if out.json {
			if err := out.object(page); err != nil {
				return err
			}
			continue
		}
		out.say("%-14s  %-28s  %s%s", page.Role, page.Name, s.baseURL(), page.Path)
	}
	if out.json {
		return out.object(map[string]int{"pages": len(all)})
	}
	out.say("\n%s", fmt.Sprintf("%d pages. Ctrl-C pour arrêter.", len(all)))
	return nil
}
