package pipeline

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"testing"

	"anonymal.tv/regie/assets"
)

// TestListOfSumsOfAnUpload: clips are held against the list that lies among them,
// whether it comes before them or after; what is damaged is turned down, and the
// sender is told what to do.
func TestListOfSumsOfAnUpload(t *testing.T) {
	md5Of := func(text string) string {
		sum := md5.Sum([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	send := func(b *bench, id assets.ID, folder, name, text string) assets.ID {
		t.Helper()
		u := b.announce(id, Announced{Name: name, Folder: folder, Size: int64(len(text))})[0].Upload
		b.came(u, text)
		if err := b.FinishUpload(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		b.settle()
		return u
	}
	for _, late := range []bool{false, true} {
		b := newBench(t)
		id := b.transfer(jri)
		text := fmt.Sprintf("%s  matin/un.mp4\n%s *matin/deux.mp4\n", md5Of("un"), md5Of("deux"))
		var list, one, two, other assets.ID
		clips := func() {
			one, two, other = send(b, id, "carte/matin", "un.mp4", "un"), send(b, id, "carte/matin", "deux.mp4", "DEUX"), send(b, id, "carte", "un.mp4", "hors liste")
		}
		if late {
			clips()
		}
		list = send(b, id, "carte", "sommes.md5", text)
		if !late {
			clips()
		}
		for u, want := range map[assets.ID]struct {
			state  assets.UploadState
			reason string
		}{
			list:  {assets.UploadDone, "Liste de sommes de contrôle : 2 fichiers y sont décrits."},
			one:   {assets.UploadDone, conforms},
			two:   {assets.UploadRefused, errDamaged.Msg},
			other: {assets.UploadDone, ""},
		} {
			if got := b.upload(u); got.State != want.state || plain(got.Reason) != plain(want.reason) {
				t.Errorf("late %t: %s is %s: %q", late, got.Name, got.State, got.Reason)
			}
		}
		if sent, err := b.HowSent(t.Context(), b.upload(two).Rush); late && (err != nil || sent.Damaged != b.upload(two).Reason) {
			t.Errorf("the rush says %q, %v", sent.Damaged, err)
		}
		if empty := b.upload(send(b, id, "", "autre.mhl", "<vide/>")); empty.State != assets.UploadDone || empty.Reason == "" {
			t.Errorf("a list that says nothing: %+v", empty)
		}
	}
}
