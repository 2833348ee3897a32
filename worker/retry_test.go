package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// TestDecide goes through the whole table: every kind of failure, every kind of
// work, every attempt, with and without jitter.
func TestDecide(t *testing.T) {
	s, m, h := time.Second, time.Minute, time.Hour
	table := map[assets.Kind]map[assets.JobKind][]time.Duration{
		assets.Transient: {
			assets.JobInspect:  {10 * s, 40 * s, 160 * s, 640 * s, 2560 * s, h, h},
			assets.JobProduce:  {30 * s, 2 * m, 8 * m, 32 * m, 2 * h, 2 * h, 2 * h},
			assets.JobPublish:  {30 * s, 2 * m, 8 * m, 32 * m, h, h, h, h, h, h, h, h, h},
			assets.JobPrepare:  {30 * s, 2 * m, 8 * m, 32 * m, h, h, h, h, h, h, h, h, h},
			assets.JobWithdraw: append([]time.Duration{10 * s, 40 * s, 160 * s}, slices.Repeat([]time.Duration{10 * m}, 146)...),

			assets.JobMail:    {10 * s, 40 * s, 160 * s, 640 * s, 2560 * s, h, h, h, h, h, h, h, h},
			assets.JobWebhook: {10 * s, 40 * s, 160 * s, 640 * s, 2560 * s, 10240 * s, 4 * h, 4 * h, 4 * h, 4 * h, 4 * h},
		},
		assets.Internal: {
			assets.JobInspect:  {10 * s, 40 * s},
			assets.JobProduce:  {10 * s, 40 * s},
			assets.JobPublish:  {10 * s, 40 * s},
			assets.JobPrepare:  {10 * s, 40 * s},
			assets.JobWithdraw: {10 * s, 40 * s},
			assets.JobMail:     {10 * s, 40 * s},
			assets.JobWebhook:  {10 * s, 40 * s},
		},
		assets.Invalid: {}, assets.NotFound: {}, assets.Forbidden: {}, assets.Conflict: {},
	}
	for kind, waits := range table {
		for _, work := range []assets.JobKind{assets.JobInspect, assets.JobProduce, assets.JobPublish, assets.JobPrepare, assets.JobWithdraw, assets.JobMail, assets.JobWebhook} {
			err := fmt.Errorf("around: %w", &assets.Error{Kind: kind, Msg: "Une phrase."})
			for attempt := 1; attempt <= len(waits[work])+2; attempt++ {
				job := assets.Job{ID: "j", Kind: work, Attempt: attempt + 20, Failures: attempt - 1} // 20 were interrupted
				low, high := Decide(job, err, zero), Decide(job, err, almostOne)
				name := fmt.Sprintf("%s %s attempt %d", kind, work, attempt)
				if attempt > len(waits[work]) {
					if low.Again || low.After != 0 {
						t.Errorf("%s: %+v, want the end", name, low)
					}
					want := "Une phrase."
					if len(waits[work]) > 0 {
						want = fmt.Sprintf("Une phrase. Abandonné après %d essais.", attempt)
					}
					if low.Reason != want {
						t.Errorf("%s: reason %q, want %q", name, low.Reason, want)
					}
					continue
				}
				want := waits[work][attempt-1]
				if !low.Again || low.After != want || low.Reason != "Une phrase." {
					t.Errorf("%s: %+v, want again after %s", name, low, want)
				}
				if high.After <= want || high.After > want+want/4 {
					t.Errorf("%s: with jitter %s, want up to a quarter above %s", name, high.After, want)
				}
			}
		}
	}
}

func TestDecideOtherErrors(t *testing.T) {
	job := assets.Job{ID: "j", Kind: assets.JobPublish, Attempt: 1}
	busy := &assets.Error{Kind: assets.Transient, Msg: "Occupé.", RetryAfter: 3 * time.Hour}
	general := assets.Sentence(errors.New("x"))
	for _, c := range []struct {
		name   string
		job    assets.Job
		err    error
		again  bool
		after  time.Duration
		reason string
	}{
		{"RetryAfter", job, busy, true, 3 * time.Hour, "Occupé."},
		{"a short RetryAfter", job, &assets.Error{Kind: assets.Transient, Msg: "Oui.", RetryAfter: time.Second}, true, 30 * time.Second, "Oui."},
		{"RetryAfter below", job, &assets.Error{Kind: assets.Transient, Msg: "Dehors.", Err: fmt.Errorf("in: %w", busy)}, true, 3 * time.Hour, "Dehors."},
		{"RetryAfter of what is not tried again", job, &assets.Error{Kind: assets.Invalid, Msg: "Non.", RetryAfter: time.Hour}, false, 0, "Non."},
		{"no kind", job, errors.New("oops"), true, 10 * time.Second, general},
		{"overrun", job, context.DeadlineExceeded, true, 30 * time.Second, general},
		{"cancelled, but not by us", job, context.Canceled, true, 30 * time.Second, general},
		{"unknown work", assets.Job{Kind: "dance", Attempt: 1}, busy, false, 0, "Occupé."},
		{"stopped", assets.Job{Kind: assets.JobProduce, Attempt: 99}, stopped(context.Canceled), true, 0, ""},
		{"stopped, with a broken ffmpeg", assets.Job{Kind: assets.JobProduce, Attempt: 99}, stopped(errors.New("signal: killed")), true, 0, ""},
		{"a verdict during the stop", job, stopped(&assets.Error{Kind: assets.Invalid, Msg: "Illisible."}), false, 0, "Illisible."},
	} {
		o := Decide(c.job, c.err, zero)
		if o.Again != c.again || o.After != c.after || o.Reason != c.reason {
			t.Errorf("%s: %+v", c.name, o)
		}
	}
}

func zero() float64      { return 0 }
func almostOne() float64 { return 0.999 }
