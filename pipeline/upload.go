package pipeline

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// Uploads says where files wait until they are whole, and how much may wait.
type Uploads struct {
	Dir     string                          // a folder of its own, best on the file system of disk storage
	Keep    time.Duration                   // how long a file that is not whole waits for more
	Quota   int64                           // bytes that one person may have on their way
	Reserve int64                           // bytes that stay free on the disk
	Largest int64                           // bytes of one file
	Free    func(dir string) (int64, error) // bytes that can still be written
}

// path is where the bytes of an upload gather. Its ID comes from the catalog.
func (u Uploads) path(id assets.ID) string { return filepath.Join(u.Dir, string(id)) }

// UploadPath is where the bytes of an upload gather, for who writes them.
func (d *Desk) UploadPath(id assets.ID) string { return d.Uploads.path(id) }

// OpenTransfer begins what one person sends in one gesture. What it belongs to
// must be theirs to see, and still open.
func (d *Desk) OpenTransfer(ctx context.Context, u assets.User, t assets.Transfer) (assets.Transfer, error) {
	const op = "pipeline.OpenTransfer"
	switch t.Kind {
	case assets.KindRush:
		t.Film = ""
	case assets.KindMaster:
		if !access.May(u.Role, "POST /regie/sujets") {
			return t, &assets.Error{Kind: assets.Forbidden, Op: op, Msg: "Un film monté est déposé par le montage. Déposez vos images comme rushes."}
		}
	default:
		return t, &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Dites ce que vous déposez : des rushes, ou un film monté."}
	}
	if err := d.mayFile(ctx, u, t); err != nil {
		return t, err
	}
	now := d.Now()
	t.ID, t.Owner, t.CreatedAt, t.UpdatedAt = d.NewID(), u.ID, now, now
	return t, d.commit(ctx, assets.Change{Transfers: []assets.Transfer{t}})
}

// mayFile tells whether a person may add to the sujet or the film of a transfer.
func (d *Desk) mayFile(ctx context.Context, u assets.User, t assets.Transfer) error {
	for _, to := range []struct {
		route string
		id    assets.ID
		look  func(context.Context, assets.ID) (*access.Record, error)
	}{
		{"POST /regie/sujets/{sujet}/personnes", t.Sujet, d.sujetRecord},
		{"POST /regie/films/{film}/refaire", t.Film, d.filmRecord},
	} {
		if to.id == "" {
			continue
		}
		record, err := to.look(ctx, to.id)
		if err != nil && assets.KindOf(err) != assets.NotFound {
			return err
		}
		right, _ := access.Find(to.route)
		verdict := access.Hidden
		if err == nil {
			verdict = right.Judge(u, record)
		}
		switch verdict {
		case access.Hidden:
			return &assets.Error{Kind: assets.NotFound, Op: "pipeline.OpenTransfer", Msg: "Ce sujet ou ce film n'existe pas, ou il n'est pas pour vous. Choisissez-en un autre : rien n'a été envoyé."}
		case access.Closed:
			return &assets.Error{Kind: assets.Conflict, Op: "pipeline.OpenTransfer", Msg: "Ce sujet est clos : il ne reçoit plus rien. Déposez hors sujet, ou faites-le rouvrir."}
		}
	}
	return nil
}

// Said is what a person answers about the files of a transfer; nil leaves what
// was said before.
type Said struct {
	People    []assets.Person
	Place     *string
	Territory *string
	Minors    *assets.Answer
	Note      *string
	Sujet     *assets.ID
}

// SayOfTransfer keeps answers, at any time, and brings them to the rushes that
// were filed meanwhile.
func (d *Desk) SayOfTransfer(ctx context.Context, u assets.User, id assets.ID, s Said) (assets.Transfer, error) {
	t, err := d.Catalog.Transfer(ctx, id)
	if err != nil {
		return t, err
	}
	set := func(to *string, said *string, limit int) {
		if said != nil {
			*to = french.Short(french.Clean(*said), limit)
		}
	}
	if s.People != nil {
		t.People = tidyPeople(s.People)
	}
	set(&t.Place, s.Place, 200)
	set(&t.Note, s.Note, 1000)
	if s.Territory != nil {
		t.Territory = *s.Territory
	}
	if s.Minors != nil {
		t.Minors = *s.Minors
	}
	if s.Sujet != nil && *s.Sujet != t.Sujet {
		t.Sujet = *s.Sujet
		if err := d.mayFile(ctx, u, t); err != nil {
			return t, err
		}
	}
	if err := d.checkFiling(ctx, Arrival{Kind: t.Kind, Territory: t.Territory}); err != nil {
		return t, err
	}
	t.UpdatedAt = d.Now()
	c := assets.Change{Transfers: []assets.Transfer{t}}
	if err := d.tellRushes(ctx, &c, t, string(u.ID)); err != nil {
		return t, err
	}
	return t, d.commit(ctx, c)
}

