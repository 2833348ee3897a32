package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
)

// redirects (W-09): whatever a form or an address asks to go on to, it is a
// page of the house.
func redirects(v *visit) {
	form := "application/x-www-form-urlencoded"
	for _, to := range elsewhere {
		key, err := v.house.desk.Invite(v.Context(), v.people[assets.RoleMonteur].ID, assets.KeyInvite, time.Hour, "cli")
		if err != nil {
			v.Fatal(err)
		}
		vers := "vers=" + url.QueryEscape(to)
		for _, q := range []struct {
			role                  assets.UserRole
			method, address, body string
		}{
			{"", "POST", "/regie/entrer/" + key.Reveal(), vers},
			{"", "GET", "/regie/" + url.PathEscape(to), ""}, // is led to the door, and back
			{assets.RoleMonteur, "GET", "/regie/entrer?" + vers, ""},
			{assets.RoleMonteur, "POST", "/regie/rushes", "rush=" + v.ids["rush own"] + "&stars=1&" + vers},
			{assets.RoleMonteur, "POST", "/regie/recherches", "name=x&path=" + url.QueryEscape(to)},
			{assets.RoleMonteur, "POST", "/regie/recherches", "name=x&path=" + url.QueryEscape("/regie/"+to)},
		} {
			res := v.ask(q.role, q.method, q.address, form, strings.NewReader(q.body))
			where := res.Header().Get("Location")
			if res.Code < 300 || res.Code >= 400 {
				if where != "" || q.body == vers {
					v.Errorf("%s %s to %q: %d to %q", q.method, q.address, to, res.Code, where)
				}
				continue
			}
			u, err := url.Parse(where)
			if err != nil || u.Scheme+u.Host+u.Opaque != "" || !strings.HasPrefix(where, "/") || strings.HasPrefix(where, "//") || strings.ContainsAny(where, "\\\r\n\t\x00") {
				v.Errorf("%s %s to %q leads to %q", q.method, q.address, to, where)
			}
		}
	}
}

// knobs (W-15): what a request can turn up has an end.
func knobs(v *visit) {
	const admin = assets.RoleAdministration
	file := fmt.Sprintf("/regie/films/%s/versions/1/fichiers/%s", v.ids["film own"], v.ids["file version"])
	whole := v.ask(admin, http.MethodGet, file, "", nil).Body.Len()
	for _, n := range []int{6, 100, 5000} {
		ranges := make([]string, n)
		for i := range ranges {
			ranges[i] = fmt.Sprintf("%d-", i)
		}
		res := v.ask(admin, http.MethodGet, file, "", nil, "Range", "bytes="+strings.Join(ranges, ","))
		full := res.Code == http.StatusOK && res.Body.Len() == whole
		if !full && res.Code != http.StatusRequestedRangeNotSatisfiable {
			v.Errorf("%d ranges of a file of %d bytes: %d, %d bytes", n, whole, res.Code, res.Body.Len())
		}
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte("title=x&"), 8<<20)) // into memory: never fails
	_ = z.Close()
	before := v.dump()
	res := v.ask(admin, http.MethodPost, "/regie/sujets", "application/x-www-form-urlencoded", &bomb, "Content-Encoding", "gzip")
	if res.Code < 400 || len(difference(before, v.dump())) > 0 {
		v.Errorf("a packed form: %d", res.Code)
	}
	for _, q := range []struct {
		address string
		status  []int
	}{
		{"/api/v1/films?limit=101", []int{422}},
		{"/api/v1/films?limit=-1", []int{422}},
		{"/api/v1/films?limit=99999999999999999999", []int{422}},
		{"/api/v1/rushes?stars=9", []int{422}},
		{"/regie/films?tri=" + url.QueryEscape("title; DROP TABLE films"), []int{200}},
		{"/regie/films?apres=" + url.QueryEscape("' OR 1=1 --"), []int{200}},
		{"/regie/rushes?" + strings.Repeat("sujet=x&", 10_000), []int{200, 400, 422}},
		{"/regie/recherche?q=" + strings.Repeat("a+", 100_000), []int{200, 422}},
		{"/regie/recherche?q=" + strings.Repeat("%22*%22+AND+", 10_000), []int{200, 422}},
		{"/regie/recherche?q=" + strings.Repeat("(((((((((a", 10_000), []int{200, 422}},
		{"/regie/rushes?q=" + strings.Repeat("*", 100_000), []int{200, 422}},
	} {
		if res := v.ask(admin, http.MethodGet, q.address, "", nil); !slices.Contains(q.status, res.Code) || res.Body.Len() > 2<<20 {
			v.Errorf("%.60s: %d, %d bytes", q.address, res.Code, res.Body.Len())
		}
	}
}
