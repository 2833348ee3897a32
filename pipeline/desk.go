// Package pipeline is what the house does to a film. Desk holds the use cases:
// each reads the catalog, does one thing, and writes one Change. It is called by
// the command line, by web pages and by workers, and knows none of them.
package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/archive"
	"anonymal.tv/regie/pipeline/maker"
	"anonymal.tv/regie/publishers"
)

// Maker is what the Desk needs to look a file through and to make a film.
// *maker.Maker is the real one.
type Maker interface {
	// Inspect fills the sheet; a file that is refused or incomplete is no error.
	Inspect(ctx context.Context, path string) (maker.Inspection, error)
	Plan(in maker.Inspection) (maker.Plan, error)
	// InspectPhoto is Inspect for rushes, among which are photos.
	InspectPhoto(ctx context.Context, path string) (maker.Inspection, error)
	PlanProxy(in maker.Inspection) (maker.ProxyPlan, error)
	// Proxy returns *maker.Incomplete as Make does.
	Proxy(ctx context.Context, path string, in maker.Inspection, plan maker.ProxyPlan, dir string, progress func(maker.Step)) (maker.Made, error)
	// Make returns *maker.Incomplete when the one decode finds a part missing.
	Make(ctx context.Context, path string, in maker.Inspection, plan maker.Plan, dir string, progress func(maker.Step)) (maker.Made, error)
	// Cover and Cut make what a person chose, out of a movie that was made.
	Cover(ctx context.Context, c maker.CoverRequest, dir string) ([]maker.File, error)
	Cut(ctx context.Context, c maker.CutRequest, dir string) (maker.File, error)
	// Web brings the sound of a movie to what the web expects.
	Web(ctx context.Context, movie string, length float64, dir string) (maker.File, error)
	// Format makes a film over in a form that somebody asks for; FormatRecipe names
	// how, whatever the film.
	Format(ctx context.Context, r maker.FormatRequest, dir string, progress func(maker.Step)) (maker.File, error)
	FormatRecipe(name assets.FormatName) string
}

// Options is what a Desk is made of. All fields are required, but for Postman,
// Caller, Visitor, Letterhead, Texts, Zone, Passwords, Assisted, Grants and Offsets.
type Options struct {
	Catalog    assets.Catalog
	Blobs      assets.Blobs
	Queue      Queue
	Publishers publishers.Registry
	Texts      Texts // what channels say of films
	Maker      Maker
	Sealer     *access.Sealer
	Policy     assets.ConsentPolicy
	Scratch    string // a folder of its own, on the same filesystem as disk storage
	Now        assets.Clock
	NewID      assets.NewID
	Lease      time.Duration // how long a silent attempt keeps its job
	Log        *slog.Logger
	Postman    Postman  // nil: mails are kept, to be read on the outbox page
	LetterPost Postman  // takes the newsletter; nil: Postman does
	Mailing    *Mailing // our own list of subscribers; nil: there is none
	Caller     Caller   // nil: no program is told of anything
	Visitor    Visitor  // nil: the links of letters are not looked at
	Letterhead Letterhead
	Uploads    Uploads
	Checks     *archive.Checks // what is known of files that leave in archives; nil: nothing yet
	Zone       *time.Location  // of the clocks that people look at; nil is UTC
	Passwords  *access.Passwords
	Ahead      time.Duration                       // before its hour, a film goes up where it can wait unseen; 0: never
	Assisted   []assets.Channel                    // on which a person publishes, with all that it takes at hand
	Grants     map[assets.Channel]publishers.Grant // of the accounts that can be connected in a browser
	Offsets    map[assets.Channel]time.Duration    // how far behind the first a channel goes out; nil: all together
}

// Desk is the house at work. It holds no state of its own.
type Desk struct{ Options }

