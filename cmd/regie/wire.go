package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the zone is there on every machine

	"github.com/oklog/ulid/v2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/hooks"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/pipeline/ffmpeg"
	"anonymal.tv/regie/pipeline/maker"
	"anonymal.tv/regie/post"
	"anonymal.tv/regie/publishers/bluesky"
	"anonymal.tv/regie/publishers/facebook"
	"anonymal.tv/regie/publishers/mastodon"
	"anonymal.tv/regie/publishers/newsletter"
	"anonymal.tv/regie/publishers/peertube"
	"anonymal.tv/regie/publishers/site"
	"anonymal.tv/regie/publishers/vimeo"
	"anonymal.tv/regie/publishers/x"
	"anonymal.tv/regie/publishers/youtube"
	"anonymal.tv/regie/web/static"
	"anonymal.tv/regie/web/upload"
	"anonymal.tv/regie/worker"
)

// sandboxExec is the hidden sub-command by which the program becomes the
// confined parent of ffmpeg.
const sandboxExec = "sandbox-exec"

// lease is how long a silent attempt keeps its job. With a sweep every second
// or five, lost work is asked for again within 15 s.
const lease = 9 * time.Second

// house is everything, built once and handed down.
type house struct {
	cfg      configs.Config
	data     string // absolute
	log      *slog.Logger
	now      assets.Clock
	zone     *time.Location // of the association: dates are typed and said in it
	catalog  assets.Catalog
	runner   *ffmpeg.Sandbox
	profiles maker.Profiles
	site     *site.Site
	broker   *worker.Broker // the one of redis.url; nil with the embedded one
	parts    pipeline.Options
	inflow   *upload.Inflow // of the files that people send to this process
	desk     *pipeline.Desk
	closers  []func() error
}

// open builds the house on the configured data folder. It starts no work.
func open(ctx context.Context, cfg configs.Config, logs io.Writer) (*house, error) {
	return openAt(ctx, cfg, logs, time.Now)
}

// openAt is open with another clock.
func openAt(ctx context.Context, cfg configs.Config, logs io.Writer, now assets.Clock) (*house, error) {
	data, err := filepath.Abs(cfg.Data)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(data, 0o750); err != nil {
		return nil, &assets.Error{Kind: assets.Invalid, Op: "open", Msg: "Le dossier des données « " + data + " » ne peut pas être créé : vérifiez ses droits.", Err: err}
	}
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return nil, err
	}
	h := &house{cfg: cfg, data: data, log: newLog(cfg.Log, logs), now: now, zone: zone, inflow: upload.NewInflow()}
	for _, build := range []func(context.Context) error{h.openCatalog, h.openKeys, h.openBlobs, h.openUploads, h.openSite, h.openTexts, h.openChannels, h.openBroker, h.openPost} {
		if err := build(ctx); err != nil {
			return nil, errors.Join(err, h.Close())
		}
	}
	h.parts.Scratch = filepath.Join(data, "scratch")
	h.parts.Policy = assets.ConsentPolicy{Guardians: cfg.Consent.Guardians, Years: cfg.Consent.Years}
	h.parts.Now, h.parts.NewID, h.parts.Lease, h.parts.Log, h.parts.Zone = h.now, newID, lease, h.log, h.zone
	h.parts.Offsets = offsets(h.cfg.Calendar)
	h.parts.Ahead = time.Duration(cfg.Channels.AheadHours) * time.Hour
	outside := hooks.New(hooks.Options{Private: configs.Names(cfg.Webhooks.PrivateHosts)})
	h.parts.Caller, h.parts.Visitor = outside, outside
	h.desk = pipeline.NewDesk(h.parts)
	return h, nil
}

// Close gives everything back, the last opened first.
func (h *house) Close() error {
	var errs []error
	for i := len(h.closers) - 1; i >= 0; i-- {
		errs = append(errs, h.closers[i]())
	}
	return errors.Join(errs...)
}

