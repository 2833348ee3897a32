package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/worker"
)

// embeddedName is the worker of the embedded broker: there is one at a time on
// a data folder, so what an earlier one held is free.
const embeddedName = "embedded"

// crew is what a process needs to do the work of a house.
type crew struct {
	broker *worker.Broker
	name   string        // in the leases of its jobs
	sweep  time.Duration // between two looks for work that nobody was told of
	close  func() error
	files  int // as worker.Options has it
}

// hire gets this process ready to work. Without redis.url only one process at
// a time works on a data folder; held tells that another one does.
func (h *house) hire(ctx context.Context) (c *crew, held bool, err error) {
	if h.broker != nil {
		if err := h.openMaker(); err != nil {
			return nil, false, err
		}
		return &crew{broker: h.broker, name: workerName(), sweep: 5 * time.Second, close: func() error { return nil }}, false, nil
	}
	unlock, held, err := lockWork(h.data)
	if err != nil || held {
		return nil, held, err
	}
	if err := errors.Join(h.openMaker(), h.catalog.ReleaseJobs(ctx, embeddedName)); err != nil {
		unlock()
		return nil, false, err
	}
	b := worker.Embedded()
	return &crew{broker: b, name: embeddedName, sweep: time.Second, close: func() error {
		defer unlock()
		return b.Close()
	}}, false, nil
}

// hireAlone is hire for a process that has nothing else to do: that another one
// works here is an error.
func (h *house) hireAlone(ctx context.Context) (*crew, error) {
	c, held, err := h.hire(ctx)
	if held {
		return nil, &assets.Error{
			Kind: assets.Conflict, Op: "hire",
			Msg: "Un autre « regie » travaille déjà sur le dossier " + h.data + ". Arrêtez-le, ou choisissez un autre dossier avec --data.",
		}
	}
	return c, err
}

// work performs jobs until the context ends.
func (h *house) work(ctx context.Context, c *crew) error {
	if err := h.tidy(ctx); err != nil {
		return err
	}
	parts := h.parts
	parts.Queue = worker.NewQueue(c.broker)
	desk := pipeline.NewDesk(parts)
	if err := desk.SweepRenditions(ctx); err != nil {
		h.log.Warn("dead attempts were not tidied away", "err", err)
	}
	if err := desk.StartLooks(ctx); err != nil {
		h.log.Warn("what is public on the channels is not looked at", "err", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { h.watchDays(ctx, desk); return nil })
	g.Go(func() error {
		return worker.New(worker.Options{
			Broker: c.broker, Desk: desk, Media: h.cfg.Media.Jobs, Files: c.files, Name: c.name, Log: h.log, Sweep: c.sweep, Now: h.now,
		}).Run(ctx)
	})
	return g.Wait()
}

// watchDays does, every few minutes, what time alone brings: the day of the
// channels is told, and what authorisations no longer cover leaves the site.
func (h *house) watchDays(ctx context.Context, desk *pipeline.Desk) {
	tick := time.NewTicker(5 * time.Minute)
	defer tick.Stop()
	for {
		if err := desk.SweepChannels(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("the day of the channels was not told", "err", err)
		}
		if err := desk.SweepPreflight(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("what goes out soon was not looked through", "err", err)
		}
		if err := desk.SweepSubscribers(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("the silent subscribers were not forgotten", "err", err)
		}
		if err := desk.SweepClearance(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("the authorisations were not looked through", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// tidy brings the public tree in line with its records, forgets the sessions that
// ran out, and removes what dead attempts left in the scratch folder.
func (h *house) tidy(ctx context.Context) error {
	if err := h.catalog.SweepSessions(ctx, h.now()); err != nil {
		return err
	}
	if err := h.site.Render(ctx); err != nil {
		return err
	}
	left, err := filepath.Glob(filepath.Join(h.parts.Scratch, "*"))
	if err != nil {
		return err
	}
	for _, dir := range left {
		if info, err := os.Stat(dir); err == nil && (h.broker == nil || h.now().Sub(info.ModTime()) > 24*time.Hour) {
			if err := os.RemoveAll(dir); err != nil {
				h.log.Warn("scratch folder left behind", "dir", dir, "err", err)
			}
		}
	}
	return nil
}

// whileWorking runs watch while somebody works on the house: this process,
// when nobody else does. It takes over when the other one goes away.
func (h *house) whileWorking(ctx context.Context, watch func(context.Context) error) error {
	if h.broker != nil {
		return watch(ctx)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.standIn(ctx) })
	g.Go(func() error {
		defer stop()
		return watch(ctx)
	})
	return g.Wait()
}

// standIn works as soon as it is alone on the data folder.
func (h *house) standIn(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		c, held, err := h.hire(ctx)
		if err != nil {
			return err
		}
		if !held {
			err := h.work(ctx, c)
			if errors.Is(err, context.Canceled) {
				err = nil
			}
			return errors.Join(err, c.close())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
