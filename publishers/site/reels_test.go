package site

import "anonymal.tv/regie/assets"

// reels are films as the association makes them, told over clips that others
// shot under free licences.
var reels = []reel{
	{
		clip: "film-bbb-1080p24-51-30s.mp4", at: "14", rubriques: []int{2}, dossier: 1, territory: []int{0, 1},
		film: assets.Film{
			Slug: "zik-zac-soiree-d-ouverture", Title: "Zik Zac : la soirée d'ouverture, côté coulisses", Genre: "retour sur soirée", License: "CC-BY-3.0",
			Lede:        "Trois scènes, quarante bénévoles, un orage : comment le festival a ouvert sa 21e édition sans que le public ne voie rien.",
			Description: "Depuis le matin, les équipes montent les scènes sous un ciel qui menace. À 16 h, la pluie tombe ; à 18 h, les portes ouvrent.\n\nAvec celles et ceux qui tirent les câbles, nous avons suivi la journée jusqu'au premier rappel.\n\nCe film fait partie d'une série de vingt, tournée pendant toute la durée du festival.",
			People:      []assets.Person{{Name: "La régisseuse générale", Role: "Zik Zac Festival"}, {Name: "Un bénévole", Role: "équipe scènes"}},
			Credits:     "Images : Big Buck Bunny, Blender Foundation\nMontage : le pôle image",
		},
	},
	{
		clip: "cam-gopro-karma-480p-12s.mp4", at: "2", rubriques: []int{8, 0}, dossier: 3, territory: []int{3, 4},
		film: assets.Film{
			Slug: "les-conseils-citoyens-un-aboutissement", Title: "Les conseils citoyens, un aboutissement", Genre: "reportage",
			Lede: "À Miramas, deux ans de réunions aboutissent à un projet que la ville reprend.",
		},
	},
	{
		clip: "film-tos-battle-332p-vp8-71s.webm", at: "20", rubriques: []int{2}, dossier: 2, territory: []int{0},
		film: assets.Film{
			Slug: "journees-de-l-eloquence-le-concours", Title: "Journées de l'Éloquence : le concours de clôture", Genre: "captation intégrale", License: "CC-BY-3.0",
			Lede: "Douze lycéennes et lycéens, trois minutes chacun, un jury conquis.",
		},
	},
	{
		clip: "cam-flower-540p30-5s.mp4", at: "0", rubriques: []int{6}, territory: []int{0, 1},
		film: assets.Film{Slug: "le-jardin-partage", Title: "Le jardin partagé du Château de l'Horloge", Genre: "médiation vidéo", Lede: "Au pied des tours, une parcelle, douze familles et beaucoup de tomates."},
	},
	{
		clip: "cam-cars-12.5fps-silent-30s.mp4", at: "4", rubriques: []int{1}, territory: []int{5, 6},
		film: assets.Film{Slug: "smart-quartier-la-parole-aux-habitants", Title: "Smart quartier : la parole aux habitants des Canourgues", Genre: "micro-trottoir"},
	},
	{
		clip: "film-bbb-2160p60-16s.mp4", at: "3", rubriques: []int{2}, dossier: 1, territory: []int{0, 1},
		film: assets.Film{Slug: "before-zik-zac", Title: "Before Zik Zac", Genre: "before", License: "CC-BY-3.0"},
	},
	{
		clip: "phone-720p-rot180-5s.mp4", at: "0", rubriques: []int{5}, territory: []int{3},
		film: assets.Film{Slug: "a-quoi-sert-la-metropole", Title: "À quoi sert la Métropole ?", Genre: "film pédagogique"},
	},
	{
		clip: "film-bbb-1080p24-51-30s.mp4", at: "5", rubriques: []int{2}, dossier: 1, territory: []int{0, 1},
		film: assets.Film{Slug: "installation-des-scenes", Title: "L'installation des scènes", Genre: "reportage", License: "CC-BY-3.0"},
	},
}
