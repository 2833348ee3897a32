package assets

import (
	"cmp"
	"slices"
	"time"
)

// DeliveryState is where a delivery link stands.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryOpen    DeliveryState = "open"
	DeliveryExpired DeliveryState = "expired"
	DeliveryRevoked DeliveryState = "revoked"
)

// DeliveryMachine says which state of a delivery may follow which.
var DeliveryMachine = Machine[DeliveryState]{
	"":              {DeliveryOpen},
	DeliveryOpen:    {DeliveryExpired, DeliveryRevoked},
	DeliveryExpired: {DeliveryOpen, DeliveryRevoked},
	DeliveryRevoked: {},
}

// Delivery is a link by which a partner receives films, without an account.
type Delivery struct {
	ID        ID            `json:"id"`
	Partner   string        `json:"partner"`           // slug
	Name      string        `json:"name"`              // at its head: « Zik Zac 2018 »
	Films     []ID          `json:"films,omitempty"`   // in this order
	Dossier   string        `json:"dossier,omitempty"` // slug: all its films, as they become ready
	Mail      string        `json:"mail,omitempty"`    // who is written to; "": the link is handed over otherwise
	State     DeliveryState `json:"state"`
	TokenHash string        `json:"-"`             // SHA-256 of the token in the link
	Sealed    []byte        `json:"-"`             // the token, encrypted: mails say the link again
	Password  string        `json:"-"`             // its hash; "" for none
	Max       int           `json:"max,omitempty"` // downloads in all; 0: as many as are wanted
	Days      int           `json:"days"`          // how long it was made to open, and opens again when it is prolonged
	ExpiresAt time.Time     `json:"expires_at"`
	AskedAt   time.Time     `json:"asked_at,omitzero"` // when the partner asked for more time; zero once that is answered
	CreatedBy string        `json:"created_by,omitempty"`
	CreatedAt time.Time     `json:"created_at"`
}

// Holds tells whether a film is to be had by this link.
func (d Delivery) Holds(f Film) bool {
	return d.Dossier != "" && d.Dossier == f.Dossier || slices.Contains(d.Films, f.ID)
}

// Standing is its state at an instant: the end of a link is that of its clock.
func (d Delivery) Standing(at time.Time) DeliveryState {
	if d.State == DeliveryOpen && !at.Before(d.ExpiresAt) {
		return DeliveryExpired
	}
	return d.State
}

// Asks tells that its partner waits for more time.
func (d Delivery) Asks() bool { return !d.AskedAt.IsZero() && d.State != DeliveryRevoked }

// DeliveryFilter chooses deliveries; an empty field chooses all.
type DeliveryFilter struct {
	Partner string
	Film    *Film // those that hold it
	State   DeliveryState
	Limit   int // 0 means 100
}

// ReceiptKind says what somebody did with a link.
type ReceiptKind string

// The kinds of receipts.
const (
	ReceiptOpened     ReceiptKind = "opened"
	ReceiptDownloaded ReceiptKind = "downloaded"
	ReceiptApproved   ReceiptKind = "approved"
	ReceiptChanges    ReceiptKind = "changes" // a modification was asked for
)

// Receipt is one thing that one visitor of a link did: each is noted once, and
// a download that comes in pieces is one.
type Receipt struct {
	ID       ID          `json:"id"`
	Delivery ID          `json:"delivery"`
	Visitor  string      `json:"visitor"`        // tells browsers apart, and says nothing else
	Name     string      `json:"name,omitempty"` // as the visitor gave it
	Kind     ReceiptKind `json:"kind"`
	Film     ID          `json:"film,omitempty"` // "" for the whole link
	File     string      `json:"file,omitempty"` // name of what was downloaded
	SHA256   string      `json:"sha256,omitempty"`
	Size     int64       `json:"size,omitempty"` // bytes
	Spans    []Stretch   `json:"-"`              // what of it has left, apart and in order
	Note     string      `json:"note,omitempty"`
	At       time.Time   `json:"at"`
	DoneAt   time.Time   `json:"done_at,omitzero"` // of a download: when nearly all of it had left
}

// Stretch is a part of a file, in bytes; To is not in it.
type Stretch struct{ From, To int64 }

// wholeEnough is how much of a file makes a download, in hundredths: players and
// programs drop the last bytes.
const wholeEnough = 99

// mostStretches is how many parts of a file are kept apart; of more, the least is
// forgotten.
const mostStretches = 1000

// Add notes that one more stretch has left, at an instant.
func (r *Receipt) Add(s Stretch, at time.Time) {
	if s.To <= s.From {
		return
	}
	all := append(slices.Clone(r.Spans), s)
	slices.SortFunc(all, func(a, b Stretch) int { return cmp.Compare(a.From, b.From) })
	r.Spans = all[:1]
	for _, next := range all[1:] {
		if last := &r.Spans[len(r.Spans)-1]; next.From <= last.To {
			last.To = max(last.To, next.To)
		} else {
			r.Spans = append(r.Spans, next)
		}
	}
	if len(r.Spans) > mostStretches {
		least := slices.MinFunc(r.Spans, func(a, b Stretch) int { return cmp.Compare(a.To-a.From, b.To-b.From) })
		r.Spans = slices.Delete(r.Spans, slices.Index(r.Spans, least), slices.Index(r.Spans, least)+1)
	}
	if r.DoneAt.IsZero() && r.Left()*100 >= r.Size*wholeEnough {
		r.DoneAt = at
	}
}

// Left is how many bytes have left.
func (r Receipt) Left() (n int64) {
	for _, s := range r.Spans {
		n += s.To - s.From
	}
	return n
}
