package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// The queues of Asynq.
const (
	queueMedia   = "media"   // inspect, produce, format: minutes to hours of CPU
	queueFiles   = "files"   // file: minutes of disk, where the bytes were received
	queueLetters = "letters" // copies of letters, one after the other: nobody waits behind them
	queueAhead   = "ahead"   // prepare: minutes to hours of network, that nobody waits for
	queueQuick   = "quick"   // mail, webhook, what a clock asks for: seconds of network
	queuePublic  = "public"  // publish, withdraw: they have an hour
)

// queueOf tells which queue carries a kind of work.
func queueOf(k assets.JobKind) string {
	switch k {
	case assets.JobFile:
		return queueFiles
	case assets.JobLetter:
		return queueLetters
	case assets.JobPrepare:
		return queueAhead
	case assets.JobPublish, assets.JobWithdraw:
		return queuePublic
	case assets.JobMail, assets.JobWebhook, assets.JobCover, assets.JobRemind, assets.JobShoot, assets.JobProgramme,
		assets.JobDecorate, assets.JobAssist, assets.JobDelivery, assets.JobHand, assets.JobLook:
		return queueQuick
	default:
		return queueMedia
	}
}

const (
	// enqueueLimit keeps a page from waiting for a broker that is away.
	enqueueLimit = 3 * time.Second
	// A task outlives the Desk's own limit by this much, so that Asynq never
	// takes one for lost that is still worked at.
	timeoutMargin  = 5 * time.Minute
	timeoutUnknown = 24 * time.Hour // the length of the film is not known
	// maxRetry counts only the deaths of a process that held the task. With 0,
	// Asynq would archive it at the first, and the archive blocks its name.
	maxRetry = 5
)

// Queue hands tasks to the broker. It is a pipeline.Queue.
type Queue struct{ client *asynq.Client }

var _ pipeline.Queue = (*Queue)(nil)

// NewQueue makes a Queue on a broker. It lives as long as the broker.
func NewQueue(b *Broker) *Queue {
	return &Queue{client: asynq.NewClientFromRedisClient(b.client())}
}

// Enqueue hints at a job. A broker that can't be reached is Transient, and
// nothing is lost: the sweep asks again.
func (q *Queue) Enqueue(ctx context.Context, t pipeline.Task) error { return q.put(ctx, t, 0) }

// put gives a hint; twin tells apart several for the same attempt.
func (q *Queue) put(ctx context.Context, t pipeline.Task, twin int) error {
	ctx, cancel := context.WithTimeout(ctx, enqueueLimit)
	defer cancel()
	timeout := timeoutUnknown
	if t.Timeout > 0 {
		timeout = t.Timeout + timeoutMargin
	}
	options := []asynq.Option{
		asynq.TaskID(taskID(t, twin)),
		asynq.Queue(queueOf(t.Kind)),
		asynq.MaxRetry(maxRetry),
		asynq.Timeout(timeout),
	}
	if time.Until(t.NotBefore) > 0 {
		// Asynq cuts the instant to the second; a task that comes early is lost.
		options = append(options, asynq.ProcessAt(t.NotBefore.Add(time.Second-1)))
	}
	_, err := q.client.EnqueueContext(ctx, asynq.NewTask(string(t.Kind), []byte(t.Job)), options...)
	if err == nil || errors.Is(err, asynq.ErrTaskIDConflict) { // a conflict may be our own resent command
		return nil
	}
	return &assets.Error{
		Kind: assets.Transient, Op: "worker.Enqueue", Err: err,
		Msg: "La file d'attente ne répond pas. Rien n'est perdu : le travail est noté et partira dès qu'elle répondra.",
	}
}

// taskID names the hint at one attempt: the same name twice is one task, and a
// task that is left over from an earlier attempt blocks nothing.
func taskID(t pipeline.Task, twin int) string {
	if twin > 0 {
		return fmt.Sprintf("job-%s-%d-%d", t.Job, t.Attempt, twin)
	}
	return fmt.Sprintf("job-%s-%d", t.Job, t.Attempt)
}
