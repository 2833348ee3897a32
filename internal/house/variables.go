package house

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
)

// noMutableVariable: a package variable is a constant that Go has no other word
// for (a table, a pattern, an embedded folder, an error to compare with).
// Writing to it anywhere, taking its address, or declaring it empty is a fault.
func noMutableVariable(p Project) []Fault {
	type key struct{ dir, name string }
	packages := map[key][]*ast.File{}
	var order []key
	for _, f := range p.goFiles() {
		k := key{f.dir(), f.Go.Name.Name}
		if packages[k] == nil {
			order = append(order, k)
		}
		packages[k] = append(packages[k], f.Go)
	}
	var faults []Fault
	for _, k := range order {
		faults = append(faults, p.variablesOf(packages[k])...)
	}
	return faults
}

// variablesOf checks one package. Types are worked out from the package alone:
// what it imports is unknown, which is enough to know whose each name is.
func (p Project) variablesOf(files []*ast.File) []Fault {
	info := types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	lenient := types.Config{Importer: noImports{}, Error: func(error) {}, FakeImportC: true}
	pkg, _ := lenient.Check("p", p.set, files, &info) // its error is that imports are unknown
	var faults []Fault
	global := func(e ast.Expr) *ast.Ident {
		id := root(e)
		if id == nil {
			return nil
		}
		if v, ok := info.Uses[id].(*types.Var); ok && v.Parent() == pkg.Scope() {
			return id
		}
		return nil
	}
	written := func(e ast.Expr, how string) {
		if id := global(e); id != nil {
			faults = append(faults, p.at(e, "the package variable %s is %s: make it in wire.go and pass it down", id.Name, how))
		}
	}
	for _, file := range files {
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				faults = append(faults, p.declared(g)...)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					written(left, "written")
				}
			case *ast.IncDecStmt:
				written(n.X, "written")
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					written(n.Key, "written")
					written(n.Value, "written")
				}
			case *ast.UnaryExpr:
				if _, literal := n.X.(*ast.CompositeLit); n.Op == token.AND && !literal {
					written(n.X, "pointed to")
				}
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (id.Name == "delete" || id.Name == "clear") {
					written(n.Args[0], "emptied")
				}
			}
			return true
		})
	}
	return faults
}

// declared finds what can only be meant to change: a variable without a value
// (embedded files apart), a lock, a map or channel made empty.
func (p Project) declared(g *ast.GenDecl) []Fault {
	var faults []Fault
	for _, s := range g.Specs {
		v, ok := s.(*ast.ValueSpec)
		if !ok {
			continue
		}
		if len(v.Values) == 0 && !isEmbedded(g) && !isEmbedded(v) {
			faults = append(faults, p.at(v, "the package variable %s starts empty, so something must write it", v.Names[0].Name))
		}
		for _, value := range v.Values {
			if call, ok := value.(*ast.CallExpr); ok {
				if id, ok := call.Fun.(*ast.Ident); ok && (id.Name == "make" || id.Name == "new") {
					faults = append(faults, p.at(v, "the package variable %s starts empty, so something must write it", v.Names[0].Name))
				}
			}
		}
	}
	return faults
}

func isEmbedded(n ast.Node) bool {
	var doc *ast.CommentGroup
	switch n := n.(type) {
	case *ast.GenDecl:
		doc = n.Doc
	case *ast.ValueSpec:
		doc = n.Doc
	}
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if len(c.Text) > 10 && c.Text[:10] == "//go:embed" {
			return true
		}
	}
	return false
}

// root is the name that an assignable expression starts with: t in t[i].f.
func root(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.IndexExpr:
		return root(e.X)
	case *ast.SelectorExpr:
		return root(e.X)
	case *ast.StarExpr:
		return root(e.X)
	case *ast.ParenExpr:
		return root(e.X)
	default:
		return nil
	}
}

// noImports knows no package.
type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }
