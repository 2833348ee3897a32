package house

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"anonymal.tv/regie/assets"
)

var update = flag.Bool("update", false, "write docs/states.md, and the no-break spaces of French texts")

const top = "../.."

// The house as it stands.
func TestTheHouse(t *testing.T) {
	p, err := Read(os.DirFS(top))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Files) < 20 {
		t.Fatalf("only %d files read", len(p.Files))
	}
	if *update {
		p = unbreak(t, p)
	}
	for _, rule := range Rules {
		t.Run(rule.Name, func(t *testing.T) {
			for _, f := range rule.Check(p) {
				t.Error(f)
			}
		})
	}
}

// unbreak puts the no-break spaces where they belong, and reads the project again.
func unbreak(t *testing.T, p Project) Project {
	t.Helper()
	for _, f := range p.Files {
		if text := p.Unbreak(f); text != f.Text {
			if err := os.WriteFile(filepath.Join(top, f.Path), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			t.Log("no-break spaces written:", f.Path)
		}
	}
	p, err := Read(os.DirFS(top))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestStates(t *testing.T) {
	if *update {
		if err := os.WriteFile(top+"/docs/states.md", []byte(assets.StatesMarkdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range States(os.DirFS(top), assets.StatesMarkdown()) {
		t.Error(f)
	}
	if len(States(fstest.MapFS{"docs/states.md": {Data: []byte("old")}}, "new")) != 1 {
		t.Error("an old docs/states.md is not seen")
	}
}

// plant is a fault, or a harmless neighbour of one.
type plant struct {
	rule, file, text string
	want             string // part of the one fault; "" for none
}

var plants = []plant{
	{"no-init", "a/a.go", "func init() {}", "func init"},
	{"no-init", "a/a.go", "type t int\nfunc (t) init() {}", ""},
	{"no-mutable-variable", "a/a.go", "var v = 1\nfunc f() { v = 2 }", "v is written"},
	{"no-mutable-variable", "a/a.go", "var v = 1\nfunc f() { v := 2; v = 3; _ = v }", ""},
	{"no-mutable-variable", "a/a.go", "var m = map[string]int{}\nfunc f() { m[\"a\"]++ }", "m is written"},
	{"no-mutable-variable", "a/a.go", "var m = map[string]int{}\nfunc f() { delete(m, \"a\") }", "m is emptied"},
	{"no-mutable-variable", "a/a.go", "type s struct{ n int }\nvar v = s{}\nfunc f() *int { return &v.n }", "v is pointed to"},
	{"no-mutable-variable", "a/a.go", "var v int", "v starts empty"},
	{"no-mutable-variable", "a/a.go", "var v = make(chan int)", "v starts empty"},
	{"no-mutable-variable", "a/a.go", "import \"embed\"\n//go:embed x\nvar v embed.FS", ""},
	{"no-mutable-variable", "a/a.go", "import \"errors\"\nvar v = errors.New(\"v\")\nvar _ error = v", ""},
	{"length", "a/a.go", strings.Repeat("// a\n", 401), "over 400 lines"},
	{"length", "a/a.css", strings.Repeat("/* a */\n", 401), "over 400 lines"},
	{"length", "a/a.css", "/* long: one sheet is one request */" + strings.Repeat("\n", 401), ""},
	{"length", "a/a.go", "// one line\nconst s = \"long: no\"\n" + strings.Repeat("// a\n", 400), "over 400 lines"},
	{"length", "a/a.go", "func f() {" + strings.Repeat("\n", 80) + "}", "f has 81 lines"},
	{"length", "a/a.go", "// f is a table.\n//\n// long: why\nfunc f() {" + strings.Repeat("\n", 80) + "}", ""},
	{"names", "a/a.go", "type FilmManager int", "FilmManager"},
	{"names", "a/a.go", "func loadData() {}", "loadData"},
	{"names", "a/a.go", "type Database struct{ Data string }", ""},
	{"package-comment", "a/a.go", "", "no package comment"},
	{"package-comment", "a/doc.go", "// Package a is here.\npackage a", ""},
	{"exec", "a/a.go", "import \"os/exec\"\nfunc f() { exec.Command(\"a\") }", "exec.Command"},
	{"exec", "a/a.go", "import e \"os/exec\"\nfunc f() { e.Command(\"a\") }", "exec.Command"},
	{"exec", "a/a_test.go", "import \"os\"\nfunc f() { os.StartProcess(\"a\", nil, nil) }", "os.StartProcess"},
	{"exec", "pipeline/ffmpeg/a.go", "import \"os/exec\"\nfunc f() { exec.Command(\"a\") }", ""},
	{"no-sleep", "a/a_test.go", "import \"time\"\nfunc f() { time.Sleep(1) }", "time.Sleep"},
	{"no-sleep", "a/a_test.go", "import (\"time\"; \"testing/synctest\")\nfunc f() { synctest.Test(nil, func() { time.Sleep(1) }) }", ""},
	{"words", "a/a.md", "TO" + "DO later", "left undone"},
	{"words", "a/a.md", "see /ro" + "ot/x", "path of one machine"},
	{"words", "a/a.md", "a method and its root/leaf", ""},
	{"size", "a/a.bin", strings.Repeat("x", maxSize+1), "over 200"},
	{"size", "a/a.bin", strings.Repeat("x", maxSize), ""},
	{"typography", "a/a.go", "const s = \"Déjà reçu : rien à refaire\"", "U+00A0"},
	{"typography", "a/a.go", "const s = \"Déjà reçu\u00a0: rien à refaire\"", ""},
	{"typography", "a/a.go", "const s = \"select ? from t where a = ? \"", ""},
	{"typography", "a/a.html", "<p>Prêt ?</p>", "U+00A0"},
	{"typography", "a/a.html", "<p style=\"a : b\">{{ if a : b }}<!-- a : b --></p>", ""},
	{"typography", "a/a.html", "<p>{{ .Name }} : x</p>", "U+00A0"},
	{"typography", "configs/a.yaml", "a: «\u00a0b »", "U+00A0"},
	{"typography", "docs/guide/a.md", "Quoi !", "U+00A0"},
	{"links", "docs/a.md", "[b](b.md)", "points to b.md"},
	{"links", "docs/a.md", "[a](a.md#b) [x](https://example.org/x) `[c](c.md)`", ""},
	{"changes", "docs/changes/unreleased/a.md", "# New thing\n\nText.\n", "must begin with"},
	{"changes", "docs/changes/unreleased/a.md", "# Added: a thing\n\nText.\n", ""},
	{"changes", "docs/changes/unreleased/a.md", "# Added: a thing\n\nText.\n\n# Fixed: b\n", "one change"},
	{"changes", "docs/changes/unreleased/a.txt", "x", "in Markdown"},
}

// Every rule sees the fault it is there for, and lets its neighbour be.
func TestPlantedFaults(t *testing.T) {
	planted := map[string]bool{"npm": true, "migrations": true} // TestPlantedLock, TestPlantedMigrations
	for _, test := range plants {
		planted[test.rule] = planted[test.rule] || test.want != ""
		t.Run(test.rule+"/"+test.text[:min(len(test.text), 40)], func(t *testing.T) {
			text := test.text
			if strings.HasSuffix(test.file, ".go") && !strings.Contains(text, "package a") {
				text = "package a\n" + text
			}
			checkPlant(t, fstest.MapFS{test.file: {Data: []byte(text)}}, test.rule, test.want)
		})
	}
	for _, rule := range Rules {
		if !planted[rule.Name] {
			t.Errorf("no fault is planted for %s", rule.Name)
		}
	}
}

func checkPlant(t *testing.T, project fstest.MapFS, rule, want string) {
	t.Helper()
	p, err := Read(project)
	if err != nil {
		t.Fatal(err)
	}
	var faults []Fault
	for _, r := range Rules {
		if r.Name == rule {
			faults = r.Check(p)
		}
	}
	switch {
	case want == "" && len(faults) > 0:
		t.Errorf("reported: %v", faults)
	case want != "" && (len(faults) != 1 || !strings.Contains(faults[0].String(), want)):
		t.Errorf("reported %v, want one %q", faults, want)
	}
}

func TestUnbreak(t *testing.T) {
	p, err := Read(fstest.MapFS{"a/a.html": {Data: []byte("<a b=\"c : d\">« é » ? {{ e : f }} : g</a>")}})
	if err != nil {
		t.Fatal(err)
	}
	want := "<a b=\"c : d\">«~é~» ? {{ e : f }}~: g</a>"
	if got := strings.ReplaceAll(p.Unbreak(p.Files[0]), "\u00a0", "~"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPlantedLock(t *testing.T) {
	lock := func(version, integrity, resolved string) string {
		return `{"packages": {"": {"devDependencies": {"a": "1.0.0"}}, "node_modules/a": {"version": "` + version +
			`", "integrity": "` + integrity + `", "resolved": "` + resolved + `"}}}`
	}
	for _, test := range []struct{ name, wanted, lock, want string }{
		{"good", "1.0.0", lock("1.0.0", "sha512-x", "https://registry.npmjs.org/a"), ""},
		{"other version", "1.0.0", lock("1.0.1", "sha512-x", ""), "not locked"},
		{"no hash", "1.0.0", lock("1.0.0", "", ""), "no hash"},
		{"elsewhere", "1.0.0", lock("1.0.0", "sha512-x", "https://example.org/a"), "another registry"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkPlant(t, fstest.MapFS{
				"package.json":      {Data: []byte(`{"devDependencies": {"a": "` + test.wanted + `"}}`)},
				"package-lock.json": {Data: []byte(test.lock)},
			}, "npm", test.want)
		})
	}
}

func TestPlantedMigrations(t *testing.T) {
	for _, test := range []struct{ name, files, want string }{
		{"good", "00001_a 00003_c sqlite/00002_b postgres/00002_b", ""},
		{"a number twice", "00001_a 00002_b sqlite/00002_c", "sqlite: 00002_c.sql stands where 3 is next"},
		{"a gap", "00001_a postgres/00003_c", "postgres: 00003_c.sql stands where 2 is next"},
		{"in one dialect only", "00001_a 00003_c sqlite/00002_b", "postgres: 00003_c.sql stands where 2 is next"},
	} {
		t.Run(test.name, func(t *testing.T) {
			project := fstest.MapFS{}
			for name := range strings.FieldsSeq(test.files) {
				project["assets/catalog/migrations/"+name+".sql"] = &fstest.MapFile{}
			}
			checkPlant(t, project, "migrations", test.want)
		})
	}
}

func TestIgnoredFilesAreLeftOut(t *testing.T) {
	p, err := Read(fstest.MapFS{
		".gitignore":      {Data: []byte("/var/\n/dist/*\n!/dist/.keep\n*.out\n")},
		"var/a.go":        {Data: []byte("not Go")},
		"dist/a.js":       {},
		"dist/.keep":      {},
		"deep/x.out":      {},
		"deep/var/a.text": {},
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range p.Files {
		names = append(names, f.Path)
	}
	if got := strings.Join(names, " "); got != ".gitignore deep/var/a.text dist/.keep" {
		t.Errorf("read: %s", got)
	}
}
