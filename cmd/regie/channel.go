package main

import (
	"io"
	"os"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
)

type channelCmd struct {
	List       channelListCmd       `cmd:"" help:"Les canaux et leurs comptes."`
	Connect    channelConnectCmd    `cmd:"" help:"Connecter le compte d'un canal avec un fichier de jetons."`
	Test       channelTestCmd       `cmd:"" help:"Demander au canal s'il accepte encore la connexion."`
	Disconnect channelDisconnectCmd `cmd:"" help:"Oublier les jetons d'un canal ; ce qui est en ligne le reste."`
}

// channelLine is what `regie channel list --json` says of one.
type channelLine struct {
	Channel   assets.Channel `json:"channel"`
	Mode      string         `json:"mode"`           // automatic or assisted
	State     string         `json:"state"`          // of its account; "" without one
	Name      string         `json:"name,omitempty"` // of its account
	ExpiresAt time.Time      `json:"expires,omitzero"`
	CheckedAt time.Time      `json:"checked,omitzero"`
	Reason    string         `json:"reason,omitempty"`
}

func channelColumns(l channelLine) []any {
	state := map[string]string{"": "pas connecté", "connected": "connecté", "broken": "à reconnecter", "ended": "déconnecté"}[l.State]
	if l.Channel == assets.ChannelSite {
		state = "sans compte"
	}
	return []any{l.Channel, map[string]string{"automatic": "automatique", "assisted": "à la main"}[l.Mode], state, l.Name, l.Reason}
}

type channelListCmd struct{}

// Run lists the channels of this house.
func (c *channelListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		accounts, err := h.catalog.Accounts(a.ctx)
		if err != nil {
			return err
		}
		var all []channelLine
		for _, name := range h.parts.Publishers.Channels() {
			var account assets.Account
			if i := slices.IndexFunc(accounts, func(x assets.Account) bool { return x.Channel == name }); i >= 0 {
				account = accounts[i]
			}
			all = append(all, h.channelLine(name, account))
		}
		return lines(a, all, channelColumns)
	})
}

func (h *house) channelLine(name assets.Channel, account assets.Account) channelLine {
	mode := "automatic"
	if slices.Contains(h.parts.Assisted, name) {
		mode = "assisted"
	}
	return channelLine{name, mode, string(account.State), account.Name, account.ExpiresAt, account.CheckedAt, account.Reason}
}

type channelConnectCmd struct {
	Channel   string `arg:"" name:"canal" help:"Le canal, comme le dit list."`
	TokenFile string `help:"Fichier du jeton ou des jetons ; - pour l'entrée standard." required:"" placeholder:"FICHIER"`
}

// Run connects an account. Tokens are never an argument: those are seen by all.
func (c *channelConnectCmd) Run(a *app) error {
	const most = 64 << 10
	in := io.Reader(os.Stdin)
	if c.TokenFile != "-" {
		f, err := os.Open(c.TokenFile)
		if err != nil {
			return &assets.Error{Kind: assets.Invalid, Op: "channel connect", Msg: "Le fichier « " + c.TokenFile + " » ne peut pas être lu : vérifiez son nom et ses droits.", Err: err}
		}
		defer f.Close()
		in = f
	}
	tokens, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return err
	}
	return withHouse(a, func(h *house) error {
		account, err := h.desk.Connect(a.ctx, assets.Channel(c.Channel), tokens, "cli")
		if err != nil {
			return err
		}
		return lines(a, []channelLine{h.channelLine(account.Channel, account)}, channelColumns)
	})
}

type channelTestCmd struct {
	Channel string `arg:"" name:"canal" help:"Le canal, comme le dit list."`
}

// Run asks a channel whether it still takes our tokens.
func (c *channelTestCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		account, err := h.desk.CheckAccount(a.ctx, assets.Channel(c.Channel))
		if err != nil {
			return err
		}
		return lines(a, []channelLine{h.channelLine(account.Channel, account)}, channelColumns)
	})
}

type channelDisconnectCmd struct {
	Channel string `arg:"" name:"canal" help:"Le canal, comme le dit list."`
}

// Run forgets the tokens of a channel.
func (c *channelDisconnectCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error { return h.desk.Disconnect(a.ctx, assets.Channel(c.Channel), "cli") })
}
