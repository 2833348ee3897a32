package main

import (
	"testing"

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
