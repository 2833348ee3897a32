// Package upload takes in files that are sent in pieces, by the tus protocol
// 1.0 (https://tus.io/protocols/resumable-upload). The protocol is tusd's; what
// may be sent, by whom and how much, the Desk has decided before the first
// byte, and where a piece goes is one file for each upload.
//
// It hashes nothing, files nothing and shows no page: it tells the Desk when
// the last byte is there. How many bytes are there, the file itself says, so
// that no record can disagree with it after a crash.
package upload

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	xslog "golang.org/x/exp/slog"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
)

// Root is where uploads are created; each has its address below it.
const Root = "/regie/tus/"

// Desk is what the pieces are handed to. *pipeline.Desk is the real one.
type Desk interface {
	Upload(ctx context.Context, id assets.ID) (assets.Upload, error)
	UploadPath(id assets.ID) string
	FinishUpload(ctx context.Context, id assets.ID) error
	CancelUpload(ctx context.Context, id assets.ID, actor string) error
}

// Options is what a Handler is made of.
type Options struct {
	Desk    Desk
	Largest int64         // bytes of one upload
	Inflow  *Inflow       // told of every byte; nil makes one
	Silence time.Duration // a connection that sends nothing for this long is closed
	Log     *slog.Logger
}

// Handler answers tus requests.
type Handler struct {
	o   Options
	tus *handler.UnroutedHandler
}

// New returns a Handler.
func New(o Options) (*Handler, error) {
	if o.Inflow == nil {
		o.Inflow = NewInflow()
	}
	composer := handler.NewStoreComposer()
	s := store{o.Desk, o.Inflow}
	composer.UseCore(s)
	composer.UseTerminater(s)
	memorylocker.New().UseIn(composer)
	h := &Handler{o: o}
	var err error
	h.tus, err = handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, BasePath: Root, MaxSize: o.Largest,
		DisableDownload: true, DisableConcatenation: true,
		Cors:                             &handler.CorsConfig{Disable: true}, // no other site has business here
		NetworkTimeout:                   o.Silence,
		AcquireLockTimeout:               10 * time.Second,
		GracefulRequestCompletionTimeout: 5 * time.Second,
		PreUploadCreateCallback:          h.create,
		PreFinishResponseCallback:        h.finish,
		PreUploadTerminateCallback:       h.cancel,
		Logger:                           xslog.New(xslog.NewTextHandler(io.Discard, &xslog.HandlerOptions{Level: xslog.LevelError + 1})),
	})
	return h, err
}

// Routes are what the gate mounts: who may send to an upload, its table says.
func (h *Handler) Routes() []gate.Route {
	route := func(pattern string, serve http.HandlerFunc) gate.Route {
		return gate.Route{Pattern: pattern, Handler: h.clean(h.tus.Middleware(serve))}
	}
	return []gate.Route{
		route("OPTIONS "+Root, h.tus.HeadFile), // answered before it gets there
		route("POST "+Root, h.tus.PostFile),
		route("HEAD "+Root+"{upload}", h.tus.HeadFile),
		route("PATCH "+Root+"{upload}", h.tus.PatchFile),
		route("DELETE "+Root+"{upload}", h.tus.DelFile),
	}
}

// most is how long the description of an upload may be; ours holds its ID.
const most = 4 << 10

// clean takes away what of the protocol is not wanted here: another method than
// the one the gate judged, and bytes that come with the creation. tusd then
// sees the path as the upload's ID alone.
func (h *Handler) clean(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header.Get("Upload-Metadata")) > most {
			http.Error(w, "La description du fichier est trop longue.", http.StatusRequestHeaderFieldsTooLarge)
			return
		}
		r.Header.Del("X-HTTP-Method-Override")
		for name := range r.Header { // the draft of the IETF is another protocol
			if strings.HasPrefix(name, "Upload-Draft") || name == "Upload-Complete" || name == "Upload-Incomplete" || name == "Upload-Concat" {
				r.Header.Del(name)
			}
		}
		if r.Method == http.MethodPost {
			r.Header.Del("Content-Type")
		}
		u := *r.URL
		u.Path = strings.TrimPrefix(u.Path, Root)
		clone := r.Clone(r.Context())
		clone.URL = &u
		// tusd leaves its deadline on the connection, which the next request, of
		// a page perhaps, would find there.
		defer func() { _ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) }()
		next.ServeHTTP(w, clone)
	})
}

// create lets an upload begin that was announced, by the person who announced it.
func (h *Handler) create(e handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	var none handler.FileInfoChanges
	who, in := gate.Visitor(e.Context)
	u, err := h.o.Desk.Upload(e.Context, assets.ID(e.Upload.MetaData["upload"]))
	switch {
	case err != nil && assets.KindOf(err) != assets.NotFound:
		return handler.HTTPResponse{}, none, h.fault(err)
	case err != nil, !in, u.Owner != who.ID:
		return handler.HTTPResponse{}, none, handler.ErrNotFound
	case u.State != assets.UploadOpen:
		return handler.HTTPResponse{}, none, handler.NewError("ERR_ENDED", "Cet envoi est terminé.", http.StatusConflict)
	case u.Size != e.Upload.Size, e.Upload.SizeIsDeferred:
		return handler.HTTPResponse{}, none, handler.NewError("ERR_SIZE", "La taille n'est pas celle qui a été annoncée.", http.StatusBadRequest)
	}
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: string(u.ID), MetaData: handler.MetaData{}}, nil
}

// finish tells the Desk that the last byte is there.
func (h *Handler) finish(e handler.HookEvent) (handler.HTTPResponse, error) {
	if err := h.o.Desk.FinishUpload(e.Context, assets.ID(e.Upload.ID)); err != nil {
		return handler.HTTPResponse{}, h.fault(err)
	}
	return handler.HTTPResponse{}, nil
}

func (h *Handler) cancel(e handler.HookEvent) (handler.HTTPResponse, error) {
	who, _ := gate.Visitor(e.Context)
	if err := h.o.Desk.CancelUpload(e.Context, assets.ID(e.Upload.ID), string(who.ID)); err != nil {
		return handler.HTTPResponse{}, h.fault(err)
	}
	return handler.HTTPResponse{}, nil
}

// fault is an error of the Desk as tusd answers it: a status and a sentence.
func (h *Handler) fault(err error) error {
	var known handler.Error
	if errors.As(err, &known) {
		return err
	}
	status := gate.Status(err)
	if status >= http.StatusInternalServerError {
		h.o.Log.Error("an upload failed", "err", err)
	}
	return handler.NewError("ERR_REGIE", assets.Sentence(err), status)
}
