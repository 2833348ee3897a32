package layers

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// The house as it stands.
func TestTheHouse(t *testing.T) {
	faults, err := Check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

func TestTheTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Table {
		if seen[r.Folder] || r.Job == "" {
			t.Errorf("%s is in the table twice, or has no job", r.Folder)
		}
		seen[r.Folder] = true
		if info, err := os.Stat("../../" + r.Folder); err != nil || !info.IsDir() {
			t.Errorf("%s is in the table but not in the house", r.Folder)
		}
	}
}

// Every rule sees the fault it is there for, and lets its neighbour be.
func TestPlantedFaults(t *testing.T) {
	const ours = "anonymal.tv/regie/"
	for _, test := range []struct{ file, imports, want string }{
		{"assets/a.go", "os", "assets never does"},
		{"assets/a.go", "net/http", "assets never does"},
		{"assets/a.go", "database/sql", "only assets/catalog, internal/services may"},
		{"assets/a.go", "os/exec", "only pipeline/ffmpeg, internal/services, publishers/publisherstest/sweep may"},
		{"assets/a.go", "golang.org/x/text/unicode/norm", "assets holds std only"},
		{"assets/a.go", ours + "publishers", "may import, of ours, nothing"},
		{"assets/a.go", "strings", ""},
		{"assets/a_test.go", "os", ""},
		{"assets/catalog/a.go", "net/http", "assets/catalog never does"},
		{"assets/catalog/a.go", ours + "assets/blobs", "may import, of ours, assets, assets/fold"},
		{"assets/catalog/a.go", ours + "assets/fold", ""},
		{"assets/catalog/a_test.go", ours + "assets/assetstest", ""},
		{"assets/catalog/a_test.go", ours + "pipeline", "may import, of ours, assets, assets/fold"},
		{"assets/blobs/a.go", "database/sql", "only assets/catalog, internal/services may"},
		{"assets/blobs/a.go", "github.com/minio/minio-go/v7", ""},
		{"publishers/site/a.go", "github.com/minio/minio-go/v7", "only assets/blobs, internal/services may"},
		{"publishers/site/a.go", ours + "publishers/vimeo", "may import, of ours, assets"},
		{"publishers/site/a.go", "github.com/hibiken/asynq", "only worker may"},
		{"publishers/site/a.go", "net/http", ""},
		{"pipeline/a.go", "net/http", "pipeline never does"},
		{"pipeline/a.go", "github.com/hibiken/asynq", "only worker may"},
		{"pipeline/a.go", ours + "assets/catalog", "may import, of ours"},
		{"pipeline/a.go", ours + "pipeline/maker", ""},
		{"pipeline/a_test.go", ours + "assets/catalog", ""},
		{"pipeline/ffmpeg/a.go", "os/exec", ""},
		{"pipeline/ffmpeg/a.go", "net/http", "pipeline/ffmpeg never does"},
		{"pipeline/ffmpeg/a.go", ours + "assets", "may import, of ours, nothing"},
		{"pipeline/picks/a.go", ours + "pipeline/ffmpeg", "may import, of ours, nothing"},
		{"pipeline/maker/a.go", "github.com/u2takey/ffmpeg-go", "only pipeline/ffmpeg may"},
		{"worker/a.go", ours + "web/site", "may import, of ours, assets, pipeline"},
		{"worker/a.go", "database/sql", "only assets/catalog, internal/services may"},
		{"worker/a.go", "github.com/hibiken/asynq", ""},
		{"web/a.go", ours + "worker", "may import, of ours"},
		{"web/a.go", "github.com/hibiken/asynqmon", "only worker may"},
		{"web/a.go", "os/exec", "only pipeline/ffmpeg, internal/services, publishers/publisherstest/sweep may"},
		{"web/a.go", ours + "configs", "only cmd/regie may"},
		{"cmd/regie/a.go", ours + "configs", ""},
		{"cmd/regie/a.go", "os/exec", "only pipeline/ffmpeg, internal/services, publishers/publisherstest/sweep may"},
		{"cmd/regie/a_test.go", "os/exec", ""},
		{"cmd/regie/a.go", ours + "internal/services", "only nothing (tests apart) may"},
		{"cmd/regie/a.go", "testing", "only assets/assetstest"},
		{"web/a_test.go", "github.com/chromedp/chromedp", ""},
		{"web/a.go", "github.com/chromedp/chromedp", "only internal/browser may"},
		{"helpers/a.go", "strings", "is not in the table"},
		{"web/a.go", ours + "web/site", "web may import, of ours, assets, pipeline"},
		{"web/utils/a.go", "strings", "is not in the table"},
	} {
		t.Run(test.file+"+"+test.imports, func(t *testing.T) {
			faults, err := Check(fstest.MapFS{
				test.file:              {Data: []byte("package a\nimport _ \"" + test.imports + "\"\n")},
				"node_modules/x/x.go":  {Data: []byte("not Go")},
				"assets/testdata/x.go": {Data: []byte("not Go")},
			})
			switch {
			case err != nil:
				t.Fatal(err)
			case test.want == "" && len(faults) > 0:
				t.Errorf("reported: %v", faults)
			case test.want != "" && (len(faults) != 1 || !strings.Contains(faults[0].String(), test.want)):
				t.Errorf("reported %v, want one « %s »", faults, test.want)
			}
		})
	}
}
