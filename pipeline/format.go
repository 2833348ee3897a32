package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline/captions"
)

// FormatView is one format of the version of a film that is shown, as it stands.
type FormatView struct {
	assets.Format
	Version  int                `json:"version"`
	State    assets.FormatState `json:"state"`
	Step     string             `json:"step,omitempty"`     // while it is made (French)
	Progress float64            `json:"progress,omitempty"` // 0 to 1
	ETA      float64            `json:"eta,omitempty"`      // seconds
	Reason   string             `json:"reason,omitempty"`   // French sentence: why it failed, or what is missing for it
	Able     bool               `json:"able"`               // it can be made
	File     string             `json:"file,omitempty"`     // when it is there: its name among those of the version
	Width    int                `json:"width,omitempty"`
	Height   int                `json:"height,omitempty"`
	Duration float64            `json:"duration,omitempty"` // seconds
	Size     int64              `json:"size,omitempty"`     // bytes
	SHA256   string             `json:"sha256,omitempty"`
	Made     *assets.Rendition  `json:"-"`
}

// formatted is a version with all that its formats depend on.
type formatted struct {
	assets.Version
	master  assets.Asset
	made    []assets.Rendition
	jobs    []assets.Job
	events  []assets.Event
	written []byte // the captions that a projection shows, as ASS; nil without
}

// formatsOf gathers what is known of a version and its formats.
func (d *Desk) formatsOf(ctx context.Context, v assets.Version) (s formatted, err error) {
	s.Version = v
	if s.master, err = d.Catalog.Asset(ctx, v.Master); err != nil {
		return s, err
	}
	if s.made, err = d.Catalog.Renditions(ctx, v.ID); err != nil {
		return s, err
	}
	var subjects []assets.ID
	for _, f := range assets.Formats() {
		subjects = append(subjects, f.Name.Of(v.ID))
	}
	if s.jobs, err = d.Catalog.JobsOf(ctx, subjects...); err != nil {
		return s, err
	}
	if s.events, err = d.Catalog.Events(ctx, v.ID); err != nil {
		return s, err
	}
	track, err := d.Catalog.Track(ctx, v.Film, assets.TrackCaptions, "fr")
	if assets.KindOf(err) == assets.NotFound {
		return s, nil
	}
	if track.Reviewed && len(track.Cues) > 0 {
		s.written = captions.ASS(track.Cues)
	}
	return s, err
}

// print names what a format is made of: other bytes, another print.
func (s formatted) print(f assets.Format) string {
	of := []string{s.master.SHA256}
	if teaser, there := s.role(assets.RoleTeaser); f.Teaser && there {
		of = []string{teaser.SHA256}
	}
	if f.Name == assets.FormatProjection {
		of = append(of, string(s.written))
	}
	sum := sha256.Sum256([]byte(strings.Join(of, "\n")))
	return hex.EncodeToString(sum[:8]) + "-"
}

func (s formatted) role(role assets.Role) (assets.Rendition, bool) {
	i := slices.IndexFunc(s.made, func(r assets.Rendition) bool { return r.Role == role })
	if i < 0 {
		return assets.Rendition{}, false
	}
	return s.made[i], true
}

// source is the movie that a format is made of: the teaser, or, for networks, the
// tallest that the house made, which is upright and in its colours already. What
// leaves for a screen or an edit is made of the master itself: its key is "".
func (s formatted) source(f assets.Format) (movie assets.Rendition, missing string) {
	top, there := tallest(s.made)
	if !there {
		return top, "Ce film n'a pas d'image : ce format ne peut pas en être fait."
	}
	switch {
	case f.Teaser:
		if movie, there = s.role(assets.RoleTeaser); !there {
			missing = "Ce film n'a pas de teaser. Choisissez-en les passages, puis demandez-le à nouveau."
		}
	case !slices.Contains([]assets.FormatName{assets.FormatPAD, assets.FormatProjection, assets.FormatMezzanine}, f.Name):
		movie = top
	}
	return movie, missing
}

// view is where a format stands.
func (s formatted) view(f assets.Format) FormatView {
	w := FormatView{Format: f, Version: s.Number}
	_, w.Reason = s.source(f)
	w.Able = w.Reason == ""
	for _, e := range s.events {
		if to, of := formatMove(e, f.Name); of && w.Able {
			w.State, w.Reason = to, ""
			if to == assets.FormatFailed {
				w.Reason = e.Note
			}
		}
	}
	if w.State != assets.FormatFailed && w.State != assets.FormatStopped {
		w.State = assets.FormatAbsent
	}
	if r, there := s.role(f.Name.Role()); there && strings.HasPrefix(r.Recipe, s.print(f)) {
		w.State, w.Reason, w.Made, w.File = assets.FormatReady, "", &r, FileOf(r.Key)
		w.Width, w.Height, w.Duration, w.Size, w.SHA256 = r.Width, r.Height, r.Duration, r.Size, r.SHA256
	}
	for _, j := range s.jobs {
		if j.Subject != f.Name.Of(s.ID) {
			continue
		}
		switch j.State {
		case assets.JobWaiting:
			w.State, w.Reason = assets.FormatAsked, j.Reason
		case assets.JobRunning:
			w.State, w.Step, w.Progress, w.ETA = assets.FormatMaking, j.Step, j.Progress, j.ETA.Seconds()
		}
	}
	return w
}

// Formats says of each format of a film, in their order, whether it is there.
func (d *Desk) Formats(ctx context.Context, film assets.ID) ([]FormatView, error) {
	_, v, err := d.madeVersion(ctx, "pipeline.Formats", film)
	if err != nil {
		return nil, err
	}
	s, err := d.formatsOf(ctx, v)
	if err != nil {
		return nil, err
	}
	var all []FormatView
	for _, f := range assets.Formats() {
		all = append(all, s.view(f))
	}
	return all, nil
}

