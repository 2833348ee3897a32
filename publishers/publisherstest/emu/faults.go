package emu

import (
	"io"
	"net/http"
	"net/http/httptest"
)

// Status answers with a status and does nothing.
func Status(code int, body string, header http.Header) Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// Drop ends the connection; nothing was done.
func Drop(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) { drop(w) }

// CommitThenDrop does what was asked, and ends the connection without an answer.
func CommitThenDrop(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
	effect(httptest.NewRecorder(), r)
	drop(w)
}

// CommitThenStatus does what was asked, and says that it failed.
func CommitThenStatus(code int) Action {
	return func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		effect(httptest.NewRecorder(), r)
		http.Error(w, `{"error":"internal"}`, code)
	}
}

// CutAfter takes n bytes of the body, does with them what it can, and resets the
// connection.
func CutAfter(n int64) Action {
	return func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, n), broken{}))
		effect(httptest.NewRecorder(), r)
		drop(w)
	}
}

// CutShare is CutAfter, at a share of the body's declared length, in percent.
func CutShare(percent int64) Action {
	return func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		CutAfter(r.ContentLength*percent/100)(w, r, effect)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TruncateAnswer does what was asked and sends half of what it would answer.
func TruncateAnswer(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
	answer := httptest.NewRecorder()
	effect(answer, r)
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
}

// Garbage is the error page of something in between, with this status.
func Garbage(code int) Action {
	return Status(code, "<!doctype html><h1>Bad gateway</h1>", http.Header{"Content-Type": {"text/html"}})
}

// Before and After call do at a request, before or after it had its effect: where
// a test ends the client.
func Before(do func()) Action {
	return func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		do()
		drop(w)
	}
}

// After is Before, once the effect is there.
func After(do func()) Action {
	return func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
		effect(httptest.NewRecorder(), r)
		do()
		drop(w)
	}
}
