package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/maker"
)

// printed is how much of each end of a file its print covers.
const printed = 1 << 20

// Print is how a device finds a file again without reading all of it: the
// SHA-256 of its size (8 bytes, big endian), its first and its last MiB.
func Print(r io.ReaderAt, size int64) (string, error) {
	h := sha256.New()
	_ = binary.Write(h, binary.BigEndian, size) // a hash never fails
	for _, at := range []int64{0, max(0, size-printed)} {
		if _, err := io.Copy(h, io.NewSectionReader(r, at, min(printed, size))); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// FinishUpload takes note that the last byte of an upload is here. Where its
// device has said no sum, by which filing would see what a power cut took, its
// file is synced first. It may be called again, and by several at once.
func (d *Desk) FinishUpload(ctx context.Context, id assets.ID) error {
	const op = "pipeline.FinishUpload"
	u, err := d.Catalog.Upload(ctx, id)
	if err != nil || u.State != assets.UploadOpen {
		return err
	}
	if got := d.offset(u); got != u.Size {
		return &assets.Error{Kind: assets.Conflict, Op: op, Msg: fmt.Sprintf("Il manque encore %d octets à ce fichier. L'envoi peut reprendre.", u.Size-got)}
	}
	if u.Claim == "" {
		if err := syncPath(d.Uploads.path(id), d.Uploads.Dir); err != nil {
			return &assets.Error{Kind: assets.Transient, Op: op, Msg: "Le disque du serveur n'a pas confirmé l'écriture. L'envoi peut reprendre.", Err: err}
		}
	}
	c := d.moveUpload(u, assets.UploadWhole, string(u.Owner), "")
	c.Jobs = []assets.Job{d.job(assets.JobFile, u.ID, d.Now(), 0)}
	if err = d.commit(ctx, c); assets.KindOf(err) == assets.Conflict {
		return nil // somebody else saw it, too
	}
	return err
}

func syncPath(paths ...string) error {
	for _, p := range paths {
		f, err := os.Open(p)
		if err == nil {
			err = errors.Join(f.Sync(), f.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errOther says that the bytes that came are not those that were announced.
var errOther = &assets.Error{
	Kind: assets.Invalid, Op: "pipeline.file",
	Msg: "Le fichier arrivé n'est pas identique à celui de votre appareil. Gardez-le, et envoyez-le à nouveau.",
}

// file keeps a whole upload as an original and writes down what it is: a rush,
// a version, or a companion of a card. The bytes are read once. What dies in
// between is done again: the file is only removed when all is written.
func (d *Desk) file(ctx context.Context, h *hold) error {
	u, err := d.Catalog.Upload(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	if u.State != assets.UploadWhole {
		return d.commit(ctx, assets.Change{Fence: h.fence()})
	}
	t, err := d.Catalog.Transfer(ctx, u.Transfer)
	if err != nil {
		return err
	}
	h.step(maker.Step{Name: "Vérification"})
	where := d.Uploads.path(u.ID)
	if info, err := os.Stat(where); err == nil && info.Size() < u.Size { // a power cut took the end
		c := d.moveUpload(u, assets.UploadOpen, "worker", "")
		c.Fence = h.fence()
		return d.commit(ctx, c)
	}
	note := ""
	blob, err := d.keepFile(ctx, where, func(b assets.Blob) error {
		err := d.same(where, u, b)
		if err == nil {
			note, err = d.held(ctx, u, where)
		}
		return err
	})
	if errors.Is(err, errOther) || errors.Is(err, errDamaged) {
		c := d.moveUpload(u, assets.UploadRefused, "worker", assets.Sentence(err))
		c.Fence = h.fence()
		if err := d.commit(ctx, c); err != nil {
			return err
		}
		d.dropFile(u.ID)
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return &assets.Error{Kind: assets.Transient, Op: "pipeline.file", Err: err, Msg: "Le fichier envoyé n'est plus sur le serveur. Envoyez-le à nouveau."}
	}
	if err != nil {
		return err
	}
	a, err := d.arrivalOf(ctx, t, u, note, h)
	if err == nil && isManifest(u.Name) {
		err = d.holdLate(ctx, u)
	}
	if err == nil {
		_, err = d.receive(ctx, blob, a)
	}
	if err != nil {
		return err
	}
	d.dropFile(u.ID)
	return nil
}

// same compares what came with what was announced.
func (d *Desk) same(where string, u assets.Upload, b assets.Blob) error {
	if b.Size != u.Size || u.Claim != "" && u.Claim != b.SHA256 {
		return errOther
	}
	if u.Print == "" {
		return nil
	}
	f, err := os.Open(where)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	sum, err := Print(f, b.Size)
	if err == nil && sum != u.Print {
		err = errOther
	}
	return err
}

// keepFile makes a local file an original, once check agrees to what it is.
// The file stays where it is.
func (d *Desk) keepFile(ctx context.Context, file string, check func(assets.Blob) error) (assets.Blob, error) {
	if k, can := d.Blobs.(assets.Keeper); can {
		return k.KeepFile(ctx, file, check)
	}
	f, err := os.Open(file)
	if err != nil {
		return assets.Blob{}, err
	}
	defer func() { _ = f.Close() }() // only read
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err == nil {
		err = check(assets.Blob{Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))})
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return assets.Blob{}, err
	}
	return d.Blobs.Keep(ctx, f)
}

// arrivalOf is an upload as receive takes it; in its Filed the row of the
// upload moves together with what it led to, with a note of what was found.
func (d *Desk) arrivalOf(ctx context.Context, t assets.Transfer, u assets.Upload, note string, h *hold) (Arrival, error) {
	a := Arrival{
		Name: u.Name, Kind: t.Kind, Sujet: t.Sujet, Film: t.Film, Owner: u.Owner, Folder: u.Folder, People: t.People,
		Place: t.Place, Territory: t.Territory, Minors: t.Minors, Actor: string(u.Owner),
	}
	if t.Kind == assets.KindRush && !isClip(u.Folder, u.Name, u.Type) {
		a.Kind = assets.KindCompany
	}
	if card := cardOf(u.Folder); card != "" && a.Kind == assets.KindRush {
		a.Card = card + " · " + string(t.ID)
		at, err := d.placeIn(ctx, t.ID, u)
		if err != nil {
			return a, err
		}
		if at.Of > 1 {
			a.Title = fmt.Sprintf("%s (%d/%d)", titleOf(Arrival{Name: u.Name}), at.Part, at.Of)
		}
	}
	a.Filed = func(asset assets.Asset, r Received, c *assets.Change) {
		u.SHA256, u.Asset, u.Rush, u.Film, u.Already = asset.SHA256, asset.ID, r.Rush, r.Film, r.Already
		reason := note
		if r.Already {
			reason = d.receivedOn(asset.CreatedAt)
		}
		moved := d.moveUpload(u, assets.UploadDone, "worker", reason)
		c.Uploads, c.Events = append(c.Uploads, moved.Uploads...), append(c.Events, moved.Events...)
		c.Fence = h.fence()
	}
	return a, nil
}

// placeIn says where a clip stands in its recording, among those that came with it.
func (d *Desk) placeIn(ctx context.Context, transfer assets.ID, u assets.Upload) (Place, error) {
	all, err := d.allUploads(ctx, assets.UploadFilter{Transfer: transfer})
	if err != nil {
		return Place{}, err
	}
	var clips []CardClip
	for _, c := range all {
		if c.Folder == u.Folder && isClip(c.Folder, c.Name, c.Type) && c.State != assets.UploadExpired {
			clips = append(clips, CardClip{c.Folder, c.Name, c.Size})
		}
	}
	return placeOf(Spanned(clips), u.Folder, u.Name), nil
}

// failFiling ends an upload that could not be filed after several attempts.
// The file stays for whoever looks into it, until the sweep.
func (d *Desk) failFiling(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	u, err := d.Catalog.Upload(ctx, j.Subject)
	if err != nil || u.State != assets.UploadWhole {
		return assets.Change{}, err
	}
	return d.moveUpload(u, assets.UploadRefused, "worker", reason), nil
}

// dropFile removes the bytes of an upload that ended.
func (d *Desk) dropFile(id assets.ID) {
	if err := os.Remove(d.Uploads.path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.Log.Warn("the file of an upload that ended was not removed; the sweep will", "upload", id, "err", err)
	}
}

// SweepUploads finishes what is whole without anybody having said so (the
// server died in between), gives up what waited too long, writes to who sends what
// stands still, and removes the bytes of what has ended. It tells how many bytes it freed.
func (d *Desk) SweepUploads(ctx context.Context) (freed int64, err error) {
	open, err := d.allUploads(ctx, assets.UploadFilter{State: assets.UploadOpen})
	if err != nil {
		return 0, err
	}
	old := d.Now().Add(-d.Uploads.Keep)
	var waiting []assets.Upload
	for _, u := range open {
		switch {
		case d.offset(u) == u.Size:
			err = d.FinishUpload(ctx, u.ID)
		case d.lastByte(u).Before(old):
			err = d.commit(ctx, d.moveUpload(u, assets.UploadExpired, "worker", "Rien n'est arrivé pendant "+waited(d.Uploads.Keep)+"."))
		default:
			waiting = append(waiting, u)
		}
		if err != nil && assets.KindOf(err) != assets.Conflict {
			return 0, err
		}
	}
	if err := d.tellStopped(ctx, waiting); err != nil {
		return 0, err
	}
	return d.sweepFiles(ctx, old)
}

func waited(t time.Duration) string {
	if hours := int(t.Hours()); hours < 48 {
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d jours", int(t.Hours()/24))
}

// sweepFiles removes the bytes that no upload waits for any more.
func (d *Desk) sweepFiles(ctx context.Context, old time.Time) (freed int64, err error) {
	entries, err := os.ReadDir(d.Uploads.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		u, err := d.Catalog.Upload(ctx, assets.ID(e.Name()))
		unknown := assets.KindOf(err) == assets.NotFound && err != nil
		switch {
		case unknown && info.ModTime().After(old): // perhaps not ours, or of a database that came back late
			continue
		case err != nil && !unknown:
			return freed, err
		case err == nil && owes(u.State):
			continue
		}
		if err := os.Remove(filepath.Join(d.Uploads.Dir, e.Name())); err != nil {
			d.Log.Warn("bytes of an upload that ended stay", "file", e.Name(), "err", err)
			continue
		}
		freed += info.Size()
	}
	return freed, nil
}
