package pipeline

import (
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// version brings one more master of a film.
func (b *bench) version(film assets.ID, text string) Received {
	b.Helper()
	r, err := b.AddVersion(b.Context(), film, Arrival{Name: "pad.mov", Bytes: strings.NewReader(text), Actor: "cli"})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// approvals are the states of the BATs of a film, « V1 void, V2 given ».
func (b *bench) approvals(film assets.ID) string {
	b.Helper()
	all, err := b.Catalog.Approvals(b.Context(), film)
	if err != nil {
		b.Fatal(err)
	}
	var said []string
	for _, a := range all {
		said = append(said, "V"+string(rune('0'+a.Number))+" "+string(a.State))
	}
	return strings.Join(said, ", ")
}

// onSite are the master bytes that the channel shows of a film; "" for none.
func (b *bench) onSite(film assets.ID) string {
	b.Helper()
	for _, r := range b.channel.public {
		if r.Film.ID == film {
			return string(r.Version.Master)
		}
	}
	return ""
}

func (b *bench) ask(film assets.ID, actor string) assets.Approval {
	b.Helper()
	a, err := b.AskApproval(b.Context(), film, actor)
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// TestVersions (F16): a new version takes its place once it is whole, and the BAT
// of the one before it ends.
func TestVersions(t *testing.T) {
	b := newBench(t)
	image := string(b.hire("Claude", assets.RoleImage).ID)
	r := b.take("one")
	b.settle()
	if again := b.version(r.Film, "one"); !again.Already || again.Version != 1 {
		t.Errorf("the same bytes: %+v", again)
	}
	a := b.ask(r.Film, "cli")
	if again := b.ask(r.Film, "cli"); again.ID != a.ID {
		t.Error("asked twice, two BATs")
	}
	if _, err := b.Approve(t.Context(), a.ID, "", image); err != nil {
		t.Fatal(err)
	}
	if f := b.film(r.Film); f.State != assets.FilmApproved {
		t.Errorf("film %s", f.State)
	}

	b.maker.verdict, b.maker.when = assets.SheetIncomplete, "inspect"
	b.version(r.Film, "cut off")
	b.settle()
	if v := b.show(r.Film); v.Version != 1 || v.State != "approved" || b.approvals(r.Film) != "V1 given" {
		t.Errorf("after a refused file: V%d, %s, %s", v.Version, v.State, b.approvals(r.Film))
	}

	b.maker.verdict = ""
	if got := b.version(r.Film, "three"); got.Version != 3 || got.Film != r.Film {
		t.Errorf("%+v", got)
	}
	b.settle()
	if v := b.show(r.Film); v.Version != 3 || v.State != "ready" || b.approvals(r.Film) != "V1 void" {
		t.Errorf("after V3: V%d, %s, %s", v.Version, v.State, b.approvals(r.Film))
	}
	events, err := b.Catalog.Events(t.Context(), a.ID)
	if err != nil || events[len(events)-1].Note != "Le BAT portait sur V1." {
		t.Errorf("%+v %v", events, err)
	}
	_, err = b.Approve(t.Context(), a.ID, "", image)
	b.fails(assets.Conflict, err)
}

func TestRefusedBAT(t *testing.T) {
	b := newBench(t)
	image, editor := string(b.hire("Claude", assets.RoleImage).ID), string(b.hire("Dominique", assets.RoleMonteur).ID)
	r := b.take("one")
	_, err := b.AskApproval(t.Context(), r.Film, editor)
	b.fails(assets.Conflict, err) // it is not whole yet
	b.settle()
	a := b.ask(r.Film, editor)
	_, err = b.Refuse(t.Context(), a.ID, " ", image)
	b.fails(assets.Invalid, err)
	_, err = b.Approve(t.Context(), a.ID, "", editor)
	b.fails(assets.Forbidden, err)
	if a, err = b.Refuse(t.Context(), a.ID, "Le générique manque.", image); err != nil || a.State != assets.ApprovalRefused || a.Name == "" {
		t.Fatalf("%+v %v", a, err)
	}
	if v := b.show(r.Film); v.State != "editing" {
		t.Errorf("film %s", v.State)
	}
	mails, err := b.Catalog.Mails(t.Context(), "", 10)
	if err != nil || len(mails) != 2 || mails[1].Subject != "À valider : « before zik zac » V1 (3 s)" || mails[0].Subject != "BAT refusé par le responsable image : V1" {
		t.Errorf("%+v %v", mails, err)
	}
	if err := b.Remake(t.Context(), r.Film, editor); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if v := b.show(r.Film); v.State != "editing" {
		t.Errorf("made again, a refused version is %s", v.State)
	}
	again := b.ask(r.Film, editor)
	if err := b.Catalog.Apply(t.Context(), assets.Change{Notes: []assets.Note{{
		ID: b.NewID(), On: assets.SubjectVersion, Subject: again.Version, Film: r.Film, Name: "x", Text: "trop long", CreatedAt: b.Now(),
	}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Refuse(t.Context(), again.ID, "", image); err != nil {
		t.Errorf("with a note on the picture: %v", err)
	}
}

// TestPublicStaysApproved lets a new version arrive under a film that is public:
// the public copy follows the BAT, never the upload.
func TestPublicStaysApproved(t *testing.T) {
	b := newBench(t)
	site := []assets.Channel{assets.ChannelSite}
	r := b.take("one")
	b.settle()
	_, err := b.Publish(t.Context(), r.Film, site, time.Time{}, "cli")
	b.fails(assets.Conflict, err)
	if _, err := b.ApproveNow(t.Context(), r.Film, "", "cli"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Publish(t.Context(), r.Film, site, time.Time{}, "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	one := b.onSite(r.Film)
	b.version(r.Film, "two")
	b.settle()
	b.maker.generation++
	if err := b.Remake(t.Context(), r.Film, "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if b.onSite(r.Film) != one || one == "" {
		t.Errorf("an upload went public")
	}
	a := b.ask(r.Film, "cli")
	if a, err = b.Approve(t.Context(), a.ID, "", "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if got := b.onSite(r.Film); got == one || got == "" {
		t.Errorf("V2 has the BAT, %q is public", got)
	}
	_, err = b.TakeBack(t.Context(), a.ID, "cli")
	b.fails(assets.Conflict, err) // it is public by it
}

// TestScheduledWaits plans V1 and brings V2 meanwhile: nothing goes out until
// V2 has its BAT.
func TestScheduledWaits(t *testing.T) {
	b := newBench(t)
	r := b.take("one")
	b.settle()
	if _, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, b.Now().Add(time.Hour), "cli"); err != nil {
		t.Fatal(err)
	}
	b.version(r.Film, "two")
	b.settle()
	b.clock.Advance(2 * time.Hour)
	b.settle()
	if v := b.show(r.Film); len(b.channel.public) != 0 || v.State != "ready" || v.Publications[0].State != assets.PublicationScheduled {
		t.Errorf("%d public, %s, %+v", len(b.channel.public), v.State, v.Publications)
	}
	if _, err := b.ApproveNow(t.Context(), r.Film, "", "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if v := b.show(r.Film); v.State != "published" || b.channel.published != 1 {
		t.Errorf("%s, published %d times", v.State, b.channel.published)
	}
}

// TestFilmWithoutVersion: a film is there from its sujet on, long before it can be
// seen.
func TestFilmWithoutVersion(t *testing.T) {
	b := newBench(t)
	f := assets.Film{ID: b.NewID(), Slug: "idee", Title: "Une idée", CreatedAt: b.Now(), UpdatedAt: b.Now()}
	if err := b.Catalog.Apply(t.Context(), assets.Change{Films: []assets.Film{f}, Events: []assets.Event{b.event(assets.SubjectFilm, f.ID, "", "idea", "cli", "")}}); err != nil {
		t.Fatal(err)
	}
	if v := b.show(f.ID); v.State != "idea" || v.Version != 0 {
		t.Errorf("%+v", v)
	}
	b.fails(assets.Conflict, b.Remake(t.Context(), f.ID, "cli"))
	b.fails(assets.Conflict, b.Cancel(t.Context(), f.ID, "cli"))
	_, err := b.AskApproval(t.Context(), f.ID, "cli")
	b.fails(assets.Conflict, err)
	_, err = b.PublishApproving(t.Context(), f.ID, []assets.Channel{assets.ChannelSite}, time.Time{}, "cli")
	b.fails(assets.Conflict, err)
	b.version(f.ID, "one")
	if v := b.show(f.ID); v.State != "received" || v.Version != 1 {
		t.Errorf("with its first version: %s, V%d", v.State, v.Version)
	}
	b.settle()
	if v := b.show(f.ID); v.State != "ready" {
		t.Errorf("%s", v.State)
	}
}
