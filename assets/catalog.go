package assets

import (
	"context"
	"time"
)

// Change is one transaction of the catalog: all of it, or none.
//
// Records are inserted when Events holds their creation (From is ""), and
// updated otherwise; an update never touches the state, which only an Event
// moves. Renditions replace all earlier ones of the same version; Proxies, all
// of the same rush; Made, those of the same version and role. The records in the
// second block have no state: they are inserted or overwritten, but the end of a
// key and the last TOTP step of a user are never taken back.
type Change struct {
	Assets       []Asset
	Films        []Film
	Versions     []Version
	Rushes       []Rush
	Renditions   []Rendition
	Publications []Publication
	Deliveries   []Delivery
	Users        []User
	Sujets       []Sujet
	Uploads      []Upload
	Consents     []Consent
	Approvals    []Approval
	Accounts     []Account

	Transfers  []Transfer
	Notes      []Note
	Selections []Selection
	Searches   []SavedSearch
	Tracks     []Track
	Filmed     []Filmed
	Keys       []Key
	Mails      []Mail
	Readers    []Subscriber
	Webhooks   []Webhook
	Calls      []Call
	Proxies    []Rendition // of rushes
	Made       []Rendition // single files added to a version
	Programme  Programme   // entries of these slugs
	Unfiled    []Heading   // entries that leave the programme

	Seen map[ID]Seen // of publications, in place of what was seen before

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
	Not       FilmState // every state but this one
	Rubrique  string
	Partner   string
	Dossier   string
	Territory string
	Sujet     ID
	Crew      ID // films of sujets that this user is on
	IDs       []ID
	After     ID  // keyset: the last film of the page before
	Limit     int // 0 means 100
}

// PublicationFilter chooses publications; an empty field chooses all.
type PublicationFilter struct {
	Film     ID
	Channel  Channel
	State    PublicationState
	Campaign ID
	From, To time.Time // of At; To not included
}

// Hit is one answer of a search.
type Hit struct {
	Kind  Subject // SubjectFilm, SubjectRush or SubjectSujet
	ID    ID
	Slug  string // of a film
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
	VersionsByID(ctx context.Context, ids ...ID) (map[ID]Version, error) // those that are there
	Versions(ctx context.Context, film ID) ([]Version, error)            // V1 first
	VersionOf(ctx context.Context, master ID) (Version, error)           // the newest made of this asset
	Renditions(ctx context.Context, version ID) ([]Rendition, error)

	Publication(ctx context.Context, id ID) (Publication, error)
	Publications(ctx context.Context, f PublicationFilter) ([]Publication, error)
	// SaveResume keeps a publisher's handle, durably, while the attempt holds
	// its job; Conflict otherwise.
	SaveResume(ctx context.Context, f Fence, publication ID, resume []byte) error

	Programme(ctx context.Context) (Programme, error)
	// SaveProgramme is a Change of the programme alone, without history: the seed.
	SaveProgramme(ctx context.Context, p Programme) error
	// Filed counts what is filed under each entry; what holds nothing is left out.
	Filed(ctx context.Context) (map[Heading]Filed, error)

	// Search finds films by titles, people, rubriques, partners, dossiers and
	// territories, without regard to accents, case or elisions; every word of
	// the query must begin a word of the film.
	Search(ctx context.Context, query string, limit int) ([]Hit, error)
	// SearchAll is Search over films, sujets and rushes (their titles, places,
	// people, notes and what they are filed under), those kinds in this order,
	// each kind up to limit. Of very many rushes only the newest are looked at.
	SearchAll(ctx context.Context, query string, limit int) ([]Hit, error)
	// Suggest returns names of the programme and titles of films and sujets that
	// are close to a query that found nothing: « Zik Zac » for « zik zak ». Best
	// first.
	Suggest(ctx context.Context, query string, limit int) ([]string, error)

	// Storage counts what is kept, what came since, and the heaviest sujets and
	// partners.
	Storage(ctx context.Context, since time.Time, biggest int) (Storage, error)

	Rushes
	Sujets
	Reviews
	Uploads
	Consents
	Log
	Entry
	Replies
	Outbox
	Accounts
	Deliveries
	Jobs
	Close() error
}

