package upload

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"anonymal.tv/regie/assets"
)

// fakeDesk knows one upload.
type fakeDesk struct {
	Desk
	upload assets.Upload
	path   string
}

func (d fakeDesk) Upload(context.Context, assets.ID) (assets.Upload, error) { return d.upload, nil }
func (d fakeDesk) UploadPath(assets.ID) string                              { return d.path }

// TestWholeUploadAnswers: who lost the last answer is told that all is there, and
// can't take back what the house has.
func TestWholeUploadAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "u")
	if err := os.WriteFile(path, []byte("rush"), 0o600); err != nil {
		t.Fatal(err)
	}
	for state, want := range map[assets.UploadState]struct {
		found, goes bool
	}{
		assets.UploadOpen: {true, true}, assets.UploadWhole: {true, false}, assets.UploadDone: {true, false}, assets.UploadRefused: {false, false},
	} {
		s := store{desk: fakeDesk{upload: assets.Upload{ID: "u", Size: 4, State: state}, path: path}, inflow: NewInflow()}
		u, err := s.GetUpload(t.Context(), "u")
		if (err == nil) != want.found {
			t.Fatalf("%s: %v", state, err)
		}
		if err != nil {
			continue
		}
		if info, err := u.GetInfo(t.Context()); err != nil || info.Offset != 4 || info.Size != 4 {
			t.Errorf("%s: %+v, %v", state, info, err)
		}
		if !want.goes {
			if err := s.AsTerminatableUpload(u).Terminate(t.Context()); err == nil {
				t.Errorf("%s was taken back", state)
			}
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Error("the file is gone: ", err)
	}
}
