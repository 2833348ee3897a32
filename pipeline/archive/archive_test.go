package archive

import (
	"archive/zip"
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func file(name string, content []byte) Entry {
	return Entry{Name: name, Size: int64(len(content)), Sum: name, Open: func() (io.ReadSeekCloser, error) { return memory{bytes.NewReader(content)}, nil }}
}

// zeros is a file of any size that takes no place.
type zeros struct{ size, at int64 }

func (z *zeros) Read(b []byte) (int, error) {
	n := min(int64(len(b)), z.size-z.at)
	if n == 0 {
		return 0, io.EOF
	}
	clear(b[:n])
	z.at += n
	return int(n), nil
}
func (z *zeros) Seek(at int64, _ int) (int64, error) { z.at = at; return at, nil }
func (z *zeros) Close() error                        { return nil }

// readerAt reads anywhere in an archive, as a browser does that resumes.
type readerAt struct{ *Archive }

func (r readerAt) ReadAt(b []byte, at int64) (int, error) {
	if _, err := r.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	return io.ReadFull(r.Archive, b)
}

// TestAnyCut: whatever is asked for, in any order, is the same bytes; and the
// whole is a zip with what was put in.
func TestAnyCut(t *testing.T) {
	at := time.Date(2018, 6, 21, 18, 0, 0, 0, time.UTC)
	entries := []Entry{file("rushes/Été 1.mov", bytes.Repeat([]byte("film"), 50_000)), file("vide.txt", nil), file("SHA256SUMS", []byte("x\n"))}
	whole, err := io.ReadAll(New(entries, at, &Checks{}))
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r) // which checks the CRC
		if err != nil || f.Name != entries[i].Name || int64(len(got)) != entries[i].Size || !f.Modified.Equal(at) {
			t.Errorf("%s: %d bytes, %v, %v", f.Name, len(got), f.Modified, err)
		}
	}
	for range 300 {
		from := rand.IntN(len(whole))
		part := make([]byte, 1+rand.IntN(len(whole)-from))
		if _, err := (readerAt{New(entries, at, &Checks{})}).ReadAt(part, int64(from)); err != nil || !bytes.Equal(part, whole[from:from+len(part)]) {
			t.Fatalf("bytes %d to %d differ: %v", from, from+len(part), err)
		}
	}
}

// TestLarge: more than 4 GiB in one file, and behind it (zip64).
func TestLarge(t *testing.T) {
	const size = 5 << 30
	checks := &Checks{}
	checks.known.Store("large", uint32(7))
	a := New([]Entry{
		{Name: "large.mov", Size: size, Sum: "large", Open: func() (io.ReadSeekCloser, error) { return &zeros{size: size}, nil }},
		file("after.txt", []byte("after")),
	}, time.Unix(1e9, 0), checks)
	z, err := zip.NewReader(readerAt{a}, a.Size())
	if err != nil {
		t.Fatal(err)
	}
	if f := z.File[0]; f.UncompressedSize64 != size || f.CRC32 != 7 {
		t.Errorf("%+v", f.FileHeader)
	}
	r, err := z.File[1].Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "after" {
		t.Errorf("%q %v", got, err)
	}
}
