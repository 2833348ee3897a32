package main

import (
	"context"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/remote"
	"anonymal.tv/regie/publishers/vimeo"
	"anonymal.tv/regie/publishers/x"
	"anonymal.tv/regie/publishers/youtube"
)

// channel is one destination beside the site, as it is configured.
type channel struct {
	name  assets.Channel
	mode  string
	open  func() (publishers.Publisher, error) // nil: not offered here
	grant *remote.Grant                        // nil: its account is connected by a file of tokens only
}

// outlet is a channel of this mode, whose publisher is open(o).
func outlet[P publishers.Publisher, O any](name assets.Channel, mode string, open func(O) (P, error), o O, grant *remote.Grant) channel {
	c := channel{name: name, mode: mode}
	if mode == "off" {
		return c
	}
	c.open = func() (publishers.Publisher, error) { return open(o) }
	if grant != nil && grant.Config.ClientID != "" {
		c.grant = grant
	}
	return c
}

// offered is the mode of a channel that has no address of its own: it is off
// until one is set.
func offered(mode, address string) string {
	if address == "" {
		return "off"
	}
	return mode
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

// offsets are how far behind the first each channel goes out.
func offsets(c configs.Calendar) map[assets.Channel]time.Duration {
	all := map[assets.Channel]time.Duration{}
	for channel, minutes := range c.After() {
		all[assets.Channel(channel)] = time.Duration(minutes) * time.Minute
	}
	return all
}

// vault keeps the tokens of a channel.
func (h *house) vault(c assets.Channel) pipeline.Vault {
	return pipeline.Vault{Accounts: h.catalog, Sealer: h.parts.Sealer, Now: h.now, Channel: c}
}

// grant is an application that is declared with a channel.
func grant(name, id string, secret configs.Secret, ask, trade string, scopes ...string) *remote.Grant {
	return &remote.Grant{Name: name, Config: oauth2.Config{
		ClientID: id, ClientSecret: secret.Reveal(), Endpoint: oauth2.Endpoint{AuthURL: ask, TokenURL: trade}, Scopes: scopes,
	}}
}

func mastodonGrant(c configs.Mastodon) *remote.Grant {
	return grant("Mastodon", c.ClientID, c.ClientSecret, c.APIURL+"/oauth/authorize", c.APIURL+"/oauth/token",
		"read:accounts", "read:statuses", "write:media", "write:statuses")
}

func youtubeGrant(c configs.YouTube) *remote.Grant {
	g := grant("YouTube", c.ClientID, c.ClientSecret, c.AuthURL, c.TokenURL, youtube.Scope)
	g.Config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	g.Query = url.Values{"access_type": {"offline"}, "prompt": {"consent"}} // without these no refresh token comes
	return g
}

func vimeoGrant(c configs.Vimeo) *remote.Grant {
	return grant("Vimeo", c.ClientID, c.ClientSecret, c.APIURL+"/oauth/authorize", c.APIURL+"/oauth/access_token", vimeo.Scopes()...)
}

func facebookGrant(c configs.Facebook) *remote.Grant {
	return grant("Facebook", c.ClientID, c.ClientSecret, c.AuthURL, c.GraphURL+"/oauth/access_token",
		"pages_show_list", "pages_read_engagement", "pages_manage_posts", "publish_video")
}

// openX opens X; its posts are looked at only where that may cost something.
func openX(c configs.X) func(x.Options) (publishers.Publisher, error) {
	return func(o x.Options) (publishers.Publisher, error) {
		if c.Watch {
			return x.NewWatched(o)
		}
		return x.New(o)
	}
}

func xGrant(c configs.X) *remote.Grant {
	g := grant("X", c.ClientID, c.ClientSecret, c.AuthURL, c.APIURL+"/2/oauth2/token", "tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
	g.Config.Endpoint.AuthStyle = x.AuthStyle(g.Config)
	return g
}
