package partner

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// reach is everything that is to be had of a film by a link: by each route of the
// room, with its wildcards filled, and by each way to ask. A route that is new is
// among them by itself.
func (h *house) reach(root string, f assets.Film) (all []string) {
	h.Helper()
	token := root[strings.LastIndex(root, "/")+1:]
	menu := strings.TrimPrefix(h.saved(root, f, assets.MP4Role(1080)), root+"/films/"+string(f.ID)+"/fichiers/")
	fill := map[string][]string{
		"{file...}": {"mp4/1080.mp4", "hls/master.m3u8", "hls/v/list.m3u8", "hls/v/0.m4s", "poster.jpg"},
		"{file}":    {menu},
		"{format}":  {string(assets.FormatPAD)},
	}
	for pattern := range routes {
		method, address, _ := strings.Cut(pattern, " ")
		address = strings.NewReplacer("{token}", token, "{film}", string(f.ID)).Replace(address)
		addresses := []string{address}
		for wildcard, names := range fill {
			if strings.Contains(address, wildcard) {
				addresses = nil
				for _, n := range names {
					addresses = append(addresses, strings.Replace(address, wildcard, n, 1))
				}
			}
		}
		for _, a := range addresses {
			if strings.Contains(a, "{") {
				h.Fatalf("%s: a wildcard that this test does not know", pattern)
			}
			all = append(all, method+" "+h.server.URL+a)
			if method == http.MethodGet {
				all = append(all, http.MethodHead+" "+h.server.URL+a)
			}
		}
	}
	return all
}

// wears is what the pages of a link wear: it is refused with the link, and wants no
// password.
func (h *house) wears(root string) (all []string) {
	for pattern := range worn {
		_, name, _ := strings.Cut(pattern, "{token}")
		all = append(all, "GET "+root+name, "HEAD "+root+name)
	}
	return all
}

// ways are how one address can be asked for.
var ways = [][]string{nil, {"Range", "bytes=0-0"}, {"Range", "bytes=-5"}, {"Range", "bytes=5-9", "If-Range", `"x"`}, {"If-None-Match", "*"}}

// refuses checks that nothing of a film is to be had by a link, in any way; what
// is left out is of other films, too.
func (v visitor) refuses(what, root string, f assets.Film, addresses []string, want ...int) {
	v.Helper()
	secrets := []string{f.Lede, string(f.Version), "mp4/1080.mp4"}
	for _, a := range addresses {
		method, address, _ := strings.Cut(a, " ")
		bodies := map[string]bool{}
		for _, way := range ways {
			res, body := v.ask(method, address, way...)
			if len(want) > 0 && res.StatusCode != want[0] || len(want) == 0 && (res.StatusCode < 400 || res.StatusCode >= 500) {
				v.Errorf("%s: %s %v: %d, want %v", what, a, way, res.StatusCode, want)
			}
			for _, name := range []string{"Content-Range", "ETag", "Content-Disposition", "Accept-Ranges", "Last-Modified"} {
				if got := res.Header.Get(name); got != "" {
					v.Errorf("%s: %s %v: %s is %q", what, a, way, name, got)
				}
			}
			for _, s := range secrets {
				if strings.Contains(string(body), s) {
					v.Errorf("%s: %s %v says %q", what, a, way, s)
				}
			}
			bodies[string(body)] = true
		}
		if len(bodies) != 1 {
			v.Errorf("%s: %s: refused in %d ways", what, a, len(bodies))
		}
	}
}

// ofFilm are the addresses that are of that film and of nothing else.
func ofFilm(addresses []string, f assets.Film) (all []string) {
	for _, a := range addresses {
		if strings.Contains(a, "/films/"+string(f.ID)) {
			all = append(all, a)
		}
	}
	return all
}

