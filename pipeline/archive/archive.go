// Package archive is a zip that is never written: stored files laid out one
// after the other, so that any byte of it can be asked for at any time, and is
// the same each time. It compresses nothing, for films are compressed; it reads
// no catalog and knows no HTTP.
package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"sync"
	"time"
)

// Entry is one file of an archive.
type Entry struct {
	Name string // with slashes, relative, valid UTF-8
	Size int64  // bytes: exactly what Open gives
	Sum  string // names the bytes, as their SHA-256 does
	Open func() (io.ReadSeekCloser, error)
}

// Checks remembers the CRC-32 of what was read once, by Sum. Its zero value is
// ready; it may be shared.
type Checks struct{ known sync.Map }

// of reads a file for its CRC-32, unless that is known.
func (c *Checks) of(e Entry) (uint32, error) {
	if sum, known := c.known.Load(e.Sum); known {
		return sum.(uint32), nil
	}
	f, err := e.Open()
	if err != nil {
		return 0, err
	}
	defer f.Close()
	h := crc32.NewIEEE()
	if n, err := io.Copy(h, io.LimitReader(f, e.Size)); err != nil || n != e.Size {
		return 0, errors.Join(err, io.ErrUnexpectedEOF)
	}
	c.known.Store(e.Sum, h.Sum32())
	return h.Sum32(), nil
}

// part is a stretch of the archive: bytes that are made, or a file.
type part struct {
	start, size int64
	file        *Entry
	make        func() ([]byte, error)
}

// Archive reads like a file: it seeks anywhere, and holds one file open.
type Archive struct {
	parts []part
	size  int64
	at    int64
	n     int // the part that is open
	open  io.ReadSeekCloser
	read  int64 // where open stands

	checks *Checks
	sum    hash.Hash32 // of what was read of it from its beginning
	summed int64       // how much that is
}

const (
	big = 0xffffffff // from here on zip64 is needed
)

// New lays the entries out (APPNOTE.TXT 6.3.10). The CRC-32 of a file stands
// behind it, so that the beginning needs none.
func New(entries []Entry, at time.Time, checks *Checks) *Archive {
	a := &Archive{n: -1, checks: checks}
	stamp := dos(at)
	offsets := make([]int64, len(entries))
	for i := range entries {
		e := entries[i]
		offsets[i] = a.size
		head := local(e, stamp)
		a.add(part{size: int64(len(head)), make: func() ([]byte, error) { return head, nil }})
		a.add(part{size: e.Size, file: &e})
		tail := int64(16)
		if e.Size >= big {
			tail = 24
		}
		a.add(part{size: tail, make: func() ([]byte, error) {
			sum, err := checks.of(e)
			return descriptor(e, sum), err
		}})
	}
	begin := a.size
	size := int64(len(directory(entries, offsets, make([]uint32, len(entries)), stamp, begin)))
	a.add(part{size: size, make: func() ([]byte, error) {
		sums := make([]uint32, len(entries))
		for i, e := range entries {
			var err error
			if sums[i], err = checks.of(e); err != nil {
				return nil, err
			}
		}
		return directory(entries, offsets, sums, stamp, begin), nil
	}})
	return a
}

func (a *Archive) add(p part) {
	p.start = a.size
	a.size += p.size
	a.parts = append(a.parts, p)
}

// Size is how long the archive is, in bytes.
func (a *Archive) Size() int64 { return a.size }

// Seek moves to any byte.
func (a *Archive) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += a.at
	case io.SeekEnd:
		offset += a.size
	}
	if offset < 0 {
		return 0, errors.New("archive: seek before the beginning")
	}
	a.at = offset
	return offset, nil
}

// Read gives what follows.
func (a *Archive) Read(b []byte) (int, error) {
	for i, p := range a.parts {
		within := a.at - p.start
		if within < 0 || within >= p.size {
			continue
		}
		b = b[:min(int64(len(b)), p.size-within)]
		n, err := a.from(i, within, b)
		a.at += int64(n)
		if errors.Is(err, io.EOF) {
			if err = nil; n == 0 {
				err = io.ErrUnexpectedEOF // the file is shorter than was said
			}
		}
		return n, err
	}
	return 0, io.EOF
}

