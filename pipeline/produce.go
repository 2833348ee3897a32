package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/maker"
)

// verdicts maps what a sheet says to the state of the version or rush that it
// speaks of. A sheet that is not here is accepted.
var verdicts = map[assets.SheetStatus]assets.VersionState{
	assets.SheetRefused:    assets.VersionRefused,
	assets.SheetIncomplete: assets.VersionIncomplete,
}

// inspect looks a received version or rush through.
func (d *Desk) inspect(ctx context.Context, h *hold) error {
	v, err := d.Catalog.Version(ctx, h.job.Subject)
	if assets.KindOf(err) == assets.NotFound {
		return d.inspectRush(ctx, h)
	}
	if err != nil {
		return err
	}
	in, err := d.look(ctx, v.Master)
	if err != nil {
		return err
	}
	v.Sheet = &in.Sheet
	if v.Looked, err = json.Marshal(in); err != nil {
		return err
	}
	if to, ended := verdicts[in.Sheet.Status]; ended {
		return d.turnDown(ctx, h, v, to)
	}
	v.Reason = ""
	s, err := d.stand(ctx, v.Film)
	if err != nil {
		return err
	}
	c := assets.Change{
		Versions: []assets.Version{v},
		Events:   []assets.Event{d.event(assets.SubjectVersion, v.ID, string(v.State), string(assets.VersionMaking), "worker", "")},
		Jobs:     []assets.Job{d.job(assets.JobProduce, v.ID, d.Now(), in.Sheet.Duration)},
		Fence:    h.fence(),
	}
	d.supersede(&c, &s, v)
	return d.commit(ctx, c)
}

// look inspects the bytes of an asset.
func (d *Desk) look(ctx context.Context, id assets.ID) (maker.Inspection, error) {
	asset, err := d.Catalog.Asset(ctx, id)
	if err != nil {
		return maker.Inspection{}, err
	}
	local, release, err := d.Blobs.Local(ctx, asset.Key)
	if err != nil {
		return maker.Inspection{}, err
	}
	defer release()
	return d.Maker.Inspect(ctx, local)
}

// turnDown ends a version that can't become a film, with the reason, and calls
// off what was planned for it.
func (d *Desk) turnDown(ctx context.Context, h *hold, v assets.Version, to assets.VersionState) error {
	v.Reason = firstVerdict(*v.Sheet)
	c, err := d.callOff(ctx, v, "worker", v.Reason)
	if err != nil {
		return err
	}
	all, err := d.Catalog.Approvals(ctx, v.Film)
	if err != nil {
		return err
	}
	for _, a := range all { // one that was given unseen
		if a.Version == v.ID && (a.State == assets.ApprovalAsked || a.State == assets.ApprovalGiven) {
			d.void(&c, a, v.Reason)
		}
	}
	c.Versions = []assets.Version{v}
	c.Events = append(c.Events, d.event(assets.SubjectVersion, v.ID, string(v.State), string(to), "worker", v.Reason))
	c.Fence = h.fence()
	return d.commit(ctx, c)
}

// produce makes everything a film needs from its master, stores it, and opens
// the way to what waits for it.
func (d *Desk) produce(ctx context.Context, h *hold) error {
	v, err := d.Catalog.Version(ctx, h.job.Subject)
	if err != nil {
		return err
	}
	var in maker.Inspection
	if err := json.Unmarshal(v.Looked, &in); err != nil {
		return &assets.Error{Kind: assets.Internal, Op: "pipeline.produce", Msg: "L'examen du film n'a pas pu être relu. « regie film remake » le refait.", Err: err}
	}
	plan, err := d.Maker.Plan(in)
	if err != nil {
		return err
	}
	if done, err := d.madeBefore(ctx, v, plan.Recipe()); err != nil {
		return err
	} else if done {
		return d.ready(ctx, h, v, nil)
	}

	attempt := fmt.Sprintf("%s-%d", v.ID, h.job.Attempt)
	dir := filepath.Join(d.Scratch, attempt)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &assets.Error{Kind: assets.Transient, Op: "pipeline.produce", Msg: "Le dossier de travail ne peut pas être créé : le disque est peut-être plein.", Err: err}
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			d.Log.Warn("scratch folder left behind", "dir", dir, "err", err)
		}
	}()
	made, err := d.make(ctx, h, v, in, plan, dir)
	var part *maker.Incomplete
	if errors.As(err, &part) {
		v.Sheet = &part.Sheet
		return d.turnDown(ctx, h, v, verdicts[part.Sheet.Status])
	}
	if err != nil {
		return err
	}
	v.Sheet, v.Teaser, v.Reason = &made.Sheet, made.Teaser, ""
	rows, err := d.store(ctx, made.Files, dir, path.Join(renditions, string(v.ID), fmt.Sprintf("%s-%d", plan.Recipe(), h.job.Attempt)))
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].ID, rows[i].Version, rows[i].Recipe, rows[i].CreatedAt = d.NewID(), v.ID, plan.Recipe(), d.Now()
	}
	return d.ready(ctx, h, v, rows)
}

func (d *Desk) make(ctx context.Context, h *hold, v assets.Version, in maker.Inspection, plan maker.Plan, dir string) (maker.Made, error) {
	asset, err := d.Catalog.Asset(ctx, v.Master)
	if err != nil {
		return maker.Made{}, err
	}
	local, release, err := d.Blobs.Local(ctx, asset.Key)
	if err != nil {
		return maker.Made{}, err
	}
	defer release()
	return d.Maker.Make(ctx, local, in, plan, dir, h.step)
}

