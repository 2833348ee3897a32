package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// candidate is the version that a BAT can be about: the newest that is whole.
// One that is still on its way stands before it.
func candidate(versions []assets.Version) (assets.Version, error) {
	for _, v := range slices.Backward(versions) {
		switch v.State {
		case assets.VersionReady:
			return v, nil
		case assets.VersionReceived, assets.VersionMaking:
			return v, &assets.Error{Kind: assets.Conflict, Op: "pipeline.candidate", Msg: fmt.Sprintf("La V%d est en fabrication : le BAT portera sur elle, dès qu'elle sera prête.", v.Number)}
		}
	}
	return assets.Version{}, &assets.Error{Kind: assets.Conflict, Op: "pipeline.candidate", Msg: "Ce film n'a pas encore de version à valider. Déposez un PAD."}
}

// front is the version that people mean when they name none: the newest that
// was not turned down, else the newest; one without an ID before the first.
func front(versions []assets.Version) assets.Version {
	for _, v := range slices.Backward(versions) {
		if v.State == assets.VersionReady || underWay(v) {
			return v
		}
	}
	if len(versions) > 0 {
		return versions[len(versions)-1]
	}
	return assets.Version{}
}

func underWay(v assets.Version) bool {
	return v.State == assets.VersionReceived || v.State == assets.VersionMaking
}

// AskApproval asks for the BAT on the newest version. Asked again, nothing is
// added.
func (d *Desk) AskApproval(ctx context.Context, film assets.ID, actor string) (assets.Approval, error) {
	const op = "pipeline.AskApproval"
	s, err := d.stand(ctx, film)
	if err != nil {
		return assets.Approval{}, err
	}
	if s.State == assets.FilmArchived {
		return assets.Approval{}, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Ce film est archivé : sortez-le des archives d'abord."}
	}
	v, err := candidate(s.versions)
	if err != nil {
		return assets.Approval{}, err
	}
	for _, a := range s.approvals {
		if a.Version == v.ID && (a.State == assets.ApprovalAsked || a.State == assets.ApprovalGiven) {
			return a, nil
		}
	}
	a, err := d.approvalOf(ctx, v)
	if err != nil {
		return a, err
	}
	a.State, a.AskedBy, a.AskedAt = assets.ApprovalAsked, actor, d.Now()
	c := assets.Change{Approvals: []assets.Approval{a}}
	c.Events = []assets.Event{d.event(assets.SubjectApproval, a.ID, "", string(a.State), actor, fmt.Sprintf("BAT demandé sur la V%d.", v.Number))}
	if s.State == assets.FilmEditing {
		s.move(d, &c, assets.FilmReview, actor, "")
	}
	if err := d.tellAsked(ctx, &c, s.Film, v, actor); err != nil {
		return a, err
	}
	c.Jobs = append(c.Jobs, d.job(assets.JobHand, film, d.Now(), 0))
	return a, d.commit(ctx, c)
}

// approvalOf begins a BAT on a version: it says which bytes are looked at.
func (d *Desk) approvalOf(ctx context.Context, v assets.Version) (assets.Approval, error) {
	master, err := d.Catalog.Asset(ctx, v.Master)
	return assets.Approval{ID: d.NewID(), Film: v.Film, Version: v.ID, Number: v.Number, SHA256: master.SHA256}, err
}

// openApproval is the BAT of a version that waits for its answer, or a new one.
func (d *Desk) openApproval(ctx context.Context, s stand, v assets.Version) (assets.Approval, error) {
	for _, a := range s.approvals {
		if a.Version == v.ID && a.State == assets.ApprovalAsked {
			return a, nil
		}
	}
	return d.approvalOf(ctx, v)
}

// Approve gives the BAT that was asked for. What waited for it goes out, and
// what is public follows.
func (d *Desk) Approve(ctx context.Context, approval assets.ID, note, actor string) (assets.Approval, error) {
	a, s, err := d.answered(ctx, approval)
	if err != nil {
		return a, err
	}
	v, err := candidate(s.versions)
	if err != nil {
		return a, err
	}
	if v.ID != a.Version {
		return a, &assets.Error{Kind: assets.Conflict, Op: "pipeline.Approve", Msg: fmt.Sprintf("Le BAT portait sur la V%d, et la V%d est arrivée. Redemandez-le.", a.Number, v.Number)}
	}
	master, err := d.Catalog.Asset(ctx, v.Master)
	if err != nil {
		return a, err
	}
	if master.SHA256 != a.SHA256 {
		return a, &assets.Error{Kind: assets.Conflict, Op: "pipeline.Approve", Msg: "Le fichier de cette version n'est plus celui qui a été regardé : le BAT n'est pas donné. Redemandez-le."}
	}
	return d.approve(ctx, s, v, a, note, actor)
}

