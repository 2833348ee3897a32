// Package site publishes films on the association's own site: a tree of plain
// files that any web server can serve.
//
// It remembers each film in one small record of its private folder; the public
// folder is a function of these records, the programme and the stored media,
// and can be made again from them at any time (Render). Only published films
// ever have a byte below the public folder.
//
// What is not done here: serving (web/site), counting views, deciding who may
// publish. If the process dies between two steps, the next Publish, Withdraw
// or Render finishes or undoes what was begun.
package site

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // the site speaks Paris time on machines that know no zones

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Options is what a Site needs. Public and State must be on one filesystem.
type Options struct {
	Public    string // folder of the public tree; nothing else may write there
	State     string // private folder: records, staging, lock
	BaseURL   string // "https://anonymal.tv": scheme and host, no path
	Identity  Identity
	Blobs     assets.Blobs
	Programme func(ctx context.Context) (assets.Programme, error)
	Assets    fs.FS // flat, with a manifest.json from plain to served names
	Now       assets.Clock
}

// Identity is who speaks on the site. What is empty is shown as missing on the
// page of legal notices, where the law asks for it.
type Identity struct {
	Name     string // "Anonymal"
	Tagline  string // "La web TV participative"
	Legal    string // name and form of the association
	Address  string
	Phone    string
	Mail     string
	Director string // directeur ou directrice de la publication
	Host     string // who hosts the site: name, address, phone
	Letters  bool   // the house sends letters, and /newsletter takes subscribers
}

// Site is the publisher of the channel assets.ChannelSite. It is safe for use
// by several goroutines and processes at once.
type Site struct {
	opt    Options
	zone   *time.Location
	pages  map[string]*template.Template
	static shipped
	build  string // what every page depends on besides its own view

	// moved is called after each change of the public tree; tests look, or die, there.
	moved func(path string)
}

var (
	_ publishers.Publisher  = (*Site)(nil)
	_ publishers.Withdrawer = (*Site)(nil)
	_ publishers.Updater    = (*Site)(nil)
	_ publishers.Hoster     = (*Site)(nil)
)

// New checks the options and makes the two folders. It renders nothing: call
// Render once at the start of the service.
func New(opt Options) (*Site, error) {
	base, err := url.Parse(opt.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") || strings.Trim(base.Path, "/") != "" || base.RawQuery != "" {
		return nil, &assets.Error{
			Kind: assets.Invalid, Op: "site.New", Err: err,
			Msg: "L'adresse du site doit être de la forme https://exemple.fr, sans chemin.",
		}
	}
	opt.BaseURL = base.Scheme + "://" + base.Host
	for _, dir := range []string{opt.Public, filepath.Join(opt.State, "films"), filepath.Join(opt.State, "stage")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, diskError("site.New", err)
		}
	}
	if err := sameFilesystem(opt.Public, opt.State); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return nil, internalError("site.New", err)
	}
	s := &Site{opt: opt, zone: zone, moved: func(string) {}}
	if s.static, err = readShipped(opt.Assets); err != nil {
		return nil, internalError("site.New", err)
	}
	if s.pages, err = parseTemplates(); err != nil {
		return nil, internalError("site.New", err)
	}
	s.build = fingerprint(templateSources(), s.static.names, opt.Identity, opt.BaseURL)
	return s, nil
}

// Channel is assets.ChannelSite.
func (s *Site) Channel() assets.Channel { return assets.ChannelSite }

// Limits is empty: the association sets none to itself.
func (s *Site) Limits() publishers.Limits { return publishers.Limits{} }

// Publish puts the media in place, writes the film's record, then the pages
// that show it. From the record on it goes to the end even if ctx is cancelled.
// A decision that was taken back by Withdraw is refused for ever.
func (s *Site) Publish(ctx context.Context, req publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	rec, err := newRecord(req)
	if err != nil {
		return publishers.Receipt{}, err
	}
	if err := ctx.Err(); err != nil {
		return publishers.Receipt{}, interrupted("site.Publish", err)
	}
	if err := save([]byte(rec.Film)); err != nil {
		return publishers.Receipt{}, err
	}
	if err := s.put(ctx, rec); err != nil {
		return publishers.Receipt{}, err
	}
	return s.receipt(rec), nil
}

