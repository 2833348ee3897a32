package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline/archive"
	"anonymal.tv/regie/pipeline/exchange"
)

// Export is a selection as it leaves the house. Whoever asks again for another
// part of it gets the same bytes, as long as Sum says the same.
type Export struct {
	Name string // of the file
	Sum  string
	Body io.ReadSeekCloser
}

// written are the formats that are made of the list alone, by the ending of
// their files.
var written = map[string]func(exchange.List) ([]byte, error){
	"kdenlive": exchange.Kdenlive, "otio": exchange.OTIO, "fcpxml": exchange.FCPXML, "edl": exchange.EDL, "csv": exchange.CSV, "pdf": exchange.PDF,
}

// Export gives a selection in a format: "originaux.zip", "proxies.zip", one of
// those written, whose files are the originals, or "proxies.kdenlive" and the
// like, whose files are the proxies.
func (d *Desk) Export(ctx context.Context, selection assets.ID, format string) (Export, error) {
	s, err := d.Catalog.Selection(ctx, selection)
	if err != nil {
		return Export{}, err
	}
	f, err := d.folder(ctx, s)
	if err != nil {
		return Export{}, err
	}
	switch format {
	case "originaux.zip":
		return d.zipped(ctx, s.Name+" (originaux).zip", s.CreatedAt, inFolder, f.originals), nil
	case "proxies.zip":
		return d.zipped(ctx, s.Name+" (proxies).zip", s.CreatedAt, inFolder, f.proxies), nil
	}
	name := s.Name
	ending, small := strings.CutPrefix(format, "proxies.")
	if small {
		name += " (proxies)"
		f.shrink()
	}
	write, known := written[ending]
	if !known {
		return Export{}, missing("pipeline.Export: " + format)
	}
	if ending == "pdf" {
		if err := d.illustrate(ctx, f); err != nil {
			return Export{}, err
		}
	}
	content, err := write(f.list)
	if err != nil {
		return Export{}, err
	}
	sum := sha256.Sum256(content)
	return Export{Name: name + "." + ending, Sum: hex.EncodeToString(sum[:]), Body: plainText{bytes.NewReader(content)}}, nil
}

// ExportSizes are how many bytes the originals of a selection have, and its
// proxies.
func (d *Desk) ExportSizes(ctx context.Context, s assets.Selection) (originals, proxies int64, err error) {
	f, err := d.folder(ctx, s)
	for _, o := range f.originals {
		originals += o.Size
	}
	for _, p := range f.proxies {
		proxies += p.Size
	}
	return originals, proxies, err
}

type plainText struct{ *bytes.Reader }

func (plainText) Close() error { return nil }

// folder is what a selection names: its passages, and the files behind them,
// each once, under the names they leave with.
type folder struct {
	list               exchange.List
	originals, proxies []Stored
	rushes             map[assets.ID]*exchange.Rush
	made               map[assets.ID][]assets.Rendition
	small              map[*exchange.Rush]string // the name of its proxy
}

// inFolder is where the files lie beside an edit list.
const inFolder = "rushes/"

func (d *Desk) folder(ctx context.Context, s assets.Selection) (folder, error) {
	f := folder{
		list:   exchange.List{Title: s.Name, At: s.UpdatedAt},
		rushes: map[assets.ID]*exchange.Rush{}, made: map[assets.ID][]assets.Rendition{}, small: map[*exchange.Rush]string{},
	}
	taken, takenSmall := map[string]bool{}, map[string]bool{}
	for _, c := range s.Clips {
		r, there := f.rushes[c.Rush]
		if !there {
			row, err := d.Catalog.Rush(ctx, c.Rush)
			if err != nil {
				return f, err
			}
			o, err := d.original(ctx, row.Asset)
			if err != nil {
				return f, err
			}
			o.Name = unique(french.FileName(o.Name), taken)
			f.originals = append(f.originals, o)
			if f.made[row.ID], err = d.Catalog.Proxies(ctx, row.ID); err != nil {
				return f, err
			}
			r = exchanged(row)
			r.File, f.rushes[row.ID] = inFolder+o.Name, r
			for _, p := range f.made[row.ID] {
				if p.Role == assets.RoleProxy {
					name := unique(strings.TrimSuffix(o.Name, path.Ext(o.Name))+path.Ext(p.Key), takenSmall)
					f.small[r] = inFolder + name
					f.proxies = append(f.proxies, Stored{Key: p.Key, SHA256: p.SHA256, Size: p.Size, Name: name})
				}
			}
		}
		if c.Out <= 0 || c.Out > r.Frames {
			c.Out = r.Frames
		}
		if c.Out > c.In {
			f.list.Clips = append(f.list.Clips, exchange.Clip{Rush: r, In: c.In, Out: c.Out, Note: c.Note})
		}
	}
	return f, d.annotate(ctx, f)
}