// TestRefused (D-02, I-15, I-16): a link that has ended, was closed, or wants its
// password; another's film; a film that was taken back: page, file, archive,
// picture, stream, texts, by GET, HEAD and ranges, all are refused, and alike.
//
// long: it is one table of links.
func TestRefused(t *testing.T) {
	h := newHouse(t)
	f := h.film("Before Zik Zac", usual()...)
	open := func(q pipeline.DeliveryRequest) (assets.Delivery, string, []string) {
		t.Helper()
		x, root := h.link(q)
		return x, root, h.reach(root, f)
	}
	// What is refused below is to be had before.
	given := func(v visitor, root string) {
		t.Helper()
		for _, a := range append(h.reach(root, f), h.wears(root)...) {
			if method, address, _ := strings.Cut(a, " "); method != http.MethodPost {
				if res, _ := v.ask(method, address); res.StatusCode != http.StatusOK {
					t.Errorf("before: %s: %d", a, res.StatusCode)
				}
			}
		}
	}

	x, root, all := open(pipeline.DeliveryRequest{})
	v := h.visitor()
	given(v, root)
	_, err := h.RevokeDelivery(t.Context(), x.ID, "com")
	h.must(err)
	v.refuses("revoked", root, f, append(all, h.wears(root)...), http.StatusGone)

	x, root, all = open(pipeline.DeliveryRequest{Password: "sésame ouvre-toi"})
	v = h.visitor()
	v.refuses("no password", root, f, all, http.StatusUnauthorized)
	if got := v.unlock(root, "sésame"); got != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password: %d", got)
	}
	v.refuses("a wrong password", root, f, all, http.StatusUnauthorized)
	if got := v.unlock(root, "sésame ouvre-toi"); got != http.StatusSeeOther {
		t.Errorf("the password: %d", got)
	}
	given(v, root)
	h.visitor().refuses("somebody else", root, f, all, http.StatusUnauthorized)
	_, other, theirs := open(pipeline.DeliveryRequest{Password: "sésame ouvre-toi"})
	v.refuses("another link of the same password", other, f, theirs, http.StatusUnauthorized)
	_, err = h.LockDelivery(t.Context(), x.ID, "un autre mot", "com")
	h.must(err)
	v.refuses("the password before", root, f, all, http.StatusUnauthorized)
	if got := v.unlock(root, "un autre mot"); got != http.StatusSeeOther {
		t.Errorf("the new password: %d", got)
	}
	given(v, root)

	// Another's film, in a link that opens.
	stranger := h.film("Un autre film", usual()...)
	_, root = h.link(pipeline.DeliveryRequest{Films: []assets.ID{f.ID}})
	_, theirRoot := h.link(pipeline.DeliveryRequest{Films: []assets.ID{stranger.ID}})
	v = h.visitor()
	for _, a := range ofFilm(h.reach(theirRoot, stranger), stranger) {
		v.refuses("a wrong film", root, stranger, []string{strings.Replace(a, theirRoot, root, 1)}, http.StatusNotFound)
	}
	for _, wrong := range []string{"mp4/1081.mp4", "mp4/", "hls", "../" + string(stranger.ID) + "/voir/poster.jpg", "master.mov"} {
		v.refuses("a wrong file", root, f, []string{"GET " + root + "/films/" + string(f.ID) + "/voir/" + url.PathEscape(wrong)}, http.StatusNotFound)
		v.refuses("a wrong file", root, f, []string{"GET " + root + "/films/" + string(f.ID) + "/fichiers/" + url.PathEscape(wrong)}, http.StatusNotFound)
	}

	// At its end.
	_, root, all = open(pipeline.DeliveryRequest{Films: []assets.ID{f.ID}, Life: time.Hour})
	v = h.visitor()
	given(v, root)
	h.clock.Advance(time.Hour)
	read := h.wears(root)
	for _, a := range all {
		if !strings.Contains(a, "/prolonger") { // the one thing that a link still takes then
			read = append(read, a)
		}
	}
	v.refuses("expired", root, f, read, http.StatusGone)
	if res, _ := v.ask(http.MethodPost, root+"/prolonger"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("more time is asked for: %d", res.StatusCode)
	}
}

// TestTakenBack (G-01, I-16): of a film that was withdrawn, or in which somebody
// withdrew, nothing is to be had by any link from that moment on, however it
// is asked for; its page says that it is not there, and nothing else.
func TestTakenBack(t *testing.T) {
	for name, take := range map[string]func(*house, assets.Film, assets.Consent){
		"the film": func(h *house, f assets.Film, _ assets.Consent) {
			h.apply(assets.Change{Events: []assets.Event{h.move(assets.SubjectFilm, f.ID, "published", "withdrawn")}})
		},
		"an authorisation": func(h *house, _ assets.Film, c assets.Consent) {
			h.apply(assets.Change{Events: []assets.Event{h.move(assets.SubjectConsent, c.ID, "granted", "withdrawn")}})
		},
		"out of the dossier": func(h *house, f assets.Film, _ assets.Consent) {
			f, err := h.Catalog.Film(h.Context(), f.ID)
			h.must(err)
			f.Dossier = ""
			h.apply(assets.Change{Films: []assets.Film{f}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			f := h.film("Before Zik Zac", usual()...)
			h.film("Retour sur soirée", usual()...)
			c := h.grant(f)
			var roots []string
			for i := range 3 {
				_, root := h.link(pipeline.DeliveryRequest{Name: fmt.Sprint("lien ", i)})
				roots = append(roots, root)
			}
			v := h.visitor()
			before := map[string][]string{}
			for _, root := range roots {
				before[root] = ofFilm(h.reach(root, f), f)
				if res, _ := v.ask(http.MethodGet, h.saved(root, f, assets.MP4Role(1080))); res.StatusCode != http.StatusOK {
					t.Fatalf("before: %d", res.StatusCode)
				}
			}
			take(h, f, c)
			for _, root := range roots {
				page := root + "/films/" + string(f.ID)
				var files []string
				for _, a := range before[root] {
					if !strings.HasSuffix(a, page) {
						files = append(files, a)
					}
				}
				v.refuses(name, root, f, files, http.StatusNotFound)
				if _, body := v.ask(http.MethodGet, page); strings.Contains(string(body), "/voir/") || strings.Contains(string(body), f.Lede) {
					t.Errorf("the page of the film shows it")
				}
				res, _ := v.ask(http.MethodGet, root+"/tout.zip", "Accept-Encoding", "identity")
				if res.StatusCode != http.StatusOK {
					t.Errorf("the archive of the others: %d", res.StatusCode)
				}
				if _, body := v.ask(http.MethodGet, root+"/tout.zip"); strings.Contains(string(body), f.Title) {
					t.Error("the archive still has the film")
				}
			}
		})
	}
}

// grant names somebody in a film, who agreed.
func (h *house) grant(f assets.Film) assets.Consent {
	h.Helper()
	c := assets.Consent{
		ID: h.NewID(), Minor: assets.No, Signatures: 1, State: assets.ConsentGranted, Scans: []assets.Scan{{Key: "k"}},
		Media: []assets.Medium{assets.MediumSite, assets.MediumPartners}, From: h.Now().Add(-time.Hour), CreatedAt: h.Now(), UpdatedAt: h.Now(),
	}
	h.apply(assets.Change{
		Consents: []assets.Consent{c}, Filmed: []assets.Filmed{{ID: h.NewID(), Film: f.ID, Consent: c.ID, CreatedAt: h.Now()}},
		Events: []assets.Event{h.move(assets.SubjectConsent, c.ID, "", "granted")},
	})
	return c
}
