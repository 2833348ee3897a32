package pipeline

import (
	"context"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
)

// Today is what waits for one person; what is not their business stays empty.
type Today struct {
	Shoots    []SujetLine   // the next ones, the nearest first
	Wanted    []SujetLine   // where the edit lacks something
	Stopped   []Stopped     // files that are not whole, and don't come
	Online    []assets.Film // that can be seen by all, for some days
	Received  []SujetRushes // footage that nobody has begun to look through
	Noted     []FilmNotes   // remarks on versions that are not dealt with
	Refused   []FilmBAT
	ToApprove []FilmBAT
	Consents  []assets.Consent // asked for, not there
	Approved  []assets.Film    // that may go out and are not planned to
	Spoilt    []assets.Rush    // that the house could not take
	Turned    []assets.Upload  // refused on their way in
	Owed      []OwedFilm       // called back, and still to be seen somewhere
	Held      []Held           // kept by an election that is over, to be released
	Kept      int              // mails that no server took away
}

// SujetRushes is a sujet with how much footage it has.
type SujetRushes struct {
	SujetLine
	Count int
}

// FilmNotes is a film with how many remarks on its version are open.
type FilmNotes struct {
	assets.Film
	Number int // of the version
	Open   int
}

// OwedFilm is a film that was called back from a channel where it still is.
type OwedFilm struct {
	Film assets.Film
	Withdrawal
}

// todayOwed lists what was called back and is still to be seen.
func (d *Desk) todayOwed(ctx context.Context, _ assets.User, t *Today) error {
	owed, err := d.Owed(ctx)
	if err != nil {
		return err
	}
	for _, w := range owed[:min(fewLines, len(owed))] {
		f, err := d.Catalog.Film(ctx, w.Publication.Film)
		if err != nil {
			return err
		}
		t.Owed = append(t.Owed, OwedFilm{f, w})
	}
	return nil
}

// todayHeld lists what an election kept, and keeps no more.
func (d *Desk) todayHeld(ctx context.Context, _ assets.User, t *Today) error {
	held, err := d.HeldBack(ctx)
	held = slices.DeleteFunc(held, func(h Held) bool { return !h.Free })
	t.Held = held[:min(fewLines, len(held))]
	return err
}

// FilmBAT is a film with a BAT on it.
type FilmBAT struct {
	Film assets.Film
	BAT  assets.Approval
}

// Nothing tells that nothing waits; shoots to come and films online are news.
func (t Today) Nothing() bool {
	return len(t.Wanted)+len(t.Stopped)+len(t.Received)+len(t.Noted)+len(t.Refused)+len(t.ToApprove)+
		len(t.Consents)+len(t.Owed)+len(t.Held)+len(t.Approved)+len(t.Spoilt)+len(t.Turned)+t.Kept == 0
}

const (
	shootsAhead = 30 * 24 * time.Hour
	newsLast    = 7 * 24 * time.Hour // how long a film that is online, or a refusal, is news
	fewLines    = 12                 // of each matter
)

// WaitingFor gathers what waits for a person, by their role.
func (d *Desk) WaitingFor(ctx context.Context, u assets.User) (Today, error) {
	var t Today
	gather := map[assets.UserRole][]func(context.Context, assets.User, *Today) error{
		assets.RoleJRI:            {d.todayOwnShoots, d.todayOwnWanted, d.todayStopped, d.todayOwnOnline},
		assets.RoleMonteur:        {d.todayReceived, d.todayNoted, d.todayRefused, d.todayStopped, d.todayAllShoots},
		assets.RoleImage:          {d.todayOwed, d.todayHeld, d.todayToApprove, d.todayConsentsAsked, d.todayStopped, d.todayAllShoots},
		assets.RoleCommunication:  {d.todayOwed, d.todayHeld, d.todayApproved, d.todayStopped, d.todayAllShoots},
		assets.RoleAdministration: {d.todayOwed, d.todayHeld, d.todaySpoilt, d.todayKeptMails, d.todayStopped, d.todayAllShoots},
	}[u.Role]
	for _, g := range gather {
		if err := g(ctx, u, &t); err != nil {
			return t, err
		}
	}
	return t, nil
}

// ShootsOf lists the open sujets of a person (of everybody, for "") whose shoot
// is from today on, the nearest first.
func (d *Desk) ShootsOf(ctx context.Context, crew assets.ID) ([]SujetLine, error) {
	y, m, day := d.Now().In(d.Zone).Date()
	today := time.Date(y, m, day, 0, 0, 0, 0, d.Zone)
	lines, err := d.SujetLines(ctx, assets.SujetFilter{Crew: crew, State: assets.SujetOpen, From: today, To: today.Add(shootsAhead)})
	slices.SortStableFunc(lines, func(a, b SujetLine) int { return a.At.Compare(b.At) })
	return lines, err
}

func (d *Desk) todayOwnShoots(ctx context.Context, u assets.User, t *Today) (err error) {
	t.Shoots, err = d.ShootsOf(ctx, u.ID)
	return err
}

func (d *Desk) todayAllShoots(ctx context.Context, _ assets.User, t *Today) (err error) {
	t.Shoots, err = d.ShootsOf(ctx, "")
	t.Shoots = t.Shoots[:min(fewLines, len(t.Shoots))]
	return err
}

