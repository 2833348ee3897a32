package studio

import (
	"cmp"

	"anonymal.tv/regie/assets"
)

// line is where a film stands: a word, and the shape that goes with it.
type line struct{ Word, Shape string }

// standing says where a film stands, in the same words everywhere (ux.md §2).
func standing(state string) line {
	if l, known := map[string]line{
		"idea": {"Idée", "dot"}, "shooting": {"Tournage", "dot"}, "rushes": {"Rushes déposés", "half"}, "logging": {"Dérushage", "half"},
		"editing": {"Montage", "half"}, "received": {"Version reçue", "wait"}, "making": {"Fabrication en cours", "wait"},
		"ready": {"Version à valider", "ask"}, "review": {"Version à valider", "ask"}, "approved": {"BAT donné", "check"},
		"scheduled": {"Programmé", "clock"}, "published": {"En ligne", "on"}, "withdrawn": {"Retiré", "off"}, "archived": {"Archivé", "off"},
		"refused": {"Version refusée", "stop"}, "incomplete": {"Version incomplète", "stop"}, "failed": {"Fabrication échouée", "stop"},
		"cancelled": {"Fabrication arrêtée", "off"},
	}[state]; known {
		return l
	}
	return line{state, "dot"}
}

// shownAs says where a publication stands. What a person publishes is no fault.
func shownAs(state assets.PublicationState) line {
	return line{stateName(assets.SubjectPublication, string(state)), map[assets.PublicationState]string{
		assets.PublicationScheduled: "clock", assets.PublicationPublishing: "wait", assets.PublicationPublished: "on", assets.PublicationUnknown: "wait",
		assets.PublicationCheck: "ask", assets.PublicationAssisted: "half", assets.PublicationFailed: "stop", assets.PublicationCancelled: "off",
		assets.PublicationWithdrawing: "wait", assets.PublicationWithdrawn: "off",
	}[state]}
}

// kitName is what a person takes to a channel by hand.
func kitName(r assets.Role) string {
	switch r {
	case assets.RoleTeaser:
		return "Le teaser"
	case assets.RoleCover, assets.RolePoster:
		return "L’image"
	}
	return "Le film"
}

// rushStanding says how far the house has come with a rush.
func rushStanding(state assets.RushState) string {
	return map[assets.RushState]string{
		assets.RushReceived: "Reçu", assets.RushMaking: "Aperçu en préparation", assets.RushReady: "Prêt",
		assets.RushRefused: "Illisible", assets.RushIncomplete: "Incomplet", assets.RushFailed: "Aperçu impossible",
	}[state]
}

// stateName says the state of any record, for the journal.
func stateName(kind assets.Subject, state string) string {
	switch kind {
	case assets.SubjectFilm, assets.SubjectVersion:
		return standing(state).Word
	case assets.SubjectRush:
		return cmp.Or(rushStanding(assets.RushState(state)), state)
	}
	return cmp.Or(map[assets.Subject]map[string]string{
		assets.SubjectSujet: {"open": "Ouvert", "closed": "Terminé"},
		assets.SubjectPublication: {
			"scheduled": "Programmée", "publishing": "En cours", "published": "En ligne", "unknown": "Réponse perdue", "check": "À vérifier",
			"assisted": "À publier à la main", "failed": "Échec", "cancelled": "Annulée", "withdrawing": "Retrait en cours", "withdrawn": "Retirée",
		},
		assets.SubjectDelivery: {"open": "Ouverte", "expired": "Expirée", "revoked": "Fermée"},
		assets.SubjectApproval: {"asked": "Demandé", "given": "Donné", "refused": "Refusé", "void": "Caduc"},
		assets.SubjectConsent:  {"asked": "Attendue", "granted": "Accordée", "refused": "Floutage demandé", "withdrawn": "Retirée"},
		assets.SubjectUpload:   {"open": "En cours", "whole": "Arrivé", "done": "Vérifié", "refused": "Refusé", "expired": "Expiré"},
		assets.SubjectAccount:  {"connected": "Connecté", "broken": "À reconnecter", "ended": "Déconnecté"},
		assets.SubjectUser:     {"active": "Accès ouvert", "closed": "Accès fermé"},
	}[kind][state], state)
}
