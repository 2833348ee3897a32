package assets

import "time"

// JobKind says which work is to be done.
type JobKind string

// The kinds of work.
const (
	JobInspect  JobKind = "inspect"  // subject: a version or a rush
	JobProduce  JobKind = "produce"  // subject: a version
	JobPublish  JobKind = "publish"  // subject: a publication
	JobWithdraw JobKind = "withdraw" // subject: a publication
	JobProxy    JobKind = "proxy"    // subject: a rush
	JobFile     JobKind = "file"     // subject: an upload that is whole: hash it, keep it, file it
	JobLoudness JobKind = "loudness" // subject: a version: make its RoleWeb
	JobFormat   JobKind = "format"   // subject: a format of a version (FormatName.Of)
	JobCover    JobKind = "cover"    // subject: a film: make the picture that was chosen
	JobTeaser   JobKind = "teaser"   // subject: a film: make the teaser that was chosen
	JobMail     JobKind = "mail"     // subject: a mail
	JobLetter   JobKind = "letter"   // subject: a mail: one subscriber's copy of a letter
	JobWebhook  JobKind = "webhook"  // subject: a call
	JobRemind   JobKind = "remind"   // subject: a sujet: its crew is told, on the eve
	JobShoot    JobKind = "shoot"    // subject: a sujet: its hour has come

	JobPrepare  JobKind = "prepare"  // subject: a publication: its film goes up ahead of its hour, unseen, or comes away again
	JobDecorate JobKind = "decorate" // subject: a publication: what goes with the film is sent after it
	JobAssist   JobKind = "assist"   // subject: a publication: its hour has come, a person is told
	JobDelivery JobKind = "delivery" // subject: a delivery: it ends, or will soon
	JobHand     JobKind = "hand"     // subject: a film: the partners whose links hold it are told
	JobLook     JobKind = "look"     // subject: a publication: its channel is asked how it fares

	JobProgramme JobKind = "programme" // subject: the programme: channels show it as it is
)

// JobState is where a piece of work stands.
type JobState string

// The states of a job.
const (
	JobWaiting   JobState = "waiting"
	JobRunning   JobState = "running"
	JobDone      JobState = "done"
	JobFailed    JobState = "failed"
	JobCancelled JobState = "cancelled"
)

// JobMachine says which state of a job may follow which.
var JobMachine = Machine[JobState]{
	"":           {JobWaiting},
	JobWaiting:   {JobRunning, JobCancelled},
	JobRunning:   {JobDone, JobFailed, JobWaiting, JobCancelled},
	JobDone:      {},
	JobFailed:    {},
	JobCancelled: {},
}

// Job is a row of the outbox: work that the database owes. The broker only
// carries its ID.
type Job struct {
	ID         ID
	Kind       JobKind
	Subject    ID
	State      JobState
	Attempt    int       // how many times it was started; its fencing token
	Failures   int       // how many attempts failed; one that was interrupted did not
	NotBefore  time.Time // not to be started before
	LeaseUntil time.Time // while running: when the attempt is taken for dead
	Worker     string    // while running: who holds it
	Length     float64   // seconds of film, for the time limit; 0 unknown
	Step       string    // while running: what is being done (French, for people)
	Progress   float64   // 0 to 1
	ETA        time.Duration
	Reason     string // French sentence of the last failure
	CreatedAt  time.Time
}

// Fence names the attempt that is allowed to commit.
type Fence struct {
	Job     ID
	Attempt int
}

// Fence returns the fence of the attempt that j describes.
func (j Job) Fence() Fence { return Fence{Job: j.ID, Attempt: j.Attempt} }

// Beat is what a running attempt says of itself.
type Beat struct {
	Step     string
	Progress float64 // 0 to 1
	ETA      time.Duration
}