// OneFormat says of one of them.
func (d *Desk) OneFormat(ctx context.Context, film assets.ID, name assets.FormatName) (FormatView, error) {
	_, w, err := d.format(ctx, "pipeline.OneFormat", film, name)
	return w, err
}

// AskFormat has a format of a film made, and says where it stands. What is there,
// and what is on its way, is not made again; each who asks gets a mail when it is
// ready.
func (d *Desk) AskFormat(ctx context.Context, film assets.ID, name assets.FormatName, actor string) (FormatView, error) {
	const op = "pipeline.AskFormat"
	s, w, err := d.format(ctx, op, film, name)
	switch {
	case err != nil || w.State == assets.FormatReady:
		return w, err
	case !w.Able:
		return w, &assets.Error{Kind: assets.Conflict, Op: op, Msg: w.Reason}
	case slices.Contains(s.askers(name), actor) && (w.State == assets.FormatAsked || w.State == assets.FormatMaking):
		return w, nil
	}
	c := assets.Change{Events: []assets.Event{d.moveFormat(s.Version, w.Format, assets.FormatAsked, actor, "Format demandé : "+w.Format.Inside()+".")}}
	if w.State != assets.FormatAsked && w.State != assets.FormatMaking {
		job := d.job(assets.JobFormat, name.Of(s.ID), d.Now(), s.length(w.Format))
		c.Jobs, w.State, w.Reason = []assets.Job{job}, assets.FormatAsked, ""
	}
	return w, d.commit(ctx, c)
}

// StopFormat calls off the making of a format.
func (d *Desk) StopFormat(ctx context.Context, film assets.ID, name assets.FormatName, actor string) (FormatView, error) {
	const op = "pipeline.StopFormat"
	s, w, err := d.format(ctx, op, film, name)
	if err != nil {
		return w, err
	}
	if w.State != assets.FormatAsked && w.State != assets.FormatMaking {
		return w, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Ce format n'est pas en cours de fabrication : il n'y a rien à arrêter."}
	}
	w.State, w.Step, w.Progress, w.ETA = assets.FormatStopped, "", 0, 0
	return w, d.commit(ctx, assets.Change{
		Events: []assets.Event{d.moveFormat(s.Version, w.Format, w.State, actor, "Fabrication arrêtée : "+w.Format.Inside()+".")},
		Cancel: []assets.ID{name.Of(s.ID)},
	})
}

// format is one format of the version of a film that is shown.
func (d *Desk) format(ctx context.Context, op string, film assets.ID, name assets.FormatName) (formatted, FormatView, error) {
	f, err := assets.FormatNamed(name)
	if err != nil {
		return formatted{}, FormatView{}, err
	}
	_, v, err := d.madeVersion(ctx, op, film)
	if err != nil {
		return formatted{}, FormatView{}, err
	}
	s, err := d.formatsOf(ctx, v)
	return s, s.view(f), err
}

// length is how many seconds of film a format has.
func (s formatted) length(f assets.Format) float64 {
	if movie, _ := s.source(f); movie.Duration > 0 {
		return movie.Duration
	}
	if s.Sheet == nil {
		return 0
	}
	return s.Sheet.Duration
}

// askers are those who wait for a format.
func (s formatted) askers(name assets.FormatName) []string {
	var all []string
	for _, e := range s.events {
		switch to, of := formatMove(e, name); {
		case of && to == assets.FormatAsked:
			all = append(all, e.Actor)
		case of:
			all = nil // they were answered
		}
	}
	return all
}

// moveFormat is the event by which a format of a version goes on: what is edited is
// the format, from nothing to where it now stands.
func (d *Desk) moveFormat(v assets.Version, f assets.Format, to assets.FormatState, actor, note string) assets.Event {
	after, err := json.Marshal(to)
	if err != nil { // it is a string
		panic(err)
	}
	return d.edit(assets.SubjectVersion, v.ID, string(v.State), actor, note, assets.Edits{string(f.Name): {Before: json.RawMessage("null"), After: after}})
}

// formatMove is where an event has brought a format; of is false for the others.
func formatMove(e assets.Event, name assets.FormatName) (to assets.FormatState, of bool) {
	edit, of := e.Edits[string(name)]
	return to, of && json.Unmarshal(edit.After, &to) == nil
}

// whenReady adds to the change by which a format is there what goes with it: the
// mails to those who asked.
func (d *Desk) whenReady(ctx context.Context, c *assets.Change, s formatted, f assets.Format, size int64) error {
	film, err := d.Catalog.Film(ctx, s.Film)
	if err != nil {
		return err
	}
	askers := s.askers(f.Name)
	if err := d.tellFormat(ctx, c, film, askers, f.Inside()); err != nil {
		return err
	}
	var people []assets.User
	for _, actor := range askers {
		u, err := d.Catalog.User(ctx, assets.ID(actor))
		switch {
		case err == nil:
			people = append(people, u)
		case assets.KindOf(err) != assets.NotFound:
			return err
		}
	}
	people = slices.CompactFunc(people, func(a, b assets.User) bool { return a.ID == b.ID })
	d.Tell(ctx, c, people, MailFormat, film.Title+" : format prêt",
		fmt.Sprintf("« %s » (V%d) est prêt : %s, %s.", film.Title, s.Number, f.Inside(), french.Weight(size)),
		"/regie/films/"+string(film.ID)+"#formats")
	return nil
}
