package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type filmCmd struct {
	List    filmListCmd    `cmd:"" help:"Tous les films, les plus récents d'abord."`
	Show    filmShowCmd    `cmd:"" help:"Tout ce qu'il y a à savoir d'un film."`
	Change  filmChangeCmd  `cmd:"" help:"Modifier la fiche d'un film ; ce qui n'est pas donné reste."`
	Cancel  filmCancelCmd  `cmd:"" help:"Arrêter la fabrication ; l'original reste."`
	Remake  filmRemakeCmd  `cmd:"" help:"Refaire la fabrication à partir de l'original."`
	Formats filmFormatsCmd `cmd:"" help:"Les formats d'un film : là, en fabrication, ou à demander."`
	Format  filmFormatCmd  `cmd:"" help:"Faire fabriquer un format : PAD, vertical, projection…"`
	Archive filmArchiveCmd `cmd:"" help:"Archiver un film, ou le sortir des archives ; dit comment l'annuler."`
}

type filmListCmd struct {
	Search    string `help:"Mots du titre, des personnes, rubriques, partenaires…" placeholder:"MOTS"`
	Rubrique  string `help:"Rubrique." placeholder:"RUBRIQUE"`
	Partner   string `help:"Partenaire." placeholder:"PARTENAIRE"`
	Dossier   string `help:"Dossier." placeholder:"DOSSIER"`
	Territory string `help:"Territoire." placeholder:"TERRITOIRE"`
	State     string `help:"État : idea, editing, review, approved, published…" placeholder:"ÉTAT"`
	Limit     int    `help:"Nombre de films." default:"100"`
	After     string `help:"Suite après ce film." placeholder:"IDENTIFIANT"`
}

// Run lists films, one line or one JSON object each.
func (c *filmListCmd) Run(a *app) error {
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	films, err := c.films(a.ctx, h)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(a.out.stdout, 0, 0, 2, ' ', 0)
	for _, f := range films {
		state, err := h.desk.StateOf(a.ctx, f)
		if err != nil {
			return err
		}
		if a.out.json {
			err = a.out.object(struct {
				assets.Film
				State string `json:"state"`
			}{f, state})
		} else {
			_, err = fmt.Fprintf(table, "%s\t%s\t%s\n", f.ID, stateWords[state], f.Title)
		}
		if err != nil {
			return err
		}
	}
	if len(films) == 0 {
		a.out.say("Aucun film. « regie ingest FICHIER » en dépose un.")
	}
	return table.Flush()
}

func (c *filmListCmd) films(ctx context.Context, h *house) ([]assets.Film, error) {
	if c.Search == "" {
		return h.catalog.Films(ctx, assets.FilmFilter{
			State: assets.FilmState(c.State), Rubrique: c.Rubrique, Partner: c.Partner, Dossier: c.Dossier, Territory: c.Territory,
			After: assets.ID(c.After), Limit: c.Limit,
		})
	}
	hits, err := h.catalog.Search(ctx, c.Search, c.Limit)
	if err != nil {
		return nil, err
	}
	films := make([]assets.Film, len(hits))
	for i, hit := range hits {
		if films[i], err = h.catalog.Film(ctx, hit.ID); err != nil {
			return nil, err
		}
	}
	return films, nil
}

type filmShowCmd struct {
	ID string `arg:"" name:"film" help:"Identifiant du film, ou son nom dans l'adresse."`
}

// Run prints one film.
func (c *filmShowCmd) Run(a *app) error {
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	v, err := h.desk.Show(a.ctx, c.ID)
	if err != nil {
		return err
	}
	return printFilm(a, v)
}