// NewDesk returns the Desk of these parts.
func NewDesk(o Options) *Desk {
	if o.Checks == nil {
		o.Checks = &archive.Checks{}
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Passwords == nil {
		o.Passwords = access.NewPasswords()
	}
	return &Desk{Options: o}
}

// errLost ends the work of an attempt that no longer holds its job: it was
// cancelled, or taken over after a silence.
var errLost = errors.New("the attempt lost its job")

// Perform starts an attempt of a job, does it and commits it. A job that is not
// to be started (done, cancelled, held elsewhere) is no error: the zero Job is
// returned. So it is when the job is lost on the way, for then whoever took it
// answers for it.
func (d *Desk) Perform(ctx context.Context, id assets.ID, worker string) (assets.Job, error) {
	job, err := d.Catalog.StartJob(ctx, id, worker, d.Lease)
	switch assets.KindOf(err) {
	case assets.Conflict, assets.NotFound:
		return assets.Job{}, nil
	}
	if err != nil {
		return assets.Job{}, err
	}
	work := map[assets.JobKind]func(context.Context, *hold) error{
		assets.JobInspect:  d.inspect,
		assets.JobProduce:  d.produce,
		assets.JobProxy:    d.makeProxy,
		assets.JobPublish:  d.publish,
		assets.JobWithdraw: d.withdraw,
		assets.JobCover:    d.makeCover,
		assets.JobTeaser:   d.makeTeaser,
		assets.JobLoudness: d.makeWeb,
		assets.JobFormat:   d.makeFormat,
		assets.JobMail:     d.deliver,
		assets.JobLetter:   d.deliver,
		assets.JobWebhook:  d.call,
		assets.JobFile:     d.file,
		assets.JobRemind:   d.remind,
		assets.JobShoot:    d.shoot,

		assets.JobPrepare:  d.prepare,
		assets.JobDecorate: d.decorate,
		assets.JobAssist:   d.assist,
		assets.JobDelivery: d.watchDelivery,
		assets.JobHand:     d.tellPartners,
		assets.JobLook:     d.lookAtFilm,

		assets.JobProgramme: d.tellProgramme,
	}[job.Kind]
	if work == nil {
		return job, &assets.Error{Kind: assets.Invalid, Op: "pipeline.Perform", Msg: "Travail inconnu : " + string(job.Kind) + "."}
	}
	ctx, h := d.hold(ctx, job)
	defer h.release()
	if err = work(ctx, h); errors.Is(context.Cause(ctx), errLost) {
		return assets.Job{}, nil
	}
	return job, err
}

// Outcome is what a worker decides about an attempt that failed.
type Outcome struct {
	Again  bool
	After  time.Duration // with Again: not before
	Reason string        // French sentence
}

// Settle records what becomes of a failed attempt: its job waits again, or is
// given up and its subject says why.
func (d *Desk) Settle(ctx context.Context, j assets.Job, o Outcome) error {
	next := d.Now().Add(o.After)
	if o.Again && j.Kind == assets.JobPrepare {
		p, err := d.Catalog.Publication(ctx, j.Subject)
		if err != nil {
			return err
		}
		o.Again = p.State != assets.PublicationScheduled || next.Before(p.At) // at its hour it goes out all the same
	}
	if o.Again {
		if err := d.Catalog.SettleJob(ctx, j.Fence(), assets.JobWaiting, next, o.Reason); err != nil {
			return err
		}
		j.NotBefore = next
		d.hint(ctx, j)
		return nil
	}
	fence := j.Fence()
	// Who lost the job meanwhile has no say in what becomes of its subject.
	if err := d.Catalog.BeatJob(ctx, fence, assets.Beat{}, d.Lease); err != nil {
		return err
	}
	c, err := d.giveUp(ctx, j, o.Reason)
	if err != nil {
		return err
	}
	c.Fence = &fence
	return d.commit(ctx, c)
}

// giveUp is the change that moves the subject of a job that is not tried again
// to its failed state, with the reason.
func (d *Desk) giveUp(ctx context.Context, j assets.Job, reason string) (assets.Change, error) {
	switch j.Kind {
	case assets.JobInspect, assets.JobProduce:
		return d.failMaking(ctx, j, reason)
	case assets.JobProxy:
		return d.failRush(ctx, j, reason)
	case assets.JobMail, assets.JobLetter:
		return d.failMail(ctx, j, reason)
	case assets.JobWebhook:
		return d.failCall(ctx, j, reason)
	case assets.JobFile:
		return d.failFiling(ctx, j, reason)
	case assets.JobCover, assets.JobTeaser:
		return d.failChosen(ctx, j, reason)
	case assets.JobLoudness:
		return d.failWeb(ctx, j, reason)
	case assets.JobFormat:
		return d.failFormat(ctx, j, reason)
	case assets.JobPrepare:
		return d.failPreparing(ctx, j, reason)
	case assets.JobDecorate:
		return d.failDecoration(ctx, j, reason)
	case assets.JobLook:
		return d.failLook(ctx, j)
	case assets.JobRemind, assets.JobShoot, assets.JobProgramme, assets.JobAssist, assets.JobDelivery, assets.JobHand:
		return assets.Change{}, nil // nothing says it failed but its job
	default:
		return d.failPublishing(ctx, j, reason)
	}
}

// Due lists the tasks that may be begun by now: work whose time has come, and work
// whose attempt fell silent.
func (d *Desk) Due(ctx context.Context) ([]Task, error) { return d.dueWithin(ctx, 0) }

// soon is how long before its time a task is hinted at again: longer than the time
// between two sweeps, so that a broker which forgot everything knows it at its hour.
const soon = 15 * time.Second

// Soon lists the tasks that should be known to the broker by now: those that are
// due, and those whose time comes soon.
func (d *Desk) Soon(ctx context.Context) ([]Task, error) { return d.dueWithin(ctx, soon) }

func (d *Desk) dueWithin(ctx context.Context, ahead time.Duration) ([]Task, error) {
	now := d.Now()
	jobs, err := d.Catalog.DueJobs(ctx, now.Add(ahead), 1000)
	var tasks []Task
	for _, j := range jobs {
		if j.State == assets.JobWaiting || !j.LeaseUntil.After(now) { // a lease is renewed until it is over
			tasks = append(tasks, taskOf(j))
		}
	}
	return tasks, err
}

// commit applies a change, with the calls of the programs that want to know of
// it, and then hints the broker about its jobs. A hint that fails is only
// logged: the sweep asks again. The log learns from where it was asked for.
func (d *Desk) commit(ctx context.Context, c assets.Change) error {
	if err := d.tellPrograms(ctx, &c); err != nil {
		return err
	}
	for i := range c.Events {
		c.Events[i].IP = assets.AddressOf(ctx)
	}
	if err := d.Catalog.Apply(ctx, c); err != nil {
		return err
	}
	for _, j := range c.Jobs {
		d.hint(ctx, j)
	}
	return nil
}

func (d *Desk) hint(ctx context.Context, j assets.Job) {
	if err := d.Queue.Enqueue(ctx, taskOf(j)); err != nil {
		d.Log.Warn("the broker was not told; the sweep will ask again", "job", j.ID, "err", err)
	}
}

func taskOf(j assets.Job) Task {
	return Task{Job: j.ID, Kind: j.Kind, Attempt: j.Attempt, NotBefore: j.NotBefore, Timeout: timeout(j) + time.Minute}
}

// timeout is how long one attempt may take: generous, for a cheap machine may
// need ten times the length of a film.
func timeout(j assets.Job) time.Duration {
	length := time.Duration(j.Length * float64(time.Second))
	switch j.Kind {
	case assets.JobInspect:
		return 10*time.Minute + length
	case assets.JobProduce, assets.JobProxy, assets.JobFormat:
		return 30*time.Minute + 40*length
	case assets.JobMail, assets.JobLetter, assets.JobWebhook, assets.JobLook:
		return 2 * time.Minute
	case assets.JobFile, assets.JobPrepare:
		return 6 * time.Hour // hundreds of GB at the pace of a slow disk, a film at that of a slow line
	default:
		return time.Hour
	}
}

func (d *Desk) job(kind assets.JobKind, subject assets.ID, notBefore time.Time, length float64) assets.Job {
	return assets.Job{
		ID: d.NewID(), Kind: kind, Subject: subject, State: assets.JobWaiting,
		NotBefore: notBefore, Length: length, CreatedAt: d.Now(),
	}
}

func (d *Desk) event(kind assets.Subject, subject assets.ID, from, to, actor, note string) assets.Event {
	return assets.Event{ID: d.NewID(), Kind: kind, Subject: subject, From: from, To: to, Actor: actor, At: d.Now(), Note: note}
}

// Job returns a job as it stands.
func (d *Desk) Job(ctx context.Context, id assets.ID) (assets.Job, error) {
	return d.Catalog.Job(ctx, id)
}
