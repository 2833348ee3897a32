package partner

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/pipeline"
)

// files are the names of all files below a folder.
func (h *house) files(dir string) (all []string) {
	h.Helper()
	h.must(filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, name)
		}
		return err
	}))
	return all
}

// TestEverything: the archive of a dossier of twenty films can be taken up at any
// byte; it holds every file of every menu with its sum, and was written nowhere.
func TestEverything(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	h := newHouse(t)
	for i := range 20 {
		h.film(fmt.Sprintf("Film %d", i), usual()...)
	}
	_, root := h.link(pipeline.DeliveryRequest{})
	before := h.files(filepath.Dir(h.file))
	v := h.visitor()
	res, whole := v.ask(http.MethodGet, root+"/tout.zip")
	tag := res.Header.Get("ETag")
	if res.StatusCode != http.StatusOK || res.Header.Get("Accept-Ranges") != "bytes" || !strings.HasPrefix(tag, `"`) || int64(len(whole)) != res.ContentLength {
		t.Fatalf("%d, %v", res.StatusCode, res.Header)
	}
	cuts := []int{0, len(whole)}
	for range 50 {
		cuts = append(cuts, rand.IntN(len(whole)))
	}
	slices.Sort(cuts)
	sum := sha256.New()
	for i, from := range slices.Compact(cuts)[:len(slices.Compact(cuts))-1] {
		res, part := v.ask(http.MethodGet, root+"/tout.zip", "Range", fmt.Sprintf("bytes=%d-%d", from, cuts[i+1]-1), "If-Range", tag)
		if res.StatusCode != http.StatusPartialContent {
			t.Fatalf("from %d: %d", from, res.StatusCode)
		}
		sum.Write(part)
	}
	if want := sha256.Sum256(whole); !bytes.Equal(sum.Sum(nil), want[:]) {
		t.Error("fifty cuts make another archive")
	}
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	h.must(err)
	sums := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		h.must(err)
		content, err := io.ReadAll(r) // which checks the CRC
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if f.Name == "SHA256SUMS" {
			for line := range strings.Lines(string(content)) {
				sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
				if sums[name] != sum {
					t.Errorf("%s: the sum is %q, want %q", name, sums[name], sum)
				}
				delete(sums, name)
			}
			continue
		}
		of := sha256.Sum256(content)
		sums[f.Name] = hex.EncodeToString(of[:])
	}
	if len(z.File) != 20*3+1 || len(sums) != 0 {
		t.Errorf("%d files, of which %v have no sum", len(z.File), sums)
	}
	if after := h.files(filepath.Dir(h.file)); !slices.Equal(before, after) || len(h.files(tmp)) > len(after) {
		t.Errorf("files were written: %v, before: %v", after, before)
	}
}

// TestEverythingInLittleMemory: a gigabyte of films leaves as one archive, and the
// memory that takes is a small part of it.
func TestEverythingInLittleMemory(t *testing.T) {
	const films, size = 20, 50 << 20
	h := newHouse(t)
	for i := range films {
		h.film(fmt.Sprintf("Concert %d", i), large(size))
	}
	_, root := h.link(pipeline.DeliveryRequest{})
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	runtime.GC()
	before, most := heap(), uint64(0)
	res, err := h.visitor().Get(root + "/tout.zip")
	h.must(err)
	defer res.Body.Close()
	var total int64
	for {
		n, err := io.CopyN(io.Discard, res.Body, 32<<20)
		total += n
		most = max(most, heap())
		if err == io.EOF {
			break
		}
		h.must(err)
	}
	grown := int64(most) - int64(before)
	t.Logf("%d MB left, in %d MB more than %d MB", total>>20, grown>>20, before>>20)
	if total < films*size || grown > total/20 {
		t.Errorf("%d MB left, in %d MB more", total>>20, grown>>20)
	}
}
