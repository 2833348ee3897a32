package studio

import (
	"fmt"
	"net/http"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// storageBody is what the disks hold.
type storageBody struct {
	pipeline.StorageView
	States   []volumeLine
	Loose    []volumeLine // what may be freed
	Sujets   []volumeLine
	Partners []volumeLine
	Forecast string
}

// volumeLine is one sort of files.
type volumeLine struct {
	Name, Path string
	assets.Volume
}

// storage shows what is kept, what weighs most, and how long there is room.
func (s *Studio) storage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.Desk.ShowStorage(r.Context())
	if err != nil {
		return err
	}
	names, err := s.filed(r.Context())
	if err != nil {
		return err
	}
	b := storageBody{StorageView: v, Forecast: forecast(v)}
	b.States = []volumeLine{
		{"Originaux", "", v.Originals}, {"Aperçus des rushes", "", v.Proxies}, {"Fichiers des films", "", v.Renditions}, {"Envois inachevés", "", v.Uploads},
	}
	for _, l := range []volumeLine{
		{"Envois inachevés, annoncés par les appareils", "", v.Uploads},
		{"Rushes écartés de la liste", "", v.Aside},
		{"Fichiers de versions remplacées", "", v.Old},
	} {
		if l.Files > 0 {
			b.Loose = append(b.Loose, l)
		}
	}
	for _, x := range v.Storage.Sujets {
		sujet, err := s.Desk.Catalog.Sujet(r.Context(), assets.ID(x.Name))
		if err != nil {
			return err
		}
		b.Sujets = append(b.Sujets, volumeLine{sujet.Title, "/regie/sujets/" + x.Name, x})
	}
	for _, x := range v.Storage.Partners {
		b.Partners = append(b.Partners, volumeLine{names.Partner[x.Name], "/regie/partenaires/" + x.Name, x})
	}
	return s.show(w, r, "storage", page{Title: "Stockage", Here: "/regie/admin", Body: b})
}

// forecast says how long there is room, as people count it.
func forecast(v pipeline.StorageView) string {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	switch left := v.FullIn; {
	case v.Known && v.Free <= v.Reserve:
		return "Plein : les envois sont refusés"
	case left == 0:
		return "Rien n’est arrivé depuis un mois"
	case left < 2*day:
		return "Plein dans moins de deux jours"
	case left < 2*week:
		return fmt.Sprintf("Plein dans %d jours", left/day)
	case left < 52*week:
		return fmt.Sprintf("Plein dans %d semaines", left/week)
	}
	return "De la place pour plus d’un an"
}