func (h *house) openCatalog(ctx context.Context) error {
	url := h.cfg.Database.URL.Reveal()
	if url == "" {
		url = "sqlite:" + filepath.Join(h.data, "regie.db")
	}
	c, err := catalog.Open(ctx, catalog.Options{URL: url, Now: h.now})
	if err != nil {
		return err
	}
	h.catalog, h.parts.Catalog = c, c
	h.closers = append(h.closers, c.Close)
	return h.seed(ctx)
}

// seed files the association's programme into a catalog that has none yet.
// What people change there afterwards is theirs.
func (h *house) seed(ctx context.Context) error {
	p, err := h.catalog.Programme(ctx)
	if err != nil || len(p.Rubriques) > 0 {
		return err
	}
	f, err := configs.LoadProgramme(h.cfg.Programme)
	if err != nil {
		return err
	}
	for i, r := range f.Rubriques {
		p.Rubriques = append(p.Rubriques, assets.Rubrique{Slug: r.Slug, Name: r.Name, Light: r.Light, Dark: r.Dark, Lede: r.Lede, Rank: i + 1})
	}
	for _, x := range f.Partners {
		sites, err := pipeline.Sites(x.Sites)
		if err != nil {
			return err
		}
		colour, err := pipeline.Colour(x.Colour)
		if err != nil {
			return err
		}
		p.Partners = append(p.Partners, assets.Partner{Slug: x.Slug, Name: x.Name, URL: x.URL, Colour: colour, Sites: sites})
	}
	for _, x := range f.Dossiers {
		p.Dossiers = append(p.Dossiers, assets.Dossier{Slug: x.Slug, Name: x.Name, Partner: x.Partner, Planned: x.Planned})
	}
	for _, x := range f.Territories {
		p.Territories = append(p.Territories, assets.Territory{Slug: x.Slug, Name: x.Name, Parent: x.Parent})
	}
	return h.catalog.SaveProgramme(ctx, p)
}

func (h *house) openBlobs(ctx context.Context) error {
	if h.cfg.Storage.Kind == "s3" {
		s := h.cfg.Storage.S3
		b, err := blobs.NewS3(ctx, blobs.S3Options{
			Endpoint: s.Endpoint, Bucket: s.Bucket, Region: s.Region, Insecure: s.Insecure,
			AccessKey: s.AccessKey.Reveal(), Secret: assets.Secret(s.SecretKey.Reveal()),
			Scratch: filepath.Join(h.data, "scratch"),
		})
		h.parts.Blobs = b
		return err
	}
	b, err := blobs.NewDisk(blobs.DiskOptions{Dir: filepath.Join(h.data, "blobs"), Busy: h.inflow.Busy})
	if err != nil {
		return err
	}
	h.parts.Blobs = b
	h.closers = append(h.closers, b.Close)
	return nil
}

// openMaker finds ffmpeg and its confinement. Only a process that works needs it.
func (h *house) openMaker() error {
	if h.parts.Maker != nil {
		return nil
	}
	name, text, err := configs.ReadProfiles(h.cfg.Profiles)
	if err != nil {
		return err
	}
	if err := configs.Decode(name, text, &h.profiles); err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	helper, off := []string{exe, sandboxExec}, h.cfg.Media.Sandbox == "off"
	if off {
		helper = nil
	}
	h.runner, err = ffmpeg.New(ffmpeg.Options{
		FFmpeg: h.cfg.Media.FFmpeg, FFprobe: h.cfg.Media.FFprobe,
		Helper: helper, AllowNone: off,
		Memory: int64(h.cfg.Media.MemoryMB) << 20, Log: h.log,
	})
	if err != nil {
		return &assets.Error{Kind: assets.Transient, Op: "openMaker", Msg: "ffmpeg ne peut pas être lancé en sécurité sur cette machine. « regie doctor » dit ce qui manque.", Err: err}
	}
	h.parts.Maker, err = maker.New(maker.Options{Runner: h.runner, Profiles: h.profiles, Tools: h.runner.Version(), Log: h.log})
	return err
}

