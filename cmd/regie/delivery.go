package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type deliverCmd struct {
	What         string `arg:"" name:"film-ou-dossier" help:"Un dossier, ou un film : son identifiant ou son nom dans l'adresse."`
	Partner      string `help:"Partenaire (défaut : celui du dossier ou du film)." placeholder:"PARTENAIRE"`
	Name         string `help:"Nom du lien (défaut : celui du dossier ou du film)." placeholder:"NOM"`
	Expires      string `help:"Durée du lien, en jours." default:"90d" placeholder:"90d"`
	PasswordFile string `help:"Fichier du mot de passe ; - pour l'entrée standard." placeholder:"FICHIER"`
	Mail         string `help:"Écrire le lien à cette adresse." placeholder:"ADRESSE"`
	Max          int    `help:"Téléchargements au plus ; 0 : sans limite." placeholder:"NOMBRE"`
}

func (*deliverCmd) Help() string {
	return `Exemple :
  regie deliver zik-zac-2018 --partner zik-zac-festival --expires 90d --mail festival@example.org

Le lien ouvre sans compte. Celui d'un dossier se remplit à mesure que ses films sont prêts.`
}

// Run makes a link, and says it.
func (c *deliverCmd) Run(a *app) error {
	life, err := days(c.Expires)
	if err != nil {
		return err
	}
	password, err := linkPassword(c.PasswordFile)
	if err != nil {
		return err
	}
	return withHouse(a, func(h *house) error {
		q := pipeline.DeliveryRequest{Partner: c.Partner, Name: c.Name, Mail: c.Mail, Life: life, Password: password, Max: c.Max}
		p, err := h.catalog.Programme(a.ctx)
		if err != nil {
			return err
		}
		if p.Entry(assets.Heading{Kind: assets.HeadingDossier, Slug: c.What}) != nil {
			q.Dossier = c.What
		} else {
			f, err := h.desk.Find(a.ctx, c.What)
			if err != nil {
				return err
			}
			q.Films = []assets.ID{f.ID}
		}
		x, err := h.desk.Deliver(a.ctx, q, "cli")
		if err != nil {
			return err
		}
		return h.showLink(a, x.ID, false)
	})
}

// days reads 90d, or 90j.
func days(text string) (time.Duration, error) {
	const most = 3650
	n, err := strconv.Atoi(strings.TrimRight(text, "dj"))
	if err != nil || n < 1 || n > most {
		return 0, &assets.Error{Kind: assets.Invalid, Op: "deliver", Msg: "« " + text + " » n'est pas une durée : écrivez par exemple 90d, pour 90 jours. Rien n'a été fait."}
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

// linkPassword reads the first line of a file. A password is never an argument:
// those are seen by all.
func linkPassword(path string) (assets.Secret, error) {
	const most = 1 << 10
	if path == "" {
		return "", nil
	}
	in := io.Reader(os.Stdin)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", &assets.Error{Kind: assets.Invalid, Op: "deliver", Msg: "Le fichier « " + path + " » ne peut pas être lu : vérifiez son nom et ses droits. Aucun lien n'a été créé.", Err: err}
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, most))
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSuffix(line, "\r"); err == nil && line == "" {
		err = &assets.Error{Kind: assets.Invalid, Op: "deliver", Msg: "Le mot de passe est vide. Aucun lien n'a été créé."}
	}
	return assets.Secret(line), err
}

type deliveryCmd struct {
	List   deliveryListCmd   `cmd:"" help:"Les liens : d'abord ceux dont la prolongation est demandée."`
	Show   deliveryShowCmd   `cmd:"" help:"Un lien, son adresse, et ce qu'on en a fait."`
	Renew  deliveryRenewCmd  `cmd:"" help:"Prolonger un lien, d'autant de jours qu'à sa création ou d'autres."`
	Revoke deliveryRevokeCmd `cmd:"" help:"Fermer un lien, pour toujours."`
}

func deliveryColumns(x assets.Delivery) []any {
	state := map[assets.DeliveryState]string{assets.DeliveryOpen: "ouvert", assets.DeliveryExpired: "expiré", assets.DeliveryRevoked: "fermé"}[x.State]
	if x.Asks() {
		state += ", prolongation demandée"
	}
	return []any{x.ID, state, x.ExpiresAt.Format(time.DateOnly), x.Partner, x.Name}
}

type deliveryListCmd struct {
	Partner string `help:"Un partenaire." placeholder:"PARTENAIRE"`
	Dossier string `help:"Un dossier, ou un de ses films." placeholder:"DOSSIER"`
	State   string `help:"Un état : open, expired, revoked." placeholder:"ÉTAT"`
}

// Run lists links.
func (c *deliveryListCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		all, err := h.desk.Links(a.ctx, pipeline.LinkFilter{Partner: c.Partner, Dossier: c.Dossier, State: assets.DeliveryState(c.State)})
		if err != nil {
			return err
		}
		return lines(a, all, deliveryColumns)
	})
}

// oneDelivery is the argument of what is done with one link.
type oneDelivery struct {
	ID string `arg:"" name:"livraison" help:"Son identifiant."`
}

type deliveryShowCmd struct{ oneDelivery }

// Run prints a link, and who did what by it.
func (c *deliveryShowCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error { return h.showLink(a, assets.ID(c.ID), true) })
}

type deliveryRenewCmd struct {
	oneDelivery
	Expires string `help:"Durée à partir d'aujourd'hui, en jours (défaut : celle que le lien avait à sa création)." placeholder:"30d"`
}

// Run lets a link open longer.
func (c *deliveryRenewCmd) Run(a *app) (err error) {
	var life time.Duration
	if c.Expires != "" {
		if life, err = days(c.Expires); err != nil {
			return err
		}
	}
	return withHouse(a, func(h *house) error {
		x, err := h.desk.RenewDelivery(a.ctx, assets.ID(c.ID), life, "cli")
		if err != nil {
			return err
		}
		return lines(a, []assets.Delivery{x}, deliveryColumns)
	})
}

type deliveryRevokeCmd struct{ oneDelivery }

// Run closes a link.
func (c *deliveryRevokeCmd) Run(a *app) error {
	return withHouse(a, func(h *house) error {
		x, err := h.desk.RevokeDelivery(a.ctx, assets.ID(c.ID), "cli")
		if err != nil {
			return err
		}
		return lines(a, []assets.Delivery{x}, deliveryColumns)
	})
}

// showLink prints a link with its address, and with what was done by it.
func (h *house) showLink(a *app, id assets.ID, receipts bool) error {
	v, err := h.desk.ShowLink(a.ctx, id)
	if err != nil {
		return err
	}
	if a.out.json {
		return a.out.object(v)
	}
	if err := lines(a, []assets.Delivery{v.Delivery}, deliveryColumns); err != nil {
		return err
	}
	a.out.say("%s", v.Link)
	if !receipts {
		return nil
	}
	return lines(a, v.Receipts, func(r pipeline.Trace) []any {
		did := map[assets.ReceiptKind]string{
			assets.ReceiptOpened: "ouvert", assets.ReceiptDownloaded: "téléchargé", assets.ReceiptApproved: "validé", assets.ReceiptChanges: "modification demandée",
		}[r.Kind]
		if r.Kind == assets.ReceiptDownloaded && r.DoneAt.IsZero() {
			did += " à " + strconv.Itoa(r.Percent()) + " %"
		}
		return []any{r.At.Format(time.RFC3339), did, r.Name, r.File, r.Note}
	})
}
