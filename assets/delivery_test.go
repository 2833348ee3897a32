package assets_test

import (
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// TestReceiptIsBounded (D-04): who asks for every other byte of a film makes no
// endless receipt, and has not downloaded it; who then takes the rest has.
func TestReceiptIsBounded(t *testing.T) {
	const size = 10_000
	at := time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC)
	r := assets.Receipt{Size: size}
	for from := int64(0); from < size; from += 2 {
		r.Add(assets.Stretch{From: from, To: from + 1}, at)
	}
	if len(r.Spans) != 1000 || r.Left() != 1000 || !r.DoneAt.IsZero() {
		t.Errorf("%d stretches, %d bytes, done %v", len(r.Spans), r.Left(), r.DoneAt)
	}
	r.Add(assets.Stretch{To: size}, at)
	if len(r.Spans) != 1 || r.Left() != size || !r.DoneAt.Equal(at) {
		t.Errorf("%+v", r)
	}
}
