package main

import (
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
)

// TestFirstMail: the first administrator is written to where the house is.
func TestFirstMail(t *testing.T) {
	for _, c := range []struct{ contact, from, want string }{
		{"", "", "administration@localhost"},
		{"", "Anonymal TV <regie@example.org>", "administration@example.org"},
		{"contact@example.net", "regie@example.org", "contact@example.net"},
		{"no address", "regie@example.org", "administration@example.org"},
	} {
		var cfg configs.Config
		cfg.Identity.Mail, cfg.Mail.From = c.contact, c.from
		if got := firstMail(cfg); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestTidy: a house that opens forgets the sessions that ran out, and only those.
func TestTidy(t *testing.T) {
	h := openHouse(t, t.TempDir())
	for hash, left := range map[string]time.Duration{"over": -time.Minute, "open": time.Hour} {
		if err := h.catalog.SaveSession(t.Context(), assets.Session{Hash: hash, User: "u", CreatedAt: h.now(), ExpiresAt: h.now().Add(left)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept, err := h.catalog.Sessions(t.Context(), "u")
	if err != nil || len(kept) != 1 || kept[0].Hash != "open" {
		t.Errorf("%+v, %v", kept, err)
	}
}