// madeBefore tells whether everything stands that this recipe makes.
func (d *Desk) madeBefore(ctx context.Context, v assets.Version, recipe string) (bool, error) {
	rows, err := d.Catalog.Renditions(ctx, v.ID)
	if err != nil {
		return false, err
	}
	_, rows = keptFormats(rows)
	return d.whole(ctx, rows, recipe)
}

// whole tells whether all of these files were made by the recipe, and are there.
func (d *Desk) whole(ctx context.Context, rows []assets.Rendition, recipe string) (bool, error) {
	for _, r := range rows {
		if r.Recipe != recipe {
			return false, nil
		}
		for _, p := range append(r.Parts, assets.Part{Key: r.Key, Size: r.Size}) {
			b, err := d.Blobs.Stat(ctx, p.Key)
			if assets.KindOf(err) == assets.NotFound || err == nil && b.Size != p.Size {
				return false, nil
			}
			if err != nil {
				return false, err
			}
		}
	}
	return len(rows) > 0, nil
}

// ready commits a made version and gives the word to the publications that
// waited for it. rows is nil when what was made before still stands.
func (d *Desk) ready(ctx context.Context, h *hold, v assets.Version, rows []assets.Rendition) error {
	s, err := d.stand(ctx, v.Film)
	if err != nil {
		return err
	}
	made, err := d.Catalog.Renditions(ctx, v.ID)
	if err != nil {
		return err
	}
	formats, before := keptFormats(made)
	remade := rows != nil
	if remade {
		rows = append(rows, formats...)
	}
	c := assets.Change{
		Versions:   []assets.Version{v},
		Renditions: rows,
		Events:     []assets.Event{d.event(assets.SubjectVersion, v.ID, string(v.State), string(assets.VersionReady), "worker", "")},
		Fence:      h.fence(),
	}
	if s.outdone(v) {
		f := s.Film
		f.Version, f.UpdatedAt = v.ID, d.Now()
		c.Films = []assets.Film{f}
	}
	if remade {
		c.Jobs = append(c.Jobs, d.remakeChosen(s.Film)...)
	}
	if s.State == assets.FilmEditing && !s.refused(v.ID) {
		s.move(d, &c, assets.FilmReview, "worker", "")
	}
	v.State = assets.VersionReady
	d.release(&c, &s, v, remade)
	if err := d.commit(ctx, c); err != nil {
		return err
	}
	if remade {
		d.forget(ctx, before)
	}
	return d.follow(ctx, v.Film)
}

// forget removes the bytes of renditions that no row names any more.
func (d *Desk) forget(ctx context.Context, rows []assets.Rendition) {
	for _, r := range rows {
		for _, p := range append(r.Parts, assets.Part{Key: r.Key}) {
			if err := d.Blobs.Delete(ctx, p.Key); err != nil {
				d.Log.Warn("an old rendition was left behind", "key", p.Key, "err", err)
			}
		}
	}
}

// store puts made files from the scratch folder on storage, below prefix. A file
// may stand in several trees; it is stored once.
func (d *Desk) store(ctx context.Context, files []maker.File, dir, prefix string) ([]assets.Rendition, error) {
	stored := map[string]assets.Blob{}
	var names []string
	for _, f := range files {
		for _, name := range append(f.Parts, f.Path) {
			if _, there := stored[name]; !there {
				stored[name] = assets.Blob{}
				names = append(names, name)
			}
		}
	}
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4) // each waits for the disk most of the time
	for _, name := range names {
		g.Go(func() error {
			b, err := d.put(gctx, path.Join(prefix, name), filepath.Join(dir, name))
			mu.Lock()
			defer mu.Unlock()
			stored[name] = b
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	rows := make([]assets.Rendition, len(files))
	for i, f := range files {
		b := stored[f.Path]
		rows[i] = f.Rendition
		rows[i].Key, rows[i].Size, rows[i].SHA256 = b.Key, b.Size, b.SHA256
		for _, p := range f.Parts {
			rows[i].Parts = append(rows[i].Parts, assets.Part(stored[p]))
		}
	}
	return rows, nil
}

// put stores one local file, by taking it over where the storage can.
func (d *Desk) put(ctx context.Context, key, local string) (assets.Blob, error) {
	if a, ok := d.Blobs.(assets.Adopter); ok {
		return a.Adopt(ctx, key, local)
	}
	f, err := os.Open(local)
	if err != nil {
		return assets.Blob{}, &assets.Error{Kind: assets.Internal, Op: "pipeline.put", Msg: "Un fichier fabriqué manque dans le dossier de travail.", Err: err}
	}
	defer f.Close()
	return d.Blobs.Put(ctx, key, f)
}

// failMaking says why a version or a rush is given up.
func (d *Desk) failMaking(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	v, err := d.Catalog.Version(ctx, j.Subject)
	if err == nil {
		v.Reason = reason
		return assets.Change{
			Versions: []assets.Version{v},
			Events:   []assets.Event{d.event(assets.SubjectVersion, v.ID, string(v.State), string(assets.VersionFailed), "worker", reason)},
		}, nil
	}
	if assets.KindOf(err) != assets.NotFound {
		return assets.Change{}, err
	}
	r, err := d.Catalog.Rush(ctx, j.Subject)
	if err != nil {
		return assets.Change{}, err
	}
	r.Reason = reason
	return assets.Change{
		Rushes: []assets.Rush{r},
		Events: []assets.Event{d.event(assets.SubjectRush, r.ID, string(r.State), string(assets.RushFailed), "worker", reason)},
	}, nil
}

func firstVerdict(s assets.Sheet) string {
	if len(s.Verdicts) == 0 {
		return ""
	}
	return s.Verdicts[0]
}
