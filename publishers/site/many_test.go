package site

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"
	"time"
)

// recordAlike writes the records of n films that share the bytes of one,
// without publishing them one by one. A benchmark of the pages does without
// the media themselves.
func (h house) recordAlike(t testing.TB, n int, withMedia bool) {
	t.Helper()
	model := h.paper(t, 0)
	for i := range n {
		req := h.paperText(i)
		req.Files = model.Files
		rec, err := newRecord(req)
		if err != nil {
			t.Fatal(err)
		}
		rec.UpdatedAt = fixedNow()
		if !withMedia {
			rec.Media.Files = nil
		}
		text, err := json.Marshal(rec)
		if err == nil {
			err = os.WriteFile(h.recordPath(rec.Film), text, 0o644) // a crash of the test needs no fsync
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func packed(t testing.TB, text []byte) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

const manyFilms = 10_000

// BenchmarkRender makes a site of ten thousand films from nothing.
func BenchmarkRender(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		h := newHouse(b, b.TempDir())
		h.recordAlike(b, manyFilms, false)
		b.StartTimer()
		if err := h.Render(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		start := time.Now()
		if err := h.Render(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/again")
		b.StartTimer()
	}
}

// BenchmarkPublishOne adds one film to a site of ten thousand.
func BenchmarkPublishOne(b *testing.B) {
	h := newHouse(b, b.TempDir())
	h.recordAlike(b, manyFilms, false)
	if err := h.Render(b.Context()); err != nil {
		b.Fatal(err)
	}
	n := manyFilms
	for b.Loop() {
		b.StopTimer()
		n++
		req := h.paper(b, n)
		req.At = fixedNow().AddDate(0, 0, n)
		b.StartTimer()
		if _, err := h.Publish(b.Context(), req, unsaved); err != nil {
			b.Fatal(err)
		}
	}
}
