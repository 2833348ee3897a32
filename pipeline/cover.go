package pipeline

import (
	"context"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // pictures come as JPEG or PNG
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/captions"
	"anonymal.tv/regie/pipeline/maker"
)

// Limits of a picture that is brought for a film.
const (
	mostPictureBytes = 20 << 20
	mostPixels       = 40_000_000
)

// ChooseCover says which picture stands for a film. A candidate is there at
// once; a frame, and a picture that was brought, are made first.
func (d *Desk) ChooseCover(ctx context.Context, film assets.ID, cover assets.Cover, actor string) error {
	const op = "pipeline.ChooseCover"
	f, v, err := d.madeVersion(ctx, op, film)
	if err != nil {
		return err
	}
	made, err := d.Catalog.Renditions(ctx, v.ID)
	if err != nil {
		return err
	}
	note := map[assets.CoverKind]string{
		assets.CoverThumbnail: fmt.Sprintf("Image choisie : vignette %d.", cover.Rank),
		assets.CoverFrame:     "Image choisie : celle de " + captions.Clock(cover.Second) + ".",
		assets.CoverUpload:    "Image déposée.",
	}[cover.Kind]
	switch {
	case note == "":
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Choisissez une vignette, une image du film ou un fichier."}
	case cover.Kind == assets.CoverThumbnail && !slices.ContainsFunc(made, func(r assets.Rendition) bool { return r.Role == assets.RoleThumbnail && r.Rank == cover.Rank }):
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Cette vignette n'existe plus : le film a été refait. Rechargez la page."}
	case cover.Kind == assets.CoverFrame && (cover.Second < 0 || v.Sheet != nil && cover.Second >= v.Sheet.Duration):
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Cet instant n'est pas dans le film."}
	}
	before := f
	f.Cover, f.UpdatedAt = cover, d.Now()
	c := assets.Change{Films: []assets.Film{f}, Events: []assets.Event{d.edit(assets.SubjectFilm, f.ID, string(f.State), actor, note, editsBetween(before, f))}}
	if cover.Kind == assets.CoverThumbnail {
		if err := d.refresh(ctx, &c, f.ID, actor, note); err != nil {
			return err
		}
	} else {
		c.Jobs = []assets.Job{d.job(assets.JobCover, f.ID, d.Now(), 0)}
	}
	return d.commit(ctx, c)
}

// BringCover keeps a picture that somebody brings for a film, and chooses it.
func (d *Desk) BringCover(ctx context.Context, film assets.ID, name string, r io.Reader, actor string) error {
	const op = "pipeline.BringCover"
	if _, _, err := d.madeVersion(ctx, op, film); err != nil {
		return err
	}
	picture, err := readPicture(op, r)
	if err != nil {
		return err
	}
	blob, err := d.Blobs.Keep(ctx, strings.NewReader(picture))
	if err != nil {
		return err
	}
	asset, err := d.Catalog.AssetBySHA256(ctx, blob.SHA256)
	if assets.KindOf(err) == assets.NotFound && err != nil {
		asset = assets.Asset{ID: d.NewID(), Kind: assets.KindCover, SHA256: blob.SHA256, Size: blob.Size, Name: name, Key: blob.Key, CreatedAt: d.Now()}
		err = d.commit(ctx, assets.Change{Assets: []assets.Asset{asset}})
	}
	if err != nil {
		return err
	}
	return d.ChooseCover(ctx, film, assets.Cover{Kind: assets.CoverUpload, Asset: asset.ID}, actor)
}

// readPicture takes a JPEG or a PNG that is not larger than it says: its size
// is known before a pixel is decoded.
func readPicture(op string, r io.Reader) (string, error) {
	refuse := func(sentence string, err error) (string, error) {
		return "", &assets.Error{Kind: assets.Invalid, Op: op, Msg: sentence, Err: err}
	}
	text, err := io.ReadAll(io.LimitReader(r, mostPictureBytes+1))
	switch {
	case err != nil:
		return refuse("L'image n'est pas arrivée entière. Recommencez.", err)
	case len(text) > mostPictureBytes:
		return refuse("Cette image pèse plus de 20 Mo. Réduisez-la, puis déposez-la à nouveau.", nil)
	}
	c, format, err := image.DecodeConfig(strings.NewReader(string(text)))
	switch {
	case err != nil || format != "jpeg" && format != "png":
		return refuse("Ce fichier n'est pas une image JPEG ou PNG.", err)
	case c.Width*c.Height > mostPixels:
		return refuse(fmt.Sprintf("Cette image est trop grande : %d × %d pixels. Réduisez-la, puis déposez-la à nouveau.", c.Width, c.Height), nil)
	case c.Width < 640 || c.Height < 360:
		return refuse(fmt.Sprintf("Cette image est trop petite : %d × %d pixels. Il en faut au moins 640 × 360.", c.Width, c.Height), nil)
	}
	return string(text), nil
}