func (h *house) openSite(context.Context) error {
	id := h.cfg.Identity
	s, err := site.New(site.Options{
		Public: h.public(), State: filepath.Join(h.data, "site"), BaseURL: h.baseURL(),
		Identity: site.Identity{
			Name: h.cfg.Site.Title, Tagline: h.cfg.Site.Tagline, Legal: id.Name, Address: id.Address,
			Phone: id.Phone, Mail: id.Mail, Director: id.Director, Host: id.Host, Letters: h.ownList(),
		},
		Blobs: h.parts.Blobs, Programme: h.catalog.Programme, Assets: static.FS(), Now: h.now,
	})
	if err != nil {
		return err
	}
	h.site = s
	return err
}

// channels are the destinations beside the site: one line each.
func (h *house) channels() []channel {
	c, plain := h.cfg.Channels, h.cfg.Channels.AllowInsecure
	y, v, f, t, m := youtubeGrant(c.YouTube), vimeoGrant(c.Vimeo), facebookGrant(c.Facebook), xGrant(c.X), mastodonGrant(c.Mastodon)
	return []channel{
		outlet(youtube.Channel, c.YouTube.Mode, youtube.New, youtube.Options{URL: c.YouTube.APIURL, UploadURL: c.YouTube.UploadURL, OAuth: y.Config, Daily: c.YouTube.Daily, Insecure: plain, Vault: h.vault(youtube.Channel), Blobs: h.parts.Blobs, Now: h.now}, y),
		outlet(vimeo.Channel, c.Vimeo.Mode, vimeo.New, vimeo.Options{URL: c.Vimeo.APIURL, OAuth: v.Config, Insecure: plain, Vault: h.vault(vimeo.Channel), Blobs: h.parts.Blobs, Now: h.now}, v),
		outlet(facebook.Channel, c.Facebook.Mode, facebook.New, facebook.Options{URL: c.Facebook.GraphURL, VideoURL: c.Facebook.GraphVideoURL, AppID: c.Facebook.ClientID, AppSecret: c.Facebook.ClientSecret.Reveal(), Post: c.Facebook.Post, Insecure: plain, Vault: h.vault(facebook.Channel), Blobs: h.parts.Blobs, Now: h.now}, f),
		outlet(x.Channel, c.X.Mode, openX(c.X), x.Options{URL: c.X.APIURL, OAuth: t.Config, Post: c.X.Post, Insecure: plain, Vault: h.vault(x.Channel), Blobs: h.parts.Blobs, Now: h.now}, t),
		outlet(peertube.Channel, offered(c.PeerTube.Mode, c.PeerTube.APIURL), peertube.New, peertube.Options{URL: c.PeerTube.APIURL, Insecure: plain, Vault: h.vault(peertube.Channel), Blobs: h.parts.Blobs, Now: h.now}, nil),
		outlet(mastodon.Channel, offered(c.Mastodon.Mode, c.Mastodon.APIURL), mastodon.New, mastodon.Options{URL: c.Mastodon.APIURL, Insecure: plain, Vault: h.vault(mastodon.Channel), Blobs: h.parts.Blobs, Now: h.now}, m),
		outlet(bluesky.Channel, c.Bluesky.Mode, bluesky.New, bluesky.Options{URL: c.Bluesky.APIURL, VideoURL: c.Bluesky.VideoURL, Insecure: plain, Vault: h.vault(bluesky.Channel), Blobs: h.parts.Blobs, Now: h.now}, nil),
		h.newsletter(c.Newsletter, plain),
	}
}

// ownList tells whether the house itself keeps the subscribers of its letters.
func (h *house) ownList() bool {
	n := h.cfg.Channels.Newsletter
	return n.Kind == "smtp" && n.Mode != "off"
}

// newsletter is the channel of the letters: by our own list, or by a service that
// keeps the subscribers.
func (h *house) newsletter(c configs.Newsletter, plain bool) channel {
	if mode := offered(c.Mode, c.Kind); c.Kind != "smtp" {
		return outlet(newsletter.Channel, mode, newsletter.New, newsletter.Options{Kind: c.Kind, URL: c.APIURL, Insecure: plain, From: c.From, List: c.List, Vault: h.vault(newsletter.Channel), Now: h.now}, nil)
	}
	list := pipeline.Mailing{Catalog: h.catalog, Now: h.now, Zone: h.zone, Daily: c.Daily}
	if h.ownList() {
		h.parts.Mailing = &list
	}
	return outlet(newsletter.Channel, c.Mode, newsletter.NewOwn, newsletter.OwnOptions{List: list, Page: h.baseURL() + "/regie/publications/"}, nil)
}

