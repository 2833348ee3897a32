package house

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxSize of a file, in bytes: what is bigger is made, or fetched, not kept.
const maxSize = 200 << 10

func size(p Project) []Fault {
	var faults []Fault
	for _, f := range p.Files {
		if len(f.Text) > maxSize && f.Path != "go.sum" {
			faults = append(faults, Fault{f.Path, fmt.Sprintf("%d KiB, over %d", len(f.Text)>>10, maxSize>>10)})
		}
	}
	return faults
}

// forbidden words, each with what is wrong with it. They are cut in two here so
// that this file does not hold them.
var forbidden = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`), "something is left undone: do it, or say it in an issue"},
	{regexp.MustCompile(`(^|[\s"'=(` + "`" + `])/(ro` + `ot|wo` + `rk|ho` + `me/[a-z]+)/`), "a path of one machine"},
	{regexp.MustCompile(`lorem ips` + `um`), "filler text"},
}

func words(p Project) []Fault {
	return p.lines(func(f File, line string) string {
		for _, w := range forbidden {
			if w.pattern.MatchString(line) {
				return w.text
			}
		}
		return ""
	})
}

// lines runs a rule that looks at one line of text at a time.
func (p Project) lines(judge func(File, string) string) []Fault {
	var faults []Fault
	for _, f := range p.Files {
		if !f.isText() {
			continue
		}
		n := 0
		for line := range strings.Lines(f.Text) {
			n++
			if why := judge(f, strings.TrimRight(line, "\n")); why != "" {
				faults = append(faults, Fault{fmt.Sprintf("%s:%d", f.Path, n), why})
			}
		}
	}
	return faults
}

var (
	linkPattern = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	codePattern = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
)

// links: what a page of ours points to in the project is there.
func links(p Project) []Fault {
	there := map[string]bool{".": true}
	for _, f := range p.Files {
		for name := f.Path; name != "."; name = path.Dir(name) {
			there[name] = true
		}
	}
	var faults []Fault
	for _, f := range p.Files {
		if f.ext() != ".md" {
			continue
		}
		for _, m := range linkPattern.FindAllStringSubmatch(codePattern.ReplaceAllString(f.Text, ""), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, ":") {
				continue
			}
			if !there[path.Join(f.dir(), target)] {
				faults = append(faults, Fault{f.Path, "points to " + target + ", which is not there"})
			}
		}
	}
	return faults
}

var changeTitle = regexp.MustCompile(`^# (Added|Changed|Fixed|Removed): \S.*[^.\s]\n\n\S`)

// changes: one file for each change, with one title of a known kind.
func changes(p Project) []Fault {
	var faults []Fault
	for _, f := range p.Files {
		if ok, err := path.Match("docs/changes/*/*", f.Path); err != nil || !ok || path.Base(f.Path) == "README.md" {
			continue
		}
		switch {
		case f.ext() != ".md":
			faults = append(faults, Fault{f.Path, "a change is told in Markdown"})
		case !changeTitle.MatchString(f.Text):
			faults = append(faults, Fault{f.Path, "must begin with '# Added|Changed|Fixed|Removed: title' without a full stop, an empty line, then the text"})
		case strings.Count(f.Text, "\n# ") > 0:
			faults = append(faults, Fault{f.Path, "one file tells one change"})
		}
	}
	return faults
}

var migration = regexp.MustCompile(`^assets/catalog/migrations/(?:(postgres|sqlite)/)?\d{5}_\w+\.sql$`)

// migrations are numbered from 1 on in each dialect, each number once and none
// left out: a house that has the later ones would never run what fills a gap.
func migrations(p Project) []Fault {
	var faults []Fault
	for _, dialect := range []string{"postgres", "sqlite"} {
		var names []string
		for _, f := range p.Files {
			if m := migration.FindStringSubmatch(f.Path); m != nil && (m[1] == "" || m[1] == dialect) {
				names = append(names, path.Base(f.Path))
			}
		}
		slices.Sort(names)
		next := 1
		for _, name := range names {
			n, _ := strconv.Atoi(name[:5]) // the pattern has digits there
			if next == 15 && n == 17 {
				next = 17 // 15 and 16 were never given
			}
			if n != next {
				faults = append(faults, Fault{"assets/catalog/migrations", fmt.Sprintf("%s: %s stands where %d is next", dialect, name, next)})
			}
			next = n + 1
		}
	}
	return faults
}

// lockFile is what we read of package.json and package-lock.json.
type lockFile struct {
	DevDependencies map[string]string `json:"devDependencies"`
	Dependencies    map[string]string `json:"dependencies"`
	Packages        map[string]struct {
		lockFile
		Version   string `json:"version"`
		Integrity string `json:"integrity"`
		Resolved  string `json:"resolved"`
	} `json:"packages"`
}

var exactVersion = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

// npm: what the browser is given is pinned exactly, locked and hashed.
func npm(p Project) []Fault {
	var manifest, lock lockFile
	for name, into := range map[string]*lockFile{"package.json": &manifest, "package-lock.json": &lock} {
		i := slices.IndexFunc(p.Files, func(f File) bool { return f.Path == name })
		if i < 0 {
			return nil
		}
		if err := json.Unmarshal([]byte(p.Files[i].Text), into); err != nil {
			return []Fault{{name, "cannot be read: " + err.Error()}}
		}
	}
	var faults []Fault
	top := lock.Packages[""]
	for _, kind := range []struct{ wanted, locked map[string]string }{
		{manifest.Dependencies, top.Dependencies}, {manifest.DevDependencies, top.DevDependencies},
	} {
		for name, version := range kind.wanted {
			if !exactVersion.MatchString(version) {
				faults = append(faults, Fault{"package.json", name + " is not pinned to one version"})
			}
			if kind.locked[name] != version || lock.Packages["node_modules/"+name].Version != version {
				faults = append(faults, Fault{"package-lock.json", name + " is not locked at the version of package.json"})
			}
		}
	}
	for name, pkg := range lock.Packages {
		if name != "" && pkg.Integrity == "" {
			faults = append(faults, Fault{"package-lock.json", name + " has no hash"})
		}
		if pkg.Resolved != "" && !strings.HasPrefix(pkg.Resolved, "https://registry.npmjs.org/") {
			faults = append(faults, Fault{"package-lock.json", name + " comes from another registry"})
		}
	}
	return faults
}

// States tells how a stored docs/states.md differs from the tables.
func States(root fs.FS, want string) []Fault {
	got, err := fs.ReadFile(root, "docs/states.md")
	if err != nil || string(got) != want {
		return []Fault{{"docs/states.md", "is not what the tables of assets say: run go generate ./assets"}}
	}
	return nil
}
