package studio

import (
	"net/http"

	"anonymal.tv/regie/web/gate"
)

// helps is the help of the studio.
var helps = map[string]handler{
	"GET /regie/aide":        (*Studio).help,
	"GET /regie/aide/{page}": (*Studio).helpPage,
}

// helpText is one page of the help: a few sentences, no more.
type helpText struct {
	Slug, Title string
	Lines       []string
}

var helpTexts = []helpText{
	{"entrer", "Entrer dans la régie", []string{
		"Ouvrez le lien reçu par courriel, ou visez le QR code affiché au bureau. Le lien sert une fois.",
		"Un lien a déjà servi ? Demandez-en un nouveau sur la page d’entrée.",
	}},
	{"sujets", "Créer un sujet", []string{
		"Un sujet réunit la consigne, l’équipe, les rushes et le film. Donnez un titre, le reste peut attendre.",
		"L’équipe du sujet reçoit un message la veille du tournage à 18 h.",
		"Tant que le film n’a pas de version, il est classé comme son sujet.",
	}},
	{"deposer", "Déposer des rushes", []string{
		"Ouvrez le sujet, puis « Déposer des rushes ». Sur ordinateur, lâchez les fichiers n’importe où sur la page.",
		"Gardez la page ouverte. Si le réseau coupe, l’envoi reprend tout seul.",
		"N’effacez rien de votre téléphone avant d’avoir lu que les rushes sont reçus et vérifiés.",
	}},
	{"derusher", "Dérusher", []string{
		"Ouvrez un rush depuis le sujet. Espace lit et arrête, J, K et L règlent la vitesse, I et O posent le début et la fin.",
		"Ajoutez les bons passages à une sélection : elle s’exporte vers le logiciel de montage.",
	}},
	{"complement", "Demander un complément", []string{
		"Sur la page du sujet, écrivez ce qui manque : l’équipe le reçoit par courriel et le voit sur son téléphone.",
		"« Plus rien ne manque » lève la demande.",
	}},
	{"monter", "Déposer un montage", []string{
		"Déposez le PAD sur la page du film : il devient la version suivante. Les notes des versions précédentes restent.",
	}},
	{"valider", "Valider une version", []string{
		"Regardez la version, notez ce qui doit changer, puis donnez ou refusez le BAT.",
		"Un refus porte au moins une note. Une nouvelle version annule le BAT de la précédente.",
	}},
	{"autorisations", "Les autorisations", []string{
		"Indiquez sur le sujet chaque personne filmée. Pour un mineur, les parents signent.",
		"Photographiez le formulaire signé : le film peut alors sortir.",
	}},
	{"retrait", "Retirer un film", []string{
		"En bas de la page du film, « Retirer de partout » : le site s’éteint aussitôt, puis chaque canal.",
		"Un canal ne répond pas ? La régie recommence, et relit jusqu’à ce que le film n’y soit plus. Ce que vous avez publié à la main, vous le retirez, puis le dites.",
		"« Preuve du retrait » dit, canal par canal, quand c’était demandé et quand c’est confirmé. Elle s’imprime.",
	}},
	{"reserve", "La réserve électorale", []string{
		"« Réserve électorale » : un scrutin se pose avec son jour et l’heure de fermeture du dernier bureau. De la veille à 0 h à cette heure, rien de ce qui porte le mot-clé « élection » ne part.",
		"Après, les films retenus sont proposés : rien ne part tout seul. Seul le responsable image passe outre, avec une raison que le journal garde.",
	}},
	{"conducteur", "Le conducteur d’un plateau", []string{
		"Ajoutez les séquences, leurs intervenants et leur durée. Le cumul se calcule seul ; la page s’imprime en A4.",
		"Pendant la captation, « Ouvrir le direct » montre la grande horloge. « Suivant » note l’heure réelle de chaque séquence.",
		"Après la captation, ces heures deviennent les chapitres du film.",
	}},
	{"lettre", "Envoyer la lettre", []string{
		"Sur la page Films, « Lettre » : cochez les films du site, donnez leur place, écrivez l’objet et l’édito.",
		"« Voir l’aperçu » montre la lettre, « M’envoyer un essai » l’envoie à vous seul. « Programmer la lettre » l’envoie aux abonnés, à l’heure dite.",
		"Une lettre qui n’est pas partie s’annule sur sa page. Une lettre partie ne se rappelle pas.",
	}},
	{"livrer", "Livrer à un partenaire", []string{
		"Sur la page du dossier, « Faire un lien » : le partenaire y reçoit ses films sans compte, à mesure qu’ils sont prêts. Pour un seul film : onglet « Livraisons ».",
		"La page du lien dit qui a ouvert, téléchargé, validé, et quand. Une prolongation demandée est en tête de « Livraisons ».",
		"« Fermer ce lien » arrête aussitôt les téléchargements. Un lien fermé ne se rouvre pas.",
	}},
	{"administrer", "Administrer la régie", []string{
		"Invitez dans « Personnes » : le nom, le courriel, le rôle, la fin de la mission. La page suivante montre le lien et son code, une seule fois.",
		"Un départ ? « Fermer l’accès » ; ce que la personne a apporté reste. À la fin d’une mission, l’accès se ferme seul.",
		"« Programme » : ce sous quoi les films sont classés. Une entrée renommée garde son adresse ; deux entrées pour le même lieu se réunissent.",
		"« Stockage » : ce qui est gardé, ce qui pèse, et quand le disque sera plein. Une clé « réserve » de la configuration en garde une part libre.",
		"« Journal » : qui a fait quoi, et quand. « Messages » : ce que la régie a écrit, et ce qui n’est pas parti.",
	}},
	{"dossiers", "Suivre un dossier", []string{
		"La page d’un dossier montre combien de films sont en ligne sur ceux qui sont prévus, et où en est chacun.",
	}},
	{"webhooks", "Prévenir un programme", []string{
		"Un webhook est une adresse que la régie appelle quand quelque chose change : un film est en ligne, un BAT est donné. L’administration l’ajoute dans Administration → Webhooks.",
		"L’appel dit seulement quoi, et son identifiant ; le programme demande le reste à l’interface /api/v1, avec son jeton.",
		"Chaque appel est signé : le programme vérifie webhook-signature avec le secret montré à l’ajout (HMAC-SHA256 de « webhook-id.webhook-timestamp.corps », norme Standard Webhooks).",
		"Un programme qui ne répond pas est rappelé pendant un jour. S’il répond 410, l’adresse est mise en pause.",
	}},
}

func (s *Studio) help(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, "help", page{Title: "Aide", Here: "/regie/aide", Body: helpTexts})
}

func (s *Studio) helpPage(w http.ResponseWriter, r *http.Request) error {
	text, known := bySlug(helpTexts, func(t helpText) bool { return t.Slug == r.PathValue("page") })
	if !known {
		return gate.ErrHidden
	}
	return s.show(w, r, "help", page{Title: text.Title, Here: "/regie/aide", Body: []helpText{text}})
}
