package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/blobs"
	"anonymal.tv/regie/assets/catalog"
	"anonymal.tv/regie/internal/browser"
)

// burnt is a clip whose frames say their number: 16 squares along the top, the
// first the lowest bit, white for 1.
func burnt(t *testing.T, dir string, seconds int) string {
	t.Helper()
	name := filepath.Join(dir, fmt.Sprintf("burnt-%d.mp4", seconds))
	encode(t, "-f", "lavfi", "-i", fmt.Sprintf("color=gray:s=320x180:r=25:d=%d", seconds),
		"-vf", "format=gray,geq=lum='if(lt(Y,20),255*mod(floor(N/pow(2,floor(X/20))),2),64+mod(N,128))'",
		"-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-movflags", "+faststart", name)
	return name
}

func encode(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-v", "error", "-y"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
}

// readFrame is the number that the picture on screen says.
const readFrame = `(() => { const v = document.querySelector(".room-player video"), c = document.createElement("canvas"); c.width = 320; c.height = 180;
const x = c.getContext("2d"); x.drawImage(v, 0, 0, 320, 180); let n = 0;
for (let i = 0; i < 16; i++) if (x.getImageData(i * 20 + 10, 8, 1, 1).data[0] > 128) n |= 1 << i; return n; })()`

// rush files a clip as a rush that plays as it is, with what its page shows. The
// server is away meanwhile: it would make the proxy itself.
func (s *opened) rush(title, clip string, frames int) assets.ID {
	s.Helper()
	ctx := s.Context()
	s.stop()
	defer s.start()
	code, out, errs := outcome(s.T, s.Data, "ingest", clip, "--kind", "rush", "--title", title, "--json")
	var got assets.Rush
	if code != exitDone || json.Unmarshal([]byte(out), &got) != nil {
		s.Fatalf("ingest: %d %s%s", code, out, errs)
	}
	c, err := catalog.Open(ctx, catalog.Options{URL: "sqlite:" + filepath.Join(s.Data, "regie.db"), Now: time.Now})
	if err != nil {
		s.Fatal(err)
	}
	defer c.Close()
	disk, err := blobs.NewDisk(blobs.DiskOptions{Dir: filepath.Join(s.Data, "blobs")})
	if err != nil {
		s.Fatal(err)
	}
	defer disk.Close()
	dir := s.TempDir()
	poster, sprite := filepath.Join(dir, "poster.jpg"), filepath.Join(dir, "sprite.jpg")
	encode(s.T, "-i", clip, "-frames:v", "1", poster)
	encode(s.T, "-i", clip, "-vf", "fps=25/10,scale=160:90,tile=5x5", "-frames:v", "1", sprite)
	var made []assets.Rendition
	for role, name := range map[assets.Role]string{assets.RoleProxy: clip, assets.RolePoster: poster, assets.RoleStoryboard: sprite} {
		f, err := os.Open(name)
		if err != nil {
			s.Fatal(err)
		}
		b, err := disk.Put(ctx, "made/"+string(got.ID)+"/1/"+string(role)+filepath.Ext(name), f)
		f.Close()
		if err != nil {
			s.Fatal(err)
		}
		made = append(made, assets.Rendition{ID: newID(), Version: got.ID, Role: role, Key: b.Key, SHA256: b.SHA256, Size: b.Size, Recipe: "test", CreatedAt: time.Now()})
	}
	got.Proxy = assets.Proxy{Frames: frames, Rate: 25000}
	events := []assets.Event{{ID: newID(), Kind: assets.SubjectRush, Subject: got.ID, From: string(got.State), To: string(assets.RushReady), Actor: "cli", At: time.Now()}}
	if err := c.Apply(ctx, assets.Change{Rushes: []assets.Rush{got}, Proxies: made, Events: events, Cancel: []assets.ID{got.ID}}); err != nil {
		s.Fatal(err)
	}
	return got.ID
}

func keys(t *testing.T, tab *browser.Tab, text string) {
	t.Helper()
	if err := chromedp.Do(tab.Ctx, chromedp.KeyEvent(text)); err != nil {
		t.Fatal(err)
	}
}

