package ffmpeg

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scanTime is the longest that a demuxing pass may last: a film of two hours
// takes seconds, unless it lies on a slow disk.
const scanTime = 10 * time.Minute

// Packets is what is really in one stream, counted without decoding. Packets
// that an edit list discards count for the spacing alone.
type Packets struct {
	Count    int64 // one for each frame, or for each field where fields are coded apart
	Bytes    int64
	Timed    int64         // packets that have a time
	First    time.Duration // earliest time
	End      time.Duration // latest time plus its packet's duration
	Median   time.Duration // usual spacing
	Off      int64         // spacings off the median by more than a tenth, and 1.5 ms
	Longest  time.Duration // longest spacing: a hole, or a still picture of a screen recording
	Variable bool          // more than 3 % are off
	Corrupt  int64         // flagged by the demuxer
	Keys     []time.Duration
	Stderr   string // what the demuxer complained of
}

// Length is how much there is to read.
func (p Packets) Length() time.Duration { return p.End - p.First }

// maxKeys keeps memory bounded when each packet is a key frame (intra codecs).
const maxKeys = 1 << 16

// ScanPackets reads one stream of a stranger's file to its end. A file that
// breaks off is no error: what is there is counted, and Stderr says the rest.
func ScanPackets(ctx context.Context, r Runner, path string, stream int) (Packets, error) {
	return scanPackets(ctx, r, Input{Path: path}, "", stream)
}

func scanPackets(ctx context.Context, r Runner, in Input, dir string, stream int) (Packets, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	var count packetCount
	res, err := r.Run(ctx, Command{
		Tool:   FFprobe,
		Inputs: []Input{in},
		Dir:    dir,
		Args: []string{
			"-select_streams", strconv.Itoa(stream),
			"-show_entries", "packet=pts_time,dts_time,duration_time,size,flags",
			"-of", "compact=p=0:nk=1",
		},
		CPU:    scanTime,
		Stdout: &lines{each: count.line},
	})
	p := count.finish()
	p.Stderr = res.Stderr
	var exit *ExitError
	if errors.As(err, &exit) && exit.Err == nil && exit.Limit == LimitNone && p.Count > 0 {
		err = nil // the demuxer gave up somewhere: what was read counts
	}
	return p, err
}

// packetCount counts packets as they come, in constant memory.
type packetCount struct {
	p       Packets
	waiting times         // packets come in decoding order; the times of a few are kept to sort them
	last    float64       // latest time out of waiting
	begun   bool          // last is set
	spaces  map[int]int64 // spacings in steps of 0.1 ms
}

const (
	reordered = 64     // more than the 16 frames of H.264 and HEVC, in fields
	step      = 1e-4   // seconds
	maxStep   = 20_000 // spacings of 2 s and more count as one
)

func (c *packetCount) line(line []byte) {
	f := strings.Split(string(line), "|")
	if len(f) < 5 {
		return
	}
	at, err := strconv.ParseFloat(f[0], 64)
	if err != nil {
		at, err = strconv.ParseFloat(f[1], 64)
	}
	timed := err == nil && math.Abs(at) <= maxSeconds // no NaN either
	if timed {
		heap.Push(&c.waiting, at)
		if len(c.waiting) > reordered {
			c.space(heap.Pop(&c.waiting).(float64))
		}
	}
	if strings.Contains(f[4], "D") {
		return
	}
	c.p.Count++
	c.p.Bytes += text(f[3]).int(0, math.MaxInt64)
	if strings.Contains(f[4], "C") {
		c.p.Corrupt++
	}
	if timed {
		c.place(seconds(at), toDuration(f[2]), strings.Contains(f[4], "K"))
	}
}

// place counts a packet that has a time.
func (c *packetCount) place(at, length time.Duration, key bool) {
	if c.p.Timed == 0 {
		c.p.First, c.p.End = at, at
	}
	c.p.Timed++
	c.p.First = min(c.p.First, at)
	c.p.End = max(c.p.End, at+max(0, min(length, time.Hour)))
	if key && len(c.p.Keys) < maxKeys {
		c.p.Keys = append(c.p.Keys, at)
	}
}

func (c *packetCount) space(at float64) {
	if c.begun {
		if c.spaces == nil {
			c.spaces = map[int]int64{}
		}
		d := math.Max(0, at-c.last)
		c.spaces[int(min(math.Round(d/step), maxStep))]++
		c.p.Longest = max(c.p.Longest, seconds(d))
	}
	c.last, c.begun = at, true
}

func (c *packetCount) finish() Packets {
	for len(c.waiting) > 0 {
		c.space(heap.Pop(&c.waiting).(float64))
	}
	p := c.p
	slices.Sort(p.Keys)
	total, steps := int64(0), make([]int, 0, len(c.spaces))
	for s, n := range c.spaces {
		steps, total = append(steps, s), total+n
	}
	slices.Sort(steps)
	median, seen := 0, int64(0)
	for _, s := range steps {
		if seen += c.spaces[s]; 2*seen > total {
			median = s
			break
		}
	}
	p.Median = seconds(float64(median) * step)
	tolerance := max(15, median/10)
	for _, s := range steps {
		if s < median-tolerance || s > median+tolerance {
			p.Off += c.spaces[s]
		}
	}
	p.Variable = total > 0 && float64(p.Off) > 0.03*float64(total)
	return p
}

func seconds(f float64) time.Duration {
	return time.Duration(math.Round(f*1e6)) * time.Microsecond
}

// times is a heap of seconds.
type times []float64

func (t times) Len() int           { return len(t) }
func (t times) Less(i, j int) bool { return t[i] < t[j] }
func (t times) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }

// Push is for package heap.
func (t *times) Push(x any) { *t = append(*t, x.(float64)) }

// Pop is for package heap.
func (t *times) Pop() any {
	old := *t
	last := old[len(old)-1]
	*t = old[:len(old)-1]
	return last
}

// lines cuts what is written to it into lines.
type lines struct {
	each func(line []byte)
	rest []byte
}

// maxLine is where a line without an end is dropped.
const maxLine = 64 << 10

// Write never fails.
func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			break
		}
		if len(l.rest) > 0 {
			l.each(append(l.rest, p[:i]...))
			l.rest = l.rest[:0]
		} else {
			l.each(p[:i])
		}
		p = p[i+1:]
	}
	if len(l.rest)+len(p) <= maxLine {
		l.rest = append(l.rest, p...)
	}
	return n, nil
}
