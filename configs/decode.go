package configs

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Decode reads one YAML file strictly into a pointer to a struct. What is wrong
// comes back as an *Error; name stands for the file in its sentences. An empty
// file leaves into as it was.
func Decode(name string, text []byte, into any) error {
	name = filepath.Base(name)
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return yamlError(name, err)
	}
	if len(file.Docs) > 1 {
		return oneFault("%s contient plusieurs documents YAML : gardez le premier seul.", name)
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil
	}
	w := walker{name: name, known: Keys(into)}
	w.walk(file.Docs[0].Body, reflect.TypeOf(into).Elem(), "")
	if len(w.faults) > 0 {
		return &Error{Faults: w.faults}
	}
	if err := yaml.NodeToValue(file.Docs[0].Body, into, yaml.Strict()); err != nil {
		return yamlError(name, err)
	}
	return nil
}

// yamlError turns what the YAML library says into a sentence.
func yamlError(name string, err error) *Error {
	var (
		syntax *yaml.SyntaxError
		double *yaml.DuplicateKeyError
		yes    yaml.Error
	)
	switch {
	case errors.As(err, &double):
		return oneFault("%s : une clé est écrite deux fois (ligne %d).", name, double.Token.Position.Line)
	case errors.As(err, &syntax):
		return oneFault("%s n'est pas du YAML correct (ligne %d) : vérifiez l'alignement, les guillemets et les deux-points.",
			name, syntax.Token.Position.Line)
	case errors.As(err, &yes) && yes.GetToken() != nil:
		return oneFault("%s : « %s » n'est pas une valeur possible ici (ligne %d).",
			name, yes.GetToken().Value, yes.GetToken().Position.Line)
	default:
		return oneFault("%s ne peut pas être lu comme du YAML : comparez-le avec regie.example.yaml.", name)
	}
}

// walker compares the keys of a file with those of a Go type.
type walker struct {
	name   string
	known  []string
	faults []string
}

func (w *walker) walk(n ast.Node, t reflect.Type, path string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			w.entry(v, t, path)
		}
	case *ast.MappingValueNode:
		w.entry(n, t, path)
	case *ast.SequenceNode:
		if t.Kind() == reflect.Slice {
			for _, v := range n.Values {
				w.walk(v, t.Elem(), path)
			}
		}
	}
}

// entry checks one « key: value ». An unknown section is reported by its
// leaves, because those are what must be written elsewhere.
func (w *walker) entry(v *ast.MappingValueNode, t reflect.Type, path string) {
	key := join(path, v.Key.GetToken().Value)
	if t == nil {
		w.unknown(v, key)
		return
	}
	switch t.Kind() {
	case reflect.Map:
		w.walk(v.Value, t.Elem(), key)
	case reflect.Struct:
		if field, ok := fieldNamed(t, v.Key.GetToken().Value); ok {
			asWritten(v, field.Type)
			w.walk(v.Value, field.Type, key)
			return
		}
		w.unknown(v, key)
	}
}

// asWritten keeps a text as it stands in the file: YAML would read the telephone
// number 0442000000 as an octal number.
func asWritten(v *ast.MappingValueNode, t reflect.Type) {
	if t.Kind() != reflect.String && t != reflect.TypeFor[Secret]() {
		return
	}
	switch v.Value.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		v.Value = ast.String(v.Value.GetToken())
	}
}

func (w *walker) unknown(v *ast.MappingValueNode, key string) {
	if inner, ok := v.Value.(*ast.MappingNode); ok && len(inner.Values) > 0 {
		for _, e := range inner.Values {
			w.entry(e, nil, key)
		}
		return
	}
	place := fmt.Sprintf("%s, ligne %d", w.name, v.Key.GetToken().Position.Line)
	w.faults = append(w.faults, fmt.Sprintf("Clé inconnue « %s » (%s) : %s", key, place, advice(key, w.known)))
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// fieldNamed finds the field of a YAML name.
func fieldNamed(t reflect.Type, name string) (reflect.StructField, bool) {
	for field := range t.Fields() {
		if yamlName(field) == name {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

// yamlName is the name a field has in a file, "" for none.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" {
		return ""
	}
	return name
}

// Keys lists the paths of all values of a struct (or pointer to one), in its
// order: "redis.url". The elements of a list share its path.
func Keys(of any) []string {
	var keys []string
	var visit func(t reflect.Type, path string)
	visit = func(t reflect.Type, path string) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t == reflect.TypeFor[Secret]() {
			keys = append(keys, path)
			return
		}
		for field := range t.Fields() {
			if name := yamlName(field); name != "" {
				visit(field.Type, join(path, name))
			}
		}
	}
	visit(reflect.TypeOf(of), "")
	return keys
}