func (a *Archive) from(i int, within int64, b []byte) (int, error) {
	p := a.parts[i]
	if p.file == nil {
		made, err := p.make()
		if err != nil {
			return 0, err
		}
		return copy(b, made[within:]), nil
	}
	if a.n != i {
		if err := a.Close(); err != nil {
			return 0, err
		}
		f, err := p.file.Open()
		if err != nil {
			return 0, err
		}
		a.n, a.open, a.read = i, f, 0
		a.sum, a.summed = crc32.NewIEEE(), 0
	}
	if a.read != within {
		if _, err := a.open.Seek(within, io.SeekStart); err != nil {
			return 0, err
		}
		a.read = within
	}
	n, err := a.open.Read(b)
	if a.summed == a.read {
		_, _ = a.sum.Write(b[:n]) // never fails
		if a.summed += int64(n); a.summed == p.size {
			a.checks.known.Store(p.file.Sum, a.sum.Sum32())
		}
	}
	a.read += int64(n)
	return n, err
}

// Close gives back the file that is open.
func (a *Archive) Close() error {
	if a.open == nil {
		return nil
	}
	err := a.open.Close()
	a.open, a.n = nil, -1
	return err
}

// dos is an instant as zip keeps it: date and time of 2 seconds.
func dos(t time.Time) uint32 {
	t = t.UTC()
	date := (t.Year()-1980)<<9 | int(t.Month())<<5 | t.Day()
	return uint32(date)<<16 | uint32(t.Hour()<<11|t.Minute()<<5|t.Second()/2)
}

// put writes numbers in little endian.
func put(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		_ = binary.Write(b, binary.LittleEndian, v) // a Buffer takes everything
	}
}

// flags: a descriptor follows, names are UTF-8.
const flags = uint16(1<<3 | 1<<11)

func version(large bool) uint16 {
	if large {
		return 45
	}
	return 20
}

func local(e Entry, stamp uint32) []byte {
	var b bytes.Buffer
	large := e.Size >= big
	size, extra := uint32(0), uint16(0)
	if large {
		size, extra = big, 20
	}
	put(&b, uint32(0x04034b50), version(large), flags, uint16(0), stamp, uint32(0), size, size, uint16(len(e.Name)), extra)
	b.WriteString(e.Name)
	if large {
		put(&b, uint16(1), uint16(16), uint64(0), uint64(0))
	}
	return b.Bytes()
}

func descriptor(e Entry, sum uint32) []byte {
	var b bytes.Buffer
	put(&b, uint32(0x08074b50), sum)
	if e.Size >= big {
		put(&b, uint64(e.Size), uint64(e.Size))
	} else {
		put(&b, uint32(e.Size), uint32(e.Size))
	}
	return b.Bytes()
}

// directory is the end of the archive: what is where. It always has its zip64
// part, whose place depends on nothing but sizes.
func directory(entries []Entry, offsets []int64, sums []uint32, stamp uint32, begin int64) []byte {
	var b bytes.Buffer
	for i, e := range entries {
		large := e.Size >= big || offsets[i] >= big
		size, offset, extra := uint32(e.Size&big), uint32(offsets[i]&big), uint16(0)
		if large {
			size, offset, extra = big, big, 28
		}
		put(&b, uint32(0x02014b50), uint16(3<<8|45), version(large), flags, uint16(0), stamp, sums[i], size, size, uint16(len(e.Name)), extra,
			uint16(0), uint16(0), uint16(0), uint32(0o100644<<16), offset)
		b.WriteString(e.Name)
		if large {
			put(&b, uint16(1), uint16(24), uint64(e.Size), uint64(e.Size), uint64(offsets[i]))
		}
	}
	size, count := int64(b.Len()), uint64(len(entries))
	put(&b, uint32(0x06064b50), uint64(44), uint16(3<<8|45), uint16(45), uint32(0), uint32(0), count, count, uint64(size), uint64(begin))
	put(&b, uint32(0x07064b50), uint32(0), uint64(begin+size), uint32(1))
	put(&b, uint32(0x06054b50), uint16(0), uint16(0), uint16(min(count, 0xffff)), uint16(min(count, 0xffff)),
		uint32(min(size, big)), uint32(min(begin, big)), uint16(0))
	return b.Bytes()
}