func value[T any](t *testing.T, tab *browser.Tab, expression string) T {
	t.Helper()
	v, err := chromedp.Run(tab.Ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// shoot keeps what the tab looks like, for people to look at.
func shoot(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	dir := os.Getenv("REGIE_TEST_PICTURES")
	if dir == "" {
		return
	}
	for _, width := range []int64{390, 1440} {
		err := chromedp.Do(tab.Ctx, chromedp.EmulateViewport(width, 900))
		var png []byte
		if err == nil {
			png, err = chromedp.Run(tab.Ctx, chromedp.FullScreenshot(100))
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)), png, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestShuttle (F14): K stops, L plays and plays faster, J goes back, and a step
// is one picture, fifty times in a row.
func TestShuttle(t *testing.T) {
	s := openStudio(t)
	id := s.rush("Clip", burnt(t, t.TempDir(), 20), 500)
	tab := s.as(assets.RoleMonteur)
	tab.Open(t, s.URL+"/regie/rushes/"+string(id)+"?image=100")
	tab.Until(t, readFrame+` === 100`)
	for n := 101; n <= 150; n++ {
		keys(t, tab, ".")
		tab.Until(t, fmt.Sprintf(`%s === %d && document.querySelector(".room-player").dataset.frame === "%d"`, readFrame, n, n))
	}
	keys(t, tab, "l")
	tab.Until(t, `document.querySelector(".room-player").dataset.speed === "1" && `+readFrame+` > 160`)
	keys(t, tab, "l")
	tab.Until(t, `document.querySelector("video").playbackRate === 2`)
	keys(t, tab, "k")
	tab.Until(t, `document.querySelector("video").paused && String(`+readFrame+`) === document.querySelector(".room-player").dataset.frame`)
	stopped := value[int](t, tab, readFrame)
	keys(t, tab, "j")
	tab.Until(t, fmt.Sprintf(`%s < %d`, readFrame, stopped-10))
	keys(t, tab, "k")
	tab.Faults(t)
}

// TestNoteAtFrame (F15): a letter begins a note, Enter posts it where the picture
// stands, and a click from elsewhere leads back to the same picture. F31 goes
// with it: what is typed never moves the picture, and keys stay off once switched off.
func TestNoteAtFrame(t *testing.T) {
	s := openStudio(t)
	id := s.rush("Clip", burnt(t, t.TempDir(), 60), 1500)
	page := s.URL + "/regie/rushes/" + string(id)
	tab := s.as(assets.RoleMonteur)
	tab.Open(t, page+"?image=1234")
	tab.Until(t, readFrame+` === 1234`)
	keys(t, tab, "trop long jkl")
	tab.Until(t, `document.querySelector(".note-form textarea").value === "trop long jkl" && `+readFrame+` === 1234`)
	keys(t, tab, "\r")
	tab.Until(t, `document.querySelector("#notes li")?.innerText.includes("00:00:49:09") && document.querySelector("#notes li").innerText.includes("trop long")`)
	tab.Until(t, `document.querySelector(".note-form textarea").value === ""`)
	shoot(t, tab, "room")
	other := value[string](t, tab, `document.querySelector("#notes a.tc").href`)
	tab.Open(t, s.URL+"/regie/rushes")
	tab.Open(t, other)
	tab.Until(t, readFrame+` === 1234`)
	noteOnThePhone(t, tab.Beside(t, s.URL), other)

	keys(t, tab, "?")
	tab.Until(t, `location.pathname === "/regie/raccourcis" && document.body.innerText.includes("Lire en arrière")`)
	shoot(t, tab, "keys")
	value[bool](t, tab, `(document.querySelector("button[name=raccourcis]").click(), true)`)
	tab.Until(t, `"keyless" in document.body.dataset`)
	tab.Open(t, page+"?image=10")
	tab.Until(t, readFrame+` === 10`)
	keys(t, tab, ".l")
	tab.Until(t, `document.querySelector("video").paused && document.querySelector(".room-player").dataset.frame === "10"`)
	tab.Faults(t)
}

// noteOnThePhone (F15) taps a note at the picture that an address leads to.
func noteOnThePhone(t *testing.T, phone *browser.Tab, address string) {
	t.Helper()
	phone.Phone(t)
	phone.Open(t, address)
	phone.Until(t, readFrame+` === 1234`)
	phone.Until(t, `(f => { const text = f.querySelector("textarea"); text.focus(); text.value = "à garder"; text.dispatchEvent(new Event("input", {bubbles: true})); f.querySelector("button").click(); return true })(document.querySelector(".note-form"))`)
	phone.Until(t, `[...document.querySelectorAll("#notes li")].some(n => n.innerText.includes("à garder") && n.innerText.includes("00:00:49:09")) && document.documentElement.scrollWidth <= innerWidth + 1`)
	phone.Until(t, `(l => (l.click(), true))([...document.querySelectorAll("#notes li")].find(n => n.innerText.includes("à garder")).querySelector("a.tc"))`)
	phone.Until(t, readFrame+` === 1234`)
	phone.Faults(t)
}

// TestRushGrid (F13, F29): a tile is scrubbed by pointer and by key; many are
// changed at once, and get back what each had.
func TestRushGrid(t *testing.T) {
	s := openStudio(t)
	dir := t.TempDir()
	s.rush("Premier", burnt(t, dir, 10), 250)
	for i := range 20 {
		name := filepath.Join(dir, fmt.Sprintf("%d.txt", i))
		if err := os.WriteFile(name, []byte(fmt.Sprint("rush ", i)), 0o600); err != nil {
			t.Fatal(err)
		}
		territory := []string{"aix-en-provence", "gardanne"}[i%2]
		if code, out, errs := outcome(t, s.Data, "ingest", name, "--kind", "rush", "--territory", territory); code != exitDone {
			t.Fatalf("%s%s", out, errs)
		}
	}
	tab := s.as(assets.RoleMonteur)
	tab.Open(t, s.URL+"/regie/rushes?q=premier")
	tab.Until(t, `document.querySelector("[data-sprite]") !== null`)
	at := map[string]bool{}
	box := value[[]float64](t, tab, `(b => [b.left, b.top + b.height / 2, b.width])(document.querySelector("[data-sprite]").getBoundingClientRect())`)
	const position = `document.querySelector(".scrub").style.backgroundPosition`
	for _, part := range []float64{.1, .5, .9} {
		if err := chromedp.Do(tab.Ctx, chromedp.MouseEvent("mouseMoved", box[0]+box[2]*part, box[1])); err != nil {
			t.Fatal(err)
		}
		tab.Until(t, `document.querySelector(".scrub") !== null`)
		at[value[string](t, tab, position)] = true
	}
	if err := chromedp.Do(tab.Ctx, chromedp.MouseEvent("mouseMoved", 2, 2)); err != nil {
		t.Fatal(err)
	}
	tab.Until(t, `document.querySelector(".scrub") === null`)
	value[bool](t, tab, `(document.querySelector(".rushes .cover").focus(), true)`)
	for range 3 {
		keys(t, tab, kb.ArrowRight)
		at["key "+value[string](t, tab, position)] = true
	}
	if len(at) != 6 {
		t.Errorf("background positions: %v", at)
	}

	tab.Open(t, s.URL+"/regie/rushes")
	tab.Until(t, `document.querySelectorAll(".rushes .tile").length === 21`)
	shoot(t, tab, "grid")
	value[bool](t, tab, `(([a, ...rest]) => { a.click(); rest[18].dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, shiftKey: true})); return true })([...document.querySelectorAll("#choix input[name=rush]")])`)
	tab.Until(t, `document.querySelector("[data-count]").textContent.startsWith("20 rushes")`)
	shoot(t, tab, "bulk")
	quarter := value[string](t, tab, `[...document.querySelectorAll(".bulk [name=territory] option")].find(o => o.textContent.includes("Les Canourgues")).value`)
	began := time.Now()
	value[bool](t, tab, `(document.querySelector(".bulk [name=territory]").value = "`+quarter+`", document.querySelector(".bulk button:not([name])").click(), true)`)
	tab.Until(t, `document.querySelector(".flash")?.innerText.includes("20\u00a0rushes modifiés")`)
	t.Logf("20 rushes took %v", time.Since(began))
	count := func(territory string, n int) {
		t.Helper()
		tab.Open(t, s.URL+"/regie/rushes?territoire="+territory)
		tab.Until(t, fmt.Sprintf(`document.querySelectorAll(".rushes .tile").length === %d`, n))
	}
	undo := value[string](t, tab, `document.querySelector(".flash form").action`)
	count(quarter, 20)
	value[bool](t, tab, `(f => { f.method = "POST"; f.action = "`+undo+`"; document.body.append(f); f.submit(); return true })(document.createElement("form"))`)
	tab.Until(t, `document.body.innerText.includes("C’est annulé")`)
	count(quarter, 0)
	count("aix-en-provence", 10)
	count("gardanne", 10)
	shoot(t, tab, "filtered")
	tab.Faults(t)
}

// TestTakeInParts: a recording that the camera cut is gone through from part to
// part, and put into a selection whole, in its order.
func TestTakeInParts(t *testing.T) {
	s := openStudio(t)
	card := filepath.Join(t.TempDir(), "DCIM", "100GOPRO")
	if err := os.MkdirAll(card, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"GX020123.MP4", "GX010123.MP4", "GX010124.MP4"} {
		if err := os.WriteFile(filepath.Join(card, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, errs := outcome(t, s.Data, "ingest", filepath.Dir(filepath.Dir(card)), "--kind", "rush"); code != exitDone {
		t.Fatalf("%s%s", out, errs)
	}
	tab := s.as(assets.RoleMonteur)
	tab.Open(t, s.URL+"/regie/rushes?q=gx020123")
	tab.Until(t, `(a => a && (a.click(), true))(document.querySelector(".rushes .cover"))`)
	tab.Until(t, `(parts => parts.length === 2 && parts[1].ariaCurrent === "page" && (parts[0].click(), true))([...document.querySelectorAll("nav[aria-label='Parties de la prise'] a")])`)
	tab.Until(t, `document.querySelector("h1").innerText === "GX010123 (1/2)" && (document.querySelector("button[name=prise]").click(), true)`)
	tab.Until(t, `location.pathname.startsWith("/regie/selections/") && [...document.querySelectorAll(".clips b")].map(b => b.innerText).join() === "GX010123 (1/2),GX020123 (2/2)"`)
	tab.Faults(t)
}

// TestShortcuts (F31): on every page « / » leads to the search and « ? » to the
// list; in a field they are letters; switched off, they stay so.
func TestShortcuts(t *testing.T) {
	s := openStudio(t)
	tab := s.as(assets.RoleImage)
	for _, path := range []string{"/regie", "/regie/moi", "/regie/sujets", "/regie/sujets/nouveau", "/regie/rushes", "/regie/films", "/regie/dossiers", "/regie/autorisations", "/regie/selections", "/regie/deposer"} {
		tab.Open(t, s.URL+path)
		value[bool](t, tab, `(document.activeElement.blur(), true)`)
		keys(t, tab, "/jkl/?")
		tab.Until(t, `location.pathname === "`+path+`" && document.activeElement === document.querySelector(".find input") && document.activeElement.value.endsWith("jkl/?")`) // what drives the browser types the first stroke, too
	}
	value[bool](t, tab, `(document.activeElement.blur(), true)`)
	keys(t, tab, "?")
	tab.Until(t, `location.pathname === "/regie/raccourcis" && document.readyState === "complete"`)
	fill(t, tab, `button[value=non]`)
	tab.Until(t, `document.body.innerText.includes("sont coupés") && "keyless" in document.body.dataset`)
	tab.Open(t, s.URL+"/regie/films")
	keys(t, tab, "/?")
	tab.Until(t, `location.pathname === "/regie/films" && document.activeElement === document.body`)
	tab.Faults(t)
}

// TestSearch (F30): accents do not matter, a near miss is told, a kept search
// keeps its filters.
func TestSearch(t *testing.T) {
	s := openStudio(t)
	dir := t.TempDir()
	for _, title := range []string{"Journées de l'Éloquence", "Zik Zac, installation"} {
		name := filepath.Join(dir, "x.txt")
		if err := os.WriteFile(name, []byte(title), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, errs := outcome(t, s.Data, "ingest", name, "--kind", "rush", "--title", title); code != exitDone {
			t.Fatalf("%s%s", out, errs)
		}
	}
	tab := s.as(assets.RoleMonteur)
	tab.Open(t, s.URL+"/regie/dossiers")
	keys(t, tab, "/")
	tab.Until(t, `(f => { f.value = ""; return f.name === "q" })(document.activeElement)`)
	keys(t, tab, "eloquence"+kb.Enter)
	tab.Until(t, `location.search === "?q=eloquence" && document.readyState === "complete" && document.querySelector(".hits")?.innerText.includes("Éloquence")`)
	keys(t, tab, kb.ArrowDown)
	tab.Until(t, `document.activeElement.matches("a") && document.activeElement.innerText.includes("Éloquence")`)
	keys(t, tab, kb.ArrowUp)
	tab.Until(t, `document.activeElement.id === "quoi"`)
	keys(t, tab, kb.ArrowDown+kb.Enter)
	tab.Until(t, `location.pathname.startsWith("/regie/rushes/")`)
	tab.Open(t, s.URL+"/regie/recherche?q=zik+zak")
	tab.Until(t, `document.querySelector(".empty")?.innerText.includes("Zik Zac")`)
	shoot(t, tab, "search")
	tab.Open(t, s.URL+"/regie/rushes?q=zik&plan=coupe")
	value[bool](t, tab, `(f => { f.elements.name.value = "Zik Zac · plans de coupe"; f.requestSubmit(); return true })(document.querySelector(".save-search form"))`)
	tab.Until(t, `document.querySelector("aside .chip[aria-current]")?.innerText.includes("Zik Zac") && location.search.includes("plan=coupe")`)
	tab.Faults(t)
}
