package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/internal/browser"
)

// opened is a real server on a data folder of its own, with one person of each
// role, and a Chromium to visit it with.
type opened struct {
	*testing.T
	Data     string
	URL      string // without a slash at its end
	Chromium context.Context
	links    map[assets.UserRole]string
	cmd      *exec.Cmd
}

// openStudio starts it. Each person is called by their role: « Une JRI ».
func openStudio(t *testing.T) *opened {
	t.Helper()
	s := &opened{T: t, Data: t.TempDir(), Chromium: browser.Start(t), links: map[assets.UserRole]string{}}
	for role, name := range map[assets.UserRole]string{
		assets.RoleJRI: "Camille JRI", assets.RoleMonteur: "Dominique Montage", assets.RoleImage: "Claude Image",
		assets.RoleCommunication: "Maxime Communication", assets.RoleAdministration: "Alix Administration",
	} {
		s.links[role] = s.invite(name, role)
	}
	s.start()
	t.Cleanup(s.stop)
	return s
}

// invite gives access to one more person, and returns the path of their link.
func (s *opened) invite(name string, role assets.UserRole) string {
	s.Helper()
	h := openHouse(s.T, s.Data)
	defer h.Close()
	return hired(s.T, h, assets.User{Name: name, Mail: strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.org", Role: role})
}

// hired gives work to somebody, and returns the path of their link.
func hired(t *testing.T, h *house, u assets.User) string {
	t.Helper()
	u, err := h.desk.Hire(t.Context(), u, "cli")
	if err != nil {
		t.Fatal(err)
	}
	key, err := h.desk.Invite(t.Context(), u.ID, assets.KeyInvite, firstLinkLasts, "cli")
	if err != nil {
		t.Fatal(err)
	}
	return "/regie/entrer/" + key.Reveal()
}

func (s *opened) start() {
	s.Helper()
	cmd, url := server(context.WithoutCancel(s.Context()), s.T, s.Data)
	s.cmd, s.URL = cmd, strings.TrimSuffix(url, "/")
}

func (s *opened) stop() {
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(os.Interrupt)
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// as opens a tab of a browser of its own, entered as the person of that role.
func (s *opened) as(role assets.UserRole) *browser.Tab {
	s.Helper()
	tab := browser.WatchApart(s.T, s.Chromium, s.URL)
	tab.Open(s.T, s.URL+s.links[role])
	tab.Until(s.T, `location.pathname === "/regie" || location.pathname === "/regie/moi"`)
	return tab
}

// TestEnter (F1): on a phone a link leads in without a password, and only once;
// who asks for another is written to, once.
func TestEnter(t *testing.T) {
	s := openStudio(t)
	tab := s.as(assets.RoleJRI)
	tab.Phone(t)
	tab.Until(t, `document.body.innerText.includes("Bonjour Camille") && !document.querySelector("input[type=password]")`)
	tab.Faults(t)
	other := browser.WatchApart(t, s.Chromium, s.URL)
	other.Phone(t)
	other.Open(t, s.URL+s.links[assets.RoleJRI])
	other.Until(t, `document.body.innerText.includes("Ce lien a déjà servi")`)
	other.Until(t, `[...document.querySelectorAll("button")].filter(b => b.innerText === "Recevoir un nouveau lien").map(b => (b.click(), true))[0]`)
	other.Until(t, `document.body.innerText.includes("Regardez vos messages")`)
	other.Faults(t, "409")
	admin := s.as(assets.RoleAdministration)
	admin.Open(t, s.URL+"/regie/admin/messages")
	admin.Until(t, `[...document.querySelectorAll("main .list li")].filter(m => m.innerText.includes("camille.jri@")).length === 1`)
	admin.Faults(t)
}
