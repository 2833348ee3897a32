package catalog

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
)

// Apply is the only way a state changes. Events and jobs that come without an
// ID or an instant are given one.
func (c *Catalog) Apply(ctx context.Context, ch assets.Change) error {
	const op = "catalog.Apply"
	a, err := c.application(ch)
	if err != nil {
		return err
	}
	return c.transaction(ctx, op,
		a.holdFence, a.cancelJobs,
		a.putUsers, a.putAssets, a.putFilms, a.putSujets, a.putVersions, a.putRushes, a.putPublications, a.putSeen, a.putDeliveries,
		a.putTransfers, a.putUploads, a.putConsents, a.putFilmed, a.putApprovals, a.putNotes, a.putTracks,
		a.putSelections, a.putSearches, a.putKeys, a.putMails, a.putReaders, a.putWebhooks, a.putAccounts, a.putCalls,
		a.replaceRenditions, a.addMade, a.putProgramme, a.index, a.addEvents, a.learn, a.addJobs,
	)
}

// application is one Change on its way into the tables. Its steps touch the
// tables in one fixed order, so that two of them never wait for each other.
type application struct {
	assets.Change
	lockLog string             // statement that keeps others from the log until the end
	births  map[subject]string // what the Change creates, and in which state
	moves   map[assets.Subject][]assets.Event
}

type subject struct {
	kind assets.Subject
	id   assets.ID
}

// application checks what can be checked before the transaction begins.
func (c *Catalog) application(ch assets.Change) (*application, error) {
	a := &application{Change: ch, lockLog: c.engine.lockLog, births: map[subject]string{}, moves: map[assets.Subject][]assets.Event{}}
	a.Events, a.Jobs = slices.Clone(ch.Events), slices.Clone(ch.Jobs)
	now := c.now()
	for i := range a.Events {
		e := &a.Events[i]
		if !e.MayMove() {
			return nil, &assets.Error{
				Kind: assets.Invalid, Op: "catalog.Apply: " + string(e.Kind) + " " + e.From + "→" + e.To,
				Msg: "Cet élément ne peut pas passer de cet état à celui-là ; rien n'a été changé.",
			}
		}
		if e.ID == "" && c.newID != nil {
			e.ID = c.newID()
		}
		if e.At.IsZero() {
			e.At = now
		}
		if e.From == "" {
			a.births[subject{e.Kind, e.Subject}] = e.To
		} else {
			a.moves[e.Kind] = append(a.moves[e.Kind], *e)
		}
	}
	for i := range a.Jobs {
		j := &a.Jobs[i]
		if j.ID == "" && c.newID != nil {
			j.ID = c.newID()
		}
		if j.CreatedAt.IsZero() {
			j.CreatedAt = now
		}
	}
	return a, a.complete()
}

