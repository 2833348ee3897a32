package layers

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

const module = "anonymal.tv/regie"

// Fault is one import, or one folder, that breaks the table.
type Fault struct {
	Place string // file, or folder
	Text  string
}

func (f Fault) String() string { return f.Place + ": " + f.Text }

// Check reads every Go file below root and reports what breaks the table, in
// the order of the files.
func Check(root fs.FS) ([]Fault, error) {
	var faults []Fault
	used := map[string]bool{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && skipped(d.Name()):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		found, err := checkFile(root, name)
		faults = append(faults, found...)
		used[path.Dir(name)] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, folder := range slices.Sorted(maps.Keys(used)) {
		if _, ok := room(folder); !ok {
			faults = append(faults, Fault{folder, "is not in the table: add its line, with its job in one sentence"})
		}
	}
	return faults, nil
}

// skipped are folders that the go tool does not read either.
func skipped(name string) bool {
	return name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

func checkFile(root fs.FS, name string) ([]Fault, error) {
	home, ok := room(path.Dir(name))
	if !ok {
		return nil, nil
	}
	src, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	isTest := strings.HasSuffix(name, "_test.go")
	var faults []Fault
	for _, spec := range file.Imports {
		pkg, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if why := judge(home, pkg, isTest); why != "" {
			faults = append(faults, Fault{name, fmt.Sprintf("may not import %s: %s", pkg, why)})
		}
	}
	return faults, nil
}

// judge says why a room may not import a package, "" when it may.
func judge(home Room, pkg string, isTest bool) string {
	folder, ours := strings.CutPrefix(pkg, module+"/")
	if isTest && (folder == home.Folder || matchAny(TestOnly, pkg) || matchAny(home.Tests, folder)) {
		return ""
	}
	for _, pattern := range slices.Sorted(maps.Keys(Keys)) {
		if holders := Keys[pattern]; match(pattern, pkg) && !slices.Contains(holders, home.Folder) {
			return "only " + list(holders) + " may"
		}
	}
	switch {
	case ours && !matchAny(home.Ours, folder):
		return home.Folder + " may import, of ours, " + list(home.Ours)
	case ours || isTest:
		return ""
	case matchAny(home.Never, pkg):
		return home.Folder + " never does"
	case home.Only != nil && !isStd(pkg) && !matchAny(home.Only, pkg):
		return home.Folder + " holds " + list(home.Only) + " only"
	}
	return ""
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing (tests apart)"
	}
	return strings.Join(names, ", ")
}

func room(folder string) (Room, bool) {
	i := slices.IndexFunc(Table, func(r Room) bool { return r.Folder == folder })
	if i < 0 {
		return Room{}, false
	}
	return Table[i], true
}

// isStd relies on the convention that a module's name has a dot in its first part.
func isStd(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".")
}

func matchAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, pkg) })
}

// match compares a package with a pattern: itself, or a folder and all below.
func match(pattern, pkg string) bool {
	prefix, wide := strings.CutSuffix(pattern, "…")
	if !wide {
		return pattern == pkg
	}
	return strings.HasPrefix(pkg+"/", prefix)
}
