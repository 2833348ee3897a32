package catalog

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/uptrace/bun"
)

// fates opens a catalog with a table of its own.
func fates(t *testing.T) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "t.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.write.ExecContext(t.Context(), "CREATE TABLE fates (n INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	return c
}

// until waits for so many who wait.
func until(c *Catalog, n int) {
	waiting := func() int {
		c.group.mu.Lock()
		defer c.group.mu.Unlock()
		return len(c.group.waiting)
	}
	for waiting() < n {
		runtime.Gosched()
	}
}

// TestGroup: of many that write at once each has its own fate, and the answer
// that belongs to it.
func TestGroup(t *testing.T) {
	t.Parallel()
	c := fates(t)
	refused := errors.New("refused")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	const each = 20
	c.group.turn <- struct{}{} // so that all of them meet
	var all sync.WaitGroup
	answers := make([]error, 4*each)
	for n := range answers {
		ctx := t.Context()
		if n%4 == 2 {
			ctx = gone
		}
		all.Go(func() {
			answers[n] = c.group.do(ctx, func(ctx context.Context, tx bun.Tx) error {
				if _, err := tx.ExecContext(ctx, "INSERT INTO fates VALUES (?)", n-n%4/3); err != nil { // the fourth of four wants what the third did not write
					return err
				}
				if n%4 == 1 {
					return refused
				}
				return nil
			})
		})
	}
	until(c, len(answers))
	<-c.group.turn
	all.Wait()
	var want, got []int
	for n, err := range answers {
		switch n % 4 {
		case 1:
			if !errors.Is(err, refused) {
				t.Errorf("%d: %v", n, err)
			}
		case 2:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%d: %v", n, err)
			}
		default:
			want = append(want, n-n%4/3)
			if err != nil {
				t.Errorf("%d: %v", n, err)
			}
		}
	}
	if err := c.read.NewRaw("SELECT n FROM fates ORDER BY n").Scan(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("written: %v, want %v", got, want)
	}
}

// TestGroupBreaksOff: what ends the whole transaction is an error for all who
// were in it, and nothing of it is written; who comes next is served.
func TestGroupBreaksOff(t *testing.T) {
	t.Parallel()
	c := fates(t)
	write := func(statement string) error {
		return c.group.do(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
	}
	c.group.turn <- struct{}{}
	statements := []string{"INSERT INTO fates VALUES (1)", "INSERT INTO fates VALUES (2), (2)", "INSERT OR ROLLBACK INTO fates VALUES (3), (3)", "INSERT INTO fates VALUES (4)"}
	answers := make([]error, len(statements))
	var all sync.WaitGroup
	for i, s := range statements {
		all.Go(func() { answers[i] = write(s) })
		until(c, i+1) // in this order
	}
	<-c.group.turn
	all.Wait()
	for i, err := range answers {
		if err == nil || errors.Is(err, errPanic) {
			t.Errorf("%q is said to be written, or not why: %v", statements[i], err)
		}
	}
	if err := write("INSERT INTO fates VALUES (5)"); err != nil {
		t.Error(err)
	}
	var got []int
	if err := c.read.NewRaw("SELECT n FROM fates").Scan(t.Context(), &got); err != nil || !slices.Equal(got, []int{5}) {
		t.Errorf("written: %v, %v", got, err)
	}
}

// TestGroupPanics: a panic breaks off the whole, in whoever writes it; the others
// are told that nothing is written, and who comes next is served.
func TestGroupPanics(t *testing.T) {
	t.Parallel()
	c := fates(t)
	insert := func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO fates VALUES (1)")
		return err
	}
	c.group.turn <- struct{}{}
	var all sync.WaitGroup
	var panics, told atomic.Int32
	join := func(work step) {
		all.Go(func() {
			defer func() {
				if recover() != nil {
					panics.Add(1)
				}
			}()
			if err := c.group.do(t.Context(), work); errors.Is(err, errPanic) {
				told.Add(1)
			} else {
				t.Errorf("told %v", err)
			}
		})
	}
	join(insert)
	join(func(context.Context, bun.Tx) error { panic("index out of range, say") })
	until(c, 2)
	<-c.group.turn
	all.Wait()
	if panics.Load() != 1 || told.Load() != 1 {
		t.Errorf("%d panics, %d told", panics.Load(), told.Load())
	}
	if err := c.group.do(t.Context(), insert); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
