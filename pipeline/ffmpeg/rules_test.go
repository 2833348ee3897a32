package ffmpeg

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The tools are started in one place: house.md, rule 8.
func TestOneExec(t *testing.T) {
	root := repository(t)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		switch {
		case d.IsDir() && (rel == filepath.Join("internal", "services") || strings.HasPrefix(d.Name(), ".") && rel != "."):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		case rel == filepath.Join("pipeline", "ffmpeg", "process.go"):
			return nil
		case rel == filepath.Join("publishers", "publisherstest", "sweep", "kill.go"): // the tests' own worker, to be killed
			return nil
		}
		for _, call := range starts(t, path) {
			t.Errorf("%s: %s", rel, call)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(starts(t, "process.go")) != 1 {
		t.Error("process.go starts no process: this test looks for the wrong thing")
	}
}

// starts lists the calls in a file that start a process.
func starts(t *testing.T, path string) (calls []string) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return nil // another's file in the making
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				name := x.Name + "." + s.Sel.Name
				if slices.Contains([]string{"exec.Command", "exec.CommandContext", "os.StartProcess", "syscall.ForkExec", "syscall.StartProcess"}, name) {
					calls = append(calls, name)
				}
			}
		}
		return true
	})
	return calls
}

func repository(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == "/" {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above this folder")
	return ""
}

// What starting a tool costs over starting it bare.
func BenchmarkStart(b *testing.B) {
	version := Command{Tool: FFprobe, Args: []string{"-version"}}
	run := func(name string, s *Sandbox) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Run(context.Background(), version); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	bare := sandbox(b)
	run("bare", &Sandbox{o: bare.o})
	for name, s := range confinements(b) {
		run(name, s)
	}
}
