package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/worker"
)

type serveCmd struct {
	Listen string `help:"Adresse d'écoute (défaut : 127.0.0.1:8080)." placeholder:"HÔTE:PORT"`
}

func (c *serveCmd) listenFlag() string { return c.Listen }

// Run serves the site and does the work, in one process.
func (c *serveCmd) Run(a *app) error {
	return serve(a, everything)
}

// everything is the work and the web in one process.
func everything(ctx context.Context, h *house, ln net.Listener) error {
	c, err := h.hireAlone(ctx)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.work(ctx, c) })
	g.Go(func() error { return h.serveAndTend(ctx, ln, c.broker) })
	return errors.Join(g.Wait(), c.close())
}

type webCmd struct {
	Listen string `help:"Adresse d'écoute (défaut : 127.0.0.1:8080)." placeholder:"HÔTE:PORT"`
}

func (c *webCmd) listenFlag() string { return c.Listen }

// Run serves the site only.
func (c *webCmd) Run(a *app) error {
	return serve(a, func(ctx context.Context, h *house, ln net.Listener) error {
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return h.serveAndTend(ctx, ln, h.broker) })
		g.Go(func() error { return h.fileReceived(ctx) })
		return g.Wait()
	})
}

type workerCmd struct{}

// Run does the work only.
func (c *workerCmd) Run(a *app) error {
	h, err := open(a.ctx, a.cfg, a.out.stderr)
	if err != nil {
		return err
	}
	defer h.Close()
	team, err := h.hireAlone(a.ctx)
	if err != nil {
		return err
	}
	if h.broker != nil {
		team.files = -1 // the web processes have received them
	}
	a.out.say("Régie travaille sur %s. Ctrl-C pour arrêter.", h.data)
	return errors.Join(h.work(a.ctx, team), team.close())
}

// serve opens the house and the port, says where it is, and runs until the end.
func serve(a *app, run func(context.Context, *house, net.Listener) error) error {
	ln, err := net.Listen("tcp", a.cfg.Listen)
	if err != nil {
		return &assets.Error{
			Kind: assets.Transient, Op: "serve", Err: err,
			Msg: "L'adresse " + a.cfg.Listen + " ne peut pas être ouverte : un autre programme l'utilise peut-être. « --listen 127.0.0.1:8081 » en choisit une autre.",
		}
	}
	defer ln.Close()
	a.cfg.Listen = ln.Addr().String() // the port that :0 became
	h, err := open(a.ctx, a.cfg, a.out.stderr)
	if err != nil {
		return err
	}
	defer h.Close()
	url := "http://" + ln.Addr().String() + "/"
	link, err := h.firstLink(a.ctx)
	if err != nil {
		return err
	}
	if a.out.json {
		err = a.out.object(map[string]string{"url": url, "data": h.data, "admin_link": link})
	}
	a.out.say("Le site est là : %s  (données : %s, Ctrl-C pour arrêter)", url, h.data)
	a.out.welcome(link)
	return errors.Join(err, run(a.ctx, h, ln))
}

// firstLink is the link by which the administration comes into a house where
// nobody is yet; "" in any other.
func (h *house) firstLink(ctx context.Context) (string, error) {
	there, err := h.catalog.Users(ctx, assets.UserFilter{})
	if err != nil || len(there) > 0 {
		return "", err
	}
	u, err := h.desk.Hire(ctx, assets.User{Name: "Administration", Mail: firstMail(h.cfg), Role: assets.RoleAdministration}, "cli")
	if assets.KindOf(err) == assets.Conflict && err != nil {
		return "", nil // another process was first
	}
	if err != nil {
		return "", err
	}
	secret, err := h.desk.Invite(ctx, u.ID, assets.KeyInvite, firstLinkLasts, "cli")
	return h.baseURL() + "/regie/entrer/" + secret.Reveal(), err
}

// firstMail is where the first administrator is written to: the contact of the
// house, or the domain from which it writes.
func firstMail(cfg configs.Config) string {
	if contact, err := mail.ParseAddress(cfg.Identity.Mail); err == nil {
		return contact.Address
	}
	if from, err := mail.ParseAddress(cfg.Mail.From); err == nil {
		_, domain, _ := strings.Cut(from.Address, "@")
		return "administration@" + domain
	}
	return "administration@localhost"
}

// welcome shows the first link; nothing for "".
func (o *output) welcome(link string) {
	if link != "" {
		o.say("La régie s'ouvre à l'administration par ce lien, une seule fois :\n%s", link)
	}
}

// serveHTTP answers until the context ends, then gives open requests 10 s.
func (h *house) serveHTTP(ctx context.Context, ln net.Listener, b *worker.Broker) error {
	handler, err := h.handler(b)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          h.stdlog(),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	return nil
}
