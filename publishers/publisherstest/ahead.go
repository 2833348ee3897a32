package publisherstest

import (
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// aheadOfItsHour: what is prepared, however often, is seen by nobody until it is
// published from its handle; what is discarded is gone, and what is public is not
// discarded.
func aheadOfItsHour(t *testing.T, f Fixture) {
	to, prepares := f.Publisher.(publishers.Preparer)
	if !prepares {
		t.Skip("this channel takes no film ahead of its hour")
	}
	prepare := func(req publishers.Request) {
		t.Helper()
		req.Resume = f.handle(req.Marker)
		if err := to.Prepare(t.Context(), req, func(resume []byte) error { f.handles.Store(req.Marker, resume); return nil }); err != nil {
			t.Fatal(err)
		}
		f.want(t, 0)
		f.wantFound(t, req.Marker, false)
	}
	first, second := f.Request(1), f.Request(2)
	prepare(first)
	prepare(first)
	prepare(second)
	for range 2 {
		if err := to.Discard(t.Context(), second.Marker, f.handle(second.Marker)); err != nil && assets.KindOf(err) != assets.Transient { // what is new may not be shown yet
			t.Fatalf("discard: %v", err)
		}
	}
	f.publish(t, first)
	f.want(t, 1)
	wantKind(t, to.Discard(t.Context(), first.Marker, f.handle(first.Marker)), assets.Conflict)
	f.want(t, 1)
	f.handles.Delete(second.Marker)
	f.publish(t, second)
	f.want(t, 2)
}
