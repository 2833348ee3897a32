package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

const (
	settling = 15 * time.Minute // until what a session became is surely among our films
	mostIdle = 6                // calls in a row that bring a file no further
	asking   = -1               // an offset that only the session knows
)

// Upload is how far a film is on its way: what is kept of it between attempts.
type Upload struct {
	Of
	Session string    `json:"session,omitempty"` // the address that takes its bytes
	Last    time.Time `json:"last,omitzero"`     // when its last bytes were first sent
	Film    string    `json:"film,omitempty"`    // its name on the channel, once it has one
}

// Fresh tells that a channel may not show this film everywhere yet.
func (u Upload) Fresh(now time.Time) bool { return now.Before(u.Last.Add(settling)) }

// Resumable sends files by the protocol of Google's uploads, which node-uploadx
// speaks, too: a session takes the bytes in pieces and says how many it kept,
// which may be fewer than were sent.
//
// Dying at any point is safe. The session is asked what it has; when it is gone,
// our own films are looked through before another is opened, for it may have
// become one of them.
type Resumable struct {
	*Client
	Type  string // of the files
	Piece int64  // bytes, a multiple of 256 KiB
	Now   assets.Clock
	Begin func(ctx context.Context) (session string, err error)
	Look  func(ctx context.Context) (film string, found bool, err error)
	Name  func(Answer) (film string) // what the last bytes are answered with; "" when it can't be read
}

// Send sends a file, from where an earlier attempt ended.
func (r Resumable) Send(ctx context.Context, u *Upload, blobs assets.Blobs, key string, keep func() error) error {
	if u.Film != "" {
		return nil
	}
	file, size, err := Blob(ctx, blobs, key)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	for range 2 { // a session that was kept for too long is gone: then another
		if u.Session == "" {
			if err := r.open(ctx, u, keep); err != nil || u.Film != "" {
				return err
			}
		}
		a, err := r.transfer(ctx, u, file, size, keep)
		switch {
		case assets.KindOf(err) == assets.NotFound:
			u.Session = ""
			continue
		case err != nil:
			return err
		}
		if u.Film = r.Name(a); u.Film == "" {
			return r.transient(fmt.Errorf("%s does not name the film: %s", r.Client.Name, excerpt(a.Body)))
		}
		return keep()
	}
	return r.transient(errors.New("each session is gone at once"))
}

func (r Resumable) open(ctx context.Context, u *Upload, keep func() error) error {
	film, found, err := r.Look(ctx)
	switch {
	case err != nil:
		return err
	case found:
		u.Film = film
		return keep()
	case u.Fresh(r.Now()):
		return &assets.Error{
			Kind: assets.Transient, Op: "remote.Resumable", RetryAfter: time.Minute,
			Msg: r.Client.Name + " a peut-être reçu tout le film, mais ne le montre pas encore : on regardera de nouveau avant de renvoyer quoi que ce soit.",
		}
	}
	if u.Session, err = r.Begin(ctx); err != nil {
		return err
	}
	u.Last = time.Time{}
	return keep()
}

// transfer sends what the session lacks. Whatever becomes of a piece, the session
// is asked before the next. NotFound: it is gone.
func (r Resumable) transfer(ctx context.Context, u *Upload, file io.ReadSeeker, size int64, keep func() error) (Answer, error) {
	best := int64(asking)
	for at, idle := int64(asking), 0; idle < mostIdle; {
		a, err := r.step(ctx, u, file, at, size, keep)
		switch {
		case err != nil && (at == asking || !mayAsk(err)):
			return a, err
		case err == nil && a.Status < 300:
			return a, nil
		case err == nil && a.Status == http.StatusPermanentRedirect && (at == asking || a.Header.Get("Range") != ""):
			if at, err = kept(a.Header.Get("Range"), size); err != nil {
				return a, r.transient(err)
			}
		default:
			at = asking
		}
		if idle++; at > best {
			best, idle = at, 0
		}
	}
	return Answer{}, r.transient(fmt.Errorf("the session does not get beyond %d of %d bytes", best, size))
}

// step sends one piece, or asks how much is there.
func (r Resumable) step(ctx context.Context, u *Upload, file io.ReadSeeker, at, size int64, keep func() error) (Answer, error) {
	call := Call{Method: http.MethodPut, Path: u.Session, Want: []int{http.StatusPermanentRedirect}}
	span := "*"
	if n := min(r.Piece, size-at); at != asking && n > 0 {
		if at+n == size && u.Last.IsZero() {
			u.Last = r.Now()
			if err := keep(); err != nil {
				return Answer{}, err
			}
		}
		piece := make([]byte, n)
		if _, err := file.Seek(at, io.SeekStart); err != nil {
			return Answer{}, &assets.Error{Kind: assets.Internal, Op: "remote.Resumable", Err: err}
		}
		if _, err := io.ReadFull(file, piece); err != nil {
			return Answer{}, &assets.Error{Kind: assets.Internal, Op: "remote.Resumable", Err: err}
		}
		span = fmt.Sprintf("%d-%d", at, at+n-1)
		call.Body, call.Length, call.Type = bytes.NewReader(piece), n, r.Type
		call.Want = append(call.Want, http.StatusConflict) // another offset is wanted
	}
	call.Header = http.Header{"Content-Range": {fmt.Sprintf("bytes %s/%d", span, size)}}
	return r.Do(ctx, call, nil)
}

// mayAsk tells whether a piece failed in a way that the session may be asked
// about at once. A token that is refused is: the question may be repeated with
// another.
func mayAsk(err error) bool {
	var e *assets.Error
	return errors.Is(err, publishers.ErrDisconnected) || errors.As(err, &e) && e.Kind == assets.Transient && e.RetryAfter == 0
}

// kept reads how many bytes a session has from its Range, "bytes=0-41"; there is
// none when it has none.
func kept(span string, size int64) (int64, error) {
	if span == "" {
		return 0, nil
	}
	last, whole := strings.CutPrefix(strings.TrimPrefix(span, "bytes="), "0-")
	n, err := strconv.ParseInt(last, 10, 64)
	if !whole || err != nil || n < 0 || n >= size {
		return 0, fmt.Errorf("the session says that it has %q of %d bytes", span, size)
	}
	return n + 1, nil
}
