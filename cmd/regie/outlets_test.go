package main

import (
	"net/http/httptest"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers/publisherstest/emu"
)

// TestAnAccountIsConnectedOnItsPage: a channel that takes a name and a password
// says so where they are given.
func TestAnAccountIsConnectedOnItsPage(t *testing.T) {
	const password = "abcd-efgh-ijkl-mnop"
	server := httptest.NewServer(emu.NewBluesky(password))
	t.Cleanup(server.Close)
	t.Setenv("REGIE_CHANNELS_ALLOW_INSECURE", "true")
	t.Setenv("REGIE_CHANNELS_BLUESKY_API_URL", server.URL)
	s := openStudio(t)
	tab := s.as(assets.RoleCommunication)
	tab.Open(t, s.URL+"/regie/admin/canaux")
	value[bool](t, tab, `document.querySelector("#bluesky details").open = true`)
	tab.Until(t, read("Il faut le nom du compte et un mot de passe d’application"))
	shoot(t, tab, "canaux")
	fill(t, tab, `#bluesky details button`, [2]string{`#bluesky [name=jeton]`, "@anonymal.example " + password})
	tab.Until(t, read("Compte connecté : @anonymal.example."))
	fill(t, tab, `#bluesky form[action$="/essai"] button`)
	tab.Until(t, read("Bluesky répond : le compte est bien connecté."))
	tab.Faults(t)
}
