package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
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
	"anonymal.tv/regie/configs"
	"anonymal.tv/regie/pipeline"
)

// exhibit is the house of the storybook at rest, with records of every kind: of
// those who are shown in it, of somebody else, and closed ones.
type exhibit struct {
	data   string
	people map[assets.UserRole]assets.User
	other  assets.User // a JRI who has nothing to do with them
	// ids are records by their kind and whose they are: "film own", "film others",
	// "sujet closed"; "note own jri" where each person has theirs.
	ids map[string]string
}

// openExhibit makes it, from real clips.
func openExhibit(t *testing.T) *exhibit {
	t.Helper()
	e := &exhibit{data: filepath.Join(t.TempDir(), "exhibit"), ids: map[string]string{}}
	cfg := configs.Default()
	cfg.Data, cfg.Listen = e.data, "127.0.0.1:0"
	a := &app{ctx: t.Context(), cfg: cfg, out: &output{stdout: io.Discard, stderr: t.Output()}}
	good := filepath.Join(clips(t), "good")
	demo := demoCmd{Film: filepath.Join(good, "odd-asp-mp3-960x400-4s.avi")}
	err := demo.exhibit(a, "", func(ctx context.Context, h *house, film string, stop func()) error {
		defer stop()
		s := &stage{house: h, app: a, ctx: ctx, people: map[assets.UserRole]assets.User{}}
		if err := s.show(film, filepath.Join(good, "odd-gamma22-tags-1s.mp4"), []string{filepath.Join(good, "cam-sign-bird-fullrange-2s.mkv")}); err != nil {
			return err
		}
		e.people = s.people
		return e.reviewed(s)
	})
	if err != nil {
		t.Fatal(err)
	}
	h := openHouse(t, e.data)
	for _, plant := range []func(context.Context, *house) error{e.plantOwn, e.plantOthers, e.plantClosed, e.plantEach} {
		if err := plant(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	return e
}

// reviewed names the film, which has two versions, and the BAT that is asked for.
func (e *exhibit) reviewed(s *stage) error {
	asked, err := s.catalog.OpenApprovals(s.ctx, 10)
	if err != nil || len(asked) != 1 {
		return fmt.Errorf("%d BAT are asked for, %w", len(asked), err)
	}
	e.ids["film own"], e.ids["approval own"] = string(asked[0].Film), string(asked[0].ID)
	return nil
}

// plantOwn names what the storybook shows, and fills what it leaves empty.
func (e *exhibit) plantOwn(ctx context.Context, h *house) error {
	film, err := h.catalog.Film(ctx, assets.ID(e.ids["film own"]))
	if err != nil {
		return err
	}
	sujets, err1 := h.catalog.Sujets(ctx, assets.SujetFilter{Crew: e.people[assets.RoleJRI].ID, Dossier: "zik-zac-2018"})
	rushes, err2 := h.catalog.Rushes(ctx, assets.RushFilter{})
	selections, err3 := h.catalog.Selections(ctx, "", "")
	seen, err4 := h.catalog.Filmed(ctx, assets.FilmedFilter{Film: film.ID})
	mails, err5 := h.catalog.Mails(ctx, "", 1)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return err
	}
	film.Sujet = sujets[0].ID // the film is the crew's, too
	e.ids["member own"] = string(e.people[assets.RoleJRI].ID)
	e.ids["sujet own"], e.ids["rush own"], e.ids["selection own"] = string(sujets[0].ID), string(rushes[0].ID), string(selections[0].ID)
	e.ids["consent own"], e.ids["filmed own"], e.ids["mail own"] = string(seen[0].Consent), string(seen[0].ID), string(mails[0].ID)
	hooks, err := h.catalog.Webhooks(ctx)
	if err != nil {
		return err
	}
	e.ids["webhook own"] = string(hooks[0].ID)
	byHand, err := h.catalog.Publications(ctx, assets.PublicationFilter{State: assets.PublicationAssisted})
	if err != nil {
		return err
	}
	e.ids["publication own"] = string(byHand[0].ID)
	links, err := h.desk.Links(ctx, pipeline.LinkFilter{Film: &film, State: assets.DeliveryOpen})
	if err != nil {
		return err
	}
	e.ids["delivery own"] = string(links[0].ID)
	proxies, err1 := h.catalog.Proxies(ctx, rushes[0].ID)
	versions, err2 := h.catalog.Versions(ctx, film.ID)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	made, err1 := h.catalog.Renditions(ctx, versions[0].ID)
	e.ids["file rush"], e.ids["file version"] = pipeline.FileOf(proxies[0].Key), pipeline.FileOf(made[0].Key)
	var paper bytes.Buffer
	err2 = jpeg.Encode(&paper, image.NewGray(image.Rect(0, 0, 60, 80)), nil)
	_, err3 = h.desk.AddScan(ctx, seen[0].Consent, &paper, pipeline.ConsentForm{}, "cli")
	err4 = h.desk.SaveTrack(ctx, assets.Track{Film: film.ID, Kind: assets.TrackChapters, Language: "fr", Cues: []assets.Cue{{Text: "Début"}}}, "cli")
	err5 = h.catalog.Apply(ctx, assets.Change{Films: []assets.Film{film}, Events: []assets.Event{{
		ID: newID(), Kind: assets.SubjectFilm, Subject: film.ID, From: string(film.State), To: string(film.State), Actor: "cli", At: h.now(),
	}}})
	return errors.Join(err1, err2, err3, err4, err5)
}

// plantOthers makes what none of the people of the storybook has to do with.
func (e *exhibit) plantOthers(ctx context.Context, h *house) (err error) {
	if e.other, err = h.desk.Hire(ctx, assets.User{Name: "Un autre JRI", Mail: "autre@example.org", Role: assets.RoleJRI}, "cli"); err != nil {
		return err
	}
	x, err := h.desk.CreateSujet(ctx, assets.Sujet{Title: "Le sujet des autres", Crew: []assets.ID{e.other.ID}}, "cli")
	if err != nil {
		return err
	}
	received, err1 := h.desk.Ingest(ctx, pipeline.Arrival{
		Name: "autre.mp4", Bytes: strings.NewReader("not looked at yet"), Kind: assets.KindRush, Sujet: x.ID, Owner: e.other.ID, Actor: string(e.other.ID),
	})
	selection, err2 := h.desk.NewSelection(ctx, "Le choix des autres", x.ID, []assets.Clip{{Rush: received.Rush}}, e.other)
	seen, err3 := h.desk.AddFilmed(ctx, assets.Filmed{Sujet: x.ID}, pipeline.ConsentForm{ConsentDetails: assets.ConsentDetails{Person: "Quelqu'un d'autre"}, Minor: assets.No}, "cli")
	e.ids["sujet others"], e.ids["film others"], e.ids["rush others"] = string(x.ID), string(x.Film), string(received.Rush)
	e.ids["selection others"], e.ids["consent others"], e.ids["filmed others"] = string(selection.ID), string(seen.Consent), string(seen.ID)
	e.ids["user others"] = string(e.other.ID)
	return errors.Join(err1, err2, err3, e.plantOf(ctx, h, e.other, "others"))
}

// plantClosed closes a sujet of everybody, and puts its film into the archive.
func (e *exhibit) plantClosed(ctx context.Context, h *house) error {
	var crew []assets.ID
	for _, u := range e.people {
		crew = append(crew, u.ID)
	}
	x, err := h.desk.CreateSujet(ctx, assets.Sujet{Title: "Le sujet fini", Crew: crew}, "cli")
	if err != nil {
		return err
	}
	e.ids["sujet closed"], e.ids["film closed"] = string(x.ID), string(x.Film)
	err1 := h.catalog.Apply(ctx, assets.Change{Events: []assets.Event{{
		ID: newID(), Kind: assets.SubjectFilm, Subject: x.Film, From: string(assets.FilmIdea), To: string(assets.FilmArchived), Actor: "cli", At: h.now(),
	}}})
	return errors.Join(err1, h.desk.CloseSujet(ctx, x.ID, "cli"))
}

// plantEach gives each person what belongs to one person only.
func (e *exhibit) plantEach(ctx context.Context, h *house) error {
	for role, u := range e.people {
		if err := e.plantOf(ctx, h, u, "own "+string(role)); err != nil {
			return err
		}
	}
	return nil
}

func (e *exhibit) plantOf(ctx context.Context, h *house, u assets.User, whose string) error {
	rush := assets.ID(e.ids["rush own"])
	note, err1 := h.desk.AddNote(ctx, assets.Note{On: assets.SubjectRush, Subject: rush, Frame: 1, Until: 1, Text: "À garder."}, u)
	transfer, err2 := h.desk.OpenTransfer(ctx, u, assets.Transfer{Kind: assets.KindRush})
	_, err3 := h.desk.Announce(ctx, transfer.ID, []pipeline.Announced{{Name: "plan.mp4", Size: 5, Print: strings.Repeat("0", 64), Modified: h.now()}})
	uploads, err4 := h.catalog.Uploads(ctx, assets.UploadFilter{Transfer: transfer.ID})
	err5 := h.desk.SaveSearch(ctx, "À voir", "/regie/rushes?q=zik", u)
	searches, err6 := h.catalog.SavedSearches(ctx, u.ID)
	place := "Devant la mairie de " + whose
	batch, _, err7 := h.desk.EditRushes(ctx, []assets.ID{rush}, pipeline.RushEdit{Place: &place}, u)
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil || len(uploads) == 0 || len(searches) == 0 {
		return fmt.Errorf("%d uploads, %d searches, %w", len(uploads), len(searches), err)
	}
	for kind, id := range map[string]assets.ID{
		"note": note.ID, "transfer": transfer.ID, "upload": uploads[0].ID, "search": searches[0].ID, "batch": batch, "user": u.ID,
	} {
		e.ids[kind+" "+whose] = string(id)
	}
	return os.WriteFile(h.desk.UploadPath(uploads[0].ID), nil, 0o600)
}

// id is a record of a kind, as the person of that role sees it: "own", "others",
// "closed" or "unknown"; "" where there is none such.
func (e *exhibit) id(kind, whose string, role assets.UserRole) string {
	if whose == "unknown" {
		return "01jrjrjrjrjrjrjrjrjrjrjrjr"
	}
	if own := e.ids[kind+" "+whose+" "+string(role)]; own != "" {
		return own
	}
	return e.ids[kind+" "+whose]
}

// smtpSecret is the password of a server of mails that is never there.
const smtpSecret = "SMTP7SECRET7NOBODY7READS"

// visit is a copy of the exhibit with its rooms open, and everybody in them.
type visit struct {
	*testing.T
	*exhibit
	house   *house
	front   http.Handler
	cookies map[assets.UserRole]string
	logs    *logbook
}

// logbook keeps what the house logs, in JSON and down to the last detail.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

// lines are the lines so far.
func (l *logbook) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(strings.Lines(l.text.String()))
}

