package assets

import "time"

// Volume is how many files there are of one sort, and their bytes.
type Volume struct {
	Name  string // of a sujet or a partner: its ID or slug
	Files int
	Bytes int64
}

// Storage is what the house keeps, counted.
type Storage struct {
	Originals  Volume
	Proxies    Volume // and all else that is made of rushes
	Renditions Volume // of versions
	Uploads    Volume // announced, and not whole yet
	Aside      Volume // originals of rushes that were put aside
	Old        Volume // renditions of versions that a later one replaced
	Arrived    Volume // originals that came since an instant
	Sujets     []Volume
	Partners   []Volume // the biggest first
}

// Kept is all that lies on the disks of the house.
func (s Storage) Kept() int64 { return s.Originals.Bytes + s.Proxies.Bytes + s.Renditions.Bytes }

// FullIn is how long room lasts when as much comes each day as did in the time
// that Arrived was counted over, with what is made of it; 0 when nothing came.
func (s Storage) FullIn(room int64, over time.Duration) time.Duration {
	if s.Arrived.Bytes <= 0 || s.Originals.Bytes <= 0 {
		return 0
	}
	pace := float64(s.Arrived.Bytes) / over.Hours() * float64(s.Kept()) / float64(s.Originals.Bytes)
	return time.Duration(min(float64(max(room, 0))/pace, 100*365*24) * float64(time.Hour))
}
