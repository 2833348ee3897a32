package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/upload"
	"anonymal.tv/regie/worker"
)

const (
	gigabyte = 1_000_000_000
	// sweepUploads is how often what nobody finished is looked for.
	sweepUploads = 20 * time.Second
	// silence is how long a connection that sends something may say nothing.
	silence = 30 * time.Second
)

// openUploads says where files wait until they are whole.
func (h *house) openUploads(context.Context) error {
	u := h.cfg.Uploads
	dir := u.Dir
	if dir == "" {
		dir = filepath.Join(h.data, "uploads")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return &assets.Error{Kind: assets.Invalid, Op: "openUploads", Msg: "Le dossier des envois « " + dir + " » ne peut pas être créé : vérifiez ses droits.", Err: err}
	}
	h.parts.Uploads = pipeline.Uploads{
		Dir: dir, Keep: time.Duration(u.KeepHours) * time.Hour, Quota: int64(u.QuotaGB) * gigabyte,
		Reserve: int64(u.ReserveGB) * gigabyte, Largest: int64(u.LargestGB) * gigabyte, Free: pipeline.DiskFree,
	}
	return nil
}

// openReception makes what takes files in over HTTP.
func (h *house) openReception() (*upload.Handler, error) {
	return upload.New(upload.Options{Desk: h.desk, Largest: h.parts.Uploads.Largest, Inflow: h.inflow, Silence: silence, Log: h.log})
}

// serveAndTend serves, and looks after the files that were received here.
func (h *house) serveAndTend(ctx context.Context, ln net.Listener, b *worker.Broker) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.serveHTTP(ctx, ln, b) })
	g.Go(func() error { return h.tendUploads(ctx) })
	if f := h.cfg.Uploads.Watch; f != "" {
		g.Go(func() error { return h.watch(ctx, f) })
	}
	return g.Wait()
}

// tendUploads finishes, gives up and removes what is to be, again and again.
func (h *house) tendUploads(ctx context.Context) error {
	tick := time.NewTicker(sweepUploads)
	defer tick.Stop()
	for {
		switch freed, err := h.desk.SweepUploads(ctx); {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			h.log.Warn("uploads were not swept; it is tried again", "err", err)
		case freed > 0:
			h.log.Info("bytes of uploads that ended were removed", "bytes", freed)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// fileReceived files what this machine received, beside workers that are on
// others and see no file of it.
func (h *house) fileReceived(ctx context.Context) error {
	if h.broker == nil {
		return nil // the worker on this data folder does it
	}
	err := worker.New(worker.Options{
		Broker: h.broker, Desk: h.desk, Media: -1, Public: -1, Quick: -1, Name: workerName() + "-files", Log: h.log, Now: h.now,
	}).Run(ctx)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// watch takes in what is put into the watched folder.
func (h *house) watch(ctx context.Context, folder string) error {
	return h.desk.Watch(ctx, pipeline.WatchOptions{Folder: folder, Settle: 5 * time.Second, Poll: 30 * time.Second})
}
