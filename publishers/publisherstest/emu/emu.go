// Package emu holds emulators of the channels: strict, with a log of what became
// public, a journal of what was asked, and faults that can be planned. They
// refuse what the channels refuse; the rules are those of their API pages, as
// far as they are known.
//
// They serve tests and `regie emulate`; they are no part of a publication.
package emu

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Commit is one effect that the world can see.
type Commit struct {
	Kind string // "video", "post"
	ID   string
	Text string // title or text
	SHA  string // of the bytes, "" without
	At   time.Time
}

// Entry is one request as it came.
type Entry struct {
	Method, Path, Query string
	Header              http.Header
	Bytes               int
	SHA                 string
}

// Fault is what goes wrong at requests that fit.
type Fault struct {
	Method string         // "" for all
	Path   *regexp.Regexp // nil for all
	Nth    int            // only at the nth that fits, from 1; 0 at each
	Action Action
}

// Action takes the place of the answer to one request. effect does what the
// request asks for, once, and answers into w.
type Action func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc)

// Frame is what all emulators share. Its zero value is not usable: see NewFrame.
type Frame struct {
	Clock func() time.Time // nil: the machine's

	mu      sync.Mutex
	mux     *http.ServeMux
	seq     int
	journal []Entry
	commits map[string]Commit // those that are public now, by ID
	all     []Commit          // all that ever were
	faults  []*planned
	fates   map[string]Fate
	drop    func(id string) // deletes it, as a person does
}

type planned struct {
	Fault
	seen int
}

// NewFrame returns a frame that answers nothing.
func NewFrame() *Frame {
	return &Frame{mux: http.NewServeMux(), commits: map[string]Commit{}, fates: map[string]Fate{}}
}

// Handle serves a route. The handler runs alone: an emulator has one lock.
func (f *Frame) Handle(pattern string, serve func(*Exchange)) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body) // what came of a request that was cut is kept
		f.mu.Lock()
		defer f.mu.Unlock()
		serve(&Exchange{Frame: f, W: w, Request: r, Body: body, Cut: err != nil})
	})
}

// ServeHTTP notes the request, and lets the planned faults go before the answer.
func (f *Frame) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := &counted{ReadCloser: r.Body, sum: sha256.New()}
	r.Body = body
	f.mu.Lock()
	at := len(f.journal)
	f.journal = append(f.journal, Entry{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone()})
	var action Action
	for _, p := range f.faults {
		if (p.Method != "" && p.Method != r.Method) || (p.Path != nil && !p.Path.MatchString(r.URL.Path)) {
			continue
		}
		if p.seen++; action == nil && (p.Nth == 0 || p.seen == p.Nth) {
			action = p.Action
		}
	}
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if at >= len(f.journal) { // forgotten meanwhile
			return
		}
		f.journal[at].Bytes, f.journal[at].SHA = body.n, hex.EncodeToString(body.sum.Sum(nil))
	}()
	if action == nil {
		f.mux.ServeHTTP(w, r)
		return
	}
	action(w, r, f.mux.ServeHTTP)
}

type counted struct {
	io.ReadCloser
	sum interface {
		io.Writer
		Sum([]byte) []byte
	}
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	_, _ = c.sum.Write(p[:n])
	c.n += n
	return n, err
}

// Plan adds a fault.
func (f *Frame) Plan(x Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, &planned{Fault: x})
}

// Heal ends all faults.
func (f *Frame) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

// Forget empties the journal.
func (f *Frame) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.journal = nil
}

// Journal is what was asked so far.
func (f *Frame) Journal() []Entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.journal)
}

// Public lists what the world sees now, by ID.
func (f *Frame) Public() []Commit {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.SortedFunc(maps.Values(f.commits), func(a, b Commit) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) })
}

// Commits lists all that was ever made public, in that order.
func (f *Frame) Commits() []Commit {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all)
}

// Exchange is one request and its answer.
type Exchange struct {
	*Frame
	W       http.ResponseWriter
	Request *http.Request
	Body    []byte
	Cut     bool // the body ended before its time
}

// Now is the time of the emulator.
func (x *Exchange) Now() time.Time {
	if x.Clock != nil {
		return x.Clock().UTC()
	}
	return time.Now().UTC()
}

// Next returns an ID that was never given before.
func (x *Exchange) Next() string {
	x.seq++
	return strconv.Itoa(100000 + x.seq)
}

// Commit notes that something became public.
func (x *Exchange) Commit(c Commit) {
	c.At = x.Now()
	if _, there := x.commits[c.ID]; !there {
		x.all = append(x.all, c)
	}
	x.commits[c.ID] = c
}

// Uncommit notes that something is public no longer.
func (x *Exchange) Uncommit(id string) { delete(x.commits, id) }

// JSON answers.
func (x *Exchange) JSON(status int, v any) {
	x.W.Header().Set("Content-Type", "application/json; charset=utf-8")
	x.W.WriteHeader(status)
	_ = json.NewEncoder(x.W).Encode(v)
}

// Sum is the SHA-256 of some bytes.
func Sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// drop closes the connection without a word.
func drop(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0) // a reset
	}
	_ = c.Close()
}
