package youtube

import (
	"testing"

	"anonymal.tv/regie/assets"
)

// Of a decision whose film is another by now, the first film is not opened, even
// where nothing is known of it any more; nor is it for its own decision once
// another film was described there.
func TestAnotherFilmIsNotTakenForItsVersion(t *testing.T) {
	b := start(t)
	if err := b.tube.Prepare(t.Context(), b.Req, b.Save); err != nil {
		t.Fatal(err)
	}
	before := b.Resume
	b.Resume = nil
	b.Req.Files[0] = b.File(assets.MP4Role(1080), "second.mp4", "video/mp4", size)
	b.Req.Film.Title = "Zik Zac, V2"
	second := b.Published()
	b.want("Zik Zac, V2 public", "Zik Zac private")
	if err := b.tube.Discard(t.Context(), b.Req.Marker, before); err != nil {
		t.Fatal(err)
	}
	b.want("Zik Zac, V2 public")
	b.Req.Files[0] = b.File(assets.MP4Role(1080), "third.mp4", "video/mp4", size)
	b.Req.Film.Title = "Zik Zac, V3"
	if err := b.tube.Update(t.Context(), second.RemoteID, b.Req); err != nil {
		t.Fatal(err)
	}
	if err := b.tube.Withdraw(t.Context(), second.RemoteID); err != nil {
		t.Fatal(err)
	}
	b.Resume, b.Req.Marker = nil, "another decision"
	b.Published()
	b.want("Zik Zac, V3 public", "Zik Zac, V3 private") // the second file stays closed
}
