package house

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// The limits of rule 17, in lines.
const (
	maxFile     = 400
	maxFunction = 80
)

// why is what a function beyond them must say in its comment, and a file in one
// of its first comments.
const why = "long: "

// whyFile looks at the first 40 lines, in any language's comments.
var whyFile = regexp.MustCompile(`^(?:.*\n){0,40}\s*(?://|/\*|\*|--|#|<!--).*\blong: \S`)

func noInit(p Project) []Fault {
	return p.each(func(f File) []Fault {
		var faults []Fault
		for _, d := range f.Go.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				faults = append(faults, p.at(fn, "func init: make it in wire.go and pass it down"))
			}
		}
		return faults
	})
}

func length(p Project) []Fault {
	var faults []Fault
	for _, f := range p.Files {
		if lines := strings.Count(f.Text, "\n"); lines > maxFile && written(f) && !whyFile.MatchString(f.Text) {
			faults = append(faults, Fault{f.Path, "over 400 lines without a comment 'long: why'"})
		}
	}
	return append(faults, p.each(func(f File) []Fault {
		var faults []Fault
		for _, d := range f.Go.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || strings.Contains(fn.Doc.Text(), why) {
				continue
			}
			if lines := p.set.Position(fn.End()).Line - p.set.Position(fn.Pos()).Line + 1; lines > maxFunction {
				faults = append(faults, p.at(fn, "%s has %d lines, over %d, without a comment 'long: why'", fn.Name.Name, lines, maxFunction))
			}
		}
		return faults
	})...)
}

// written tells what people write: programs, styles, templates, scripts.
func written(f File) bool {
	kinds := []string{".go", ".js", ".ts", ".css", ".html", ".tmpl", ".sh", ".sql"}
	return !f.generated() && slices.Contains(kinds, f.ext())
}

// vague are the names that say nothing.
var vague = []string{"Manager", "Helper", "Helpers", "Util", "Utils", "Data"}

func names(p Project) []Fault {
	return p.each(func(f File) []Fault {
		var faults []Fault
		check := func(id *ast.Ident) {
			for _, word := range camelWords(id.Name) {
				if slices.Contains(vague, word) {
					faults = append(faults, p.at(id, "the name %s says %q, which says nothing", id.Name, word))
				}
			}
		}
		check(f.Go.Name)
		for _, d := range f.Go.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if !f.isTest() { // there a name is the sentence of what is tested
					check(d.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if t, ok := s.(*ast.TypeSpec); ok {
						check(t.Name)
					}
				}
			}
		}
		return faults
	})
}

// camelWords splits loadFilmData into Load, Film, Data.
func camelWords(name string) []string {
	var words []string
	for _, r := range name {
		if len(words) == 0 || unicode.IsUpper(r) || r == '_' {
			words = append(words, "")
		}
		if len(words[len(words)-1]) == 0 {
			r = unicode.ToUpper(r)
		}
		words[len(words)-1] += string(r)
	}
	return words
}

func packageComment(p Project) []Fault {
	var order []string
	said := map[string]bool{}
	for _, f := range p.goFiles() {
		if !slices.Contains(order, f.dir()) {
			order = append(order, f.dir())
		}
		said[f.dir()] = said[f.dir()] || f.Go.Doc != nil
	}
	var faults []Fault
	for _, dir := range order {
		if !said[dir] {
			faults = append(faults, Fault{dir, "no package comment: state its job and what is not done"})
		}
	}
	return faults
}

// starters are the calls that start a process, by import path.
var starters = map[string][]string{
	"os/exec": {"Command", "CommandContext", "Cmd"},
	"os":      {"StartProcess"},
	"syscall": {"Exec", "ForkExec", "StartProcess"},
}

// execStaysHome: processes start in pipeline/ffmpeg, and for tests in
// internal/services; the tests of cmd/regie start regie itself, and sweep the
// worker that it kills.
func execStaysHome(p Project) []Fault {
	return p.each(func(f File) []Fault {
		home := slices.Contains([]string{"pipeline/ffmpeg", "internal/services", "publishers/publisherstest/sweep"}, f.dir()) || f.dir() == "cmd/regie" && f.isTest()
		if home {
			return nil
		}
		var faults []Fault
		for pkg, calls := range starters {
			for _, call := range uses(f.Go, pkg, calls...) {
				faults = append(faults, p.at(call, "%s.%s: only pipeline/ffmpeg starts a process", path.Base(pkg), call.Sel.Name))
			}
		}
		return faults
	})
}

// noSleep: nothing waits by the clock, in tests or out of them; inside
// synctest.Test the clock is a false one.
func noSleep(p Project) []Fault {
	return p.each(func(f File) []Fault {
		bubbles := calls(f.Go, uses(f.Go, "testing/synctest", "Test"))
		var faults []Fault
		for _, s := range uses(f.Go, "time", "Sleep") {
			inside := func(b *ast.CallExpr) bool { return b.Pos() <= s.Pos() && s.End() <= b.End() }
			if !slices.ContainsFunc(bubbles, inside) {
				faults = append(faults, p.at(s, "time.Sleep: wait for what you wait for"))
			}
		}
		return faults
	})
}

// uses finds the selectors pkg.name of an imported package.
func uses(file *ast.File, pkg string, wanted ...string) []*ast.SelectorExpr {
	local := ""
	for _, i := range file.Imports {
		if strings.Trim(i.Path.Value, `"`) == pkg {
			local = path.Base(pkg)
			if i.Name != nil {
				local = i.Name.Name
			}
		}
	}
	if local == "" {
		return nil
	}
	var found []*ast.SelectorExpr
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok || !slices.Contains(wanted, s.Sel.Name) {
			return true
		}
		if id, ok := s.X.(*ast.Ident); ok && id.Name == local {
			found = append(found, s)
		}
		return true
	})
	return found
}

// calls finds the calls of these functions.
func calls(file *ast.File, funs []*ast.SelectorExpr) []*ast.CallExpr {
	var found []*ast.CallExpr
	ast.Inspect(file, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if s, ok := c.Fun.(*ast.SelectorExpr); ok && slices.Contains(funs, s) {
				found = append(found, c)
			}
		}
		return true
	})
	return found
}