// tidyPeople leaves out lines without a name.
func tidyPeople(given []assets.Person) []assets.Person {
	people := []assets.Person{}
	for _, p := range given {
		p.Name, p.Role = french.Short(french.Clean(p.Name), 120), french.Short(french.Clean(p.Role), 200)
		if p.Name = strings.TrimSpace(p.Name); p.Name != "" && len(people) < 50 {
			people = append(people, p)
		}
	}
	return people
}

// tellRushes brings what a transfer says to the rushes that it led to.
func (d *Desk) tellRushes(ctx context.Context, c *assets.Change, t assets.Transfer, actor string) error {
	all, err := d.allUploads(ctx, assets.UploadFilter{Transfer: t.ID, State: assets.UploadDone})
	if err != nil {
		return err
	}
	batch := d.NewID()
	for _, u := range all {
		if u.Rush == "" || u.Already {
			continue
		}
		before, err := d.Catalog.Rush(ctx, u.Rush)
		if err != nil {
			return err
		}
		after := before
		after.Sujet, after.People, after.Place, after.Minors = t.Sujet, t.People, t.Place, t.Minors
		if t.Territory != "" {
			after.Territory = t.Territory
		}
		edits := editsBetween(before, after)
		if len(edits) == 0 {
			continue
		}
		e := d.event(assets.SubjectRush, before.ID, string(before.State), string(before.State), actor, "Précisé pendant l'envoi.")
		e.Edits, e.Batch = edits, batch
		c.Rushes, c.Events = append(c.Rushes, after), append(c.Events, e)
	}
	return nil
}

// TransferView is a transfer with its files.
type TransferView struct {
	assets.Transfer
	Uploads []UploadView
}

// UploadView is one file of a transfer, and how much of it is here.
type UploadView struct {
	assets.Upload
	Offset int64 // bytes
}

// ShowTransfer is a transfer as it stands.
func (d *Desk) ShowTransfer(ctx context.Context, id assets.ID) (TransferView, error) {
	t, err := d.Catalog.Transfer(ctx, id)
	v := TransferView{Transfer: t}
	if err != nil {
		return v, err
	}
	all, err := d.allUploads(ctx, assets.UploadFilter{Transfer: id})
	for _, u := range all {
		v.Uploads = append(v.Uploads, UploadView{u, d.offset(u)})
	}
	return v, err
}

// allUploads lists every upload of a filter, page by page.
func (d *Desk) allUploads(ctx context.Context, f assets.UploadFilter) ([]assets.Upload, error) {
	var all []assets.Upload
	for f.Limit = 1000; ; {
		some, err := d.Catalog.Uploads(ctx, f)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(some) < f.Limit {
			return all, nil
		}
		f.After = some[len(some)-1].ID
	}
}

// moveUpload is the change by which an upload goes from where it stands to a
// state, with a reason that people read.
func (d *Desk) moveUpload(u assets.Upload, to assets.UploadState, actor, reason string) assets.Change {
	from := u.State
	u.Reason, u.UpdatedAt = reason, d.Now()
	return assets.Change{
		Uploads: []assets.Upload{u},
		Events:  []assets.Event{d.event(assets.SubjectUpload, u.ID, string(from), string(to), actor, reason)},
	}
}

// CancelUpload ends an upload that its sender does not want any more.
func (d *Desk) CancelUpload(ctx context.Context, id assets.ID, actor string) error {
	u, err := d.Catalog.Upload(ctx, id)
	if err != nil || u.State != assets.UploadOpen {
		return err
	}
	return d.commit(ctx, d.moveUpload(u, assets.UploadRefused, actor, "Abandonné par la personne qui l'envoyait."))
}

// owes tells which states still wait for bytes or for their hash.
func owes(s assets.UploadState) bool {
	return slices.Contains([]assets.UploadState{assets.UploadOpen, assets.UploadWhole}, s)
}

// Upload is one file on its way in.
func (d *Desk) Upload(ctx context.Context, id assets.ID) (assets.Upload, error) {
	return d.Catalog.Upload(ctx, id)
}
