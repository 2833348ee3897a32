package pipeline

import (
	"context"
	"slices"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Outlet is one channel beside the site, as people see it.
type Outlet struct {
	Channel   assets.Channel
	Name      string
	Member    bool // it knows us by an account
	Connected bool
	Grant     bool           // its account can be connected in a browser
	Asks      string         // what is given to connect it; "": a token
	Assisted  bool           // a person publishes there, by choice
	Account   assets.Account // zero: never connected
	Last      *assets.Publication
}

// Hand tells whether a person publishes there.
func (o Outlet) Hand() bool { return o.Assisted || o.Member && !o.Connected }

// Offered tells whether a channel is in use here: one that nobody chose or
// connected is not put before people.
func (o Outlet) Offered() bool { return o.Assisted || !o.Member || o.Account.State != "" }

// Outlets are the channels beside the site, in their order.
func (d *Desk) Outlets(ctx context.Context) ([]Outlet, error) {
	accounts, err := d.Catalog.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	var all []Outlet
	for _, c := range d.Publishers.Channels() {
		if c == assets.ChannelSite {
			continue
		}
		to, err := d.Publishers.Get(c)
		if err != nil {
			return nil, err
		}
		o := Outlet{Channel: c, Name: c.Name(), Assisted: slices.Contains(d.Assisted, c)}
		_, o.Member = to.(publishers.Member)
		_, o.Grant = d.Grants[c]
		if a, asks := to.(publishers.Asker); asks {
			o.Asks = a.Asks()
		}
		if i := slices.IndexFunc(accounts, func(a assets.Account) bool { return a.Channel == c }); i >= 0 {
			o.Account, o.Connected = accounts[i], accounts[i].State == assets.AccountConnected
		}
		out, err := d.Catalog.Publications(ctx, assets.PublicationFilter{Channel: c, State: assets.PublicationPublished})
		if err != nil {
			return nil, err
		}
		for _, p := range out {
			if o.Last == nil || p.PublishedAt.After(o.Last.PublishedAt) {
				o.Last = &p
			}
		}
		all = append(all, o)
	}
	return all, nil
}

// Asking is an account that is being asked for: the state and the verifier stay
// with whoever asks, and come back with the code.
type Asking struct {
	Address         string // where the channel asks a person
	State, Verifier string
}

// AskAccount begins to connect an account in a browser; the channel sends that
// person back to redirect.
func (d *Desk) AskAccount(channel assets.Channel, redirect string) (Asking, error) {
	g, known := d.Grants[channel]
	if !known {
		return Asking{}, &assets.Error{Kind: assets.NotFound, Op: "pipeline.AskAccount", Msg: "Ce canal se connecte avec un jeton."}
	}
	a := Asking{State: access.NewSecret().Reveal(), Verifier: access.NewSecret().Reveal() + access.NewSecret().Reveal()}
	a.Address = g.Ask(redirect, a.State, a.Verifier)
	return a, nil
}

// ConnectGranted is Connect with the code that a channel sent a person back with.
func (d *Desk) ConnectGranted(ctx context.Context, channel assets.Channel, redirect, code, verifier, actor string) (assets.Account, error) {
	g, known := d.Grants[channel]
	if !known || code == "" || verifier == "" {
		return assets.Account{}, &assets.Error{Kind: assets.Invalid, Op: "pipeline.ConnectGranted", Msg: "Cette connexion n'a pas été demandée ici. Recommencez."}
	}
	tokens, err := g.Trade(ctx, redirect, code, verifier)
	if err != nil {
		return assets.Account{}, err
	}
	return d.Connect(ctx, channel, tokens, actor)
}

// Kit is what a person needs to publish a film by hand.
type Kit struct {
	Text    string // to copy
	Version assets.Version
	Files   []assets.Rendition // the film, its teaser, its picture
}

// Kit gathers it. The version is the one that has the BAT; without one there are
// no files.
func (d *Desk) Kit(ctx context.Context, p assets.Publication) (Kit, error) {
	s, err := d.stand(ctx, p.Film)
	if err != nil {
		return Kit{}, err
	}
	if p.Version == "" {
		_, v, given := s.warrant()
		if !given {
			return Kit{}, nil
		}
		p.Version = v.ID
	}
	req, err := d.request(ctx, p)
	if err != nil {
		return Kit{}, err
	}
	k := Kit{Text: req.Text, Version: req.Version}
	if req.Letter != nil {
		k.Text = req.Letter.Text
	} else if req.Link != "" {
		k.Text += "\n\n" + req.Link
	}
	var film *assets.Rendition
	for _, f := range req.Files {
		if f.Role == assets.RoleWeb || f.Role == assets.MP4Role(min(f.Width, f.Height)) {
			if film == nil || f.Role == assets.RoleWeb || film.Role != assets.RoleWeb && f.Height > film.Height {
				film = &f
			}
		}
	}
	if film != nil {
		k.Files = append(k.Files, *film)
	}
	for _, role := range []assets.Role{assets.RoleTeaser, assets.RoleCover, assets.RolePoster} {
		if f, has := req.File(role); has && (role != assets.RolePoster || len(k.Files) < 3) {
			k.Files = append(k.Files, f)
		}
	}
	return k, nil
}
