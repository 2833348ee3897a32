// Package sweep proves that a channel never posts twice: the real ledger on a
// real database publishes to the channel's emulator, while at each request of
// the way something goes wrong. At rest there is exactly one commit, or a person
// is asked.
//
// It knows no channel: each hands it a Platform.
package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/worker"
)

// Platform is a channel under test.
type Platform struct {
	// Emulator makes a fresh emulator: its frame, and what it serves.
	Emulator func() *emu.Frame
	// Publisher makes the channel on an emulator at this address.
	Publisher func(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (publishers.Publisher, error)
	Tokens    []byte // as Introduce takes them
	Site      bool   // the film is on the site, too: a post may lead there
	// Unsure tells that a case may end with a question to a person; nil: none may.
	Unsure func(c Case) bool
}

// Case is what goes wrong.
type Case struct {
	Name   string
	Faults []emu.Fault
	Ahead  bool // the film goes up before its hour, unseen
}

// lead is how long before its hour a film goes up.
const lead = 24 * time.Hour

// house is a ledger with one film that is ready.
type house struct {
	*testing.T
	p     Platform
	clock *assetstest.Clock
	ids   *assetstest.IDs
	cat   *catalog.Catalog
	disk  *blobs.Disk
	seal  *access.Sealer
}

func open(t *testing.T, p Platform, dir string) *house {
	t.Helper()
	h := &house{T: t, p: p, clock: assetstest.NewClock(), ids: &assetstest.IDs{}}
	var err error
	if h.cat, err = catalog.Open(t.Context(), catalog.Options{URL: "sqlite:" + filepath.Join(dir, "t.db"), Now: h.clock.Now}); err != nil {
		t.Fatal(err)
	}
	if h.disk, err = blobs.NewDisk(blobs.DiskOptions{Dir: filepath.Join(dir, "blobs")}); err != nil {
		t.Fatal(err)
	}
	if h.seal, err = sealer(filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(h.cat.Close(), h.disk.Close()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// sealer has the key of the file, made when there is none.
func sealer(path string) (*access.Sealer, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		key, err := access.NewKey()
		if err != nil {
			return nil, err
		}
		text = []byte(key.Reveal())
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	return access.ReadKeys(assets.Secret(text))
}

// film files a film that has its BAT and is to go out now, or goes up ahead of
// its hour, and returns the publication.
func (h *house) film(channel assets.Channel, ahead bool) assets.ID {
	h.Helper()
	now := h.clock.Now()
	hour, kind := now, assets.JobPublish
	if ahead {
		hour, kind = now.Add(lead), assets.JobPrepare
	}
	n := h.ids.New()
	event := func(kind assets.Subject, id assets.ID, from, to string) assets.Event {
		return assets.Event{ID: h.ids.New(), Kind: kind, Subject: id, From: from, To: to, Actor: "cli", At: now}
	}
	sum := emu.Sum([]byte(n))
	master := assets.Asset{ID: h.ids.New(), Kind: assets.KindMaster, SHA256: sum, Size: 9, Name: "m.mov", Key: "originals/" + sum, CreatedAt: now}
	f := assets.Film{
		ID: h.ids.New(), Slug: "film-" + string(n), Title: "Zik Zac, " + string(n), Lede: "Une soirée au Jas.", Rubriques: []string{"culture"}, Partners: []string{},
		State: assets.FilmApproved, CreatedAt: now, UpdatedAt: now,
	}
	v := assets.Version{ID: h.ids.New(), Film: f.ID, Number: 1, Master: master.ID, State: assets.VersionReady, CreatedAt: now}
	a := assets.Approval{ID: h.ids.New(), Film: f.ID, Version: v.ID, Number: 1, SHA256: sum, State: assets.ApprovalGiven, AskedAt: now, At: now}
	p := assets.Publication{ID: h.ids.New(), Film: f.ID, Channel: channel, State: assets.PublicationScheduled, At: hour, CreatedAt: now}
	job := assets.Job{ID: h.ids.New(), Kind: kind, Subject: p.ID, State: assets.JobWaiting, NotBefore: now, CreatedAt: now}
	c := assets.Change{
		Assets: []assets.Asset{master}, Films: []assets.Film{f}, Versions: []assets.Version{v}, Approvals: []assets.Approval{a},
		Publications: []assets.Publication{p}, Jobs: []assets.Job{job},
		Events: []assets.Event{
			event(assets.SubjectFilm, f.ID, "", "editing"), event(assets.SubjectFilm, f.ID, "editing", "review"), event(assets.SubjectFilm, f.ID, "review", "approved"),
			event(assets.SubjectVersion, v.ID, "", "received"), event(assets.SubjectVersion, v.ID, "received", "making"), event(assets.SubjectVersion, v.ID, "making", "ready"),
			event(assets.SubjectApproval, a.ID, "", "given"), event(assets.SubjectPublication, p.ID, "", "scheduled"),
		},
	}
	c.Renditions = h.files(v.ID, string(v.ID))
	if h.p.Site {
		shown := assets.Publication{ID: h.ids.New(), Film: f.ID, Version: v.ID, Channel: assets.ChannelSite, At: now, PublishedAt: now, CreatedAt: now, URL: "https://anonymal.example/films/" + f.Slug + "/"}
		c.Publications = append(c.Publications, shown)
		c.Events = append(c.Events, event(assets.SubjectPublication, shown.ID, "", "scheduled"), event(assets.SubjectPublication, shown.ID, "scheduled", "publishing"), event(assets.SubjectPublication, shown.ID, "publishing", "published"))
	}
	if err := h.cat.Apply(h.Context(), c); err != nil {
		h.Fatal(err)
	}
	return p.ID
}

// files are the files of a version: their bytes are this text, again and again.
func (h *house) files(version assets.ID, text string) []assets.Rendition {
	h.Helper()
	var all []assets.Rendition
	for _, file := range []struct {
		role  assets.Role
		codec string
		size  int
	}{
		{assets.RoleTeaser, "avc1.640028,mp4a.40.2", 600_000},
		{assets.MP4Role(1080), "avc1.640028,mp4a.40.2", 900_000},
		{assets.RolePoster, "image/jpeg", 3000},
	} {
		content := bytes.Repeat([]byte(text), file.size/len(text)+1)[:file.size]
		key := "renditions/" + string(version) + "/" + strings.ReplaceAll(string(file.role), "/", "-") + "-" + emu.Sum(content)[:8]
		b, err := h.disk.Put(h.Context(), key, bytes.NewReader(content))
		if err != nil {
			h.Fatal(err)
		}
		all = append(all, assets.Rendition{
			ID: h.ids.New(), Version: version, Role: file.role, Key: key, Size: b.Size, SHA256: b.SHA256, Codec: file.codec,
			Width: 1920, Height: 1080, Duration: 42, CreatedAt: h.clock.Now(),
		})
	}
	return all
}

func (h *house) desk(url string) *pipeline.Desk {
	h.Helper()
	v := &pipeline.Vault{Accounts: h.cat, Sealer: h.seal, Now: h.clock.Now}
	p, err := h.p.Publisher(url, v, h.disk, h.clock.Now)
	if err != nil {
		h.Fatal(err)
	}
	v.Channel = p.Channel()
	registry, err := publishers.NewRegistry(p)
	if err != nil {
		h.Fatal(err)
	}
	return pipeline.NewDesk(pipeline.Options{
		Catalog: h.cat, Blobs: h.disk, Queue: deaf{}, Publishers: registry, Sealer: h.seal, Now: h.clock.Now, NewID: h.ids.New,
		Lease: time.Minute, Ahead: lead, Log: slog.New(slog.DiscardHandler),
	})
}

type deaf struct{}

func (deaf) Enqueue(context.Context, pipeline.Task) error { return nil }

// work does what is due until nothing is, moving the clock on to what is to be
// tried again. Looks at what is public have no end: they are left to Watch.
func (h *house) work(d *pipeline.Desk) {
	h.Helper()
	h.workWith(d, func(j assets.Job, err error) pipeline.Outcome {
		return worker.Decide(j, err, func() float64 { return 0 })
	})
}

// workWith is work by somebody who decides otherwise what becomes of a failure.
func (h *house) workWith(d *pipeline.Desk, decide func(j assets.Job, err error) pipeline.Outcome) {
	h.Helper()
	for range 200 {
		tasks, err := d.Due(h.Context())
		if err != nil {
			h.Fatal(err)
		}
		tasks = slices.DeleteFunc(tasks, func(t pipeline.Task) bool { return t.Kind == assets.JobLook })
		for _, t := range tasks {
			j, err := d.Perform(h.Context(), t.Job, "w")
			if err == nil || j.ID == "" {
				continue
			}
			if err := d.Settle(h.Context(), j, decide(j, err)); err != nil {
				h.Fatal(err)
			}
		}
		if len(tasks) > 0 {
			continue
		}
		later, err := h.cat.DueJobs(h.Context(), h.clock.Now().AddDate(1, 0, 0), 10_000)
		if err != nil {
			h.Fatal(err)
		}
		later = slices.DeleteFunc(later, func(j assets.Job) bool { return j.Kind == assets.JobLook })
		if len(later) == 0 {
			return
		}
		h.clock.Advance(max(later[0].NotBefore.Sub(h.clock.Now()), later[0].LeaseUntil.Sub(h.clock.Now()), time.Second))
	}
	h.Fatal("the work never ends")
}

// Result counts how cases ended.
type Result struct {
	Cases, Published, Asked, Failed int
}

// run publishes one film while c goes wrong, and judges what is there at rest.
func (h *house) run(c Case, sum *Result, mu *sync.Mutex) {
	h.Helper()
	frame, url := h.emulate()
	d := h.desk(url)
	h.connect(d)
	frame.Forget()
	for _, f := range c.Faults {
		frame.Plan(f)
	}
	id := h.film(d.Publishers.Channels()[0], c.Ahead)
	h.work(d)
	h.judge(c, id, frame, sum, mu)
}

// emulate serves a fresh emulator, on the clock of the house.
func (h *house) emulate() (*emu.Frame, string) {
	frame := h.p.Emulator()
	frame.Clock = h.clock.Now
	server := httptest.NewServer(frame)
	h.Cleanup(server.Close)
	return frame, server.URL
}

// prepares tells whether the channel takes films ahead of their hour.
func prepares(d *pipeline.Desk) bool {
	to, err := d.Publishers.Get(d.Publishers.Channels()[0])
	_, can := to.(publishers.Preparer)
	return err == nil && can
}

// connect gives the account its tokens, faults or not.
func (h *house) connect(d *pipeline.Desk) {
	h.Helper()
	channel := d.Publishers.Channels()[0]
	if a, err := h.cat.Account(h.Context(), channel); err == nil && a.State == assets.AccountConnected {
		if err := d.Disconnect(h.Context(), channel, "cli"); err != nil {
			h.Fatal(err)
		}
	}
	if _, err := d.Connect(h.Context(), channel, h.p.Tokens, "cli"); err != nil {
		h.Fatalf("connect: %v", err)
	}
}

func (h *house) judge(c Case, id assets.ID, frame *emu.Frame, sum *Result, mu *sync.Mutex) {
	h.Helper()
	p, err := h.cat.Publication(h.Context(), id)
	if err != nil {
		h.Fatal(err)
	}
	commits := frame.Commits()
	mu.Lock()
	defer mu.Unlock()
	sum.Cases++
	say := func(format string, args ...any) {
		h.Errorf("%s: %s\n%s %s, commits %v\n%s", c.Name, fmt.Sprintf(format, args...), p.State, p.Reason, commits, told(frame))
	}
	switch p.State {
	case assets.PublicationPublished:
		sum.Published++
		if len(commits) != 1 || commits[0].ID != p.RemoteID {
			say("published as %q", p.RemoteID)
		} else if p.PublishedAt.Before(p.At) {
			say("published %s before its hour", p.At.Sub(p.PublishedAt))
		}
	case assets.PublicationCheck:
		sum.Asked++
		if len(commits) > 1 {
			say("made public more than once")
		}
		if h.p.Unsure == nil || !h.p.Unsure(c) {
			say("a person is asked what the channel could have told")
		}
	case assets.PublicationFailed:
		sum.Failed++
		if len(commits) > 0 {
			say("said to have failed")
		}
	default:
		say("not at rest")
	}
}

// told is the journal, for a person.
func told(f *emu.Frame) string {
	var b strings.Builder
	for i, e := range f.Journal() {
		fmt.Fprintf(&b, "  %2d %s %s?%s (%d bytes)\n", i+1, e.Method, e.Path, e.Query, e.Bytes)
	}
	return b.String()
}