// Deliveries is the side of the Catalog that knows what partners were handed.
type Deliveries interface {
	Delivery(ctx context.Context, id ID) (Delivery, error)
	DeliveryByToken(ctx context.Context, hash string) (Delivery, error)
	Deliveries(ctx context.Context, f DeliveryFilter) ([]Delivery, error) // newest first
	Receipts(ctx context.Context, delivery ID) ([]Receipt, error)         // oldest first
	// NoteReceipt keeps what a visitor did: what the same one did before with
	// the same bytes is one with it, spans and all. A download that would be one
	// more than limit is a Conflict (limit 0: there is none); one that has not
	// come to its end within a day leaves its place.
	NoteReceipt(ctx context.Context, r Receipt, limit int) (Receipt, error)
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

// Rushes is the raw footage side of the Catalog.
type Rushes interface {
	Rush(ctx context.Context, id ID) (Rush, error)
	RushOf(ctx context.Context, asset ID) (Rush, error)
	Rushes(ctx context.Context, f RushFilter) ([]Rush, error)       // newest first
	CountRushes(ctx context.Context, f RushFilter) (int, error)     // up to Limit, where there is one
	Proxies(ctx context.Context, rushes ...ID) ([]Rendition, error) // by rush, in the order they were given
	Selection(ctx context.Context, id ID) (Selection, error)
	Selections(ctx context.Context, sujet, owner ID) ([]Selection, error) // newest first; "" chooses all
	SavedSearches(ctx context.Context, owner ID) ([]SavedSearch, error)
}

// Sujets is the side of the Catalog that knows what is to be told.
type Sujets interface {
	Sujet(ctx context.Context, id ID) (Sujet, error)
	Sujets(ctx context.Context, f SujetFilter) ([]Sujet, error) // newest first; of a phase, in its order
}

// Reviews is the side of the Catalog that knows what is thought of versions.
type Reviews interface {
	Note(ctx context.Context, id ID) (Note, error)
	// Notes lists what was said of the subjects (versions, rushes), by frame.
	// Those that were removed are left out.
	Notes(ctx context.Context, subjects ...ID) ([]Note, error)
	Approval(ctx context.Context, id ID) (Approval, error)
	Approvals(ctx context.Context, film ID) ([]Approval, error)       // oldest first
	OpenApprovals(ctx context.Context, limit int) ([]Approval, error) // asked and not answered, oldest first
	Track(ctx context.Context, film ID, kind TrackKind, language string) (Track, error)
	Tracks(ctx context.Context, film ID) ([]Track, error)
}

// Uploads is the side of the Catalog that knows what is on its way in.
type Uploads interface {
	Transfer(ctx context.Context, id ID) (Transfer, error)
	Transfers(ctx context.Context, owner ID, limit int) ([]Transfer, error) // newest first
	Said(ctx context.Context, sujet ID) ([]Transfer, error)                 // those with a Note, newest first
	Upload(ctx context.Context, id ID) (Upload, error)
	Uploads(ctx context.Context, f UploadFilter) ([]Upload, error) // oldest first
}

// Consents is the side of the Catalog that knows who may be shown.
type Consents interface {
	Consent(ctx context.Context, id ID) (Consent, error)
	Consents(ctx context.Context, f ConsentFilter) ([]Consent, error) // newest first
	Filmed(ctx context.Context, f FilmedFilter) ([]Filmed, error)     // oldest first; those removed are left out
}

// Log is the audit log.
type Log interface {
	Events(ctx context.Context, subjects ...ID) ([]Event, error) // oldest first
	Journal(ctx context.Context, f EventFilter) ([]Event, error) // newest first
	// VerifyLog follows the chain of hashes and returns how many events it
	// holds, or Conflict with the first that is not what it was. Events written
	// before there was a chain are not counted.
	VerifyLog(ctx context.Context) (int, error)
}

// Entry is the side of the Catalog that knows who may come in.
type Entry interface {
	User(ctx context.Context, id ID) (User, error)
	UserByMail(ctx context.Context, mail string) (User, error)
	Users(ctx context.Context, f UserFilter) ([]User, error) // by name
	// UseTOTP notes that a step was used; Conflict when it, or a later one, was.
	UseTOTP(ctx context.Context, user ID, step int64) error

	// Session returns a session that nobody ended; ExpiresAt is for the caller to
	// read.
	Session(ctx context.Context, hash string) (Session, error)
	// SaveSession begins a session or goes on with it. One that was ended stays
	// so: this is then no error, and changes nothing.
	SaveSession(ctx context.Context, s Session) error
	Sessions(ctx context.Context, user ID) ([]Session, error) // newest first
	// EndSessions ends one session (user may be ""), or with hash "" all of a
	// user's, except one.
	EndSessions(ctx context.Context, user ID, hash, except string) error
	SweepSessions(ctx context.Context, now time.Time) error // forgets those that ran out

	Key(ctx context.Context, hash string) (Key, error)
	Keys(ctx context.Context, user ID, kind KeyKind) ([]Key, error) // newest first, ended ones too; "" chooses all
	// SpendKey takes a key that opens once: the second call is a Conflict, as is
	// one after its end.
	SpendKey(ctx context.Context, hash string, now time.Time) (Key, error)
	UseKey(ctx context.Context, hash string, now time.Time) error                   // notes when a lasting key was used
	EndKeys(ctx context.Context, user ID, kind KeyKind, id ID, now time.Time) error // id "" ends all of that kind
}

// Replies is what programs were answered.
type Replies interface {
	// ClaimReply notes a request that will be followed, once those from before
	// since are forgotten. Where one of its name is known already, that is what
	// it returns, and false.
	ClaimReply(ctx context.Context, r Reply, since time.Time) (Reply, bool, error)
	SaveReply(ctx context.Context, r Reply) error                // what came of it
	ForgetReply(ctx context.Context, user ID, name string) error // nothing came of it: it may be sent again
}

// Outbox is what the house has to say to the outside.
type Outbox interface {
	Mail(ctx context.Context, id ID) (Mail, error)
	Mails(ctx context.Context, before ID, limit int) ([]Mail, error) // newest first; not the copies of letters
	// Copies counts the copies of a letter by their state; of "", those of all
	// letters. Of those that were sent only those since this instant are counted.
	Copies(ctx context.Context, letter ID, since time.Time) (map[MailState]int, error)
	Subscriber(ctx context.Context, id ID) (Subscriber, error)
	Subscribers(ctx context.Context, f SubscriberFilter) ([]Subscriber, error) // by ID
	CountReaders(ctx context.Context) (int, error)                             // subscribers who get letters
	Webhook(ctx context.Context, id ID) (Webhook, error)
	Webhooks(ctx context.Context) ([]Webhook, error) // oldest first; those removed are left out
	Call(ctx context.Context, id ID) (Call, error)
	Calls(ctx context.Context, webhook, before ID, limit int) ([]Call, error) // newest first
}
