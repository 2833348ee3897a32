package pipeline

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// StoreUpload takes one file of a transfer in at once, as a form sends it. Its
// size is only known at its end: what fills the disk or the quota of its sender
// ends it. refused says, in French, why it was not taken.
func (d *Desk) StoreUpload(ctx context.Context, transfer assets.ID, f Announced, r io.Reader) (refused string, err error) {
	t, err := d.Catalog.Transfer(ctx, transfer)
	if err != nil {
		return "", err
	}
	f = tidied(f)
	if !takes(t.Kind, f) {
		return notMedia, nil
	}
	u := assets.Upload{
		ID: d.NewID(), Transfer: t.ID, Owner: t.Owner, Name: f.Name, Type: f.Type, State: assets.UploadOpen,
		CreatedAt: d.Now(), UpdatedAt: d.Now(),
	}
	u.Size, err = d.spool(ctx, u, r)
	switch {
	case err == nil && u.Size == 0:
		refused = "Ce fichier est vide."
	case err == nil && u.Size > d.Uploads.Largest:
		refused = "Ce fichier est trop gros : " + french.Weight(d.Uploads.Largest) + " au plus."
	case err == nil:
		err = d.commit(ctx, assets.Change{
			Uploads: []assets.Upload{u},
			Events:  []assets.Event{d.event(assets.SubjectUpload, u.ID, "", string(u.State), string(u.Owner), "")},
		})
	}
	if err != nil || refused != "" {
		d.dropFile(u.ID)
		return refused, err
	}
	return "", d.FinishUpload(ctx, u.ID)
}

// step is how much of a form is written before its room is measured again.
const step = 64 << 20

// spool writes what comes to the file of an upload while there is room for it,
// and no more than shows that one file holds too much.
func (d *Desk) spool(ctx context.Context, u assets.Upload, r io.Reader) (size int64, err error) {
	f, err := os.OpenFile(d.Uploads.path(u.ID), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	for size <= d.Uploads.Largest {
		most, err := d.mayCome(ctx, u.Owner, size)
		if err != nil {
			return size, err
		}
		n, err := io.CopyN(f, r, most)
		size += n
		switch {
		case errors.Is(err, io.EOF):
			_, err = d.mayCome(ctx, u.Owner, size) // others sent, too
			return size, err
		case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
			d.warnFull(ctx)
			return size, ErrFull
		case err != nil:
			return size, &assets.Error{Kind: assets.Transient, Op: "pipeline.StoreUpload", Err: err, Msg: "L'envoi a été coupé. Ce qui était entier est en sécurité ; envoyez le reste à nouveau."}
		}
	}
	return size, nil
}

// mayCome is how many bytes more of a file that has some already may come
// before this is asked again; an error when there is no room even for those.
func (d *Desk) mayCome(ctx context.Context, owner assets.ID, here int64) (int64, error) {
	mine, err := d.owed(ctx, owner)
	if err != nil {
		return 0, err
	}
	left := d.Uploads.Quota - weight(mine) - here
	if left < 0 {
		return 0, d.tooMany()
	}
	room, err := d.room(ctx)
	if err != nil {
		return 0, err
	}
	if room < 0 {
		d.warnFull(ctx)
		return 0, ErrFull
	}
	return min(step, left+1, room+1, d.Uploads.Largest+1-here), nil
}
