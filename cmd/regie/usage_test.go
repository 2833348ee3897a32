package main

import (
	"strings"
	"testing"
)

// TestUsage: a line that can't be understood is answered in French, with the command
// whose help says more.
func TestUsage(t *testing.T) {
	data := t.TempDir()
	for line, want := range map[string]string{
		"delivr":                   "« delivr » n'est pas attendu ici. Vouliez-vous dire « deliver », « delivery » ? « regie --help »",
		"deliver":                  "il manque « <film-ou-dossier> ». « regie deliver --help »",
		"delivery":                 "il manque la suite, par exemple « list », « show », « renew », « revoke ». « regie delivery --help »",
		"film list --jsn":          "l'option « --jsn » n'existe pas. Vouliez-vous dire « --json » ? « regie film list --help »",
		"film list --limit abc":    "--limit : « abc » n'est pas un nombre entier.",
		"film list --json=oui":     "--json : « oui » n'est ni true ni false.",
		"film show a b":            "« b » n'est pas attendu ici.",
		"publish":                  "il manque --to=CANAL.",
		"publish x --to":           "--to : il manque la valeur.",
		"channel connect facebook": "il manque --token-file=FICHIER.",
	} {
		code, out, errs := outcome(t, data, strings.Fields(line)...)
		if said := strings.ReplaceAll(errs, "\u00a0", " "); code != exitUsage || out != "" || !strings.Contains(said, want) {
			t.Errorf("%s: %d, %s%s, want %s", line, code, out, said, want)
		}
	}
}
