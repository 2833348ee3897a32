package pipeline

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

func newSealer(t *testing.T) *access.Sealer {
	t.Helper()
	key, err := access.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	s, err := access.ReadKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// photo is a small picture of a signed form.
func photo(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, 40, 60)), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// planted are names that must never lie open.
const (
	plantedName    = "Zéphirine Plantée"
	plantedParent  = "Hildegarde Semée"
	plantedContact = "0612345678"
)

// child indicates a minor in a film.
func (b *bench) child(film assets.ID) assets.Filmed {
	b.Helper()
	f, err := b.AddFilmed(b.Context(), assets.Filmed{Film: film}, ConsentForm{
		ConsentDetails: assets.ConsentDetails{Person: plantedName, Contact: plantedContact, Guardians: []assets.Signature{{Name: plantedParent, As: "mère"}}},
		Minor:          assets.Yes,
	}, "cli")
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// sign brings a photo of the form, signed by both parents and the child.
func (b *bench) sign(consent assets.ID) {
	b.Helper()
	if _, err := b.AddScan(b.Context(), consent, bytes.NewReader(photo(b.T)), ConsentForm{Signatures: 2, Own: true, Media: []assets.Medium{assets.MediumSite}}, "jri"); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) state(film assets.ID) string { b.Helper(); return b.show(film).State }

// TestConsentGate (F35, G-01, G-02): no form, no publication; the form lets it
// out; taken back, the film leaves the site.
func TestConsentGate(t *testing.T) {
	b := newBench(t)
	r := b.take("film")
	b.settle()
	seen := b.child(r.Film)
	_, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, time.Time{}, "com")
	b.fails(assets.Conflict, err)
	if got := assets.Sentence(err); !strings.Contains(got, "autorisation manquante (1 mineur)") {
		t.Error(got)
	}
	b.sign(seen.Consent)
	if _, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, time.Time{}, "com"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if b.state(r.Film) != "published" || len(b.channel.public) != 1 {
		t.Fatalf("%s, %v", b.state(r.Film), b.channel.public)
	}
	films, err := b.WithdrawConsent(t.Context(), seen.Consent, "image")
	if err != nil || len(films) != 1 || len(films[0].Publications) != 0 { // in the same request
		t.Fatalf("%+v, %v", films, err)
	}
	if b.state(r.Film) != "withdrawn" || len(b.channel.public) != 0 {
		t.Errorf("still there: %s, %v", b.state(r.Film), b.channel.public)
	}
	_, err = b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, time.Time{}, "com")
	b.fails(assets.Conflict, err)
}

// TestConsentWhileScheduled (G-02): what is planned is looked at again when it
// goes out, and so is what is made anew.
func TestConsentWhileScheduled(t *testing.T) {
	b := newBench(t)
	r := b.take("film")
	b.settle()
	if _, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, b.clock.Now().Add(time.Hour), "com"); err != nil {
		t.Fatal(err)
	}
	seen := b.child(r.Film)
	b.clock.Advance(2 * time.Hour)
	b.settle()
	if p := b.show(r.Film).Publications[0]; p.State != assets.PublicationFailed || len(b.channel.public) != 0 {
		t.Fatalf("it went out: %+v", p)
	}
	b.sign(seen.Consent)
	if _, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, time.Time{}, "com"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if err := b.MarkScan(t.Context(), seen.Consent, 1, true, "image"); err != nil {
		t.Fatal(err)
	}
	if len(b.channel.public) != 1 {
		t.Fatal("a form to be photographed again takes nothing down")
	}
	b.maker.generation++
	if err := b.Remake(t.Context(), r.Film, "com"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if len(b.channel.public) != 0 {
		t.Errorf("made anew, it stays: %+v", b.show(r.Film).Publications)
	}
}