// ChooseTeaser says which passages of a film its teaser shows; none lets the
// house choose, at the next making.
func (d *Desk) ChooseTeaser(ctx context.Context, film assets.ID, spans []assets.Span, actor string) error {
	const op = "pipeline.ChooseTeaser"
	const least, most = 3, 140 // seconds: X takes no longer film
	f, v, err := d.madeVersion(ctx, op, film)
	if err != nil {
		return err
	}
	refuse := func(sentence string) error { return &assets.Error{Kind: assets.Invalid, Op: op, Msg: sentence} }
	var total float64
	for i, s := range spans {
		if s.Start < 0 || s.Length() < 0.5 || v.Sheet != nil && s.End > v.Sheet.Duration+0.001 {
			return refuse(fmt.Sprintf("Passage %d : il doit durer une demi-seconde au moins et tenir dans le film.", i+1))
		}
		total += s.Length()
	}
	if len(spans) > 0 && (total < least || total > most) || len(spans) > 12 {
		return refuse(fmt.Sprintf("Le teaser durerait %.0f s : il en faut entre %d et %d, en 12 passages au plus.", total, least, most))
	}
	before := f
	f.TeaserPick, f.UpdatedAt = spans, d.Now()
	c := assets.Change{Films: []assets.Film{f}, Events: []assets.Event{d.edit(assets.SubjectFilm, f.ID, string(f.State), actor, "Teaser choisi.", editsBetween(before, f))}}
	if len(spans) > 0 {
		c.Jobs = []assets.Job{d.job(assets.JobTeaser, f.ID, d.Now(), total)}
	}
	return d.commit(ctx, c)
}

// madeVersion is a film with its current version, which must be made.
func (d *Desk) madeVersion(ctx context.Context, op string, film assets.ID) (assets.Film, assets.Version, error) {
	f, err := d.Catalog.Film(ctx, film)
	if err != nil {
		return f, assets.Version{}, err
	}
	none := &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Le film n'est pas encore fabriqué. Ce choix sera possible dès qu'il sera prêt."}
	if f.Version == "" {
		return f, assets.Version{}, none
	}
	v, err := d.Catalog.Version(ctx, f.Version)
	if err == nil && v.State != assets.VersionReady {
		err = none
	}
	return f, v, err
}

// makeCover is the job that makes the pictures which a person chose.
func (d *Desk) makeCover(ctx context.Context, h *hold) error {
	return d.makeChosen(ctx, h, assets.RoleCover, func(ctx context.Context, f assets.Film, _ assets.Version, top assets.Rendition, movie, dir string) ([]maker.File, error) {
		if f.Cover.Kind != assets.CoverUpload {
			return d.Maker.Cover(ctx, maker.CoverRequest{Movie: movie, Second: f.Cover.Second, Width: top.Width, Height: top.Height}, dir)
		}
		picture := filepath.Join(dir, "brought.jpg")
		if err := d.cleanPicture(ctx, f.Cover.Asset, picture); err != nil {
			return nil, err
		}
		return d.Maker.Cover(ctx, maker.CoverRequest{Picture: picture}, dir)
	})
}

