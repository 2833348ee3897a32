package pipeline

import (
	"slices"
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
)

func (b *bench) format(film assets.ID, name assets.FormatName) FormatView {
	b.Helper()
	w, err := b.OneFormat(b.Context(), film, name)
	if err != nil {
		b.Fatal(err)
	}
	return w
}

func (b *bench) want(film assets.ID, name assets.FormatName, actor string) FormatView {
	b.Helper()
	w, err := b.AskFormat(b.Context(), film, name, actor)
	if err != nil {
		b.Fatal(err)
	}
	return w
}

// mailsTo are the subjects of the mails that a person has got.
func (b *bench) mailsTo(u assets.User) (subjects []string) {
	b.Helper()
	all, err := b.Catalog.Mails(b.Context(), "", 100)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range all {
		if m.User == u.ID && m.Kind == MailFormat {
			subjects = append(subjects, m.Subject)
		}
	}
	return subjects
}

// TestFormatOnDemand: asked for twice, by two people, it is made once, and each
// gets one mail; asked for again it is there.
func TestFormatOnDemand(t *testing.T) {
	b := newBench(t)
	one, two := b.hire("Une monteuse", assets.RoleMonteur), b.hire("Une chargée de communication", assets.RoleCommunication)
	film := b.take("film").Film
	_, err := b.AskFormat(t.Context(), film, assets.FormatPAD, string(one.ID))
	b.fails(assets.Conflict, err) // not made yet
	b.settle()
	if w := b.format(film, assets.FormatPAD); w.State != assets.FormatAbsent || !w.Able {
		t.Errorf("before: %+v", w)
	}
	b.want(film, assets.FormatPAD, string(one.ID))
	b.want(film, assets.FormatPAD, string(one.ID))
	if w := b.want(film, assets.FormatPAD, string(two.ID)); w.State != assets.FormatAsked {
		t.Errorf("asked for: %+v", w)
	}
	b.settle()
	w := b.format(film, assets.FormatPAD)
	if w.State != assets.FormatReady || w.Size == 0 || w.File != "pad-tv.mp4" || b.maker.reshaped != 1 {
		t.Errorf("ready: %+v, made %d times", w, b.maker.reshaped)
	}
	if f, err := b.VersionFile(t.Context(), film, 1, w.File); err != nil || f.SHA256 != w.SHA256 {
		t.Errorf("its file: %+v %v", f, err)
	}
	b.want(film, assets.FormatPAD, string(one.ID))
	b.settle()
	if b.maker.reshaped != 1 {
		t.Error("what is there was made again")
	}
	for _, u := range []assets.User{one, two} {
		if got := b.mailsTo(u); len(got) != 1 || !strings.Contains(got[0], "format prêt") {
			t.Errorf("%s got %q", u.Name, got)
		}
	}
}

// TestFormatsAreKeptByRecipe: a film that is made again keeps them; a new version
// has its own; other captions make another projection, and nothing else.
func TestFormatsAreKeptByRecipe(t *testing.T) {
	b := newBench(t)
	film := b.take("film").Film
	b.settle()
	captions := func(text string, reviewed bool) {
		t.Helper()
		err := b.SaveTrack(t.Context(), assets.Track{Film: film, Kind: assets.TrackCaptions, Language: "fr", Reviewed: reviewed, Cues: []assets.Cue{{Start: 0, End: 1, Text: text}}}, "cli")
		if err != nil {
			t.Fatal(err)
		}
	}
	b.want(film, assets.FormatPAD, "cli")
	b.want(film, assets.FormatProjection, "cli")
	b.settle()
	plain := b.format(film, assets.FormatProjection)
	captions("Bonjour.", false)
	if w := b.format(film, assets.FormatProjection); w.State != assets.FormatReady {
		t.Error("captions that nobody has read are burnt in")
	}
	captions("Bonsoir.", true)
	if w := b.format(film, assets.FormatProjection); w.State != assets.FormatAbsent {
		t.Errorf("with other captions: %+v", w)
	}
	b.want(film, assets.FormatProjection, "cli")
	b.settle()
	if w := b.format(film, assets.FormatProjection); w.State != assets.FormatReady || w.SHA256 == plain.SHA256 {
		t.Errorf("with captions: %+v", w)
	}
	b.maker.generation++
	if err := b.Remake(t.Context(), film, "cli"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	made := b.maker.reshaped
	for _, name := range []assets.FormatName{assets.FormatPAD, assets.FormatProjection} {
		if w := b.format(film, name); w.State != assets.FormatReady {
			t.Errorf("made again: %+v", w)
		}
		if _, err := b.VersionFile(t.Context(), film, 1, b.format(film, name).File); err != nil {
			t.Error(err)
		}
	}
	if _, err := b.AddVersion(t.Context(), film, Arrival{Name: "v2.mp4", Bytes: strings.NewReader("another cut"), Actor: "cli"}); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if w := b.format(film, assets.FormatPAD); w.State != assets.FormatAbsent || w.Version != 2 || b.maker.reshaped != made {
		t.Errorf("V2: %+v", w)
	}
}

// TestFormatThatFailsOrIsStopped: its reason is told, and it can be asked for
// again; stopped, it is not made.
func TestFormatThatFailsOrIsStopped(t *testing.T) {
	b := newBench(t)
	film := b.take("film").Film
	b.settle()
	b.maker.refuse = &assets.Error{Kind: assets.Invalid, Op: "test", Msg: "Le fichier s'arrête en route."}
	b.want(film, "film-9x16", "cli")
	b.settle()
	if w := b.format(film, "film-9x16"); w.State != assets.FormatFailed || w.Reason != "Le fichier s'arrête en route." {
		t.Errorf("failed: %+v", w)
	}
	b.maker.refuse = nil
	b.want(film, "film-9x16", "cli")
	if w, err := b.StopFormat(t.Context(), film, "film-9x16", "cli"); err != nil || w.State != assets.FormatStopped {
		t.Errorf("stopped: %+v %v", w, err)
	}
	made := b.maker.reshaped
	b.settle()
	if w := b.format(film, "film-9x16"); w.State != assets.FormatStopped || b.maker.reshaped != made {
		t.Errorf("stopped: %+v", w)
	}
	_, err := b.StopFormat(t.Context(), film, "film-9x16", "cli")
	b.fails(assets.Conflict, err)
	b.want(film, "film-9x16", "cli")
	b.settle()
	if w := b.format(film, "film-9x16"); w.State != assets.FormatReady {
		t.Errorf("asked for again: %+v", w)
	}
	_, err = b.AskFormat(t.Context(), film, "betacam", "cli")
	b.fails(assets.NotFound, err)
}

// TestFormatsAreTold: all are there in their order, each once.
func TestFormatsAreTold(t *testing.T) {
	b := newBench(t)
	film := b.take("film").Film
	b.settle()
	all, err := b.Formats(t.Context(), film)
	if err != nil || len(all) != len(assets.Formats()) {
		t.Fatalf("%d formats, %v", len(all), err)
	}
	var names []assets.FormatName
	for i, w := range all {
		if w.Name != assets.Formats()[i].Name || w.Use == "" || w.Kind == "" || slices.Contains(names, w.Name) {
			t.Errorf("%+v", w)
		}
		names = append(names, w.Name)
	}
}
