package pipeline

import (
	"context"
	"syscall"
	"time"

	"anonymal.tv/regie/assets"
)

// fileUnder gives a rush that arrives what its sujet says of where it belongs,
// and tells the sujet's film that its rushes are here.
func (d *Desk) fileUnder(ctx context.Context, c *assets.Change, r *assets.Rush, actor string) error {
	if r.Sujet == "" {
		return nil
	}
	s, err := d.Catalog.Sujet(ctx, r.Sujet)
	if err != nil {
		return err
	}
	if len(r.Rubriques) == 0 {
		r.Rubriques = s.Rubriques
	}
	if len(r.Partners) == 0 {
		r.Partners = s.Partners
	}
	for to, from := range map[*string]string{&r.Dossier: s.Dossier, &r.Territory: s.Territory, &r.Place: s.Place} {
		if *to == "" {
			*to = from
		}
	}
	f, err := d.Catalog.Film(ctx, s.Film)
	if err != nil {
		return err
	}
	if f.State == assets.FilmIdea || f.State == assets.FilmShooting {
		c.Events = append(c.Events, d.event(assets.SubjectFilm, f.ID, string(f.State), string(assets.FilmRushes), actor, ""))
	}
	return nil
}

// bringBack takes a rush that was put aside up again: its bytes were sent once more.
func (d *Desk) bringBack(ctx context.Context, r assets.Rush, actor string) error {
	before := r
	r.RemovedAt = time.Time{}
	e := d.event(assets.SubjectRush, r.ID, string(r.State), string(r.State), actor, "Déposé à nouveau.")
	e.Edits = editsBetween(before, r)
	return d.commit(ctx, assets.Change{Rushes: []assets.Rush{r}, Events: []assets.Event{e}})
}

// warnFull writes to the administration, once a day, that nothing more can be
// taken in.
func (d *Desk) warnFull(ctx context.Context) {
	const kind, subject = MailStorage, "Stockage : le serveur est presque plein"
	err := func() error {
		before, err := d.Catalog.Mails(ctx, "", 200)
		if err != nil {
			return err
		}
		for _, m := range before {
			if m.Kind == kind && m.Subject == subject && d.Now().Sub(m.CreatedAt) < 24*time.Hour {
				return nil
			}
		}
		admins, err := d.Catalog.Users(ctx, assets.UserFilter{Role: assets.RoleAdministration, State: assets.UserActive})
		if err != nil {
			return err
		}
		var c assets.Change
		d.Tell(ctx, &c, admins, kind, subject, "Le disque de la régie est presque plein : les envois sont refusés, et les fichiers restent sur les téléphones.\n\n"+
			"Faites de la place, ou ajoutez un disque. Les envois reprendront aussitôt.", "/regie/admin/stockage")
		return d.commit(ctx, c)
	}()
	if err != nil {
		d.Log.Warn("the administration was not told that the disk is full", "err", err)
	}
}

// DiskFree is how many bytes can still be written below a folder.
func DiskFree(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * s.Bsize, nil
}
