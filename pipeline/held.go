package pipeline

import (
	"context"
	"errors"
	"path"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// held is what the lists of sums that came with a transfer say: of a clip whose
// bytes lie at where, that it conforms (a note) or is damaged (errDamaged); of a
// list, how many files it describes.
func (d *Desk) held(ctx context.Context, u assets.Upload, where string) (note string, err error) {
	sums := map[string]string{}
	if isManifest(u.Name) {
		n, err := readSums(where, path.Join(u.Folder, u.Name), sums)
		if n == 0 {
			return "Aucune somme de contrôle ne se lit dans cette liste : les fichiers n'ont pas été comparés.", err
		}
		return "Liste de sommes de contrôle : " + french.Count(n, "fichier y est décrit", "fichiers y sont décrits") + ".", err
	}
	if err := d.listsOf(ctx, u.Transfer, sums); err != nil {
		return "", err
	}
	want, listed := sums[path.Join(u.Folder, u.Name)]
	if !listed {
		return "", nil
	}
	return conforms, conform(where, want)
}

// listsOf reads the lists of a transfer that are here.
func (d *Desk) listsOf(ctx context.Context, transfer assets.ID, sums map[string]string) error {
	all, err := d.allUploads(ctx, assets.UploadFilter{Transfer: transfer})
	if err != nil {
		return err
	}
	for _, u := range all {
		if !isManifest(u.Name) || u.State != assets.UploadWhole && u.State != assets.UploadDone {
			continue
		}
		file, release, err := d.bytesOf(ctx, u)
		if err != nil {
			return err
		}
		_, err = readSums(file, path.Join(u.Folder, u.Name), sums)
		if release(); err != nil {
			return err
		}
	}
	return nil
}

// bytesOf is where the bytes of an upload can be read that is whole.
func (d *Desk) bytesOf(ctx context.Context, u assets.Upload) (file string, release func(), err error) {
	if u.State == assets.UploadWhole {
		return d.Uploads.path(u.ID), func() {}, nil
	}
	a, err := d.Catalog.Asset(ctx, u.Asset)
	if err != nil {
		return "", nil, err
	}
	return d.Blobs.Local(ctx, a.Key)
}

// holdLate holds what was filed before a list came against it. The sender of what
// is damaged is told to keep theirs.
func (d *Desk) holdLate(ctx context.Context, list assets.Upload) error {
	sums := map[string]string{}
	if err := d.listsOf(ctx, list.Transfer, sums); err != nil {
		return err
	}
	filed, err := d.allUploads(ctx, assets.UploadFilter{Transfer: list.Transfer, State: assets.UploadDone})
	if err != nil {
		return err
	}
	for _, u := range filed {
		want, listed := sums[path.Join(u.Folder, u.Name)]
		if !listed || u.Reason == conforms {
			continue
		}
		file, release, err := d.bytesOf(ctx, u)
		if err != nil {
			return err
		}
		err = conform(file, want)
		release()
		c := d.moveUpload(u, assets.UploadDone, "worker", conforms)
		if errors.Is(err, errDamaged) {
			c, err = d.moveUpload(u, assets.UploadRefused, "worker", errDamaged.Msg), nil
		}
		if err == nil {
			err = d.commit(ctx, c)
		}
		if err != nil && assets.KindOf(err) != assets.Conflict {
			return err
		}
	}
	return nil
}
