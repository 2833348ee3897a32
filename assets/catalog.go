package assets

import (
	"context"
	"time"
)

// Change is one transaction of the catalog: all of it, or none.
//
// Records are inserted when Events holds their creation (From is ""), and
// updated otherwise; an update never touches the state, which only an Event
// moves. Renditions replace all earlier ones of the same version.
type Change struct {
	Assets       []Asset
	Films        []Film
	Versions     []Version
	Rushes       []Rush
	Renditions   []Rendition
	Publications []Publication
	Deliveries   []Delivery

	// Events move states, each by compare-and-set. An event that its table
	// forbids is Invalid; one whose record has left From is Conflict.
	Events []Event

	Jobs   []Job  // the work that follows: the outbox
	Cancel []ID   // subjects whose unfinished jobs are called off
	Fence  *Fence // this attempt must still hold its job (else Conflict); its job is then done
}

// FilmFilter chooses films; an empty field chooses all.
type FilmFilter struct {
	State     FilmState
	Rubrique  string
	Partner   string
	Dossier   string
	Territory string
	After     ID  // keyset: the last film of the page before
	Limit     int // 0 means 100
}

// PublicationFilter chooses publications; an empty field chooses all.
type PublicationFilter struct {
	Film    ID
	Channel Channel
	State   PublicationState
}

// Hit is one answer of a search.
type Hit struct {
	Film  ID
	Slug  string
	Title string
}

// Catalog keeps the records. Lookups of what is not there return NotFound.
// All times are stored to the microsecond, in UTC.
type Catalog interface {
	// Apply is the only way a state changes.
	Apply(ctx context.Context, c Change) error

	Asset(ctx context.Context, id ID) (Asset, error)
	AssetBySHA256(ctx context.Context, sum string) (Asset, error)

	Film(ctx context.Context, id ID) (Film, error)
	FilmBySlug(ctx context.Context, slug string) (Film, error)
	Films(ctx context.Context, f FilmFilter) ([]Film, error) // newest first

	Version(ctx context.Context, id ID) (Version, error)
	Versions(ctx context.Context, film ID) ([]Version, error)  // V1 first
	VersionOf(ctx context.Context, master ID) (Version, error) // the newest made of this asset
	Renditions(ctx context.Context, version ID) ([]Rendition, error)

	Rush(ctx context.Context, id ID) (Rush, error)
	RushOf(ctx context.Context, asset ID) (Rush, error)
	Rushes(ctx context.Context, after ID, limit int) ([]Rush, error) // newest first

	Publication(ctx context.Context, id ID) (Publication, error)
	Publications(ctx context.Context, f PublicationFilter) ([]Publication, error)
	// SaveResume keeps a publisher's handle, durably, while the attempt holds
	// its job; Conflict otherwise.
	SaveResume(ctx context.Context, f Fence, publication ID, resume []byte) error

	Events(ctx context.Context, subjects ...ID) ([]Event, error) // oldest first

	Programme(ctx context.Context) (Programme, error)
	// SaveProgramme inserts or updates by slug; it deletes nothing.
	SaveProgramme(ctx context.Context, p Programme) error

	User(ctx context.Context, id ID) (User, error)
	SaveUser(ctx context.Context, u User) error

	// Search finds films by titles, people, rubriques, partners, dossiers and
	// territories, without regard to accents, case or elisions; every word of
	// the query must begin a word of the film.
	Search(ctx context.Context, query string, limit int) ([]Hit, error)

	Jobs
	Close() error
}

// Jobs is the outbox side of the Catalog.
type Jobs interface {
	Job(ctx context.Context, id ID) (Job, error)
	JobsOf(ctx context.Context, subjects ...ID) ([]Job, error) // oldest first
	// DueJobs lists the jobs to be started by now: waiting ones whose time has
	// come, and running ones whose lease is over. Oldest first.
	DueJobs(ctx context.Context, now time.Time, limit int) ([]Job, error)
	// StartJob begins an attempt of a due job and returns it with its new
	// attempt number; Conflict when the job is not due (done, cancelled, held).
	StartJob(ctx context.Context, id ID, worker string, lease time.Duration) (Job, error)
	// BeatJob renews the lease; Conflict when the attempt has lost its job.
	BeatJob(ctx context.Context, f Fence, b Beat, lease time.Duration) error
	// SettleJob ends an attempt that committed nothing: to JobWaiting (again at
	// notBefore), JobDone or JobFailed; Conflict when it has lost its job. With a
	// reason the attempt counts as a failure, without one as interrupted.
	SettleJob(ctx context.Context, f Fence, to JobState, notBefore time.Time, reason string) error
	// ReleaseJobs ends the leases of a worker that is known to be gone.
	ReleaseJobs(ctx context.Context, worker string) error
}