// openTexts reads what channels say of films.
func (h *house) openTexts(context.Context) error {
	all, err := configs.LoadTexts(h.cfg.Programme.Texts)
	if err != nil {
		return err
	}
	texts := make([]pipeline.TextTemplate, len(all))
	for i, t := range all {
		texts[i] = pipeline.TextTemplate{
			Channel: assets.Channel(t.Channel), Rubrique: t.Rubrique, Partner: t.Partner,
			Title: t.Title, Text: t.Text, Hashtags: t.Hashtags, Mention: t.Mention, Support: t.Support,
		}
	}
	h.parts.Texts, err = pipeline.NewTexts(texts)
	return err
}

// openPost finds the way to the server of mails; without one they are kept.
func (h *house) openPost(context.Context) error {
	m := h.cfg.Mail
	h.parts.Letterhead = pipeline.Letterhead{House: h.cfg.Site.Title, BaseURL: h.baseURL(), ReplyTo: m.ReplyTo, Imprint: h.imprint()}
	if n := h.cfg.Channels.Newsletter; n.Kind == "smtp" {
		p, err := post.New(post.Options{URL: assets.Secret(n.SMTPURL.Reveal()), From: n.From})
		if err != nil {
			return err
		}
		h.parts.LetterPost = p
	}
	if m.SMTPURL.IsZero() {
		return nil
	}
	p, err := post.New(post.Options{URL: assets.Secret(m.SMTPURL.Reveal()), From: m.From})
	if err != nil {
		return err
	}
	h.parts.Postman = p
	return nil
}

// imprint says who publishes, and where.
func (h *house) imprint() string {
	return strings.Join(slices.DeleteFunc([]string{h.cfg.Identity.Name, h.cfg.Identity.Address}, func(s string) bool { return s == "" }), ", ")
}

// baseURL is where the site is seen from outside; unless it is configured, from
// this machine.
func (h *house) baseURL() string {
	if u := h.cfg.BaseURL; u != "" {
		return u
	}
	host, port, err := net.SplitHostPort(h.cfg.Listen)
	if ip := net.ParseIP(host); err != nil || host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// public is the folder of the static site.
func (h *house) public() string {
	if p := h.cfg.Site.Public; p != "" {
		return p
	}
	return filepath.Join(h.data, "public")
}

func (h *house) openBroker(context.Context) error {
	url := h.cfg.Redis.URL.Reveal()
	if url == "" {
		h.parts.Queue = nobody{}
		return nil
	}
	worker.LogRedis(h.log)
	b, err := worker.Connect(url)
	if err != nil {
		return err
	}
	h.broker, h.parts.Queue = b, worker.NewQueue(b)
	h.closers = append(h.closers, b.Close)
	return nil
}

// nobody is the queue of a process that has no broker: the worker on this data
// folder, when there is one, finds the job in the catalog within a second.
type nobody struct{}

func (nobody) Enqueue(context.Context, pipeline.Task) error { return nil }

// newID makes a ULID in lower case.
func newID() assets.ID { return assets.ID(strings.ToLower(ulid.Make().String())) }

func newLog(c configs.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// workerName tells the workers of several machines apart.
func workerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "regie"
	}
	return fmt.Sprintf("%s-%d", host, os.Getpid())
}

// withHouse does something with the house, for a command that answers a person.
func withHouse(a *app, do func(*house) error) error {
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	return do(h)
}

// open builds the house for a command that answers a person: its log keeps to
// what went wrong.
func (a *app) open() (*house, error) {
	cfg := a.cfg
	if cfg.Log.Level == "info" {
		cfg.Log.Level = "warn"
	}
	return open(a.ctx, cfg, a.out.stderr)
}