// open opens the rooms of a copy; what happens there stays there.
func (e *exhibit) open(t *testing.T) *visit {
	t.Helper()
	data := t.TempDir()
	if err := copyHouse(e.data, data); err != nil {
		t.Fatal(err)
	}
	v := &visit{T: t, exhibit: e, cookies: map[assets.UserRole]string{}, logs: &logbook{}}
	cfg, err := configs.Load(configs.Sources{Flags: map[string]string{"data": data}, Env: []string{
		"REGIE_LOG_LEVEL=debug", "REGIE_LOG_FORMAT=json", "REGIE_MAIL_FROM=regie@example.org", "REGIE_MAIL_SMTP_URL=smtp://regie:" + smtpSecret + "@127.0.0.1:1",
		"REGIE_CHANNELS_NEWSLETTER_KIND=smtp", "REGIE_CHANNELS_NEWSLETTER_FROM=lettre@example.org", "REGIE_CHANNELS_NEWSLETTER_SMTP_URL=smtp://regie:" + smtpSecret + "@127.0.0.1:1",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if v.house, err = open(t.Context(), cfg, v.logs); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.house.Close() })
	rooms, err := v.house.openRooms(nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.front, err = rooms.handler(); err != nil {
		t.Fatal(err)
	}
	for role, u := range e.people {
		key, err := v.house.desk.Invite(t.Context(), u.ID, assets.KeyInvite, time.Hour, "cli")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range v.ask("", http.MethodPost, "/regie/entrer/"+key.Reveal(), "", nil).Result().Cookies() {
			v.cookies[role] = c.Name + "=" + c.Value
		}
		if v.cookies[role] == "" {
			t.Fatalf("%s was not let in", role)
		}
	}
	return v
}

// copyHouse copies a data folder. Files that are never written again are linked.
func copyHouse(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		rest, _ := filepath.Rel(from, path) // below from: always
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, rest), 0o750)
		case !strings.HasPrefix(rest, "regie.db") && !strings.HasPrefix(rest, "uploads"):
			return os.Link(path, filepath.Join(to, rest))
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rest), text, 0o600)
	})
}

// ask sends one request as a person of that role; "" is nobody.
func (v *visit) ask(role assets.UserRole, method, address, kind string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, v.house.baseURL()+address, body)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if role != "" {
		r.Header.Set("Cookie", v.cookies[role])
	}
	w := httptest.NewRecorder()
	v.front.ServeHTTP(w, r)
	return w
}

// right finds a row of the table of rights.
func right(t *testing.T, route string) access.Right {
	t.Helper()
	found, known := access.Find(route)
	if !known {
		t.Fatalf("%s is not in the table", route)
	}
	return found
}
