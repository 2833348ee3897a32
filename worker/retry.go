package worker

import (
	"errors"
	"fmt"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// patience is how often an attempt may be made, and how long to wait between
// two: first, then four times longer each time, up to most.
type patience struct {
	attempts    int
	first, most time.Duration
}

// retries says how patient to be, by kind of failure and kind of work. What is
// not here is not tried again: the same input fails the same way (Invalid,
// NotFound, Forbidden), or another attempt has the work (Conflict).
//
// The delays of a Transient failure add up to 3 h for a look at a file, 9 h for
// the making of a film (a full disk waits for a person), 10 h for a channel
// that is down, a day
// for taking a film off it, which somebody is owed and the house begins again, and a day
// for a program that is to be told.
var retries = map[assets.Kind]map[assets.JobKind]patience{
	assets.Transient: {
		assets.JobInspect:  {8, 10 * time.Second, time.Hour},
		assets.JobProduce:  {8, 30 * time.Second, 2 * time.Hour},
		assets.JobProxy:    {8, 30 * time.Second, 2 * time.Hour},
		assets.JobFormat:   {8, 30 * time.Second, 2 * time.Hour},
		assets.JobPublish:  {14, 30 * time.Second, time.Hour},
		assets.JobWithdraw: {150, 10 * time.Second, 10 * time.Minute},
		assets.JobMail:     {14, 10 * time.Second, time.Hour},
		assets.JobLetter:   {14, 30 * time.Second, time.Hour},
		assets.JobWebhook:  {12, 10 * time.Second, 4 * time.Hour},
		assets.JobPrepare:  {14, 30 * time.Second, time.Hour},
		assets.JobDecorate: {14, 30 * time.Second, time.Hour},
		assets.JobAssist:   {14, 10 * time.Second, time.Hour},
		assets.JobLook:     {5, time.Minute, time.Hour},
	},
	// A fault of the house: a job that panics or breaks its worker each time is
	// put aside after three.
	assets.Internal: {
		assets.JobInspect:  {3, 10 * time.Second, time.Minute},
		assets.JobProduce:  {3, 10 * time.Second, time.Minute},
		assets.JobProxy:    {3, 10 * time.Second, time.Minute},
		assets.JobFormat:   {3, 10 * time.Second, time.Minute},
		assets.JobPublish:  {3, 10 * time.Second, time.Minute},
		assets.JobWithdraw: {3, 10 * time.Second, time.Minute},
		assets.JobMail:     {3, 10 * time.Second, time.Minute},
		assets.JobLetter:   {3, 10 * time.Second, time.Minute},
		assets.JobWebhook:  {3, 10 * time.Second, time.Minute},
		assets.JobPrepare:  {3, 10 * time.Second, time.Minute},
		assets.JobDecorate: {3, 10 * time.Second, time.Minute},
		assets.JobAssist:   {3, 10 * time.Second, time.Minute},
		assets.JobLook:     {3, 10 * time.Second, time.Minute},
	},
}

// Decide says what becomes of an attempt of j that ended in err. random, in
// [0, 1), spreads the retries of jobs that failed together. It is the one place
// of the worker where an error's Kind is turned into a decision.
func Decide(j assets.Job, err error, random func() float64) pipeline.Outcome {
	if errors.Is(err, errStopped) {
		return pipeline.Outcome{Again: true} // without a reason it counts as no failure
	}
	reason, failed := assets.Sentence(err), j.Failures+1
	p := retries[assets.KindOf(err)][j.Kind]
	switch {
	case p.attempts == 0:
		return pipeline.Outcome{Reason: reason}
	case failed >= p.attempts:
		return pipeline.Outcome{Reason: fmt.Sprintf("%s Abandonné après %d essais.", reason, failed)}
	}
	wait := max(p.delay(failed), retryAfter(err))
	return pipeline.Outcome{
		Again:  true,
		After:  wait + time.Duration(random()*float64(wait)/4), // never shorter: RetryAfter is a promise
		Reason: reason,
	}
}

// delay is how long to wait after the nth attempt, counted from 1.
func (p patience) delay(n int) time.Duration {
	d := p.first
	for ; n > 1 && d < p.most; n-- {
		d *= 4
	}
	return min(d, p.most)
}

// retryAfter is the longest wait that any error of the chain asks for.
func retryAfter(err error) time.Duration {
	var longest time.Duration
	for e := (*assets.Error)(nil); errors.As(err, &e); err = e.Err {
		longest = max(longest, e.RetryAfter)
	}
	return longest
}
