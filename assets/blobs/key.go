package blobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"syscall"

	"anonymal.tv/regie/assets"
)

const (
	originals = "originals/" // below it nothing is ever replaced
	// longestKey is what S3 allows, in bytes; longestElement what file systems do.
	longestKey     = 1024
	longestElement = 255
	bufferSize     = 256 << 10
)

// check refuses what is no key.
func check(op, key string) error {
	if len(key) <= longestKey {
		ok := true
		for element := range strings.SplitSeq(key, "/") {
			ok = ok && element != "" && element != "." && element != ".." && len(element) <= longestElement &&
				strings.Trim(element, "abcdefghijklmnopqrstuvwxyz0123456789._-") == ""
		}
		if ok {
			return nil
		}
	}
	return &assets.Error{
		Kind: assets.Invalid, Op: op + " " + strings.ToValidUTF8(key[:min(len(key), 100)], "?"),
		Msg: "Ce nom de fichier ne convient pas au rangement ; rien n'a été écrit.",
	}
}

// originalKey is where an original with these bytes is kept.
func originalKey(sum string) string {
	return originals + sum[:2] + "/" + sum[2:4] + "/" + sum
}

// copySum copies r to w until its end or that of ctx, and sums the bytes.
func copySum(ctx context.Context, w io.Writer, r io.Reader) (size int64, sum string, err error) {
	h := sha256.New()
	size, err = io.CopyBuffer(onlyWriter{io.MultiWriter(w, h)}, attentive{ctx, r}, make([]byte, bufferSize))
	return size, hex.EncodeToString(h.Sum(nil)), err
}

// onlyWriter hides every other ability, so that the buffer given is the one used.
type onlyWriter struct{ io.Writer }

// attentive is a reader that ends with its context. Its errors are marked, to be
// told from those of storage.
type attentive struct {
	ctx context.Context
	r   io.Reader
}

func (a attentive) Read(p []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := a.r.Read(p)
	if err != nil && err != io.EOF {
		err = &sourceError{err}
	}
	return n, err
}

// sourceError is a failure of who gives the bytes, not of where they go.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return "source: " + e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// given takes the mark off an error when storage itself was the source.
func given(err error) error {
	var source *sourceError
	if errors.As(err, &source) {
		return source.err
	}
	return err
}

// fail gives an error of storage its kind and sentence; nil stays nil and an
// assets.Error stays what it is.
func fail(op string, err error) error {
	var (
		known  *assets.Error
		source *sourceError
	)
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &assets.Error{
			Kind: assets.Transient, Op: op, Err: err,
			Msg: "L'écriture ou la lecture du fichier a été interrompue ; rien n'a été gardé à moitié.",
		}
	case errors.As(err, &source):
		return &assets.Error{
			Kind: assets.Transient, Op: op, Err: err,
			Msg: "Le fichier a cessé d'arriver avant sa fin ; rien n'en a été gardé. Envoyez-le de nouveau.",
		}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &assets.Error{
			Kind: assets.Transient, Op: op, Err: err,
			Msg: "Le disque est plein ; rien n'a été gardé à moitié. Faites de la place, puis recommencez.",
		}
	}
	return &assets.Error{
		Kind: assets.Transient, Op: op, Err: err,
		Msg: "Le stockage des fichiers ne répond pas comme il devrait ; rien n'a été gardé à moitié. Réessayez dans un moment.",
	}
}

func notFound(op, key string) error {
	return &assets.Error{
		Kind: assets.NotFound, Op: op + " " + key,
		Msg: "Ce fichier n'est pas, ou n'est plus, dans le stockage.",
	}
}

func replaced(op, key string) error {
	return &assets.Error{
		Kind: assets.Conflict, Op: op + " " + key,
		Msg: "Un original ne se remplace jamais ; celui qui est gardé n'a pas été touché.",
	}
}

func damaged(op, key string) error {
	return &assets.Error{
		Kind: assets.Internal, Op: op + " " + key,
		Msg: "Le fichier gardé sous ce nom n'a pas la taille ou l'empreinte attendue ; il n'a pas été touché. Vérifiez le stockage.",
	}
}