// Update replaces what is shown of a film that is on the site, under the
// decision that put it there.
func (s *Site) Update(ctx context.Context, remoteID string, req publishers.Request) error {
	old, err := s.load(assets.ID(remoteID))
	if err != nil {
		return err
	}
	if old == nil || old.Gone || string(req.Film.ID) != remoteID {
		return &assets.Error{
			Kind: assets.NotFound, Op: "site.Update",
			Msg: "Ce film n'est pas sur le site : rien n'a été changé.",
		}
	}
	req.Marker, req.At = old.Marker, old.PublishedAt
	rec, err := newRecord(req)
	if err != nil {
		return err
	}
	return s.put(ctx, rec)
}

func (s *Site) put(ctx context.Context, rec *record) error {
	programme, err := s.programme(ctx)
	if err != nil {
		return err
	}
	return s.exclusive(ctx, func() error {
		records, err := s.loadAll()
		if err != nil {
			return err
		}
		if err := rec.follow(records, s.opt.Now().UTC()); err != nil {
			return err
		}
		if err := s.prepare(ctx, records, programme, rec); err != nil {
			return err
		}
		if err := s.markDirty(); err != nil {
			return err
		}
		if err := s.layMedia(ctx, rec); err != nil {
			return err
		}
		if err := s.save(rec); err != nil {
			return err
		}
		old := records[rec.Film]
		records[rec.Film] = rec
		return s.turn(context.WithoutCancel(ctx), records, programme, old)
	})
}

// Withdraw takes a film off the site: lists and feeds first, then its page,
// then its media. What stays is a 410 page without a word about the film, and
// the note that its decision is void.
func (s *Site) Withdraw(ctx context.Context, remoteID string) error {
	programme, err := s.programme(ctx)
	if err != nil {
		return err
	}
	return s.exclusive(ctx, func() error {
		records, err := s.loadAll()
		if err != nil {
			return err
		}
		rec := records[assets.ID(remoteID)]
		if rec == nil {
			return nil
		}
		if err := s.prepare(ctx, records, programme, rec); err != nil {
			return err
		}
		if rec.Gone {
			return nil
		}
		if err := s.markDirty(); err != nil {
			return err
		}
		gone := rec.tombstone(s.opt.Now().UTC())
		if err := s.save(gone); err != nil {
			return err
		}
		records[gone.Film] = gone
		return s.turn(context.WithoutCancel(ctx), records, programme, rec)
	})
}

// Render makes the whole public tree again from the records: it writes what is
// missing or differs, and removes what does not belong there.
func (s *Site) Render(ctx context.Context) error {
	programme, err := s.programme(ctx)
	if err != nil {
		return err
	}
	return s.exclusive(ctx, func() error {
		records, err := s.loadAll()
		if err != nil {
			return err
		}
		return s.heal(ctx, records, programme)
	})
}

// prepare makes the tree ready for a change of rec: whole, and with a page for
// each heading rec is filed under, so that its own page never points at nothing.
func (s *Site) prepare(ctx context.Context, records map[assets.ID]*record, p assets.Programme, rec *record) error {
	have := s.loadManifest()
	if s.dirty() || have.Build != s.build {
		return s.heal(ctx, records, p)
	}
	p = rec.extend(p)
	for _, x := range newShelves(nil, p).of(rec) {
		if _, stands := have.Files[x.Path[1:]+"index.html"]; !stands {
			return s.reconcile(ctx, s.plan(records, p), quick)
		}
	}
	return nil
}

// turn brings the tree to new records. Pages of headings that only the old
// record named stay, empty, until nothing points at them.
func (s *Site) turn(ctx context.Context, records map[assets.ID]*record, p assets.Programme, old *record) error {
	if old != nil {
		if err := s.reconcile(ctx, s.plan(records, old.extend(p)), quick); err != nil {
			return err
		}
		if len(old.missingFrom(p)) == 0 {
			return nil
		}
	}
	return s.reconcile(ctx, s.plan(records, p), quick)
}

