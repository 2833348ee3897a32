package site

import (
	"errors"
	"syscall"

	"anonymal.tv/regie/assets"
)

func internalError(op string, err error) error {
	return &assets.Error{
		Kind: assets.Internal, Op: op, Err: err,
		Msg: "Le site n'a pas pu être mis à jour. Ce qui était en ligne le reste ; le journal en donne la cause.",
	}
}

// diskError is for files that could not be written or read: a full disk passes,
// the rest is a fault of the house.
func diskError(op string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &assets.Error{
			Kind: assets.Transient, Op: op, Err: err,
			Msg: "Le disque du site est plein. Ce qui était en ligne le reste ; libérez de la place, la mise en ligne reprendra seule.",
		}
	}
	return internalError(op, err)
}

func interrupted(op string, err error) error {
	return &assets.Error{
		Kind: assets.Transient, Op: op, Err: err,
		Msg: "La mise à jour du site a été interrompue. Elle reprendra là où elle en était.",
	}
}
