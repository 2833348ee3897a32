package pipeline

import (
	"context"
	"os"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

const (
	silence  = 2 * time.Minute // after which an upload is taken for interrupted
	reminder = 2 * time.Hour   // after which its sender is written to
)

// Stopped is a transfer of which files are not whole, and nothing comes.
type Stopped struct {
	assets.Transfer
	Files []assets.Upload // those that are not whole
	Here  int64           // bytes of them
	Size  int64
	Last  time.Time // when something came
	Where string    // the title of its sujet; ""
}

// Unfinished says how many files wait: « 4 vidéos n'ont pas fini ».
func (s Stopped) Unfinished() string {
	one, many := Called(s.Files)
	return french.Count(len(s.Files), one+" n’a", many+" n’ont") + " pas fini"
}

// Percent is how much of them is here.
func (s Stopped) Percent() int64 { return s.Here * 100 / max(1, s.Size) }

// stopped gathers, by transfer, the uploads of which nothing came for a while;
// while one file of a transfer still comes, none of it has stopped.
func (d *Desk) stopped(ctx context.Context, open []assets.Upload, still time.Duration) ([]Stopped, error) {
	var all []Stopped
	for _, u := range open {
		i := slices.IndexFunc(all, func(s Stopped) bool { return s.ID == u.Transfer })
		if i < 0 {
			i = len(all)
			all = append(all, Stopped{Transfer: assets.Transfer{ID: u.Transfer}})
		}
		s := &all[i]
		s.Files, s.Here, s.Size = append(s.Files, u), s.Here+d.offset(u), s.Size+u.Size
		if came := d.lastByte(u); came.After(s.Last) {
			s.Last = came
		}
	}
	old := d.Now().Add(-still)
	all = slices.DeleteFunc(all, func(s Stopped) bool { return s.Last.After(old) })
	for i := range all {
		s := &all[i]
		var err error
		if s.Transfer, err = d.Catalog.Transfer(ctx, s.ID); err != nil {
			return nil, err
		}
		if s.Sujet == "" {
			continue
		}
		x, err := d.Catalog.Sujet(ctx, s.Sujet)
		if err != nil {
			return nil, err
		}
		s.Where = x.Title
	}
	return all, nil
}

// lastByte is when something came of an upload: the file knows it, not its row.
func (d *Desk) lastByte(u assets.Upload) time.Time {
	if info, err := os.Stat(d.Uploads.path(u.ID)); err == nil && info.ModTime().After(u.UpdatedAt) {
		return info.ModTime()
	}
	return u.UpdatedAt
}

// StoppedOf are the transfers of a person that stand still.
func (d *Desk) StoppedOf(ctx context.Context, owner assets.ID) ([]Stopped, error) {
	open, err := d.allUploads(ctx, assets.UploadFilter{Owner: owner, State: assets.UploadOpen})
	if err != nil {
		return nil, err
	}
	return d.stopped(ctx, open, silence)
}

// tellStopped writes to who sends, once for each transfer, that files of it are
// missing.
func (d *Desk) tellStopped(ctx context.Context, open []assets.Upload) error {
	all, err := d.stopped(ctx, open, reminder)
	if err != nil {
		return err
	}
	for _, s := range all {
		owner, err := d.Catalog.User(ctx, s.Owner)
		if assets.KindOf(err) == assets.NotFound && err != nil {
			continue // sent from the command line
		}
		if err != nil {
			return err
		}
		one, many := Called(s.Files)
		missing := french.Count(len(s.Files), one, many)
		text := s.Unfinished() + " d'arriver."
		if s.Where != "" {
			text = "Pour « " + s.Where + " » : " + text
		}
		text += "\n\nOuvrez la page de l'envoi sur l'appareil qui les contient, et choisissez les mêmes fichiers : l'envoi reprend où il s'était arrêté. Ce qui est arrivé attend encore " + waited(d.Uploads.Keep) + "."
		var c assets.Change
		if err := d.TellOnce(ctx, &c, owner, MailTransfer, s.CreatedAt, "Il manque "+missing+" de votre envoi", text, "/regie/deposer/"+string(s.ID)); err != nil {
			return err
		}
		if err := d.commit(ctx, c); err != nil && assets.KindOf(err) != assets.Conflict {
			return err
		}
	}
	return nil
}

// tellReceived writes to those who edit how many rushes came within half an
// hour: those on the sujet, or all where none is.
func (d *Desk) tellReceived(ctx context.Context, c *assets.Change, r assets.Rush) error {
	to, err := d.Catalog.Users(ctx, assets.UserFilter{Role: assets.RoleMonteur, State: assets.UserActive})
	if err != nil {
		return err
	}
	where, path := " hors sujet", "/regie/rushes"
	if r.Sujet != "" {
		s, err := d.Catalog.Sujet(ctx, r.Sujet)
		if err != nil {
			return err
		}
		where, path = " : "+s.Title, "/regie/rushes?sujet="+string(s.ID)
		crew := slices.DeleteFunc(slices.Clone(to), func(u assets.User) bool { return !slices.Contains(s.Crew, u.ID) })
		if len(crew) > 0 {
			to = crew
		}
	}
	to = slices.DeleteFunc(to, func(u assets.User) bool { return u.ID == r.Owner })
	recent, err := d.Catalog.Rushes(ctx, assets.RushFilter{Sujet: r.Sujet, From: d.Now().Truncate(gathering), Limit: 1000})
	if err != nil || len(to) == 0 {
		return err
	}
	n := 1 + len(slices.DeleteFunc(recent, func(x assets.Rush) bool { return x.Sujet != r.Sujet || x.ID == r.ID }))
	return d.Gather(ctx, c, to, MailRushes, path, func(time.Time) (string, string) {
		return french.Count(n, "rush reçu", "rushes reçus") + where, "Les fichiers sont arrivés entiers et vérifiés. Les aperçus se préparent : vous pouvez commencer à dérusher."
	})
}