// cleanPicture writes a picture that was brought as a JPEG of the house's own:
// ffmpeg never sees what came from outside.
func (d *Desk) cleanPicture(ctx context.Context, id assets.ID, to string) error {
	a, err := d.Catalog.Asset(ctx, id)
	if err != nil {
		return err
	}
	in, err := d.Blobs.Open(ctx, a.Key)
	if err != nil {
		return err
	}
	defer in.Close()
	img, _, err := image.Decode(in)
	if err != nil {
		return &assets.Error{Kind: assets.Invalid, Op: "pipeline.cleanPicture", Msg: "L'image déposée est abîmée : elle ne peut pas être lue jusqu'au bout. Déposez-en une autre.", Err: err}
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	return jpeg.Encode(out, img, &jpeg.Options{Quality: 95})
}

// makeTeaser is the job that cuts the teaser which a person chose.
func (d *Desk) makeTeaser(ctx context.Context, h *hold) error {
	return d.makeChosen(ctx, h, assets.RoleTeaser, func(ctx context.Context, f assets.Film, v assets.Version, top assets.Rendition, movie, dir string) ([]maker.File, error) {
		rate := 25.0
		if v.Sheet != nil && v.Sheet.Video != nil {
			rate = v.Sheet.Video.Rate
		}
		file, err := d.Maker.Cut(ctx, maker.CutRequest{
			Movie: movie, Spans: f.TeaserPick, Width: top.Width, Height: top.Height, Rate: rate, Sound: strings.Contains(top.Codec, "mp4a"),
		}, dir)
		return []maker.File{file}, err
	})
}

// chosenWork makes what a person chose of a film, out of its tallest movie.
type chosenWork func(ctx context.Context, f assets.Film, v assets.Version, top assets.Rendition, movie, dir string) ([]maker.File, error)

// makeChosen makes something of a film's current version, and tells the channels.
func (d *Desk) makeChosen(ctx context.Context, h *hold, role assets.Role, work chosenWork) error {
	f, v, err := d.madeVersion(ctx, "pipeline.makeChosen", h.job.Subject)
	if err != nil {
		return err
	}
	tell := func(c *assets.Change) error { return d.refresh(ctx, c, f.ID, "worker", "Image ou teaser choisis.") }
	return d.addMade(ctx, h, v, role, "Ce film n'a pas d'image : il n'y a rien à choisir.", tell,
		func(top assets.Rendition, movie, dir string) ([]maker.File, error) {
			return work(ctx, f, v, top, movie, dir)
		})
}

// addMade makes something of the tallest movie of a version and stores it in the
// place of what had the same role; tell adds to the change what goes with it, as
// things are once it is made. none says that there is no movie.
func (d *Desk) addMade(ctx context.Context, h *hold, v assets.Version, role assets.Role, none string, tell func(*assets.Change) error, work func(top assets.Rendition, movie, dir string) ([]maker.File, error)) error {
	const op = "pipeline.addMade"
	made, err := d.Catalog.Renditions(ctx, v.ID)
	if err != nil {
		return err
	}
	top, found := tallest(made)
	if !found {
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: none}
	}
	movie, release, err := d.Blobs.Local(ctx, top.Key)
	if err != nil {
		return err
	}
	defer release()
	return d.addFiles(ctx, h, v, role, top.Recipe, made, tell, func(dir string) ([]maker.File, error) { return work(top, movie, dir) })
}

// addFiles makes something in a scratch folder of its own, and stores it in the
// place of what had the same role among what was made before.
func (d *Desk) addFiles(ctx context.Context, h *hold, v assets.Version, role assets.Role, recipe string, before []assets.Rendition, tell func(*assets.Change) error, work func(dir string) ([]maker.File, error)) error {
	name := fmt.Sprintf("%s-%s-%d", role, h.job.ID, h.job.Attempt)
	dir := filepath.Join(d.Scratch, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &assets.Error{Kind: assets.Transient, Op: "pipeline.addFiles", Msg: "Le dossier de travail ne peut pas être créé : le disque est peut-être plein.", Err: err}
	}
	defer os.RemoveAll(dir)
	files, err := work(dir)
	if err != nil {
		return err
	}
	rows, err := d.store(ctx, files, dir, path.Join(renditions, string(v.ID), name))
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].ID, rows[i].Version, rows[i].Recipe, rows[i].CreatedAt = d.NewID(), v.ID, recipe, d.Now()
	}
	c := assets.Change{Made: rows, Fence: h.fence()}
	if err := tell(&c); err != nil {
		return err
	}
	if err := d.commit(ctx, c); err != nil {
		return err
	}
	d.forget(ctx, slices.DeleteFunc(before, func(r assets.Rendition) bool { return r.Role != role }))
	return nil
}

// failChosen notes why what was chosen could not be made: the film keeps what it
// had.
func (d *Desk) failChosen(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	f, err := d.Catalog.Film(ctx, j.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	return assets.Change{Events: []assets.Event{d.event(assets.SubjectFilm, f.ID, string(f.State), string(f.State), "worker", reason)}}, nil
}

// remakeChosen is the work that a new making of a film asks for: what a person
// chose is made of the new version too.
func (d *Desk) remakeChosen(f assets.Film) []assets.Job {
	var jobs []assets.Job
	if f.Cover.Kind == assets.CoverFrame || f.Cover.Kind == assets.CoverUpload {
		jobs = append(jobs, d.job(assets.JobCover, f.ID, d.Now(), 0))
	}
	if len(f.TeaserPick) > 0 {
		jobs = append(jobs, d.job(assets.JobTeaser, f.ID, d.Now(), 0))
	}
	return jobs
}

// Covered puts the picture that was chosen for a film in the place of its
// poster, among the files that a channel is given.
func Covered(f assets.Film, files []assets.Rendition) []assets.Rendition {
	chosen := func(r assets.Rendition) bool { return r.Role == assets.RoleCover }
	if f.Cover.Kind == assets.CoverThumbnail {
		chosen = func(r assets.Rendition) bool { return r.Role == assets.RoleThumbnail && r.Rank == f.Cover.Rank }
	}
	if f.Cover.Kind == "" || !slices.ContainsFunc(files, chosen) {
		return files
	}
	var all []assets.Rendition
	for _, r := range files {
		if r.Role == assets.RolePoster {
			continue
		}
		all = append(all, r)
		if chosen(r) {
			r.Role, r.Rank = assets.RolePoster, 0
			all = append(all, r)
		}
	}
	return all
}
