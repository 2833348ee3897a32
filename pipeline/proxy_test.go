package pipeline

import (
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

func (b *bench) takeRush(text string) assets.ID {
	b.Helper()
	r, err := b.Ingest(b.Context(), Arrival{Name: "MVI_0042.MOV", Bytes: strings.NewReader(text), Kind: assets.KindRush, Actor: "cli"})
	if err != nil {
		b.Fatal(err)
	}
	return r.Rush
}

func (b *bench) rush(id assets.ID) (assets.Rush, []assets.Rendition) {
	b.Helper()
	r, err := b.Catalog.Rush(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	made, err := b.Catalog.Proxies(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return r, made
}

// TestProxy: a rush is ready when it plays, and not before; making it again by
// the same recipe keeps what is there, by another replaces it.
func TestProxy(t *testing.T) {
	b := newBench(t)
	id := b.takeRush("rush")
	if r, made := b.rush(id); r.State != assets.RushReceived || len(made) != 0 {
		t.Fatalf("%+v %+v", r, made)
	}
	b.settle()
	r, made := b.rush(id)
	if r.State != assets.RushReady || r.Proxy != (assets.Proxy{Frames: 75, Rate: 25000}) || len(made) != 1 || FileOf(made[0].Key) != "proxy.mp4" {
		t.Fatalf("%+v %+v", r, made)
	}
	again := func() []assets.Rendition {
		t.Helper()
		if err := b.RemakeProxy(t.Context(), id, "monteur"); err != nil {
			t.Fatal(err)
		}
		b.settle()
		r, made := b.rush(id)
		if r.State != assets.RushReady || len(made) != 1 {
			t.Fatalf("%+v %+v", r, made)
		}
		return made
	}
	if same := again(); same[0].ID != made[0].ID {
		t.Error("the same recipe made it twice")
	}
	b.maker.generation++
	if other := again(); other[0].ID == made[0].ID {
		t.Error("another recipe changed nothing")
	}
	if _, err := b.Blobs.Stat(t.Context(), made[0].Key); assets.KindOf(err) != assets.NotFound {
		t.Errorf("the old proxy is still stored: %v", err)
	}
}

// TestProxyOfADamagedRush: it says so, and shows nothing half.
func TestProxyOfADamagedRush(t *testing.T) {
	b := newBench(t)
	b.maker.verdict, b.maker.when = assets.SheetIncomplete, "make"
	id := b.takeRush("rush")
	b.settle()
	r, made := b.rush(id)
	if r.State != assets.RushIncomplete || r.Reason == "" || len(made) != 0 {
		t.Fatalf("%+v %+v", r, made)
	}
}
