package pipeline

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"

	"anonymal.tv/regie/assets"
)

// StoreUpload takes one file of a transfer in at once, as a form sends it. Its
// size is only known at its end, so that its room is reserved by what comes: a
// disk that fills up ends it. refused says, in French, why it was not taken.
func (d *Desk) StoreUpload(ctx context.Context, transfer assets.ID, f Announced, r io.Reader) (refused string, err error) {
	const op = "pipeline.StoreUpload"
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
	u.Size, err = d.spool(u.ID, r)
	switch {
	case errors.Is(err, syscall.ENOSPC):
		d.dropFile(u.ID)
		d.warnFull(ctx)
		return "", ErrFull
	case err != nil:
		d.dropFile(u.ID)
		return "", &assets.Error{Kind: assets.Transient, Op: op, Err: err, Msg: "L'envoi a été coupé. Ce qui était entier est en sécurité ; envoyez le reste à nouveau."}
	case u.Size == 0, u.Size > d.Uploads.Largest:
		d.dropFile(u.ID)
		return "le fichier est vide, ou trop gros.", nil
	}
	err = d.commit(ctx, assets.Change{
		Uploads: []assets.Upload{u},
		Events:  []assets.Event{d.event(assets.SubjectUpload, u.ID, "", string(u.State), string(u.Owner), "")},
	})
	if err != nil {
		d.dropFile(u.ID)
		return "", err
	}
	return "", d.FinishUpload(ctx, u.ID)
}

// spool writes what comes to the file of an upload, while there is room, and
// never more than one file may hold.
func (d *Desk) spool(id assets.ID, r io.Reader) (int64, error) {
	free, err := d.Uploads.Free(d.Uploads.Dir)
	if err != nil {
		return 0, err
	}
	room := free - d.Uploads.Reserve
	if room <= 0 {
		return 0, syscall.ENOSPC
	}
	f, err := os.OpenFile(d.Uploads.path(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	most := min(d.Uploads.Largest+1, room+1)
	n, err := io.Copy(f, io.LimitReader(r, most))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil && n == room+1 {
		err = syscall.ENOSPC
	}
	return n, err
}
