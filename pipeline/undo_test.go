package pipeline

import (
	"fmt"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

// rushes brings n rushes, each with a place of its own.
func (b *bench) rushes(n int, u assets.User) []assets.ID {
	b.Helper()
	ids := make([]assets.ID, n)
	for i := range ids {
		r, err := b.Ingest(b.Context(), Arrival{Name: fmt.Sprintf("C%04d.MTS", i), Bytes: strings.NewReader(fmt.Sprint(i)), Kind: assets.KindRush, Actor: "cli"})
		if err != nil {
			b.Fatal(err)
		}
		ids[i] = r.Rush
		place := fmt.Sprintf("Lieu %d", i)
		if _, _, err := b.EditRushes(b.Context(), ids[i:i+1], RushEdit{Place: &place}, u); err != nil {
			b.Fatal(err)
		}
	}
	return ids
}

func (b *bench) places(ids []assets.ID) string {
	b.Helper()
	var all []string
	for _, id := range ids {
		r, err := b.Catalog.Rush(b.Context(), id)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, r.Place)
	}
	return strings.Join(all, "|")
}

// Many rushes are changed in one gesture, and get back what each had.
func TestUndoManyRushes(t *testing.T) {
	b := newBench(t)
	dominique, camille := b.hire("Dominique Montage", assets.RoleMonteur), b.hire("Camille JRI", assets.RoleJRI)
	ids := b.rushes(20, dominique)
	before := b.places(ids)
	here, yes := "Les Canourgues", true
	batch, n, err := b.EditRushes(t.Context(), ids, RushEdit{Place: &here, Removed: &yes}, dominique)
	if err != nil || n != 20 || b.places(ids) != strings.Repeat("|"+here, 20)[1:] {
		t.Fatalf("%d changed, %v: %s", n, err, b.places(ids))
	}
	if _, err := b.Undo(t.Context(), batch, camille); assets.KindOf(err) != assets.NotFound {
		t.Errorf("another person undoes: %v", err)
	}
	redo, err := b.Undo(t.Context(), batch, dominique)
	if err != nil || b.places(ids) != before {
		t.Fatalf("undone: %v, %s", err, b.places(ids))
	}
	if left, err := b.Catalog.CountRushes(t.Context(), assets.RushFilter{}); err != nil || left != 20 {
		t.Errorf("%d rushes are back, %v", left, err)
	}
	if _, err := b.Undo(t.Context(), batch, dominique); assets.KindOf(err) != assets.Conflict {
		t.Errorf("undone twice: %v", err)
	}
	if _, err := b.Undo(t.Context(), redo, dominique); err != nil || b.places(ids) != strings.Repeat("|"+here, 20)[1:] {
		t.Errorf("redone: %v, %s", err, b.places(ids))
	}
}

// What changed since is not lost: nothing is undone, and a sentence says what.
func TestUndoRefusesWhatChangedSince(t *testing.T) {
	b := newBench(t)
	u := b.hire("Dominique Montage", assets.RoleMonteur)
	ids := b.rushes(2, u)
	before, here, there := b.places(ids), "Ici", "Ailleurs"
	batch, _, err := b.EditRushes(t.Context(), ids, RushEdit{Place: &here}, u)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.EditRushes(t.Context(), ids[1:], RushEdit{Place: &there}, u); err != nil {
		t.Fatal(err)
	}
	_, err = b.Undo(t.Context(), batch, u)
	if assets.KindOf(err) != assets.Conflict || !strings.Contains(assets.Sentence(err), "a changé depuis") || b.places(ids) != "Ici|Ailleurs" {
		t.Errorf("%v; %s (before: %s)", err, b.places(ids), before)
	}
}

// A note comes back as it was, and so does a selection.
func TestUndoNoteAndSelection(t *testing.T) {
	b := newBench(t)
	u := b.hire("Dominique Montage", assets.RoleMonteur)
	ids := b.rushes(2, u)
	n, err := b.AddNote(t.Context(), assets.Note{On: assets.SubjectRush, Subject: ids[0], Frame: 1234, Text: " trop\u202e long "}, u)
	if err != nil || n.Text != "trop long" || n.Until != 1234 {
		t.Fatalf("%+v, %v", n, err)
	}
	if err := b.NoteDone(t.Context(), n.ID, true, u); err != nil {
		t.Fatal(err)
	}
	batch, err := b.RemoveNote(t.Context(), n.ID, u)
	if left, listed := b.Catalog.Notes(t.Context(), ids[0]); err != nil || listed != nil || len(left) != 0 {
		t.Fatalf("removed: %v, %v, %+v", err, listed, left)
	}
	if err := b.EditNote(t.Context(), n.ID, "x", u); assets.KindOf(err) != assets.Conflict {
		t.Errorf("a note that is gone was changed: %v", err)
	}
	if _, err := b.Undo(t.Context(), batch, u); err != nil {
		t.Fatal(err)
	}
	if back, err := b.Catalog.Notes(t.Context(), ids[0]); err != nil || len(back) != 1 || !back[0].Done || back[0].Frame != 1234 {
		t.Errorf("back: %+v, %v", back, err)
	}

	s, err := b.NewSelection(t.Context(), "Bout-à-bout", "", []assets.Clip{{Rush: ids[0], In: 10, Out: 20}}, u)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddClips(t.Context(), s.ID, []assets.Clip{{Rush: ids[1], In: 5, Out: 5}}, u); assets.KindOf(err) != assets.Invalid {
		t.Errorf("an empty clip was taken: %v", err)
	}
	batch, err = b.AddClips(t.Context(), s.ID, []assets.Clip{{Rush: ids[1]}}, u)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Undo(t.Context(), batch, u); err != nil {
		t.Fatal(err)
	}
	if s, err = b.Catalog.Selection(t.Context(), s.ID); err != nil || len(s.Clips) != 1 || s.Clips[0].Rush != ids[0] {
		t.Errorf("selection: %+v, %v", s, err)
	}
}

// What was edited comes back although the worker has moved the rush on since.
func TestUndoAfterTheRushMovedOn(t *testing.T) {
	b := newBench(t)
	u := b.hire("Dominique Montage", assets.RoleMonteur)
	id := b.takeRush("rush")
	here := "Ici"
	batch, _, err := b.EditRushes(t.Context(), []assets.ID{id}, RushEdit{Place: &here}, u)
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	if _, err := b.Undo(t.Context(), batch, u); err != nil {
		t.Fatal(err)
	}
	if r, _ := b.rush(id); r.Place != "" || r.State != assets.RushReady {
		t.Errorf("%q, %s", r.Place, r.State)
	}
}
