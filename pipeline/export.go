package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
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

// Export gives a selection in a format: "originaux.zip", "proxies.zip", "edl" or
// "csv".
func (d *Desk) Export(ctx context.Context, selection assets.ID, format string) (Export, error) {
	s, err := d.Catalog.Selection(ctx, selection)
	if err != nil {
		return Export{}, err
	}
	list, originals, made, err := d.clips(ctx, s)
	if err != nil {
		return Export{}, err
	}
	text := func(ext, content string) (Export, error) {
		sum := sha256.Sum256([]byte(content))
		return Export{Name: s.Name + ext, Sum: hex.EncodeToString(sum[:]), Body: plainText{strings.NewReader(content)}}, nil
	}
	switch format {
	case "originaux.zip":
		return d.zipped(ctx, s.Name+" (originaux).zip", s.CreatedAt, originals), nil
	case "proxies.zip":
		return d.zipped(ctx, s.Name+" (proxies).zip", s.CreatedAt, made), nil
	case "edl":
		return text(".edl", exchange.EDL(s.Name, list))
	case "csv":
		return text(".csv", exchange.CSV(list))
	}
	return Export{}, missing("pipeline.Export: " + format)
}

type plainText struct{ *strings.Reader }

func (plainText) Close() error { return nil }

// clips reads what a selection names: its passages, and the files behind them,
// each once, under the names they have in the folder of an export.
func (d *Desk) clips(ctx context.Context, s assets.Selection) (list []exchange.Clip, originals, made []Stored, err error) {
	named, taken := map[assets.ID]string{}, map[string]bool{}
	for _, c := range s.Clips {
		r, err := d.Catalog.Rush(ctx, c.Rush)
		if err != nil {
			return nil, nil, nil, err
		}
		if _, there := named[r.ID]; !there {
			o, err := d.original(ctx, r.Asset)
			if err != nil {
				return nil, nil, nil, err
			}
			o.Name = unique(french.FileName(o.Name), taken)
			named[r.ID] = o.Name
			originals = append(originals, o)
			rows, err := d.Catalog.Proxies(ctx, r.ID)
			if err != nil {
				return nil, nil, nil, err
			}
			for _, p := range rows {
				if p.Role == assets.RoleProxy {
					name := strings.TrimSuffix(o.Name, path.Ext(o.Name)) + path.Ext(p.Key)
					made = append(made, Stored{Key: p.Key, SHA256: p.SHA256, Size: p.Size, Name: name})
				}
			}
		}
		if c.Out <= 0 {
			c.Out = r.Proxy.Frames
		}
		if r.Proxy.Rate > 0 && c.Out > c.In {
			list = append(list, exchange.Clip{Name: r.Title, File: "rushes/" + named[r.ID], Rate: r.Proxy.Rate, In: c.In, Out: c.Out, Note: c.Note})
		}
	}
	return list, originals, made, nil
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

// zipped lays files out as an archive, with their SHA-256 beside them.
func (d *Desk) zipped(ctx context.Context, name string, at time.Time, files []Stored) Export {
	var sums bytes.Buffer
	var entries []archive.Entry
	taken := map[string]bool{}
	for _, f := range files {
		inside := "rushes/" + unique(f.Name, taken)
		fmt.Fprintf(&sums, "%s  %s\n", f.SHA256, inside)
		entries = append(entries, archive.Entry{Name: inside, Size: f.Size, Sum: f.SHA256, Open: func() (io.ReadSeekCloser, error) {
			return d.Blobs.Open(ctx, f.Key)
		}})
	}
	list := sums.String()
	sum := sha256.Sum256([]byte(list))
	key := hex.EncodeToString(sum[:])
	entries = append(entries, archive.Entry{Name: "SHA256SUMS", Size: int64(len(list)), Sum: key, Open: func() (io.ReadSeekCloser, error) {
		return plainText{strings.NewReader(list)}, nil
	}})
	return Export{Name: name, Sum: key, Body: archive.New(entries, at, d.Checks)}
}
