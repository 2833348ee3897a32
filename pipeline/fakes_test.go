package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/maker"
	"anonymal.tv/regie/publishers"
)

type discard struct{}

func (discard) Enqueue(context.Context, Task) error { return nil }

// fakeMaker makes two small files of any bytes.
type fakeMaker struct {
	verdict    assets.SheetStatus
	when       string
	generation int
	made       int
	reshaped   int
	refuse     error // to make a format
	during     func(context.Context)
}

func (m *fakeMaker) sheet(when string) assets.Sheet {
	s := assets.Sheet{Duration: 3, Status: assets.SheetOK, Verdicts: []string{"Le fichier est complet et lisible."}}
	if m.verdict != "" && m.when == when {
		s.Status, s.Verdicts = m.verdict, []string{"Le fichier s'arrête en route."}
	}
	return s
}

func (m *fakeMaker) Inspect(context.Context, string) (maker.Inspection, error) {
	return maker.Inspection{Sheet: m.sheet("inspect")}, nil
}

func (m *fakeMaker) Plan(maker.Inspection) (maker.Plan, error) {
	return maker.Plan{Tools: fmt.Sprint(m.generation)}, nil
}

func (m *fakeMaker) Make(ctx context.Context, path string, _ maker.Inspection, p maker.Plan, dir string, progress func(maker.Step)) (maker.Made, error) {
	m.made++
	if m.during != nil {
		m.during(ctx)
	}
	progress(maker.Step{Name: "Fabrication", Ratio: 0.5})
	if ctx.Err() != nil {
		return maker.Made{}, ctx.Err()
	}
	s := m.sheet("make")
	if s.Status != assets.SheetOK {
		return maker.Made{}, &maker.Incomplete{Sheet: s}
	}
	master, err := os.ReadFile(path)
	if err != nil {
		return maker.Made{}, err
	}
	made := maker.Made{Sheet: s}
	for _, f := range []assets.Rendition{
		{Role: assets.RolePoster},
		{Role: assets.RoleTeaser},
		{Role: assets.MP4Role(720), Width: 1280, Height: 720, Codec: "avc1.64001f,mp4a.40.2"},
		{Role: assets.RoleThumbnail, Rank: 1},
	} {
		name := string(f.Role)
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Join([][]byte{master, []byte(name), []byte(p.Tools)}, nil), 0o600); err != nil {
			return maker.Made{}, err
		}
		made.Files = append(made.Files, maker.File{Path: name, Rendition: f})
	}
	return made, nil
}

func (m *fakeMaker) InspectPhoto(ctx context.Context, path string) (maker.Inspection, error) {
	return m.Inspect(ctx, path)
}

func (m *fakeMaker) PlanProxy(maker.Inspection) (maker.ProxyPlan, error) {
	return maker.ProxyPlan{Tools: fmt.Sprint(m.generation)}, nil
}

func (m *fakeMaker) Proxy(_ context.Context, _ string, _ maker.Inspection, _ maker.ProxyPlan, dir string, progress func(maker.Step)) (maker.Made, error) {
	progress(maker.Step{Name: "Aperçu", Ratio: 0.5})
	s := m.sheet("make")
	if s.Status != assets.SheetOK {
		return maker.Made{}, &maker.Incomplete{Sheet: s}
	}
	return maker.Made{
		Sheet: s, Proxy: assets.Proxy{Frames: 75, Rate: 25000},
		Files: []maker.File{{Path: "proxy.mp4", Rendition: assets.Rendition{Role: assets.RoleProxy}}},
	}, os.WriteFile(filepath.Join(dir, "proxy.mp4"), []byte("proxy"), 0o600)
}

func (m *fakeMaker) Cover(_ context.Context, c maker.CoverRequest, dir string) ([]maker.File, error) {
	name := "cover.jpg"
	return []maker.File{{Path: name, Rendition: assets.Rendition{Role: assets.RoleCover, Codec: "image/jpeg"}}},
		os.WriteFile(filepath.Join(dir, name), fmt.Append(nil, c.Second, c.Picture != ""), 0o600)
}

func (m *fakeMaker) Cut(_ context.Context, c maker.CutRequest, dir string) (maker.File, error) {
	return maker.File{Path: "teaser.mp4", Rendition: assets.Rendition{Role: assets.RoleTeaser, Codec: "avc1"}},
		os.WriteFile(filepath.Join(dir, "teaser.mp4"), fmt.Append(nil, c.Spans), 0o600)
}

// fakeChannel is a channel that can be asked what it shows.
type fakeChannel struct {
	rendered  int
	public    map[string]publishers.Request // by marker
	published int
	fail      error
}

func (c *fakeChannel) Channel() assets.Channel   { return assets.ChannelSite }
func (c *fakeChannel) Limits() publishers.Limits { return publishers.Limits{} }

func (c *fakeChannel) Publish(_ context.Context, r publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	if c.fail != nil {
		return publishers.Receipt{}, c.fail
	}
	if err := save([]byte("handle")); err != nil {
		return publishers.Receipt{}, err
	}
	c.published++
	c.public[r.Marker] = r
	return publishers.Receipt{RemoteID: r.Marker, URL: "https://example.test/" + r.Film.Slug}, nil
}

func (c *fakeChannel) Find(_ context.Context, marker string, _ []byte) (publishers.Receipt, bool, error) {
	_, ok := c.public[marker]
	return publishers.Receipt{RemoteID: marker}, ok, nil
}

func (c *fakeChannel) Status(_ context.Context, id string) (publishers.Status, error) {
	_, ok := c.public[id]
	return publishers.Status{Public: ok}, nil
}

func (c *fakeChannel) Withdraw(_ context.Context, id string) error {
	delete(c.public, id)
	return nil
}

func (c *fakeChannel) FileURLs(context.Context, assets.ID) (map[string]string, error) {
	urls := map[string]string{}
	for _, r := range c.public {
		for _, f := range r.Files {
			urls[f.Key] = "https://example.test/" + f.Key
		}
	}
	return urls, nil
}

func (m *fakeMaker) Web(_ context.Context, _ string, length float64, dir string) (maker.File, error) {
	f := maker.File{Path: "web.mp4", Rendition: assets.Rendition{Role: assets.RoleWeb, Duration: length}}
	return f, os.WriteFile(filepath.Join(dir, f.Path), []byte("web"), 0o600)
}

func (m *fakeMaker) Format(_ context.Context, q maker.FormatRequest, dir string, progress func(maker.Step)) (maker.File, error) {
	if m.refuse != nil {
		return maker.File{}, m.refuse
	}
	m.reshaped++
	progress(maker.Step{Name: "Recherche du cadre", Ratio: 0.1})
	movie, err := os.ReadFile(q.Movie)
	if err != nil {
		return maker.File{}, err
	}
	f := maker.File{Path: string(q.Name) + ".mp4", Rendition: assets.Rendition{Role: q.Name.Role(), Duration: 3}}
	return f, os.WriteFile(filepath.Join(dir, f.Path), append(movie, q.Captions...), 0o600)
}

func (m *fakeMaker) FormatRecipe(name assets.FormatName) string {
	return fmt.Sprint(name, m.generation)
}

func (c *fakeChannel) Render(context.Context) error {
	c.rendered++
	return nil
}
