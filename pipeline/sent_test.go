package pipeline

import (
	"testing"

	"anonymal.tv/regie/assets"
)

// TestPrecisionsReachTheEdit: what is said for the edit while rushes are sent is
// found on each of them, and on their sujet, with who said it.
func TestPrecisionsReachTheEdit(t *testing.T) {
	b := newBench(t)
	u := b.person("Camille", assets.RoleJRI)
	sujet := b.opened(assets.Sujet{Title: "Au marché", Crew: []assets.ID{u.ID}})
	sent, err := b.OpenTransfer(t.Context(), u, assets.Transfer{Kind: assets.KindRush, Sujet: sujet.ID})
	b.must(err)
	clip := b.announce(sent.ID, Announced{Name: "un.mp4", Size: 2})[0].Upload
	b.came(clip, "un")
	b.must(b.FinishUpload(t.Context(), clip))
	b.settle()
	note := "Le son sature à la fin."
	_, err = b.SayOfTransfer(t.Context(), u, sent.ID, Said{Note: &note})
	b.must(err)
	how, err := b.HowSent(t.Context(), b.upload(clip).Rush)
	b.must(err)
	view, err := b.ShowSujet(t.Context(), sujet.ID)
	b.must(err)
	for _, said := range [][]Precision{how.Said, view.Said} {
		if len(said) != 1 || said[0].Note != note || said[0].By != "Camille" || how.Damaged != "" {
			t.Errorf("said: %+v, damaged: %q", said, how.Damaged)
		}
	}
}