func (s *Site) heal(ctx context.Context, records map[assets.ID]*record, p assets.Programme) error {
	if err := s.markDirty(); err != nil {
		return err
	}
	var lost []error
	for _, rec := range records {
		if !rec.Gone {
			if err := s.layMedia(ctx, rec); err != nil {
				lost = append(lost, err) // the others must not wait for this one
			}
		}
	}
	if err := s.reconcile(ctx, s.plan(records, p), deep); err != nil {
		return err
	}
	if len(lost) > 0 {
		if err := s.markDirty(); err != nil {
			return err
		}
	}
	return errors.Join(lost...)
}

// FileURLs says where the files of a film on the site can be fetched.
func (s *Site) FileURLs(_ context.Context, film assets.ID) (map[string]string, error) {
	rec, err := s.load(film)
	if err != nil || rec == nil || rec.Gone {
		return nil, err
	}
	urls := make(map[string]string, len(rec.Media.Files))
	for _, p := range rec.Media.Files {
		urls[p.Key] = s.opt.BaseURL + mediaPath(rec, p.Name)
	}
	return urls, nil
}

// Find tells what an attempt with this marker left: the film is public under it
// when its record says so and its page stands.
func (s *Site) Find(ctx context.Context, marker string, _ []byte) (publishers.Receipt, bool, error) {
	if err := ctx.Err(); err != nil {
		return publishers.Receipt{}, false, interrupted("site.Find", err)
	}
	records, err := s.loadAll()
	if err != nil {
		return publishers.Receipt{}, false, err
	}
	for _, rec := range records {
		if !rec.Gone && rec.Marker == marker && s.shown(rec) {
			return s.receipt(rec), true, nil
		}
	}
	return publishers.Receipt{}, false, nil
}

// Status tells whether a film is on the site.
func (s *Site) Status(ctx context.Context, remoteID string) (publishers.Status, error) {
	if err := ctx.Err(); err != nil {
		return publishers.Status{}, interrupted("site.Status", err)
	}
	rec, err := s.load(assets.ID(remoteID))
	switch {
	case err != nil:
		return publishers.Status{}, err
	case rec == nil:
		return publishers.Status{Note: "Ce film n'a jamais été mis en ligne sur le site."}, nil
	case rec.Gone:
		return publishers.Status{Note: "Ce film a été retiré du site."}, nil
	case !s.shown(rec):
		return publishers.Status{Note: "La page de ce film manque sur le disque ; elle revient à la prochaine mise à jour du site."}, nil
	}
	return publishers.Status{Public: true, URL: s.receipt(rec).URL}, nil
}

func (s *Site) receipt(rec *record) publishers.Receipt {
	return publishers.Receipt{RemoteID: string(rec.Film), URL: s.opt.BaseURL + filmPath(rec.Slug)}
}

// shown tells whether the film's page stands in the public tree.
func (s *Site) shown(rec *record) bool {
	_, err := os.Stat(filepath.Join(s.opt.Public, filepath.FromSlash(filmPath(rec.Slug)), "index.html"))
	return err == nil
}

func (s *Site) programme(ctx context.Context) (assets.Programme, error) {
	p, err := s.opt.Programme(ctx)
	var known *assets.Error
	switch {
	case err == nil || errors.As(err, &known):
		return p, err
	case ctx.Err() != nil:
		return p, interrupted("site.programme", err)
	}
	return p, internalError("site.programme", err)
}

func sameFilesystem(a, b string) error {
	var one, two syscall.Stat_t
	if err := errors.Join(syscall.Stat(a, &one), syscall.Stat(b, &two)); err != nil {
		return diskError("site.New", err)
	}
	if one.Dev != two.Dev {
		return &assets.Error{
			Kind: assets.Invalid, Op: "site.New",
			Msg: fmt.Sprintf("Les dossiers %s et %s doivent être sur le même disque : les pages passent de l'un à l'autre d'un seul geste.", a, b),
		}
	}
	return nil
}
