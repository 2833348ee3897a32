package assets

import "slices"

// Genre is a kind of film, as the programme of the house names them.
type Genre struct{ Slug, Name string }

// GenrePlateau is the one that has a conducteur.
const GenrePlateau = "plateau"

// Genres are all of them, the most usual first.
func Genres() []Genre {
	return []Genre{
		{"reportage", "Reportage"},
		{"interview", "Interview"},
		{"micro-trottoir", "Micro-trottoir"},
		{"teaser", "Teaser"},
		{"before", "Before"},
		{"retour", "Retour sur soirée"},
		{GenrePlateau, "Plateau TV participatif"},
		{"captation", "Captation intégrale"},
		{"pedagogique", "Film pédagogique"},
		{"atelier", "Film d'atelier"},
		{"mediation", "Médiation vidéo"},
		{"drone", "Drone"},
	}
}

// GenreName is how people call a genre; the slug itself for one that is unknown.
func GenreName(slug string) string {
	all := Genres()
	if i := slices.IndexFunc(all, func(g Genre) bool { return g.Slug == slug }); i >= 0 {
		return all[i].Name
	}
	return slug
}
