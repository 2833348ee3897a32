package main

import (
	"io"
	"testing"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/configs"
)

// TestTheTableAndTheRoomsAgree: every right leads to something that is served,
// and nothing is served without a right.
func TestTheTableAndTheRoomsAgree(t *testing.T) {
	cfg, err := configs.Load(configs.Sources{Flags: map[string]string{"data": t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), cfg, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	rooms, err := h.openRooms(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rooms.handler(); err != nil {
		t.Fatal(err)
	}
	served := map[string]bool{}
	for _, r := range rooms.routes {
		if served[r.Pattern] {
			t.Errorf("%s is served twice", r.Pattern)
		}
		served[r.Pattern] = true
	}
	for _, right := range access.Table {
		if !served[right.Route] {
			t.Errorf("nobody serves %s", right.Route)
		}
	}
	if len(served) < 100 {
		t.Errorf("only %d routes", len(served))
	}
}