func (d *Desk) todayOwnWanted(ctx context.Context, u assets.User, t *Today) error {
	lines, err := d.SujetLines(ctx, assets.SujetFilter{Crew: u.ID, State: assets.SujetOpen})
	t.Wanted = slices.DeleteFunc(lines, func(l SujetLine) bool { return l.Wanted == "" })
	return err
}

func (d *Desk) todayStopped(ctx context.Context, u assets.User, t *Today) (err error) {
	t.Stopped, err = d.StoppedOf(ctx, u.ID)
	return err
}

func (d *Desk) todayOwnOnline(ctx context.Context, u assets.User, t *Today) error {
	films, err := d.Catalog.Films(ctx, assets.FilmFilter{Crew: u.ID, State: assets.FilmPublished})
	t.Online = films[:min(fewLines, len(films))]
	return err
}

func (d *Desk) todayReceived(ctx context.Context, _ assets.User, t *Today) error {
	films, err := d.Catalog.Films(ctx, assets.FilmFilter{State: assets.FilmRushes})
	if err != nil {
		return err
	}
	for _, f := range films {
		if f.Sujet == "" {
			continue
		}
		s, err := d.Catalog.Sujet(ctx, f.Sujet)
		if err != nil {
			return err
		}
		n, err := d.Catalog.CountRushes(ctx, assets.RushFilter{Sujet: s.ID})
		if err != nil {
			return err
		}
		t.Received = append(t.Received, SujetRushes{SujetLine{Sujet: s, Film: f, Standing: assets.Standing(f, nil)}, n})
	}
	return nil
}

// todayNoted: remarks on the versions that are being worked on; those of the sujets
// that the person is on, when they are on any.
func (d *Desk) todayNoted(ctx context.Context, u assets.User, t *Today) error {
	for _, state := range []assets.FilmState{assets.FilmReview, assets.FilmEditing} {
		films, err := d.Catalog.Films(ctx, assets.FilmFilter{State: state, Crew: u.ID})
		if err == nil && len(films) == 0 {
			films, err = d.Catalog.Films(ctx, assets.FilmFilter{State: state})
		}
		if err != nil {
			return err
		}
		current, err := d.CurrentVersions(ctx, films)
		if err != nil {
			return err
		}
		for _, f := range films {
			v := current[f.ID]
			if v == nil {
				continue
			}
			notes, err := d.Catalog.Notes(ctx, v.ID)
			if err != nil {
				return err
			}
			open := slices.DeleteFunc(notes, func(n assets.Note) bool { return n.Done })
			if len(open) > 0 {
				t.Noted = append(t.Noted, FilmNotes{f, v.Number, len(open)})
			}
		}
	}
	return nil
}

// todayRefused: the last BAT of a film that is being edited again was refused.
func (d *Desk) todayRefused(ctx context.Context, _ assets.User, t *Today) error {
	films, err := d.Catalog.Films(ctx, assets.FilmFilter{State: assets.FilmEditing})
	if err != nil {
		return err
	}
	for _, f := range films {
		all, err := d.Catalog.Approvals(ctx, f.ID)
		if err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].State == assets.ApprovalRefused && all[n-1].Version == f.Version {
			t.Refused = append(t.Refused, FilmBAT{f, all[n-1]})
		}
	}
	return nil
}

func (d *Desk) todayToApprove(ctx context.Context, _ assets.User, t *Today) error {
	all, err := d.Catalog.OpenApprovals(ctx, 100)
	if err != nil {
		return err
	}
	for _, a := range all {
		f, err := d.Catalog.Film(ctx, a.Film)
		if err != nil {
			return err
		}
		if f.State != assets.FilmArchived {
			t.ToApprove = append(t.ToApprove, FilmBAT{f, a})
		}
	}
	return nil
}

func (d *Desk) todayConsentsAsked(ctx context.Context, _ assets.User, t *Today) (err error) {
	t.Consents, err = d.Catalog.Consents(ctx, assets.ConsentFilter{State: assets.ConsentAsked})
	return err
}

func (d *Desk) todayApproved(ctx context.Context, _ assets.User, t *Today) (err error) {
	t.Approved, err = d.Catalog.Films(ctx, assets.FilmFilter{State: assets.FilmApproved})
	return err
}

func (d *Desk) todaySpoilt(ctx context.Context, _ assets.User, t *Today) error {
	since := d.Now().Add(-newsLast)
	for _, state := range []assets.RushState{assets.RushRefused, assets.RushIncomplete, assets.RushFailed} {
		found, err := d.Catalog.Rushes(ctx, assets.RushFilter{State: state, From: since, Limit: fewLines})
		if err != nil {
			return err
		}
		t.Spoilt = append(t.Spoilt, found...)
	}
	turned, err := d.Catalog.Uploads(ctx, assets.UploadFilter{State: assets.UploadRefused})
	t.Turned = slices.DeleteFunc(turned, func(u assets.Upload) bool { return u.UpdatedAt.Before(since) })
	return err
}

// todayKeptMails counts what the house wanted to say and could not send.
func (d *Desk) todayKeptMails(ctx context.Context, _ assets.User, t *Today) error {
	mails, err := d.Catalog.Mails(ctx, "", 100)
	for _, m := range mails {
		if m.State == assets.MailKept || m.State == assets.MailFailed {
			t.Kept++
		}
	}
	return err
}
