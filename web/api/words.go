package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// refusals are what huma says of a request that is not as the description has
// it, by how it begins, and what we say instead. The first one counts.
var refusals = []struct{ begins, says string }{
	{"expected required property", "Ce champ manque."},
	{"unexpected property", "Ce champ n’existe pas."},
	{"required", "Ce champ manque."},
	{"expected length >=", "Ce texte est trop court, ou il manque."},
	{"expected length <=", "Ce texte est trop long."},
	{"expected array length >=", "Cette liste est trop courte."},
	{"expected array length <=", "Cette liste est trop longue."},
	{"expected number >=", "Ce nombre est trop petit."},
	{"expected number <=", "Ce nombre est trop grand."},
	{"expected number", "Un nombre est attendu."},
	{"expected integer", "Un nombre entier est attendu."},
	{"invalid integer", "Un nombre entier est attendu."},
	{"expected boolean", "Vrai ou faux est attendu."},
	{"expected string to be RFC 3339", "Une date est attendue, comme 2026-06-12T18:30:00+02:00."},
	{"invalid date/time", "Une date est attendue, comme 2026-06-12T18:30:00+02:00."},
	{"expected string", "Un texte est attendu."},
	{"expected array", "Une liste est attendue."},
	{"expected object", "Un objet est attendu."},
	{"expected value to be one of", "Cette valeur n’est pas l’une de celles de la description."},
	{"", "Cette valeur n’est pas acceptée."},
}

// inFrench gives what huma refuses by itself a sentence that people read. What
// the house refuses has one already.
func inFrench(_ huma.Context, _ string, v any) (any, error) {
	p, refused := v.(*huma.ErrorModel)
	if !refused {
		return v, nil
	}
	switch {
	case p.Status == http.StatusUnprocessableEntity && p.Detail == "validation failed":
		p.Detail = "La demande n’est pas comme la description la veut : voyez chaque champ."
	case p.Status == http.StatusBadRequest, p.Status == http.StatusRequestEntityTooLarge, p.Status == http.StatusUnsupportedMediaType:
		p.Detail = "La demande ne peut pas être lue : envoyez du JSON, de 1 Mo au plus."
	default:
		return v, nil
	}
	for _, e := range p.Errors {
		for _, r := range refusals {
			if strings.HasPrefix(e.Message, r.begins) {
				e.Message, e.Value = r.says, nil
				break
			}
		}
	}
	return p, nil
}