type filmChangeCmd struct {
	ID          string   `arg:"" name:"film" help:"Identifiant du film, ou son nom dans l'adresse."`
	Title       *string  `help:"Titre." placeholder:"TITRE"`
	Lede        *string  `help:"Chapô : une ou deux phrases." name:"chapo" placeholder:"TEXTE"`
	Description *string  `help:"Description." placeholder:"TEXTE"`
	Genre       *string  `help:"Genre." placeholder:"GENRE"`
	Credits     *string  `help:"Crédits." placeholder:"TEXTE"`
	License     *string  `help:"Licence (identifiant SPDX)." placeholder:"LICENCE"`
	Dossier     *string  `help:"Dossier." placeholder:"DOSSIER"`
	Territory   *string  `help:"Territoire." placeholder:"TERRITOIRE"`
	Rubrique    []string `help:"Rubrique (plusieurs possibles)." placeholder:"RUBRIQUE"`
	Partner     []string `help:"Partenaire (plusieurs possibles)." placeholder:"PARTENAIRE"`
	Keyword     []string `help:"Mot-clé (plusieurs possibles)." placeholder:"MOT"`
	Person      []string `help:"« Nom : fonction » (plusieurs possibles)." sep:"none" placeholder:"PERSONNE"`
}

// Run changes what is said of a film.
func (c *filmChangeCmd) Run(a *app) error {
	return onFilm(a, c.ID, false, func(h *house, f assets.Film) error {
		give(&f.Title, c.Title)
		give(&f.Lede, c.Lede)
		give(&f.Description, c.Description)
		give(&f.Genre, c.Genre)
		give(&f.Credits, c.Credits)
		give(&f.License, c.License)
		give(&f.Dossier, c.Dossier)
		give(&f.Territory, c.Territory)
		giveAll(&f.Rubriques, c.Rubrique)
		giveAll(&f.Partners, c.Partner)
		giveAll(&f.Keywords, c.Keyword)
		var people []assets.Person
		for _, line := range c.Person {
			name, role, _ := strings.Cut(line, ":")
			people = append(people, assets.Person{Name: name, Role: role})
		}
		giveAll(&f.People, people)
		return h.desk.EditFilm(a.ctx, f.ID, f, "cli")
	})
}

type filmCancelCmd struct {
	ID string `arg:"" name:"film" help:"Identifiant du film."`
}

// Run stops the making of a film.
func (c *filmCancelCmd) Run(a *app) error {
	return onFilm(a, c.ID, false, func(h *house, f assets.Film) error { return h.desk.Cancel(a.ctx, f.ID, "cli") })
}

type filmRemakeCmd struct {
	ID   string `arg:"" name:"film" help:"Identifiant du film."`
	Wait bool   `help:"Attendre la fin ; sans serveur sur ce dossier, le travail est fait ici."`
}

// Run makes a film again.
func (c *filmRemakeCmd) Run(a *app) error {
	return onFilm(a, c.ID, c.Wait, func(h *house, f assets.Film) error { return h.desk.Remake(a.ctx, f.ID, "cli") })
}

type filmArchiveCmd struct {
	ID    string `arg:"" name:"film" help:"Identifiant du film."`
	Leave bool   `help:"Le sortir des archives."`
}

// Run takes a film off the lists of work, or brings it back.
func (c *filmArchiveCmd) Run(a *app) error {
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	f, err := h.desk.Find(a.ctx, c.ID)
	if err != nil {
		return err
	}
	move := h.desk.Archive
	if c.Leave {
		move = h.desk.Unarchive
	}
	batch, err := move(a.ctx, f.ID, "cli")
	return sayUndo(a, batch, 1, err)
}

// onFilm does one thing to a film, follows it until it rests if asked, and
// prints it.
func onFilm(a *app, ref string, wait bool, do func(*house, assets.Film) error) error {
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	f, err := h.desk.Find(a.ctx, ref)
	if err != nil {
		return err
	}
	if err := do(h, f); err != nil {
		return err
	}
	if !wait {
		v, err := h.desk.Show(a.ctx, string(f.ID))
		if err != nil {
			return err
		}
		return printFilm(a, v)
	}
	return h.whileWorking(a.ctx, func(ctx context.Context) error {
		code, err := await(ctx, a, h, pipeline.Received{Film: f.ID})
		if err != nil {
			return err
		}
		return codeError(code)
	})
}
