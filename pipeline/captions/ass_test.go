package captions

import (
	"os"
	"testing"

	"anonymal.tv/regie/assets"
)

// TestASS: what is typed is shown as it is; the file is the one that the maker burns
// in (pipeline/maker, TestCaptionsAreBurnt).
func TestASS(t *testing.T) {
	got := ASS([]assets.Cue{{Start: 0.2, End: 1, Text: "Bonjour {\\pos(10,10)} à tous,\n\\Net à chacun."}})
	want, err := os.ReadFile("../maker/testdata/captions.ass")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s", got)
	}
}