// exchanged is a rush as edit lists know it; one that does not play yet has no
// frames.
func exchanged(row assets.Rush) *exchange.Rush {
	r := &exchange.Rush{Name: row.Title, Rate: exchange.RateOf(row.Proxy.Rate), Frames: row.Proxy.Frames}
	for _, p := range row.People {
		r.People = append(r.People, strings.TrimSuffix(p.Name+", "+p.Role, ", "))
	}
	if row.Sheet == nil {
		return r
	}
	if v := row.Sheet.Video; v != nil {
		r.Width, r.Height = v.Width, v.Height
		r.StartAt(row.Sheet.Timecode, exchange.RateOf(int(math.Round(1000*v.Rate))))
	}
	if len(row.Sheet.Audio) > 0 {
		r.Channels, r.SampleRate = row.Sheet.Audio[0].Channels, row.Sheet.Audio[0].SampleRate
	}
	return r
}

// annotate adds what was noted of the rushes.
func (d *Desk) annotate(ctx context.Context, f folder) error {
	notes, err := d.Catalog.Notes(ctx, slices.Collect(maps.Keys(f.rushes))...)
	for _, n := range notes {
		if r := f.rushes[n.Subject]; n.Frame >= 0 && n.Frame < r.Frames {
			r.Marks = append(r.Marks, exchange.Mark{Frame: n.Frame, Until: max(n.Frame, n.Until), Text: n.Text})
		}
	}
	return err
}

// shrink puts the proxies in the place of the originals. Their timecode begins
// at 0.
func (f folder) shrink() {
	for r, name := range f.small {
		r.File, r.Start, r.Drop = name, 0, false
	}
}

// illustrate adds the pictures of the rushes.
func (d *Desk) illustrate(ctx context.Context, f folder) error {
	for id, made := range f.made {
		for _, m := range made {
			if m.Role != assets.RolePoster {
				continue
			}
			picture, err := d.Blobs.Open(ctx, m.Key)
			if err != nil {
				return err
			}
			f.rushes[id].Picture, err = io.ReadAll(picture)
			if err := errors.Join(err, picture.Close()); err != nil {
				return err
			}
		}
	}
	return nil
}

// unique numbers a name that is taken, as people's disks tell names apart.
func unique(name string, taken map[string]bool) string {
	ext := path.Ext(name)
	for n, stem := 1, strings.TrimSuffix(name, ext); taken[strings.ToLower(name)]; name = fmt.Sprintf("%s (%d)%s", stem, n, ext) {
		n++
	}
	taken[strings.ToLower(name)] = true
	return name
}

// zipped lays files out below a folder of an archive, with their SHA-256 beside
// it.
func (d *Desk) zipped(ctx context.Context, name string, at time.Time, folder string, files []Stored) Export {
	var sums bytes.Buffer
	var entries []archive.Entry
	for _, f := range files {
		inside := folder + f.Name
		fmt.Fprintf(&sums, "%s  %s\n", f.SHA256, inside)
		entries = append(entries, archive.Entry{Name: inside, Size: f.Size, Sum: f.SHA256, Open: func() (io.ReadSeekCloser, error) {
			return d.Blobs.Open(ctx, f.Key)
		}})
	}
	list := sums.Bytes()
	sum := sha256.Sum256(list)
	key := hex.EncodeToString(sum[:])
	entries = append(entries, archive.Entry{Name: "SHA256SUMS", Size: int64(len(list)), Sum: key, Open: func() (io.ReadSeekCloser, error) {
		return plainText{bytes.NewReader(list)}, nil
	}})
	return Export{Name: name, Sum: key, Body: archive.New(entries, at, d.Checks)}
}
