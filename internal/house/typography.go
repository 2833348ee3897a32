package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strings"
)

// plainSpace is a space that lets a French sign fall to the next line. The
// signs are written \x{ab} and \x{bb} so that this file holds no French.
var plainSpace = regexp.MustCompile("(?m)\\S( )[:;!?\\x{bb}](?:\\s|$|[).,<\"'`\\\\{])|\\x{ab}( )")

// notText is what of a template is not read by people.
var notText = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<!--.*?-->|\{\{.*?\}\}|<[^>]*>`)

// frenchLetters tell a French sentence from an English or a technical one.
const frenchLetters = "àâçéèêëîïôùûüœÀÂÇÉÈÊÎÔŒ\u00ab\u00bb"

// typography: in what users read in French, a no-break space stands before
// the high signs and the closing quote, and after the opening one.
func typography(p Project) []Fault {
	var faults []Fault
	for _, f := range p.Files {
		for _, at := range p.plainSpaces(f) {
			line := strings.Count(f.Text[:at], "\n") + 1
			faults = append(faults, Fault{
				fmt.Sprintf("%s:%d", f.Path, line),
				"a plain space at a French sign: make format writes U+00A0",
			})
		}
	}
	return faults
}

// Unbreak returns the text of a file with its French spaces made right.
func (p Project) Unbreak(f File) string {
	var b strings.Builder
	last := 0
	for _, at := range p.plainSpaces(f) {
		b.WriteString(f.Text[last:at] + "\u00a0")
		last = at + 1
	}
	return b.String() + f.Text[last:]
}

// plainSpaces finds where in a file they are.
func (p Project) plainSpaces(f File) []int {
	prose := p.prose(f)
	if prose == nil {
		return nil
	}
	var found []int
	for _, m := range plainSpace.FindAllStringSubmatchIndex(f.Text, -1) {
		if at := max(m[2], m[4]); prose(at) {
			found = append(found, at)
		}
	}
	return found
}

// prose tells which bytes of a file people read in French; nil means none.
func (p Project) prose(f File) func(int) bool {
	switch {
	case f.Go != nil && !f.isTest() && !f.generated():
		return within(p.sentences(f))
	case f.ext() == ".html", f.ext() == ".tmpl":
		return not(within(notText.FindAllStringIndex(f.Text, -1)))
	case f.dir() == "configs" && f.ext() == ".yaml":
		return not(within(nil))
	case strings.HasPrefix(f.Path, "docs/guide/") && path.Ext(f.Path) == ".md":
		return not(within(codePattern.FindAllStringIndex(f.Text, -1)))
	default:
		return nil
	}
}

// sentences finds the strings of a program that are French.
func (p Project) sentences(f File) [][]int {
	var found [][]int
	ast.Inspect(f.Go, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && strings.ContainsAny(lit.Value, frenchLetters) {
			from := p.set.Position(lit.Pos()).Offset
			found = append(found, []int{from, from + len(lit.Value)})
		}
		return true
	})
	return found
}

func within(ranges [][]int) func(int) bool {
	return func(at int) bool {
		for _, r := range ranges {
			if r[0] <= at && at < r[1] {
				return true
			}
		}
		return false
	}
}

func not(f func(int) bool) func(int) bool { return func(at int) bool { return !f(at) } }