// complete tells whether each creation has its record, and each record an ID.
func (a *application) complete() error {
	there := map[subject]bool{}
	for kind, ids := range map[assets.Subject][]assets.ID{
		assets.SubjectFilm:        idsOf(a.Films, func(f assets.Film) assets.ID { return f.ID }),
		assets.SubjectVersion:     idsOf(a.Versions, func(v assets.Version) assets.ID { return v.ID }),
		assets.SubjectRush:        idsOf(a.Rushes, func(r assets.Rush) assets.ID { return r.ID }),
		assets.SubjectPublication: idsOf(a.Publications, func(p assets.Publication) assets.ID { return p.ID }),
		assets.SubjectDelivery:    idsOf(a.Deliveries, func(d assets.Delivery) assets.ID { return d.ID }),
		assets.SubjectUser:        idsOf(a.Users, func(u assets.User) assets.ID { return u.ID }),
		assets.SubjectSujet:       idsOf(a.Sujets, func(s assets.Sujet) assets.ID { return s.ID }),
		assets.SubjectUpload:      idsOf(a.Uploads, func(u assets.Upload) assets.ID { return u.ID }),
		assets.SubjectConsent:     idsOf(a.Consents, func(c assets.Consent) assets.ID { return c.ID }),
		assets.SubjectApproval:    idsOf(a.Approvals, func(p assets.Approval) assets.ID { return p.ID }),
		assets.SubjectAccount:     idsOf(a.Accounts, func(x assets.Account) assets.ID { return assets.ID(x.Channel) }),
		"transfer":                idsOf(a.Transfers, func(t assets.Transfer) assets.ID { return t.ID }),
		"note":                    idsOf(a.Notes, func(n assets.Note) assets.ID { return n.ID }),
		"selection":               idsOf(a.Selections, func(s assets.Selection) assets.ID { return s.ID }),
		"search":                  idsOf(a.Searches, func(s assets.SavedSearch) assets.ID { return s.ID }),
		"track":                   idsOf(a.Tracks, func(t assets.Track) assets.ID { return t.Film }),
		"filmed":                  idsOf(a.Filmed, func(f assets.Filmed) assets.ID { return f.ID }),
		"key":                     idsOf(a.Keys, func(k assets.Key) assets.ID { return k.ID }),
		"mail":                    idsOf(a.Mails, func(m assets.Mail) assets.ID { return m.ID }),
		"reader":                  idsOf(a.Readers, func(s assets.Subscriber) assets.ID { return s.ID }),
		"webhook":                 idsOf(a.Webhooks, func(w assets.Webhook) assets.ID { return w.ID }),
		"call":                    idsOf(a.Calls, func(c assets.Call) assets.ID { return c.ID }),
		"proxy":                   idsOf(a.Proxies, func(r assets.Rendition) assets.ID { return r.ID }),
		"made":                    idsOf(a.Made, func(r assets.Rendition) assets.ID { return r.ID }),
		"asset":                   idsOf(a.Assets, func(x assets.Asset) assets.ID { return x.ID }),
		"event":                   idsOf(a.Events, func(e assets.Event) assets.ID { return e.ID }),
		"job":                     idsOf(a.Jobs, func(j assets.Job) assets.ID { return j.ID }),
		"rendition":               idsOf(a.Renditions, func(r assets.Rendition) assets.ID { return r.ID }),
	} {
		for _, id := range ids {
			there[subject{kind, id}] = true
			if id == "" {
				return incomplete(string(kind) + " without ID")
			}
		}
	}
	for s := range a.births {
		if !there[s] {
			return incomplete("creation of " + string(s.kind) + " " + string(s.id) + " without its record")
		}
	}
	for _, j := range a.Jobs {
		if (j.State != "" && j.State != assets.JobWaiting) || j.Attempt != 0 {
			return incomplete("job " + string(j.ID) + " begun before it is there")
		}
	}
	return nil
}

func idsOf[T any](records []T, id func(T) assets.ID) []assets.ID {
	ids := make([]assets.ID, len(records))
	for i, r := range records {
		ids[i] = id(r)
	}
	return ids
}

func incomplete(what string) error {
	return &assets.Error{
		Kind: assets.Invalid, Op: "catalog.Apply: " + what,
		Msg: "Ce changement n'est pas complet ; rien n'a été enregistré.",
	}
}

// A statedRow is a row whose state only events move.
type statedRow interface {
	key() assets.ID
	born(state string) // sets the state of a row that is to be inserted
}

// put inserts the rows that the Change creates, updates the changing columns of
// the others, and then moves the states of that kind.
func put[R statedRow](ctx context.Context, tx bun.Tx, a *application, kind assets.Subject, rows []R, changing ...string) error {
	for _, r := range rows {
		if state, born := a.births[subject{kind, r.key()}]; born {
			r.born(state)
			if _, err := tx.NewInsert().Model(r).Exec(ctx); err != nil {
				return err
			}
			continue
		}
		n, err := touched(tx.NewUpdate().Model(r).Column(changing...).WherePK().Exec(ctx))
		if err != nil {
			return err
		}
		if n == 0 {
			return &assets.Error{
				Kind: assets.NotFound, Op: "catalog.Apply: " + string(kind) + " " + string(r.key()),
				Msg: "Cet élément n'existe pas ou n'existe plus ; rien n'a été changé.",
			}
		}
	}
	return a.move(ctx, tx, kind)
}

// move moves states by compare-and-set.
func (a *application) move(ctx context.Context, tx bun.Tx, kind assets.Subject) error {
	for _, e := range a.moves[kind] {
		n, err := touched(tx.NewRaw("UPDATE ? SET state = ? WHERE id = ? AND state = ?",
			bun.Ident(tableOf(kind)), e.To, e.Subject, e.From).Exec(ctx))
		if err != nil {
			return err
		}
		if n == 0 {
			return &assets.Error{
				Kind: assets.Conflict, Op: "catalog.Apply: " + string(kind) + " " + string(e.Subject) + " is no longer " + e.From,
				Msg: "L'état a changé entre-temps ; rien n'a été modifié. Rechargez, puis recommencez si c'est encore utile.",
			}
		}
	}
	return nil
}

func tableOf(kind assets.Subject) string {
	switch kind {
	case assets.SubjectRush:
		return "rushes"
	case assets.SubjectDelivery:
		return "deliveries"
	default:
		return string(kind) + "s"
	}
}
