package main

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

// emulator is a channel with a log of what became public.
type emulator interface {
	http.Handler
	Commits() []emu.Commit
}

// emulators are the channels that can be tried without an account.
var emulators = map[string]func(token string) emulator{
	"bluesky":  func(token string) emulator { return emu.NewBluesky(token) },
	"brevo":    func(token string) emulator { return emu.NewBrevo(token) },
	"facebook": func(token string) emulator { return emu.NewFacebook(token) },
	"listmonk": func(token string) emulator { return emu.NewListmonk(token) },
	"mastodon": func(token string) emulator { return emu.NewMastodon(token) },
	"peertube": func(token string) emulator { return emu.NewPeerTube(token) },
	"x":        func(token string) emulator { return emu.NewX(token) },
	"youtube":  func(token string) emulator { return emu.NewYouTube(token, token+"-refresh") },
	"vimeo":    func(token string) emulator { return emu.NewVimeo(token) },
}

type emulateCmd struct {
	Channel string `arg:"" name:"canal" help:"Le canal : mastodon…"`
	Port    string `help:"Adresse et port où il répond." name:"listen" default:"127.0.0.1:8099" placeholder:"HÔTE:PORT"`
	Token   string `help:"Le jeton qu'il accepte." default:"essai" placeholder:"JETON"`
}

func (*emulateCmd) Help() string {
	return `Un canal d'essai, aussi exigeant que le vrai, sur cette machine seulement : rien ne sort.

Exemple :
  regie emulate mastodon --listen :8099
  REGIE_CHANNELS_ALLOW_INSECURE=true REGIE_CHANNELS_MASTODON_API_URL=http://127.0.0.1:8099 regie serve`
}

// Run serves an emulator until it is interrupted. All that ever became public there
// is at /_commits.
func (c *emulateCmd) Run(a *app) error {
	open, known := emulators[c.Channel]
	if !known {
		return &assets.Error{
			Kind: assets.NotFound, Op: "emulate",
			Msg: "Il n'y a pas de canal d'essai « " + c.Channel + " ». Il y a : " + strings.Join(slices.Sorted(maps.Keys(emulators)), ", ") + ".",
		}
	}
	address := c.Port
	if strings.HasPrefix(address, ":") {
		address = "127.0.0.1" + address // it keeps no secret worth a wider door
	}
	l, err := (&net.ListenConfig{}).Listen(a.ctx, "tcp", address)
	if err != nil {
		return &assets.Error{Kind: assets.Invalid, Op: "emulate", Msg: "Le port " + address + " est déjà pris, ou interdit. Choisissez-en un autre avec --listen.", Err: err}
	}
	channel, mux := open(c.Token), http.NewServeMux()
	mux.Handle("/", channel)
	mux.HandleFunc("GET /_commits", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(channel.Commits()) // the reader may have gone
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() {
		<-a.ctx.Done()
		_ = server.Close()
	}()
	if a.out.json {
		if err := a.out.object(map[string]string{"channel": c.Channel, "url": "http://" + l.Addr().String()}); err != nil {
			return err
		}
	} else {
		a.out.say("%s d'essai : http://%s", c.Channel, l.Addr())
	}
	if err := server.Serve(l); a.ctx.Err() == nil {
		return err
	}
	return nil
}
