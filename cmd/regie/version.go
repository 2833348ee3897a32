package main

import "anonymal.tv/regie/assets"

type versionCmd struct {
	List  versionListCmd  `cmd:"" help:"Les versions d'un film, V1 d'abord."`
	Notes versionNotesCmd `cmd:"" help:"Les remarques sur une version."`
	Note  versionNoteCmd  `cmd:"" help:"Ajouter une remarque sur une version."`
	Sound versionSoundCmd `cmd:"" help:"Corriger le son d'une version pour le web."`
}

// oneVersion names a version of a film.
type oneVersion struct {
	Film   string `arg:"" name:"film" help:"Identifiant du film, ou son nom dans l'adresse."`
	Number int    `arg:"" name:"numero" help:"Numéro de la version."`
}

func (o oneVersion) of(a *app, h *house) (assets.Version, error) {
	f, err := h.desk.Find(a.ctx, o.Film)
	if err != nil {
		return assets.Version{}, err
	}
	all, err := h.catalog.Versions(a.ctx, f.ID)
	for _, v := range all {
		if v.Number == o.Number {
			return v, nil
		}
	}
	if err == nil {
		err = &assets.Error{Kind: assets.NotFound, Op: "version", Msg: "Ce film n'a pas cette version. « regie version list » les donne toutes."}
	}
	return assets.Version{}, err
}

func versionColumns(v assets.Version) []any { return []any{v.Number, v.State, v.ID, v.Reason} }

type versionListCmd struct {
	Film string `arg:"" name:"film" help:"Identifiant du film, ou son nom dans l'adresse."`
}

// Run lists the versions of a film.
func (c *versionListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		f, err := h.desk.Find(a.ctx, c.Film)
		if err != nil {
			return err
		}
		all, err := h.catalog.Versions(a.ctx, f.ID)
		if err != nil {
			return err
		}
		return lines(a, all, versionColumns)
	})
}

type versionNotesCmd struct{ oneVersion }

// Run lists what was said of a version.
func (c *versionNotesCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		v, err := c.of(a, h)
		if err != nil {
			return err
		}
		all, err := h.catalog.Notes(a.ctx, v.ID)
		if err != nil {
			return err
		}
		return lines(a, all, noteColumns)
	})
}

type versionNoteCmd struct {
	oneVersion
	Text string `arg:"" name:"texte" help:"La remarque."`
	At   int    `help:"L'image, comptée de 0 (défaut : l'ensemble)." default:"-1" placeholder:"N"`
	User string `help:"Courriel de la personne qui l'écrit." required:"" placeholder:"ADRESSE"`
}

// Run writes a note on a version.
func (c *versionNoteCmd) Run(a *app) error {
	return withPerson(a, c.User, func(h *house, u assets.User) error {
		v, err := c.of(a, h)
		if err != nil {
			return err
		}
		n, err := h.desk.AddNote(a.ctx, assets.Note{On: assets.SubjectVersion, Subject: v.ID, Film: v.Film, Frame: c.At, Until: c.At, Text: c.Text}, u)
		if err != nil {
			return err
		}
		return lines(a, []assets.Note{n}, noteColumns)
	})
}

type versionSoundCmd struct{ oneVersion }

// Run asks for its sound as the web expects it.
func (c *versionSoundCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		v, err := c.of(a, h)
		if err != nil {
			return err
		}
		return h.desk.CorrectSound(a.ctx, v.ID, "cli")
	})
}
