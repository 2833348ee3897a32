// Package house holds the rules of docs/house.md that a program can check, as
// one table. Its tests run every rule on the project, and every rule on a fault
// planted for it.
//
// Who may import whom is in internal/layers.
package house

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Fault is one place that breaks a rule.
type Fault struct {
	Place string // file:line, or file
	Text  string
}

func (f Fault) String() string { return f.Place + ": " + f.Text }

// Rule is one rule of the house.
type Rule struct {
	Name  string
	Check func(Project) []Fault
}

// Rules are all of them.
var Rules = []Rule{
	{"no-init", noInit},
	{"no-mutable-variable", noMutableVariable},
	{"length", length},
	{"names", names},
	{"package-comment", packageComment},
	{"exec", execStaysHome},
	{"no-sleep", noSleep},
	{"words", words},
	{"size", size},
	{"typography", typography},
	{"links", links},
	{"changes", changes},
	{"migrations", migrations},
	{"npm", npm},
}

// Project is the text of the house: what would be committed.
type Project struct {
	Files []File
	set   *token.FileSet
}

// File is one file of it.
type File struct {
	Path string
	Text string
	Go   *ast.File // nil for what is not Go
}

// Read reads a project. What .gitignore names is left out.
func Read(root fs.FS) (Project, error) {
	p := Project{set: token.NewFileSet()}
	ignored, err := readIgnored(root)
	if err != nil {
		return p, err
	}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == ".git" || ignored(name)):
			return fs.SkipDir
		case !d.Type().IsRegular() || name == ".git" || ignored(name): // a file, in a second working tree of git
			return nil
		}
		f, err := p.readFile(root, name)
		p.Files = append(p.Files, f)
		return err
	})
	return p, err
}

func (p Project) readFile(root fs.FS, name string) (File, error) {
	text, err := fs.ReadFile(root, name)
	f := File{Path: name, Text: string(text)}
	if err == nil && f.ext() == ".go" && !strings.Contains(name, "testdata/") {
		f.Go, err = parser.ParseFile(p.set, name, text, parser.ParseComments)
	}
	return f, err
}

// readIgnored understands as much of .gitignore as ours uses: anchored paths,
// a trailing /*, exceptions, and *.ext anywhere.
func readIgnored(root fs.FS) (func(string) bool, error) {
	text, err := fs.ReadFile(root, ".gitignore")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	lines := strings.Fields(string(text))
	return func(name string) bool {
		hit := false
		for _, line := range lines {
			pattern, except := strings.CutPrefix(line, "!")
			against := path.Base(name)
			if anchored, ok := strings.CutPrefix(pattern, "/"); ok {
				pattern, against = strings.TrimSuffix(anchored, "/"), name
			}
			if ok, err := path.Match(strings.TrimSuffix(pattern, "/"), against); err == nil && ok {
				hit = !except
			}
		}
		return hit
	}, nil
}

func (f File) ext() string  { return path.Ext(f.Path) }
func (f File) dir() string  { return path.Dir(f.Path) }
func (f File) isTest() bool { return strings.HasSuffix(f.Path, "_test.go") }

// isText tells a text from a picture or a font.
func (f File) isText() bool { return utf8.ValidString(f.Text) && !strings.ContainsRune(f.Text, 0) }

// generated follows the convention of the go tool.
func (f File) generated() bool { return f.Go != nil && ast.IsGenerated(f.Go) }

// at places a fault in a Go file.
func (p Project) at(n ast.Node, format string, args ...any) Fault {
	where := p.set.Position(n.Pos())
	return Fault{fmt.Sprintf("%s:%d", where.Filename, where.Line), fmt.Sprintf(format, args...)}
}

// goFiles are those written by hand.
func (p Project) goFiles() []File {
	return slices.DeleteFunc(slices.Clone(p.Files), func(f File) bool { return f.Go == nil || f.generated() })
}

// each runs a rule that looks at one Go file at a time.
func (p Project) each(visit func(File) []Fault) []Fault {
	var faults []Fault
	for _, f := range p.goFiles() {
		faults = append(faults, visit(f)...)
	}
	return faults
}
