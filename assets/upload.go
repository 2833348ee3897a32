package assets

import "time"

// UploadState is where one file stands on its way in.
type UploadState string

// The states of an upload.
const (
	UploadOpen    UploadState = "open"    // bytes are expected
	UploadWhole   UploadState = "whole"   // all bytes are here; they are synced and their hash is taken
	UploadDone    UploadState = "done"    // hashed and filed: the sender may erase their copy
	UploadRefused UploadState = "refused" // with a reason; the part that came is gone
	UploadExpired UploadState = "expired" // nothing came for too long
)

// UploadMachine says which state of an upload may follow which.
var UploadMachine = Machine[UploadState]{
	"":            {UploadOpen, UploadDone}, // done at once: the same bytes were here
	UploadOpen:    {UploadWhole, UploadRefused, UploadExpired},
	UploadWhole:   {UploadDone, UploadRefused, UploadOpen},
	UploadDone:    {UploadRefused}, // a list of sums that came later says that it is damaged
	UploadRefused: {},
	UploadExpired: {},
}

// Transfer is one gesture of one person: the files they chose together, where
// they belong, and what was answered meanwhile.
type Transfer struct {
	ID        ID        `json:"id"`
	Owner     ID        `json:"owner"`
	Kind      AssetKind `json:"kind"`            // KindRush or KindMaster
	Sujet     ID        `json:"sujet,omitempty"` // of rushes; "" outside any
	Film      ID        `json:"film,omitempty"`  // of a new version; "" for a new film
	People    []Person  `json:"people,omitempty"`
	Place     string    `json:"place,omitempty"`
	Territory string    `json:"territory,omitempty"`
	Minors    Answer    `json:"minors,omitempty"`
	Note      string    `json:"note,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Upload is one file of a transfer.
type Upload struct {
	ID        ID          `json:"id"` // its tus upload has the same
	Transfer  ID          `json:"transfer"`
	Owner     ID          `json:"owner"`
	Name      string      `json:"name"`             // the name it came with: text, never a path
	Folder    string      `json:"folder,omitempty"` // the folders it lay in
	Type      string      `json:"type,omitempty"`   // MIME type as the browser says it; never trusted
	Size      int64       `json:"size"`             // bytes
	Modified  time.Time   `json:"modified,omitzero"`
	Print     string      `json:"print,omitempty"`  // SHA-256 of size, first and last MiB, hex: how a device finds it again
	Claim     string      `json:"claim,omitempty"`  // SHA-256 as the sender says it; "" unknown
	SHA256    string      `json:"sha256,omitempty"` // as the house measured it
	State     UploadState `json:"state"`
	Reason    string      `json:"reason,omitempty"`
	Asset     ID          `json:"asset,omitempty"` // once done, and what it led to:
	Rush      ID          `json:"rush,omitempty"`
	Film      ID          `json:"film,omitempty"`
	Already   bool        `json:"already"` // the same bytes were here before
	CreatedAt time.Time   `json:"created_at"`
	UpdatedAt time.Time   `json:"updated_at"`
}

// UploadFilter chooses uploads; an empty field chooses all.
type UploadFilter struct {
	Owner    ID
	Transfer ID
	Rush     ID // that it led to
	State    UploadState
	Print    string
	Idle     time.Time // nothing came since
	After    ID
	Limit    int // 0 means 100
}
