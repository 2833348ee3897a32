package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"anonymal.tv/regie/assets"
)

// lockWork takes the right to work on a data folder: with the embedded broker
// one process at a time does. The kernel gives it back when the process dies.
// held tells that somebody else has it.
func lockWork(data string) (unlock func(), held bool, err error) {
	f, err := os.OpenFile(filepath.Join(data, "worker.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, &assets.Error{Kind: assets.Transient, Op: "lockWork", Msg: "Le dossier des données ne peut pas être écrit : vérifiez ses droits et la place sur le disque.", Err: err}
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, true, f.Close()
	}
	if err != nil {
		f.Close()
		return nil, false, &assets.Error{Kind: assets.Internal, Op: "lockWork", Msg: "Le dossier des données ne peut pas être verrouillé.", Err: err}
	}
	return func() { f.Close() }, false, nil
}
