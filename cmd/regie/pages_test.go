package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/catalog"
)

// BenchmarkPages asks a real server for its heaviest pages by HTTP, among
// 10,000 films, 2,000 sujets and 100,000 rushes, and says how long the answer
// takes: p50 and p95, in milliseconds. A page is meant to stay below 100 at p95.
//
//	go test ./cmd/regie -run '^$' -bench Pages -benchtime 100x
func BenchmarkPages(b *testing.B) {
	data, ids := b.TempDir(), &assetstest.IDs{}
	c, err := catalog.Open(b.Context(), catalog.Options{URL: "sqlite:" + filepath.Join(data, "regie.db"), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	assetstest.ManyFilms(b, c, ids, 10_000)
	assetstest.ManyRushes(b, c, ids, 2_000, 100_000)
	films, err := c.Films(b.Context(), assets.FilmFilter{Limit: 1})
	if err != nil {
		b.Fatal(err)
	}
	rushes, err := c.Rushes(b.Context(), assets.RushFilter{Limit: 60})
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
	code, out, errs := outcome(b, data, "user", "add", "Alix Administration", "--mail", "alix@example.org", "--role", string(assets.RoleAdministration), "--json")
	var u struct{ Link string }
	if code != exitDone || json.Unmarshal([]byte(out), &u) != nil {
		b.Fatalf("user add: %d %s%s", code, out, errs)
	}
	cmd, at := server(context.WithoutCancel(b.Context()), b, data)
	b.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	at = strings.TrimSuffix(at, "/")
	jar, _ := cookiejar.New(nil) // without options it can't fail
	v := visitor{b, &http.Client{Jar: jar}, at}
	_, key, _ := strings.Cut(u.Link, "/regie/")
	v.post("/regie/"+key, nil)
	selection := v.post("/regie/selections", []string{"name=Bout+à+bout"})
	for _, r := range rushes {
		v.post("/regie/selections", []string{"selection=" + filepath.Base(selection), "rush=" + string(r.ID), "in=0", "out=25"})
	}
	for _, path := range []string{
		"/regie", "/regie/films", "/regie/films?dossier=dossier-7", "/regie/films/" + string(films[0].ID), "/regie/rushes", "/regie/rushes?stars=3", "/regie/rushes?q=soiree",
		"/regie/rushes/" + string(rushes[0].ID), "/regie/sujets", "/regie/sujets/sujet-7", selection, "/regie/recherche?q=soiree+777", "/regie/recherche?q=camoin",
		"/regie/autorisations", "/regie/dossiers", "/regie/deposer", "/regie/admin", "/regie/admin/journal",
	} {
		b.Run(strings.ReplaceAll(path, "/", "|"), func(b *testing.B) {
			v.TB = b
			v.get(path) // the first reads what the others find in memory
			took, size := []time.Duration{}, 0
			for b.Loop() {
				begin := time.Now()
				size = v.get(path)
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			for name, part := range map[string]int{"p50-ms": 50, "p95-ms": 95} {
				b.ReportMetric(float64(took[(len(took)-1)*part/100].Microseconds())/1000, name)
			}
			b.ReportMetric(float64(size)/1000, "kB")
		})
	}
}

// visitor is a person with a browser that only fetches.
type visitor struct {
	testing.TB
	*http.Client
	at string
}

func (v visitor) get(path string) int {
	v.Helper()
	res, err := v.Get(v.at + path)
	if err != nil {
		v.Fatal(err)
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		v.Fatalf("%s: %s, %v", path, res.Status, err)
	}
	return int(n)
}

// post sends a form from the page itself, and tells where that leads.
func (v visitor) post(path string, form []string) string {
	v.Helper()
	req, err := http.NewRequestWithContext(v.Context(), http.MethodPost, v.at+path, strings.NewReader(strings.Join(form, "&")))
	if err != nil {
		v.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := v.Do(req)
	if err != nil {
		v.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		v.Fatal(fmt.Sprint(path, ": ", res.Status))
	}
	return res.Request.URL.Path
}
