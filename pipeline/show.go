package pipeline

import (
	"context"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// FilmView is one film as people and programs are shown it: the object of
// `regie film show --json`.
type FilmView struct {
	ID           assets.ID         `json:"id"`
	Slug         string            `json:"slug"`
	Title        string            `json:"title"`
	State        string            `json:"state"`            // assets.Standing
	Reason       string            `json:"reason,omitempty"` // French sentence: why it is refused, incomplete or failed
	Rubriques    []string          `json:"rubriques"`
	Partners     []string          `json:"partners"`
	Dossier      string            `json:"dossier"`
	Territory    string            `json:"territory"`
	Duration     float64           `json:"duration"` // seconds that can be decoded
	Version      int               `json:"version"`
	Master       MasterView        `json:"master"`
	Sheet        *assets.Sheet     `json:"sheet"`
	Files        []FileView        `json:"files"`
	Teaser       []assets.Span     `json:"teaser"`
	Publications []PublicationView `json:"publications"`
	Work         *WorkView         `json:"work,omitempty"` // what is being done just now
	Events       []assets.Event    `json:"events"`
	CreatedAt    time.Time         `json:"created_at"`
}

// MasterView is the original, as it was given.
type MasterView struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"` // bytes
	File   string `json:"file"` // absolute path on disk storage, else its key
	Name   string `json:"name"` // the name it came with
}

// FileView is one made file.
type FileView struct {
	Role     assets.Role `json:"role"`
	Path     string      `json:"path"` // absolute path on disk storage, else its key
	URL      string      `json:"url"`  // where it is public, "" where it is not
	Width    int         `json:"width,omitempty"`
	Height   int         `json:"height,omitempty"`
	Bitrate  int         `json:"bitrate,omitempty"` // bit/s
	Codec    string      `json:"codec,omitempty"`
	Duration float64     `json:"duration,omitempty"` // seconds
	Size     int64       `json:"size"`               // bytes
	SHA256   string      `json:"sha256"`
}

// PublicationView is where the film stands on one channel.
type PublicationView struct {
	ID      assets.ID               `json:"id"`
	Channel assets.Channel          `json:"channel"`
	State   assets.PublicationState `json:"state"`
	URL     string                  `json:"url"`
	At      time.Time               `json:"at"` // when it went out, or is planned to
	Reason  string                  `json:"reason,omitempty"`
}

// WorkView is the work that is under way, or waits.
type WorkView struct {
	Kind     assets.JobKind  `json:"kind"`
	State    assets.JobState `json:"state"`
	Step     string          `json:"step,omitempty"`
	Progress float64         `json:"progress"` // 0 to 1
	ETA      float64         `json:"eta"`      // seconds
	Reason   string          `json:"reason,omitempty"`
}

// Show gathers all there is to say of a film. ref is its ID or its slug.
func (d *Desk) Show(ctx context.Context, ref string) (FilmView, error) {
	f, err := d.Find(ctx, ref)
	if err != nil {
		return FilmView{}, err
	}
	v, asset, err := d.shownVersion(ctx, f)
	if err != nil {
		return FilmView{}, err
	}
	rows, err := d.Catalog.Renditions(ctx, v.ID)
	if err != nil {
		return FilmView{}, err
	}
	pubs, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Film: f.ID})
	if err != nil {
		return FilmView{}, err
	}
	subjects := []assets.ID{f.ID}
	if v.ID != "" {
		subjects = append(subjects, v.ID)
	}
	for _, p := range pubs {
		subjects = append(subjects, p.ID)
	}
	events, err := d.Catalog.Events(ctx, subjects...)
	if err != nil {
		return FilmView{}, err
	}
	work, err := d.work(ctx, subjects)
	if err != nil {
		return FilmView{}, err
	}
	files, err := d.fileViews(ctx, rows, pubs)
	if err != nil {
		return FilmView{}, err
	}
	view := FilmView{
		ID: f.ID, Slug: f.Slug, Title: f.Title, State: assets.Standing(f, someVersion(v)), Reason: v.Reason,
		Rubriques: orEmpty(f.Rubriques), Partners: orEmpty(f.Partners), Dossier: f.Dossier, Territory: f.Territory,
		Version: v.Number, Sheet: v.Sheet, Teaser: orEmpty(v.Teaser), Events: events, Work: work, CreatedAt: f.CreatedAt,
		Master:       MasterView{SHA256: asset.SHA256, Size: asset.Size, Name: asset.Name},
		Files:        files,
		Publications: []PublicationView{},
	}
	if asset.Key != "" {
		view.Master.File = d.where(asset.Key)
	}
	if v.Sheet != nil {
		view.Duration = v.Sheet.Duration
	}
	for _, p := range pubs {
		at := p.At
		if !p.PublishedAt.IsZero() {
			at = p.PublishedAt
		}
		view.Publications = append(view.Publications, PublicationView{
			ID: p.ID, Channel: p.Channel, State: p.State, URL: p.URL, At: at, Reason: p.Reason,
		})
	}
	return view, nil
}

