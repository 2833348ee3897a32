package studio

import "net/http"

// keyGroup is some keys, and what they do.
type keyGroup struct {
	Name string
	Keys []keyLine
}

// keyLine is one thing that keys do; parted by spaces, any of them does it.
type keyLine struct{ Keys, Does string }

func keyGroups() []keyGroup {
	return []keyGroup{
		{"Partout", []keyLine{
			{"/ Ctrl+K", "Chercher"},
			{"↑ ↓", "Parcourir ce que la recherche a trouvé"},
			{"?", "Cette liste"},
		}},
		{"Salle : lire", []keyLine{
			{"Espace", "Lire, arrêter"},
			{"K", "Arrêter"},
			{"L", "Lire ; encore L : 2 ×, 4 ×"},
			{"J", "Lire en arrière ; encore J : 2 ×, 4 ×"},
			{"← ,", "Image précédente"},
			{"→ .", "Image suivante"},
			{"Maj+←", "Une seconde en arrière"},
			{"Maj+→", "Une seconde en avant"},
			{"I", "Marquer l’entrée"},
			{"O", "Marquer la sortie"},
			{"Z", "Lire en boucle de l’entrée à la sortie"},
			{"M", "Couper le son"},
			{"F", "Plein écran"},
		}},
		{"Salle : dérusher", []keyLine{
			{"1 2 3", "Étoiles"},
			{"X", "Écarter"},
			{"S", "Ajouter à la sélection"},
			{"N", "Écrire une note ; toute autre lettre aussi"},
			{"Entrée", "Publier la note, et reprendre la lecture"},
			{"↑", "Rush précédent"},
			{"↓", "Rush suivant"},
			{"Échap", "Sortir du champ, ou de la salle"},
		}},
		{"Calendrier : le film choisi", []keyLine{
			{"Alt+←", "La veille, à la même heure"},
			{"Alt+→", "Le lendemain, à la même heure"},
			{"Alt+↑", "Un quart d’heure plus tôt"},
			{"Alt+↓", "Un quart d’heure plus tard"},
		}},
		{"Comparer deux versions", []keyLine{{"A", "Passer de l’une à l’autre"}}},
		{"Grille de rushes", []keyLine{
			{"← →", "Parcourir le plan qui a le focus"}, {"Ctrl+clic", "Choisir un plan"}, {"Maj+clic", "Choisir tous les plans entre deux"}, {"Échap", "Ne rien choisir"},
		}},
	}
}

// shortcuts lists the keys, and lets them be switched off.
func (s *Studio) shortcuts(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, "shortcuts", page{Title: "Raccourcis", Body: keyGroups()})
}

// switchShortcuts switches the keys of one letter off, or on again (WCAG 2.1.4).
func (s *Studio) switchShortcuts(w http.ResponseWriter, r *http.Request) error {
	off := r.FormValue("raccourcis") == "non"
	if err := s.Desk.SetKeyless(r.Context(), off, user(r)); err != nil {
		return err
	}
	text := "Les raccourcis d’une touche sont actifs."
	if off {
		text = "Les raccourcis d’une touche sont coupés, sur tous vos appareils."
	}
	return s.done(w, r, back(r, "/regie/raccourcis"), text)
}
