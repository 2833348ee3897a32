package upload

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"runtime"
	"sync"
	"syscall"

	"github.com/tus/tusd/v2/pkg/handler"

	"anonymal.tv/regie/assets"
)

// store keeps the bytes of each upload in the one file that the Desk names.
// tusd's own file store keeps a second file with what is known of the upload,
// which a crash can leave empty; here the catalog knows it.
type store struct {
	desk   Desk
	inflow *Inflow
}

var (
	_ handler.DataStore           = store{}
	_ handler.TerminaterDataStore = store{}
	_ handler.TerminatableUpload  = (*piece)(nil)
)

// NewUpload makes the file; one that is there is left as it is, so that a
// creation whose answer was lost may be asked for again.
func (s store) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	f, err := os.OpenFile(s.desk.UploadPath(assets.ID(info.ID)), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, full(err)
	}
	if err := f.Close(); err != nil {
		return nil, full(err)
	}
	return s.GetUpload(ctx, info.ID)
}

// GetUpload finds an upload. One that has all its bytes says so, whoever lost the
// last answer; it takes no more, and is not removed.
func (s store) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	u, err := s.desk.Upload(ctx, assets.ID(id))
	switch {
	case assets.KindOf(err) == assets.NotFound && err != nil:
		return nil, handler.ErrNotFound
	case err != nil:
		return nil, handler.NewError("ERR_REGIE", assets.Sentence(err), http.StatusServiceUnavailable)
	case u.State == assets.UploadWhole, u.State == assets.UploadDone:
		return &piece{kept: true, info: handler.FileInfo{ID: id, Size: u.Size, Offset: u.Size, MetaData: handler.MetaData{}}}, nil
	case u.State != assets.UploadOpen:
		return nil, handler.ErrNotFound
	}
	path := s.desk.UploadPath(u.ID)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, handler.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &piece{path: path, inflow: s.inflow, info: handler.FileInfo{ID: id, Size: u.Size, Offset: info.Size(), MetaData: handler.MetaData{}}}, nil
}

// AsTerminatableUpload is how tusd asks for the end of an upload.
func (s store) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload { return u.(*piece) }

// piece is an upload while one request works on it: tusd locks it.
type piece struct {
	path   string
	kept   bool // whole: the house has it
	inflow *Inflow
	info   handler.FileInfo
}

func (p *piece) GetInfo(context.Context) (handler.FileInfo, error) { return p.info, nil }

// WriteChunk adds to the end of the file. What came before a cut stays.
func (p *piece) WriteChunk(_ context.Context, offset int64, src io.Reader) (int64, error) {
	f, err := os.OpenFile(p.path, os.O_WRONLY, 0)
	if err != nil {
		return 0, full(err)
	}
	buffer := buffers.Get().(*chunk)
	defer buffers.Put(buffer)
	n, err := io.CopyBuffer(io.NewOffsetWriter(f, offset), polite{src, p.inflow}, buffer[:])
	p.info.Offset = offset + n
	if closed := f.Close(); err == nil {
		err = closed
	}
	return n, full(err)
}

// polite counts what comes, and lets others go first between two reads. A fast
// sender always has more: fifty of them, each until the scheduler takes its turn
// away, would keep a page waiting for a quarter of a second.
type polite struct {
	io.Reader
	inflow *Inflow
}

func (p polite) Read(b []byte) (int, error) {
	runtime.Gosched()
	n, err := p.Reader.Read(b)
	p.inflow.came(n)
	return n, err
}

// chunk is what bytes pass through. One of 256 KiB takes a fifth less of the
// processor than one of 64 KiB, and not more than tusd's own server takes.
type chunk [256 << 10]byte

// buffers are chunks: one for each request under way.
var buffers = &sync.Pool{New: func() any { return new(chunk) }}

// GetReader is asked for downloads only, and there are none.
func (p *piece) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, handler.ErrNotImplemented
}

// FinishUpload has nothing to do: the Desk syncs the file before it believes in it.
func (p *piece) FinishUpload(context.Context) error { return nil }

// Terminate removes the file; what the house has is no longer the sender's to
// take back.
func (p *piece) Terminate(context.Context) error {
	if p.kept {
		return handler.NewError("ERR_ENDED", "Ce fichier est déjà reçu.", http.StatusConflict)
	}
	if err := os.Remove(p.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// full gives a disk without room its own answer: what came is safe, and the
// sender waits.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return handler.NewError("ERR_DISK_FULL", "Le serveur est presque plein : vos fichiers restent sur votre téléphone, l'équipe est prévenue.", http.StatusInsufficientStorage)
	}
	return err
}
