package pipeline

import (
	"context"
	"fmt"

	"anonymal.tv/regie/assets"
)

// BlockageKind says what keeps a film back.
type BlockageKind string

// The kinds of blockages.
const (
	BlockedConsent BlockageKind = "consent"
	BlockedBAT     BlockageKind = "bat"
	BlockedPAD     BlockageKind = "pad"
	BlockedMusic   BlockageKind = "music"
	BlockedEmbargo BlockageKind = "embargo"
	BlockedSilence BlockageKind = "silence"
)

// Blockage is something that keeps a film back until it is mended.
type Blockage struct {
	Kind BlockageKind
	Text string // what people call it
}

// Blockages says what keeps a film back.
func (d *Desk) Blockages(ctx context.Context, film assets.ID) ([]Blockage, error) {
	s, err := d.stand(ctx, film)
	if err != nil {
		return nil, err
	}
	return d.blockages(ctx, s)
}

func (d *Desk) blockages(ctx context.Context, s stand) ([]Blockage, error) {
	var all []Blockage
	refusals, err := d.Refusals(ctx, s.ID, assets.ChannelSite, d.Now())
	if err != nil {
		return nil, err
	}
	for _, r := range refusals {
		all = append(all, Blockage{BlockageKind(r.Lock), map[assets.Lock]string{
			assets.LockConsent: "Autorisation manquante", assets.LockMusic: "Droits musicaux à préciser",
			assets.LockEmbargo: "Embargo jusqu'au " + d.instant(r.Until), assets.LockSilence: "Réserve électorale",
		}[r.Lock]})
	}
	v, err := candidate(s.versions)
	if err != nil {
		return all, nil // a version that is not there is no blockage
	}
	if s.lapsed(v) {
		all = append(all, Blockage{BlockedBAT, "BAT à redemander"})
	}
	if v.Sheet != nil && len(OffNorm(*v.Sheet)) > 0 {
		all = append(all, Blockage{BlockedPAD, "PAD hors norme"})
	}
	return all, nil
}

// lapsed tells that a film had a BAT, and that its newest version has none and
// was not asked for.
func (s stand) lapsed(v assets.Version) bool {
	had := false
	for _, a := range s.approvals {
		if a.Version == v.ID && a.State != assets.ApprovalVoid {
			return false
		}
		had = had || a.State == assets.ApprovalVoid
	}
	return had
}

// OffNorm says what of a master no delivery takes (a PAD is at least 1280 x 720,
// at a constant rate, with sound that is not saturated).
func OffNorm(s assets.Sheet) []string {
	var all []string
	if v := s.Video; v == nil {
		all = append(all, "Il n'y a pas d'image.")
	} else {
		if min(v.Width, v.Height) < 720 {
			all = append(all, fmt.Sprintf("L'image est trop petite : %d × %d, pour 1280 × 720 au moins.", v.Width, v.Height))
		}
		if v.Variable {
			all = append(all, "La cadence varie : un PAD est à cadence fixe.")
		}
	}
	if len(s.Audio) == 0 {
		all = append(all, "Il n'y a pas de son.")
	}
	if l := s.Loudness; l != nil && l.TruePeak != nil && *l.TruePeak > 0 {
		all = append(all, "Le son sature : ses crêtes dépassent 0 dBTP.")
	}
	return all
}

// WayOut is the page on which a blockage of a film is mended.
func WayOut(film assets.ID, kind BlockageKind) string {
	return filmPath(film) + map[BlockageKind]string{
		BlockedConsent: "/droits", BlockedBAT: "#bat", BlockedPAD: "#fiche-technique",
		BlockedMusic: "/fiche#music", BlockedEmbargo: "/fiche#embargo", BlockedSilence: "/droits#verrous",
	}[kind]
}
