package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

type keysCmd struct {
	Rotate keysRotateCmd `cmd:"" help:"Faire une clé neuve et chiffrer tout de nouveau avec elle (serveur arrêté)."`
}

type keysRotateCmd struct{}

// Run puts a new key in front of the others and seals everything with it. What
// it did not reach, when it dies on the way, the older keys still open.
func (c *keysRotateCmd) Run(a *app) error {
	h, err := a.open()
	if err != nil {
		return err
	}
	defer h.Close()
	unlock, held, err := lockWork(h.data)
	if err != nil {
		return err
	}
	if held {
		return &assets.Error{Kind: assets.Conflict, Op: "keys rotate", Msg: "Un « regie » travaille sur le dossier " + h.data + ". Arrêtez-le d'abord : il ne connaîtrait pas la clé neuve."}
	}
	defer unlock()
	old, err := os.ReadFile(h.keyFile())
	if err != nil {
		return unreadable(h.keyFile(), err)
	}
	text, err := newKey(h.now())
	if err != nil {
		return err
	}
	text += assets.Secret(old)
	if h.parts.Sealer, err = access.ReadKeys(text); err != nil {
		return err
	}
	if err := writeKeys(h.keyFile(), text, os.Rename); err != nil {
		return err
	}
	count, err := pipeline.NewDesk(h.parts).Reseal(a.ctx)
	if err != nil {
		return err
	}
	a.out.say("Clé neuve en service ; %d textes chiffrés de nouveau. Les clés d'avant restent dans %s pour les sauvegardes ; copiez ce fichier en lieu sûr.", count, h.keyFile())
	return nil
}

// keyFile is where the keys lie.
func (h *house) keyFile() string {
	if f := h.cfg.Keys.File; f != "" {
		return f
	}
	return filepath.Join(h.data, "keys", "secret")
}

// openKeys reads the keys, and makes the first one of a house in which nothing
// is sealed yet. Where they don't open what is sealed, nothing starts.
func (h *house) openKeys(ctx context.Context) error {
	name := h.keyFile()
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err := pipeline.CheckSealed(ctx, h.catalog, nil)
		if assets.KindOf(err) == assets.NotFound {
			return &assets.Error{
				Kind: assets.Invalid, Op: "openKeys", Err: err,
				Msg: "Le fichier de clés « " + name + " » manque, et des données sont chiffrées avec lui. Remettez-le depuis sa copie (ou donnez sa place : keys.file) ; rien n'a été changé.",
			}
		}
		if err == nil {
			text, err = firstKey(name, h.now())
		}
		if err != nil {
			return err
		}
	case err != nil:
		return unreadable(name, err)
	}
	if h.parts.Sealer, err = access.ReadKeys(assets.Secret(text)); err != nil {
		return &assets.Error{Kind: assets.Invalid, Op: "openKeys", Msg: "« " + name + " » : " + assets.Sentence(err), Err: err}
	}
	if err := pipeline.CheckSealed(ctx, h.catalog, h.parts.Sealer); err != nil {
		if assets.KindOf(err) == assets.Transient {
			return err
		}
		return &assets.Error{
			Kind: assets.Invalid, Op: "openKeys", Err: err,
			Msg: "Le fichier de clés « " + name + " » n'ouvre pas les données chiffrées de cette maison. Remettez celui qui va avec elles ; rien n'a été changé.",
		}
	}
	return nil
}

// firstKey makes the file of keys of a new house. Of two processes that begin
// together, one wins and both read the same key.
func firstKey(name string, now time.Time) ([]byte, error) {
	text, err := newKey(now)
	if err != nil {
		return nil, err
	}
	if err := writeKeys(name, text, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	kept, err := os.ReadFile(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	return kept, nil
}

// newKey is the lines of a key that is made now.
func newKey(now time.Time) (assets.Secret, error) {
	key, err := access.NewKey()
	return assets.Secret("# Régie, " + now.UTC().Format(time.DateOnly) + " : ce qui suit ouvre les données chiffrées. Ne le montrez à personne.\n" + key.Reveal() + "\n"), err
}

// writeKeys writes the file whole and durably, for its owner only; place puts
// it where it belongs.
func writeKeys(name string, text assets.Secret, place func(from, to string) error) error {
	fail := func(err error) error {
		return &assets.Error{Kind: assets.Invalid, Op: "writeKeys", Msg: "Le fichier de clés « " + name + " » ne peut pas être écrit : vérifiez les droits du dossier. Rien n'a été changé.", Err: err}
	}
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	f, err := os.CreateTemp(dir, "new-*") // 0600
	if err != nil {
		return fail(err)
	}
	defer os.Remove(f.Name())
	_, err = strings.NewReader(text.Reveal()).WriteTo(f)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fail(err)
	}
	if err := place(f.Name(), name); err != nil {
		return fail(err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fail(err)
	}
	return errors.Join(d.Sync(), d.Close())
}

func unreadable(name string, err error) error {
	return &assets.Error{Kind: assets.Invalid, Op: "openKeys", Msg: "Le fichier de clés « " + name + " » ne peut pas être lu : vérifiez ses droits.", Err: err}
}
