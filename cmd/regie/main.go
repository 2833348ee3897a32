// Command regie is the whole of Régie: the server, its parts, and the same
// verbs for people who like a terminal. Each sub-command stands in the file of
// its name; wire.go builds the house once and hands it down.
package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// commands is the command line. Data, Listen and the like stand above the
// environment, which stands above the configuration file.
type commands struct {
	Data   string `help:"Dossier des données (défaut : ./var, ou REGIE_DATA)." placeholder:"DOSSIER"`
	Config string `help:"Fichier de configuration (défaut : regie.yaml s'il existe)." placeholder:"FICHIER"`
	JSON   bool   `help:"Répondre en JSON, un objet par ligne." name:"json"`

	Serve       serveCmd       `cmd:"" help:"Tout dans un seul processus : le site, la fabrication, la mise en ligne."`
	Web         webCmd         `cmd:"" help:"Le site seul, quand la fabrication tourne sur une autre machine."`
	Worker      workerCmd      `cmd:"" help:"La fabrication et la mise en ligne seules."`
	Ingest      ingestCmd      `cmd:"" help:"Déposer des films montés ou des rushes."`
	Film        filmCmd        `cmd:"" help:"Voir les films, arrêter ou refaire leur fabrication."`
	Version     versionCmd     `cmd:"" help:"Les versions d'un film, leurs remarques, leur son."`
	Track       trackCmd       `cmd:"" help:"Sous-titres, chapitres et synthés d'un film."`
	Bat         batCmd         `cmd:"" help:"Les BAT : demander, donner, refuser."`
	Sujet       sujetCmd       `cmd:"" help:"Les sujets."`
	Rush        rushCmd        `cmd:"" help:"Les rushes."`
	Selection   selectionCmd   `cmd:"" help:"Les sélections, pour le montage."`
	Consent     consentCmd     `cmd:"" help:"Les personnes filmées et leurs autorisations."`
	Undo        undoCmd        `cmd:"" help:"Annuler un geste."`
	Publish     publishCmd     `cmd:"" help:"Mettre un film en ligne."`
	Unpublish   unpublishCmd   `cmd:"" help:"Retirer un film d'un canal."`
	Publication publicationCmd `cmd:"" help:"Les mises en ligne : voir, réessayer, confirmer."`
	Deliver     deliverCmd     `cmd:"" help:"Faire le lien par lequel un partenaire reçoit un film, ou un dossier."`
	Delivery    deliveryCmd    `cmd:"" help:"Les liens des partenaires : voir, prolonger, fermer."`
	Channel     channelCmd     `cmd:"" help:"Les canaux et leurs comptes."`
	Emulate     emulateCmd     `cmd:"" help:"Un canal d'essai sur cette machine."`
	User        userCmd        `cmd:"" help:"Les personnes qui travaillent ici."`
	Token       tokenCmd       `cmd:"" help:"Les jetons des programmes, pour /api/v1."`
	Webhook     webhookCmd     `cmd:"" help:"Les programmes que la régie prévient."`
	Keys        keysCmd        `cmd:"" help:"Les clés des données chiffrées."`
	Doctor      doctorCmd      `cmd:"" help:"Ce qui est installé, ce qui manque, et comment l'obtenir."`
	Bench       benchCmd       `cmd:"" help:"La fabrication mesurée à côté de ffmpeg seul."`
	Demo        demoCmd        `cmd:"" help:"Un dossier neuf, le programme et un vrai film, jusqu'au site."`
	Storybook   storybookCmd   `cmd:"" help:"Toutes les pages de la régie, avec des exemples."`
}

const help = `Régie, la régie des web TV : du film monté au film en ligne.

Exemples :
  regie serve                                      le site et la fabrication, dans ./var
  regie ingest film.mp4 --title "Before Zik Zac" --rubrique culture --to site --wait
  regie film list
  regie film show IDENTIFIANT --json
  regie bat give IDENTIFIANT --user image@example.org
  regie unpublish IDENTIFIANT --from site
  regie doctor

Codes de sortie : 0 fait · 1 erreur interne · 2 commande ou configuration incorrecte ·
3 refusé · 4 incomplet · 5 introuvable · 6 en conflit avec l'état présent ·
7 arrêté · 8 impossible pour l'instant, à réessayer · 9 mise en ligne échouée ·
130 interrompu. Avec plusieurs fichiers : le code le plus élevé.`

func main() {
	if len(os.Args) > 1 && os.Args[1] == sandboxExec {
		os.Exit(ffmpeg.SandboxExec(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run does one command line and returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	out := &output{stdout: stdout, stderr: stderr}
	parser, err := kong.New(&c,
		kong.Name("regie"), kong.Description(help), kong.Writers(stdout, stderr),
		kong.Help(frenchHelp), kong.ShortHelp(frenchHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Exit(func(code int) { panic(exited(code)) }),
	)
	if err != nil {
		return out.fail(err)
	}
	code := func() (code int) {
		defer func() {
			if r := recover(); r != nil {
				e, ok := r.(exited)
				if !ok {
					panic(r)
				}
				code = int(e)
			}
		}()
		if len(args) == 0 {
			args = []string{"--help"}
		}
		k, err := parser.Parse(args)
		out.json = c.JSON
		if err != nil {
			return out.fail(&usageError{err})
		}
		flags := map[string]string{}
		if c.Data != "" {
			flags["data"] = c.Data
		}
		if l, ok := k.Selected().Target.Addr().Interface().(listener); ok && l.listenFlag() != "" {
			flags["listen"] = l.listenFlag()
		}
		cfg, err := configs.Load(configs.Sources{File: c.Config, Env: os.Environ(), Flags: flags})
		if err != nil {
			return out.fail(err)
		}
		return out.fail(k.Run(&app{ctx: ctx, cfg: cfg, out: out}))
	}()
	if errors.Is(ctx.Err(), context.Canceled) && code != exitDone {
		return exitInterrupted
	}
	return code
}

// app is what every command is given.
type app struct {
	ctx context.Context
	cfg configs.Config
	out *output
}

// listener is a command that opens a port of its own choice.
type listener interface{ listenFlag() string }

// exited carries the code of a command line that only asked for help.
type exited int

// frenchHelp prints kong's help with French headings.
func frenchHelp(o kong.HelpOptions, k *kong.Context) error {
	var page bytes.Buffer
	real := k.Stdout
	k.Stdout = &page
	err := kong.DefaultHelpPrinter(o, k)
	k.Stdout = real
	if err != nil {
		return err
	}
	_, err = io.WriteString(real, strings.NewReplacer(
		"Usage: ", "Usage : ", "\nFlags:\n", "\nOptions :\n", "\nArguments:\n", "\nArguments :\n", "\nCommands:\n", "\nCommandes :\n",
		"Show context-sensitive help.", "Montrer cette aide.",
		`Run "regie <command> --help" for more information on a command.`, "« regie COMMANDE --help » en dit plus sur une commande.",
		"<command>", "COMMANDE", "[flags]", "[options]",
	).Replace(page.String()))
	return err
}