// ApproveNow gives the BAT on the newest version without its having been asked
// for: by somebody who may.
func (d *Desk) ApproveNow(ctx context.Context, film assets.ID, note, actor string) (assets.Approval, error) {
	s, err := d.stand(ctx, film)
	if err != nil {
		return assets.Approval{}, err
	}
	v, err := candidate(s.versions)
	if err != nil {
		return assets.Approval{}, err
	}
	if a, given := s.given(v.ID); given {
		return a, nil
	}
	a, err := d.openApproval(ctx, s, v)
	if err != nil {
		return a, err
	}
	return d.approve(ctx, s, v, a, note, actor)
}

func (d *Desk) approve(ctx context.Context, s stand, v assets.Version, a assets.Approval, note, actor string) (assets.Approval, error) {
	var c assets.Change
	if err := d.give(ctx, &c, &s, &a, note, actor); err != nil {
		return a, err
	}
	d.letOut(&c, &s, v, actor)
	if err := d.tellAnswer(ctx, &c, s.Film, a, actor); err != nil {
		return a, err
	}
	if err := d.commit(ctx, c); err != nil {
		return a, err
	}
	return a, d.follow(ctx, s.ID)
}

// give adds to a change that a BAT is given, and takes the film from its
// reading room on. It becomes the one BAT of the film.
func (d *Desk) give(ctx context.Context, c *assets.Change, s *stand, a *assets.Approval, note, actor string) error {
	from := a.State
	if err := d.sign(ctx, a, note, actor); err != nil {
		return err
	}
	a.State = assets.ApprovalGiven
	for _, other := range s.approvals {
		if other.State == assets.ApprovalGiven && other.ID != a.ID {
			d.void(c, other, fmt.Sprintf("Le BAT porte maintenant sur la V%d.", a.Number))
		}
	}
	c.Approvals = append(c.Approvals, *a)
	c.Jobs = append(c.Jobs, d.job(assets.JobHand, s.ID, d.Now(), 0))
	c.Events = append(c.Events, d.event(assets.SubjectApproval, a.ID, string(from), string(a.State), actor, fmt.Sprintf("BAT donné sur la V%d.", a.Number)))
	if s.State == assets.FilmEditing {
		s.move(d, c, assets.FilmReview, actor, "")
	}
	if s.State == assets.FilmReview || s.State == assets.FilmWithdrawn {
		s.move(d, c, assets.FilmApproved, actor, "")
	}
	return nil
}

// letOut adds the work of the publications that waited for this version and its
// BAT.
func (d *Desk) letOut(c *assets.Change, s *stand, v assets.Version, actor string) {
	for _, p := range s.shown {
		if p.State != assets.PublicationScheduled {
			continue
		}
		if p.At.After(d.Now()) && (s.State == assets.FilmApproved || s.State == assets.FilmWithdrawn) {
			s.move(d, c, assets.FilmScheduled, actor, "")
		}
		if v.State == assets.VersionReady {
			c.Cancel = append(c.Cancel, p.ID) // an earlier task may still wait for its time
			c.Jobs = append(c.Jobs, d.outgoing(p))
		}
	}
}

// Refuse answers a BAT with no: with a note on that version, or a word here.
func (d *Desk) Refuse(ctx context.Context, approval assets.ID, note, actor string) (assets.Approval, error) {
	a, s, err := d.answered(ctx, approval)
	if err != nil {
		return a, err
	}
	notes, err := d.Catalog.Notes(ctx, a.Version)
	if err != nil {
		return a, err
	}
	if note = strings.TrimSpace(note); note == "" && len(notes) == 0 {
		return a, &assets.Error{Kind: assets.Invalid, Op: "pipeline.Refuse", Msg: "Dites ce qui ne va pas : une note au moins, ici ou sur l'image. Le BAT n'est pas refusé."}
	}
	if err := d.sign(ctx, &a, note, actor); err != nil {
		return a, err
	}
	c := assets.Change{Approvals: []assets.Approval{a}}
	c.Events = []assets.Event{d.event(assets.SubjectApproval, a.ID, string(a.State), string(assets.ApprovalRefused), actor, note)}
	a.State = assets.ApprovalRefused
	if s.State == assets.FilmReview {
		s.move(d, &c, assets.FilmEditing, actor, fmt.Sprintf("BAT refusé sur la V%d.", a.Number))
	}
	if err := d.tellAnswer(ctx, &c, s.Film, a, actor); err != nil {
		return a, err
	}
	return a, d.commit(ctx, c)
}

