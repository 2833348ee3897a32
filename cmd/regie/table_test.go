package main

import (
	"io"
	"strings"
	"testing"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
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

// TestFirstLink: a house where nobody is opens to the administration by one
// link, which is shown once and opens once.
func TestFirstLink(t *testing.T) {
	h := openHouse(t, t.TempDir())
	link, err := h.firstLink(t.Context())
	_, key, found := strings.Cut(link, "/regie/entrer/")
	if err != nil || !found {
		t.Fatalf("%q, %v", link, err)
	}
	if again, err := h.firstLink(t.Context()); again != "" || err != nil {
		t.Errorf("a second link: %q, %v", again, err)
	}
	u, err := h.desk.UseInvite(t.Context(), key)
	if err != nil || u.Role != assets.RoleAdministration {
		t.Fatalf("%+v, %v", u, err)
	}
	if _, err := h.desk.UseInvite(t.Context(), key); assets.KindOf(err) != assets.Conflict {
		t.Errorf("used twice: %v", err)
	}
}
