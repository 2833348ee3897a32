package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type ingestCmd struct {
	Files     []string `arg:"" name:"fichier" help:"Films, rushes, ou dossiers de rushes à déposer." type:"path"`
	Kind      string   `help:"master : film monté ; rush : image brute." enum:"master,rush," default:"" placeholder:"GENRE"`
	Sujet     string   `help:"Sujet des rushes." placeholder:"IDENTIFIANT"`
	Title     string   `help:"Titre (défaut : le nom du fichier)." placeholder:"TITRE"`
	Lede      string   `help:"Chapô : une ou deux phrases." name:"chapo" placeholder:"TEXTE"`
	Rubrique  []string `help:"Rubrique (plusieurs possibles)." placeholder:"RUBRIQUE"`
	Partner   []string `help:"Partenaire (plusieurs possibles)." placeholder:"PARTENAIRE"`
	Dossier   string   `help:"Dossier." placeholder:"DOSSIER"`
	Territory string   `help:"Territoire." placeholder:"TERRITOIRE"`
	License   string   `help:"Licence (identifiant SPDX, ex. CC-BY-3.0)." placeholder:"LICENCE"`
	Credits   string   `help:"Crédits." placeholder:"TEXTE"`
	To        []string `help:"Mettre en ligne sur ces canaux dès que c'est prêt." placeholder:"CANAL"`
	Wait      bool     `help:"Attendre la fin ; sans serveur sur ce dossier, le travail est fait ici."`
}

func (*ingestCmd) Help() string {
	return `Exemples :
  regie ingest before.mp4 --title "Before Zik Zac" --rubrique culture --dossier zik-zac-2018 --to site --wait
  regie ingest carte/*.MTS --kind rush
  regie ingest /mnt/nas/tournage --sujet IDENTIFIANT

D'un dossier, tout ce qui s'y trouve est pris : les plans deviennent des rushes, ce qu'une caméra écrit à côté est gardé,
et les listes de sommes de contrôle (.md5, .sha1, .sha256, .mhl) sont vérifiées.

L'original est copié, vérifié, et n'est plus jamais modifié. Le même fichier déposé deux fois mène au même film.
Avec --json, une ligne par étape ; la dernière est le film, comme « regie film show --json ».`
}

// Run takes each file in, then waits for all of them if asked.
func (c *ingestCmd) Run(a *app) error {
	for _, f := range c.Files {
		if err := readable(f); err != nil && !isFolder(f) {
			return err
		}
	}
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	var all []pipeline.Received
	worst := exitDone
	for _, f := range c.Files {
		if isFolder(f) {
			taken, code, err := c.takeFolder(a, h, f)
			if err != nil {
				return err
			}
			all, worst = append(all, taken...), max(worst, code)
			continue
		}
		r, err := c.take(a, h, f)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	if !c.Wait {
		return errors.Join(c.report(a, h, all), codeError(worst))
	}
	return h.whileWorking(a.ctx, func(ctx context.Context) error {
		for _, r := range all {
			code, err := await(ctx, a, h, r)
			if err != nil {
				return err
			}
			worst = max(worst, code)
		}
		return codeError(worst)
	})
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// arrival is what is said of every file of this command.
func (c *ingestCmd) arrival(kind assets.AssetKind) pipeline.Arrival {
	if c.Kind != "" {
		kind = assets.AssetKind(c.Kind)
	}
	return pipeline.Arrival{
		Kind: kind, Sujet: assets.ID(c.Sujet), Lede: c.Lede, Rubriques: c.Rubrique, Partners: c.Partner, Dossier: c.Dossier,
		Territory: c.Territory, License: c.License, Credits: c.Credits, To: channels(c.To), Actor: "cli",
	}
}

// take hands one file to the house.
func (c *ingestCmd) take(a *app, h *house, name string) (pipeline.Received, error) {
	f, err := os.Open(name)
	if err != nil {
		return pipeline.Received{}, readable(name)
	}
	defer f.Close()
	in := c.arrival(assets.KindMaster)
	in.Name, in.Bytes, in.Title = filepath.Base(name), f, c.Title
	r, err := h.desk.Ingest(a.ctx, in)
	if err == nil && r.Already {
		a.out.say("« %s » était déjà là : rien n'a été ajouté.", filepath.Base(name))
	}
	return r, err
}

// report prints what was received and returns at once.
func (c *ingestCmd) report(a *app, h *house, all []pipeline.Received) error {
	for _, r := range all {
		if r.Rush != "" {
			if err := printRush(a, h, r.Rush); err != nil {
				return err
			}
			continue
		}
		view, err := h.desk.Show(a.ctx, string(r.Film))
		if err != nil {
			return err
		}
		if a.out.json {
			if err := a.out.object(view); err != nil {
				return err
			}
			continue
		}
		a.out.say("%s  %s — reçu et conservé. La fabrication se fait avec « regie serve ».", view.ID, view.Title)
	}
	return nil
}

func printRush(a *app, h *house, id assets.ID) error {
	rush, err := h.catalog.Rush(a.ctx, id)
	if err != nil {
		return err
	}
	if a.out.json {
		return a.out.object(rush)
	}
	a.out.say("%s  %s — rush : %s", rush.ID, rush.Title, stateWords[string(rush.State)])
	if rush.Reason != "" {
		a.out.say("%s", rush.Reason)
	}
	return nil
}

// readable says in a sentence why a file can't be taken.
func readable(name string) error {
	info, err := os.Stat(name)
	invalid := func(msg string) error {
		return &assets.Error{Kind: assets.Invalid, Op: "ingest", Msg: fmt.Sprintf(msg, name), Err: err}
	}
	switch {
	case os.IsNotExist(err):
		return invalid("Le fichier « %s » n'existe pas. Rien n'a été déposé.")
	case err != nil:
		return invalid("Le fichier « %s » ne peut pas être lu : vérifiez ses droits. Rien n'a été déposé.")
	case info.IsDir():
		return invalid("« %s » est un dossier : donnez les fichiers qu'il contient. Rien n'a été déposé.")
	}
	return nil
}

func channels(names []string) []assets.Channel {
	list := make([]assets.Channel, 0, len(names))
	for _, n := range names {
		if c := assets.Channel(n); !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}

// codeError ends a command with this code; 0 is no error.
func codeError(code int) error {
	if code == exitDone {
		return nil
	}
	return ended(code)
}
