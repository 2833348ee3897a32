package emu

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const granule = 256 << 10 // bytes: pieces but the last are multiples of it

// sessions take files in pieces, by the protocol of Google's resumable uploads
// and of node-uploadx.
type sessions struct {
	Mismatch int // status of a piece that fits nowhere
	Keep     int // bytes that are kept of a piece at most; 0: all
	// Sorting is how long a file that is whole is worked on: meanwhile nothing may
	// be asked. Hasty counts what was.
	Sorting time.Duration
	Hasty   int

	open map[string]*session
}

type session struct {
	total  int
	kept   []byte
	become func(x *Exchange, file []byte) any // what a whole file becomes: the answer
	became any
	ready  time.Time
}

// begin opens a session and returns its ID.
func (s *sessions) begin(x *Exchange, total int, become func(*Exchange, []byte) any) string {
	if s.open == nil {
		s.open = map[string]*session{}
	}
	id := "session-" + x.Next()
	s.open[id] = &session{total: total, become: become}
	return id
}

// expire ends all sessions.
func (s *sessions) expire() { s.open = nil }

// put takes a piece, or tells what is there.
func (s *sessions) put(x *Exchange) {
	u := s.open[x.Request.URL.Query().Get("upload_id")]
	if u == nil {
		x.JSON(http.StatusNotFound, map[string]any{"error": map[string]any{"code": 404, "message": "Requested entity was not found."}})
		return
	}
	if u.became != nil {
		if x.Now().Before(u.ready) {
			s.Hasty++
		}
		s.done(x, u)
		return
	}
	span := x.Request.Header.Get("Content-Range")
	if span == fmt.Sprintf("bytes */%d", u.total) && len(x.Body) == 0 && x.Request.Header.Get("Content-Length") != "" {
		u.tell(x)
		return
	}
	var from, to, total int
	if n, err := fmt.Sscanf(span, "bytes %d-%d/%d", &from, &to, &total); n != 3 || err != nil || total != u.total || to >= total || from > to {
		x.JSON(http.StatusBadRequest, map[string]any{"error": map[string]any{"code": 400, "message": "Failed to parse Content-Range header."}})
		return
	}
	size := to - from + 1
	if from > len(u.kept) || !x.Cut && len(x.Body) != size || to != total-1 && size%granule != 0 {
		x.JSON(s.Mismatch, map[string]any{"error": map[string]any{"code": s.Mismatch, "message": "Failed to parse Content-Range header."}})
		return
	}
	piece := x.Body
	if s.Keep > 0 {
		piece = piece[:min(len(piece), s.Keep)]
	}
	if had := len(u.kept) - from; had < len(piece) {
		u.kept = append(u.kept, piece[had:]...)
	}
	if len(u.kept) < u.total {
		u.tell(x)
		return
	}
	u.became, u.ready = u.become(x, u.kept), x.Now().Add(s.Sorting)
	u.kept = nil
	s.done(x, u)
}

func (s *sessions) done(x *Exchange, u *session) {
	if x.Now().Before(u.ready) {
		x.W.Header().Set("Retry-After", strconv.Itoa(int(s.Sorting.Seconds())))
		x.W.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	x.JSON(http.StatusOK, u.became)
}

func (u *session) tell(x *Exchange) {
	if len(u.kept) > 0 {
		x.W.Header().Set("Range", "bytes=0-"+strconv.Itoa(len(u.kept)-1))
	}
	x.W.WriteHeader(http.StatusPermanentRedirect)
}