// TestConsentRunsOut (I-01): when an authorisation ends the film leaves the
// site by itself.
func TestConsentRunsOut(t *testing.T) {
	b := newBench(t)
	r := b.take("film")
	seen := b.child(r.Film)
	b.sign(seen.Consent)
	b.settle()
	if _, err := b.PublishApproving(t.Context(), r.Film, []assets.Channel{assets.ChannelSite}, time.Time{}, "com"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		b.settle()
		if err := b.SweepClearance(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if b.settle(); len(b.channel.public) != 1 {
		t.Fatal("it left too early")
	}
	b.clock.Advance(6 * 366 * 24 * time.Hour)
	if err := b.SweepClearance(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.settle(); len(b.channel.public) != 0 {
		t.Error("it stays beyond its authorisation")
	}
}

// TestWaive: the responsable image alone passes over, with a reason, and only
// what was wanting then.
func TestWaive(t *testing.T) {
	b := newBench(t)
	r := b.take("film")
	b.settle()
	seen := b.child(r.Film)
	image := assets.User{ID: "img", Role: assets.RoleImage}
	b.fails(assets.Forbidden, b.Waive(t.Context(), r.Film, assets.MediumSite, "Foule.", assets.User{ID: "com", Role: assets.RoleCommunication}))
	b.fails(assets.Invalid, b.Waive(t.Context(), r.Film, assets.MediumSite, " ", image))
	if err := b.Waive(t.Context(), r.Film, assets.MediumSite, "Image de foule.", image); err != nil {
		t.Fatal(err)
	}
	c, err := b.Clearance(t.Context(), r.Film, assets.MediumSite)
	if err != nil || c.Light != assets.Orange || c.People[0].Waived != "Image de foule." {
		t.Fatalf("%+v, %v", c, err)
	}
	if c, err = b.Clearance(t.Context(), r.Film, assets.MediumNetworks); err != nil || c.Light != assets.Red {
		t.Errorf("elsewhere, too: %+v, %v", c, err)
	}
	b.fails(assets.Conflict, b.Waive(t.Context(), r.Film, assets.MediumSite, "Encore.", image))
	if _, err := b.RefuseConsent(t.Context(), seen.Consent, "image"); err != nil {
		t.Fatal(err)
	}
	if c, err = b.Clearance(t.Context(), r.Film, assets.MediumSite); err != nil || c.Light != assets.Red {
		t.Errorf("a refusal that came later is passed over: %+v, %v", c, err)
	}
	events, err := b.Catalog.Events(t.Context(), r.Film)
	if err != nil || !slices.ContainsFunc(events, func(e assets.Event) bool { return e.Actor == "img" && strings.Contains(e.Note, "Image de foule.") }) {
		t.Errorf("the log does not know: %+v, %v", events, err)
	}
}

// TestFilmedUndone: who was taken off a sujet by mistake comes back.
func TestFilmedUndone(t *testing.T) {
	b := newBench(t)
	r := b.take("film")
	seen := b.child(r.Film)
	batch, err := b.RemoveFilmed(t.Context(), seen.ID, "img")
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.EditFilmed(t.Context(), seen.ID, nil, true, "img")
	b.fails(assets.NotFound, err)
	for _, want := range []int{0, 1} {
		c, err := b.Clearance(t.Context(), r.Film, assets.MediumSite)
		if err != nil || len(c.People) != want {
			t.Fatalf("%+v, %v", c, err)
		}
		if want == 0 {
			if _, err := b.Undo(t.Context(), batch, assets.User{ID: "img"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := b.EditFilmed(t.Context(), seen.ID, []assets.Span{{Start: 1, End: 2}}, true, "img"); err != nil {
		t.Fatal(err)
	}
	if c, err := b.Clearance(t.Context(), r.Film, assets.MediumSite); err != nil || c.Light != assets.Green {
		t.Errorf("blurred: %+v, %v", c, err)
	}
}

// TestErase (G-05, I-24): of a person who is erased only the fact is left.
func TestErase(t *testing.T) {
	b := newBench(t)
	r := b.take("film")
	seen := b.child(r.Film)
	b.sign(seen.Consent)
	if _, err := b.ErasePerson(t.Context(), seen.Consent, "adm"); err != nil {
		t.Fatal(err)
	}
	c, err := b.Catalog.Consent(t.Context(), seen.Consent)
	if err != nil || c.State != assets.ConsentWithdrawn || !Erased(c) || len(c.Scans) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	for blob, err := range b.Blobs.List(t.Context(), consentsFolder) {
		t.Errorf("left: %v, %v", blob.Key, err)
	}
	if details, err := b.Details(c); err != nil || details.Person != "" {
		t.Errorf("%+v, %v", details, err)
	}
	_, err = b.AddScan(t.Context(), seen.Consent, bytes.NewReader(photo(t)), ConsentForm{}, "jri")
	b.fails(assets.Conflict, err)
}

// TestNothingLiesOpen (W-14): no name, contact or picture can be found in the
// database or on storage.
func TestNothingLiesOpen(t *testing.T) {
	b := newBench(t)
	r := b.take("film")
	seen := b.child(r.Film)
	b.sign(seen.Consent)
	if err := b.EditConsent(t.Context(), seen.Consent, ConsentForm{
		ConsentDetails: assets.ConsentDetails{Person: plantedName, Contact: plantedContact, Note: plantedParent}, Minor: assets.No, Signatures: 1, Media: Media(),
	}, "image"); err != nil {
		t.Fatal(err)
	}
	c, err := b.Catalog.Consent(t.Context(), seen.Consent)
	if err != nil {
		t.Fatal(err)
	}
	if details, err := b.Details(c); err != nil || details.Person != plantedName || details.Note != plantedParent {
		t.Fatalf("%+v, %v", details, err)
	}
	if _, text, err := b.Scan(t.Context(), c.ID, 1); err != nil || !bytes.Equal(text, photo(t)) {
		t.Fatalf("the scan does not come back: %v", err)
	}
	looked := 0
	err = filepath.WalkDir(filepath.Dir(b.Scratch), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		looked++
		for _, planted := range [][]byte{[]byte(plantedName), []byte("Zéphirine"), []byte(plantedParent), []byte(plantedContact), photo(t)} {
			if bytes.Contains(text, planted) {
				t.Errorf("%s shows %q", path, planted[:min(len(planted), 20)])
			}
		}
		return err
	})
	if err != nil || looked < 3 {
		t.Fatalf("%d files looked through, %v", looked, err)
	}
}

// TestScanTypes (M-07, M-08): photos and PDFs are kept, by what they are; a
// bomb, a drawing or a page is not.
func TestScanTypes(t *testing.T) {
	var small bytes.Buffer
	if err := png.Encode(&small, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	bomb := bytes.Clone(small.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 30000)
	binary.BigEndian.PutUint32(bomb[20:], 30000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	for name, x := range map[string]struct{ text, want string }{
		"jpeg":              {string(photo(t)), "image/jpeg"},
		"png":               {small.String(), "image/png"},
		"pdf":               {"%PDF-1.7\n…", "application/pdf"},
		"bomb":              {string(bomb), ""},
		"svg":               {`<svg xmlns="http://www.w3.org/2000/svg"/>`, ""},
		"html":              {"<!doctype html><script>alert(1)</script>", ""},
		"gif":               {"GIF89a\x01\x00\x01\x00", ""},
		"a jpeg head alone": {"\xff\xd8\xff\xe0", ""},
		"nothing":           {"", ""},
	} {
		got, err := scanType([]byte(x.text))
		if got != x.want || (err == nil) != (x.want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	b := newBench(t)
	seen := b.child(b.take("film").Film)
	_, err := b.AddScan(t.Context(), seen.Consent, bytes.NewReader(make([]byte, ScanLimit+1)), ConsentForm{}, "jri")
	b.fails(assets.Invalid, err)
	for blob := range b.Blobs.List(t.Context(), consentsFolder) {
		t.Errorf("kept: %v", blob.Key)
	}
}