// TakeBack ends a BAT that was asked for or given. One by which the film is
// public stands: the film comes off first.
func (d *Desk) TakeBack(ctx context.Context, approval assets.ID, actor string) (assets.Approval, error) {
	const op = "pipeline.TakeBack"
	a, err := d.Catalog.Approval(ctx, approval)
	if err != nil {
		return a, err
	}
	if a.State != assets.ApprovalAsked && a.State != assets.ApprovalGiven {
		return a, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Ce BAT n'est plus en cours : il n'y a rien à reprendre."}
	}
	s, err := d.stand(ctx, a.Film)
	if err != nil {
		return a, err
	}
	for _, p := range s.shown {
		if p.Version == a.Version && p.State != assets.PublicationScheduled && slices.Contains(live, p.State) {
			return a, &assets.Error{Kind: assets.Conflict, Op: op, Msg: fmt.Sprintf("La V%d est en ligne : retirez d'abord le film, puis reprenez le BAT.", a.Number)}
		}
	}
	c := assets.Change{Approvals: []assets.Approval{a}}
	c.Events = []assets.Event{d.event(assets.SubjectApproval, a.ID, string(a.State), string(assets.ApprovalVoid), actor, "BAT repris.")}
	if a.State == assets.ApprovalGiven && (s.State == assets.FilmApproved || s.State == assets.FilmScheduled) {
		s.move(d, &c, assets.FilmReview, actor, fmt.Sprintf("BAT repris sur la V%d.", a.Number))
	}
	a.State = assets.ApprovalVoid
	return a, d.commit(ctx, c)
}

// answered is a BAT that waits for its answer, and its film.
func (d *Desk) answered(ctx context.Context, approval assets.ID) (assets.Approval, stand, error) {
	a, err := d.Catalog.Approval(ctx, approval)
	if err != nil {
		return a, stand{}, err
	}
	s, err := d.stand(ctx, a.Film)
	if err != nil {
		return a, s, err
	}
	said := map[assets.ApprovalState]string{
		assets.ApprovalGiven:   fmt.Sprintf("Le BAT de la V%d est déjà donné.", a.Number),
		assets.ApprovalRefused: fmt.Sprintf("Le BAT de la V%d est déjà refusé. Redemandez-le.", a.Number),
		assets.ApprovalVoid:    fmt.Sprintf("Le BAT portait sur la V%d. Redemandez-le.", a.Number),
	}[a.State]
	if said == "" && s.State == assets.FilmArchived {
		said = "Ce film est archivé : sortez-le des archives d'abord."
	}
	if said != "" {
		return a, s, &assets.Error{Kind: assets.Conflict, Op: "pipeline.answered", Msg: said}
	}
	return a, s, nil
}

// sign writes down who answers, when and with which word. On the command line
// it is the administration; by a link, whoever says so.
func (d *Desk) sign(ctx context.Context, a *assets.Approval, note, actor string) error {
	a.By, a.Name, a.At, a.Note = actor, "l’administration", d.Now(), strings.TrimSpace(note)
	if name, partner := strings.CutPrefix(actor, actorPartner); partner {
		a.By, a.Name = "", name
		return nil
	}
	u, err := d.Catalog.User(ctx, assets.ID(actor))
	switch {
	case assets.KindOf(err) == assets.NotFound:
		a.By = ""
		return nil
	case err != nil:
		return err
	case !MayApprove(u):
		return &assets.Error{Kind: assets.Forbidden, Op: "pipeline.sign", Msg: "Seuls le responsable image, la communication et l'administration donnent le BAT."}
	}
	a.Name = u.Name
	return nil
}

// MayApprove tells who may give a BAT.
func MayApprove(u assets.User) bool { return access.May(u.Role, "POST /regie/bat/{approval}") }

// supersede adds what changes when a version is accepted: the BATs of those
// before it are void, and the film waits for a new one.
func (d *Desk) supersede(c *assets.Change, s *stand, v assets.Version) {
	_, vouched := s.given(v.ID)
	for _, a := range s.approvals {
		if a.Number < v.Number && (a.State == assets.ApprovalAsked || a.State == assets.ApprovalGiven) {
			d.void(c, a, fmt.Sprintf("Le BAT portait sur V%d.", a.Number))
		}
	}
	newer := !slices.ContainsFunc(s.versions, func(o assets.Version) bool { return o.ID == s.Version && o.Number >= v.Number })
	if newer && !vouched && slices.Contains([]assets.FilmState{assets.FilmApproved, assets.FilmScheduled, assets.FilmWithdrawn}, s.State) {
		s.move(d, c, assets.FilmReview, "worker", fmt.Sprintf("V%d reçue.", v.Number))
	}
}

// outdone tells whether a version that is ready takes the place of the one that
// is shown.
func (s *stand) outdone(v assets.Version) bool {
	for _, o := range s.versions {
		if o.ID == s.Version && o.ID != v.ID {
			return o.Number < v.Number || o.State != assets.VersionReady && !underWay(o)
		}
	}
	return s.Version == ""
}

// refused tells whether the BAT of a version was refused.
func (s *stand) refused(version assets.ID) bool {
	return slices.ContainsFunc(s.approvals, func(a assets.Approval) bool { return a.Version == version && a.State == assets.ApprovalRefused })
}

// void ends a BAT by what happened to versions.
func (d *Desk) void(c *assets.Change, a assets.Approval, note string) {
	c.Events = append(c.Events, d.event(assets.SubjectApproval, a.ID, string(a.State), string(assets.ApprovalVoid), "worker", note))
}
