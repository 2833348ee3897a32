package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// usageError is a command line that can't be understood.
type usageError struct{ err error }

func (e *usageError) Error() string {
	said := e.err.Error()
	for _, w := range usageWords {
		said = w.english.ReplaceAllString(said, w.french)
	}
	if !strings.HasSuffix(said, "?") {
		said += "."
	}
	return fmt.Sprintf("Commande incorrecte : %s « %s --help » montre ce qui est possible.", said, e.command())
}

// command is what was understood of the line.
func (e *usageError) command() string {
	said := "regie"
	var p *kong.ParseError
	if errors.As(e.err, &p) {
		for _, step := range p.Context.Path {
			if step.Command != nil {
				said += " " + step.Command.Name
			}
		}
	}
	return said
}

// usageWords say in French what kong says of a line, one after the other.
var usageWords = []struct {
	english *regexp.Regexp
	french  string
}{
	{regexp.MustCompile(`, did you mean (?:one of )?(.*)\?$`), `. Vouliez-vous dire $1 ?`},
	{regexp.MustCompile(`^(--\S+): `), `$1 : `},
	{regexp.MustCompile(`^unexpected argument ([^ .]+)`), `« $1 » n'est pas attendu ici`},
	{regexp.MustCompile(`^unknown flag ([^ .]+)`), `l'option « $1 » n'existe pas`},
	{regexp.MustCompile(`^expected one of (.*?)(, +\.\.\.)?$`), `il manque la suite, par exemple $1`},
	{regexp.MustCompile(`(missing value, expecting .*|expected string value but got "EOL" .*)$`), `il manque la valeur`},
	{regexp.MustCompile(`expected a valid \d+ bit u?int but got ("[^"]*").*$`), `$1 n'est pas un nombre entier`},
	{regexp.MustCompile(`bool value must be .* but got ("[^"]*")$`), `$1 n'est ni true ni false`},
	{regexp.MustCompile(`expected duration but got ("[^"]*").*$`), `$1 n'est pas une durée`},
	{regexp.MustCompile(`must be one of (.*) but got ("[^"]*")$`), `$2 n'est pas permis ; choisissez parmi $1`},
	{regexp.MustCompile(`^(--\S+) and (--\S+) can't be used together$`), `$1 et $2 ne vont pas ensemble`},
	{regexp.MustCompile(`^(expected|missing flags:|missing positional arguments) (.*?)(,\.\.\.)?$`), `il manque $2`},
	{regexp.MustCompile(`"([^"]*)"`), `« $1 »`},
}
