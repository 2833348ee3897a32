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
	if err := b.tube.Prepare(t.Context(), b.req, b.save); err != nil {
		t.Fatal(err)
	}
	before := b.resume
	b.resume = nil
	b.req.Files[0] = b.file(assets.MP4Role(1080), "second.mp4", "video/mp4", size)
	b.req.Film.Title = "Zik Zac, V2"
	second := b.publish()
	b.want("Zik Zac, V2 public", "Zik Zac private")
	if err := b.tube.Discard(t.Context(), b.req.Marker, before); err != nil {
		t.Fatal(err)
	}
	b.want("Zik Zac, V2 public")
	b.req.Files[0] = b.file(assets.MP4Role(1080), "third.mp4", "video/mp4", size)
	b.req.Film.Title = "Zik Zac, V3"
	if err := b.tube.Update(t.Context(), second.RemoteID, b.req); err != nil {
		t.Fatal(err)
	}
	if err := b.tube.Withdraw(t.Context(), second.RemoteID); err != nil {
		t.Fatal(err)
	}
	b.resume, b.req.Marker = nil, "another decision"
	b.publish()
	b.want("Zik Zac, V3 public", "Zik Zac, V3 private") // the second file stays closed
}
