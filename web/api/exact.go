package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"anonymal.tv/regie/pipeline"
)

// What a program says of a request besides its body.
const (
	idempotencyKey = "Idempotency-Key"
	ifMatch        = "If-Match"
)

// inHeader describes a header that an operation understands.
func inHeader(name, why string) *huma.Param {
	return &huma.Param{Name: name, In: "header", Description: why, Schema: &huma.Schema{Type: "string"}}
}

// exact is what every operation understands: what is read has an ETag, and what
// changes something follows If-Match and Idempotency-Key.
func (a *API) exact(pattern string, h http.Handler) http.Handler {
	method, path, _ := strings.Cut(pattern, " ")
	switch {
	case strings.HasSuffix(path, "/{format}"): // a file, which has an ETag of its own
		return h
	case method == http.MethodGet:
		a.reads[path] = h
		return tagged(h)
	}
	return a.once(a.matched(path, h))
}

// held is an answer that waits.
type held struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *held) WriteHeader(status int) { h.status = status }

func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

// hold lets a request be answered, and keeps the answer.
func hold(w http.ResponseWriter, r *http.Request, next http.Handler) *held {
	h := &held{ResponseWriter: w, status: http.StatusOK}
	next.ServeHTTP(h, r)
	return h
}

func (h *held) tag() string {
	sum := sha256.Sum256(h.body.Bytes())
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

func (h *held) send() {
	h.ResponseWriter.WriteHeader(h.status)
	_, _ = h.ResponseWriter.Write(h.body.Bytes()) // who went away needs no answer
}

// holds tells whether a condition names this tag (RFC 9110, section 13.1).
func holds(condition, tag string) bool {
	return slices.ContainsFunc(strings.Split(condition, ","), func(one string) bool {
		one = strings.TrimSpace(one)
		return one == "*" || one == tag
	})
}

// tagged answers 304 to who has the answer already.
func tagged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := hold(w, r, next)
		if answer.status == http.StatusOK {
			tag := answer.tag()
			w.Header().Set("ETag", tag)
			if holds(strings.ReplaceAll(r.Header.Get("If-None-Match"), "W/", ""), tag) {
				w.Header().Del("Content-Type")
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		answer.send()
	})
}

// matched changes what the program has seen, and nothing else: one at a time,
// so that of two who have seen the same, the second is told.
func (a *API) matched(path string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		condition := r.Header.Get(ifMatch)
		if condition == "" {
			next.ServeHTTP(w, r)
			return
		}
		a.matching.Lock()
		defer a.matching.Unlock()
		if !a.unchanged(path, r, condition) {
			say(w, &huma.ErrorModel{
				Status: http.StatusPreconditionFailed, Title: http.StatusText(http.StatusPreconditionFailed),
				Detail: "Ce que vous modifiez a changé depuis que vous l’avez lu. Rien n’a été fait : relisez-le, puis recommencez.",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// unchanged reads what stands at the address of a request.
func (a *API) unchanged(path string, r *http.Request, condition string) bool {
	read := a.reads[path]
	if read == nil {
		return false
	}
	q := r.Clone(r.Context())
	q.Method, q.URL.RawQuery, q.Body = http.MethodGet, "", http.NoBody
	now := hold(unread{http.Header{}}, q, read)
	return now.status == http.StatusOK && holds(condition, now.tag())
}

// unread goes nowhere.
type unread struct{ header http.Header }

func (u unread) Header() http.Header         { return u.header }
func (u unread) Write(b []byte) (int, error) { return len(b), nil }
func (u unread) WriteHeader(int)             {}

// once follows what comes under one name once. Who asked may be gone by then:
// it is followed to its end.
func (a *API) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.Header.Get(idempotencyKey)
		if name == "" {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			say(w, huma.Error413RequestEntityTooLarge("La demande est trop longue.").(*huma.ErrorModel))
			return
		} else if err != nil {
			say(w, huma.Error400BadRequest("La demande n’est pas arrivée entière. Renvoyez-la.").(*huma.ErrorModel))
			return
		}
		print := sha256.Sum256(fmt.Appendf(nil, "%s %s\n%s\n%s", r.Method, r.URL.RequestURI(), r.Header.Get(ifMatch), body))
		ctx := context.WithoutCancel(r.Context())
		q := pipeline.Request{User: user(ctx).ID, Name: name, Print: hex.EncodeToString(print[:])}
		answer, err := a.desk.Once(ctx, q, func() pipeline.Answer {
			r := r.WithContext(ctx)
			r.Body = io.NopCloser(bytes.NewReader(body))
			h := hold(unread{http.Header{}}, r, next)
			return pipeline.Answer{Status: h.status, Body: h.body.Bytes(), Again: h.status == http.StatusServiceUnavailable}
		})
		if answer.Status == 0 {
			a.Refuse(w, r, err)
			return
		}
		if err != nil {
			a.log.Error("an answer was not kept", "err", err)
		}
		kind := "application/json"
		if answer.Status >= http.StatusBadRequest {
			kind = problemType
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(answer.Status)
		_, _ = w.Write(answer.Body) // who went away needs no answer
	})
}
