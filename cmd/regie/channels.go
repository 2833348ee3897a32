package main

import (
	"context"

	"golang.org/x/oauth2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
)

// channel is one destination beside the site, as it is configured.
type channel struct {
	name  assets.Channel
	mode  string
	open  func() (publishers.Publisher, error) // nil: not offered here
	grant *remote.Grant                        // nil: its account is connected by a file of tokens only
}

// outlet is a channel whose address is set: its publisher is make(o).
func outlet[P publishers.Publisher, O any](name assets.Channel, mode, address string, open func(O) (P, error), o O, grant *remote.Grant) channel {
	c := channel{name: name, mode: mode}
	if mode == "off" || address == "" {
		return c
	}
	c.open = func() (publishers.Publisher, error) { return open(o) }
	if grant != nil && grant.Config.ClientID != "" {
		c.grant = grant
	}
	return c
}

// openChannels makes the registry: the site, and the channels that are offered.
func (h *house) openChannels(context.Context) error {
	all := []publishers.Publisher{h.site}
	h.parts.Grants = map[assets.Channel]publishers.Grant{}
	for _, c := range h.channels() {
		if c.open == nil {
			continue
		}
		p, err := c.open()
		if err != nil {
			return err
		}
		all = append(all, p)
		if c.mode == "assisted" {
			h.parts.Assisted = append(h.parts.Assisted, c.name)
		}
		if c.grant != nil {
			h.parts.Grants[c.name] = c.grant
		}
	}
	var err error
	h.parts.Publishers, err = publishers.NewRegistry(all...)
	return err
}

// vault keeps the tokens of a channel.
func (h *house) vault(c assets.Channel) pipeline.Vault {
	return pipeline.Vault{Accounts: h.catalog, Sealer: h.parts.Sealer, Now: h.now, Channel: c}
}

// oauth is an application that is declared with a channel.
func oauth(id string, secret configs.Secret, ask, trade string, scopes ...string) oauth2.Config {
	return oauth2.Config{ClientID: id, ClientSecret: secret.Reveal(), Endpoint: oauth2.Endpoint{AuthURL: ask, TokenURL: trade}, Scopes: scopes}
}
