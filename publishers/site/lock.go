package site

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// exclusive runs work while no other goroutine or process changes this site.
// The lock dies with the process that holds it.
func (s *Site) exclusive(ctx context.Context, work func() error) error {
	file, err := os.OpenFile(filepath.Join(s.opt.State, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return diskError("site.lock", err)
	}
	defer file.Close() // gives the lock back
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			if err := ctx.Err(); err != nil {
				return interrupted("site.lock", err)
			}
			return work()
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return diskError("site.lock", err)
		}
		select {
		case <-ctx.Done():
			return interrupted("site.lock", ctx.Err())
		case <-tick.C:
		}
	}
}
