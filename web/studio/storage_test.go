package studio

import (
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// TestForecast: a disk fills at the pace of the last month, with what is made of
// what comes, and what is kept free does not count.
func TestForecast(t *testing.T) {
	const month = 30 * 24 * time.Hour
	for _, c := range []struct {
		arrived, made, room int64
		want                string
	}{
		{30e9, 0, 36e9, "Plein dans 5 semaines"},
		{30e9, 30e9, 36e9, "Plein dans 2 semaines"},
		{30e9, 0, 12e9, "Plein dans 12 jours"},
		{30e9, 0, 1e9, "Plein dans moins de deux jours"},
		{1e6, 0, 1e12, "De la place pour plus d’un an"},
		{0, 0, 1e12, "Rien n’est arrivé depuis un mois"},
		{30e9, 0, 0, "Plein\u00a0: les envois sont refusés"},
	} {
		kept := assets.Storage{Originals: assets.Volume{Bytes: c.arrived}, Arrived: assets.Volume{Bytes: c.arrived}, Proxies: assets.Volume{Bytes: c.made}}
		v := pipeline.StorageView{Storage: kept, Known: true, Reserve: 5e9, Free: 5e9 + c.room, FullIn: kept.FullIn(c.room, month)}
		if got := forecast(v); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