// StateOf is the one word that says where a film stands.
func (d *Desk) StateOf(ctx context.Context, f assets.Film) (string, error) {
	if f.Version == "" {
		return assets.Standing(f, nil), nil
	}
	v, err := d.Catalog.Version(ctx, f.Version)
	return assets.Standing(f, &v), err
}

// shownVersion is the version that stands for a film, and its master: both empty
// before the first.
func (d *Desk) shownVersion(ctx context.Context, f assets.Film) (v assets.Version, master assets.Asset, err error) {
	if f.Version == "" {
		return v, master, nil
	}
	if v, err = d.Catalog.Version(ctx, f.Version); err != nil {
		return v, master, err
	}
	master, err = d.Catalog.Asset(ctx, v.Master)
	return v, master, err
}

// Find returns a film by its ID or its slug.
func (d *Desk) Find(ctx context.Context, ref string) (assets.Film, error) {
	f, err := d.Catalog.Film(ctx, assets.ID(ref))
	if assets.KindOf(err) != assets.NotFound {
		return f, err
	}
	f, err = d.Catalog.FilmBySlug(ctx, ref)
	if assets.KindOf(err) == assets.NotFound {
		err = &assets.Error{Kind: assets.NotFound, Op: "pipeline.Find", Msg: "Aucun film ne porte l'identifiant « " + ref + " ». « regie film list » les montre tous.", Err: err}
	}
	return f, err
}

// work is the newest unfinished job of these subjects, if any.
func (d *Desk) work(ctx context.Context, subjects []assets.ID) (*WorkView, error) {
	jobs, err := d.Catalog.JobsOf(ctx, subjects...)
	if err != nil {
		return nil, err
	}
	for _, j := range slices.Backward(jobs) {
		// That what is public is looked at now and then owes the film nothing.
		if j.Kind != assets.JobLook && (j.State == assets.JobWaiting || j.State == assets.JobRunning) {
			return &WorkView{Kind: j.Kind, State: j.State, Step: j.Step, Progress: j.Progress, ETA: j.ETA.Seconds(), Reason: j.Reason}, nil
		}
	}
	return nil, nil
}

func (d *Desk) fileViews(ctx context.Context, rows []assets.Rendition, pubs []assets.Publication) ([]FileView, error) {
	urls := map[string]string{}
	for _, p := range pubs {
		if p.State != assets.PublicationPublished {
			continue
		}
		to, err := d.Publishers.Get(p.Channel)
		if err != nil {
			continue // a channel this house has no more
		}
		if host, ok := to.(publishers.Hoster); ok {
			if urls, err = host.FileURLs(ctx, p.Film); err != nil {
				return nil, err
			}
		}
	}
	files := make([]FileView, len(rows))
	for i, r := range rows {
		files[i] = FileView{
			Role: r.Role, Path: d.where(r.Key), URL: urls[r.Key], Width: r.Width, Height: r.Height, Bitrate: r.Bitrate,
			Codec: r.Codec, Duration: r.Duration, Size: r.Size, SHA256: r.SHA256,
		}
	}
	return files, nil
}

// where is the lasting path of an object where storage has one, its key elsewhere.
func (d *Desk) where(key string) string {
	if p, ok := d.Blobs.(assets.Pather); ok {
		return p.Path(key)
	}
	return key
}

// someVersion is nil for a version that is not there.
func someVersion(v assets.Version) *assets.Version {
	if v.ID == "" {
		return nil
	}
	return &v
}

// orEmpty makes an absent list print as [] and not as null.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
