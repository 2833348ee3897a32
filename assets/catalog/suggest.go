package catalog

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/fold"
)

const (
	mostMeant    = 5   // words of a query for which others are looked for
	mostNear     = 8   // words that one of them may stand for
	mostTitles   = 200 // titles that are weighed, the newest of each kind
	usualAnswers = 5
)

// learn adds the words of the titles of the Change to the vocabulary. It comes
// after the log, whose lock keeps two that learn the same words from waiting
// for each other.
func (a *application) learn(ctx context.Context, tx bun.Tx) error {
	return learn(ctx, tx, readable{films: a.Films, sujets: a.Sujets})
}

func learn(ctx context.Context, tx bun.Tx, r readable) error {
	known := map[string]bool{}
	add := func(title string) {
		for w := range strings.FieldsSeq(fold.Fold(cut(title))) {
			known[w] = true
		}
	}
	for _, f := range r.films {
		add(f.Title)
	}
	for _, s := range r.sujets {
		add(s.Title)
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(known)), 1000) {
		values := make([]string, len(some))
		args := make([]any, 0, 2*len(some))
		for i, w := range some {
			values[i] = "(?, ?)"
			args = append(args, w, utf8.RuneCountInString(w))
		}
		_, err := tx.NewRaw("INSERT INTO vocabulary (word, length) VALUES "+strings.Join(values, ", ")+
			" ON CONFLICT (word) DO NOTHING", args...).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// Suggest returns names of the programme and titles whose words are close to
// those of a query, the closest first.
func (c *Catalog) Suggest(ctx context.Context, query string, limit int) ([]string, error) {
	const op = "catalog.Suggest"
	meant := strings.Fields(fold.Fold(cut(query)))
	meant = meant[:min(len(meant), mostMeant)]
	if len(meant) == 0 {
		return nil, nil
	}
	p, err := programme(ctx, c.read)
	if err != nil {
		return nil, fail(op, err)
	}
	s := suggestions{meant: meant, known: map[string]bool{fold.Fold(query): true}}
	for _, name := range namesIn(p) {
		s.weigh(name)
	}
	titles, err := c.nearTitles(ctx, meant)
	if err != nil {
		return nil, fail(op, err)
	}
	for _, title := range titles {
		s.weigh(title)
	}
	return s.best(cmp.Or(max(limit, 0), usualAnswers)), nil
}

// namesIn lists the names of a programme.
func namesIn(p assets.Programme) []string {
	var all []string
	for _, x := range p.Dossiers {
		all = append(all, x.Name)
	}
	for _, x := range p.Partners {
		all = append(all, x.Name)
	}
	for _, x := range p.Rubriques {
		all = append(all, x.Name)
	}
	for _, x := range p.Territories {
		all = append(all, x.Name)
	}
	return all
}

// nearTitles lists the titles of films and sujets in which each word, or one
// close to it, stands.
func (c *Catalog) nearTitles(ctx context.Context, meant []string) ([]string, error) {
	var lengths []int
	for _, w := range meant {
		n := utf8.RuneCountInString(w)
		for l := n - tolerance(n); l <= n+tolerance(n); l++ {
			lengths = append(lengths, l)
		}
	}
	var vocabulary []string
	err := c.read.NewSelect().TableExpr("vocabulary").Column("word").
		Where("length IN (?)", bun.List(lengths)).Scan(ctx, &vocabulary)
	if err != nil {
		return nil, err
	}
	groups := make([][]string, len(meant))
	for i, w := range meant {
		if groups[i] = near(w, vocabulary); len(groups[i]) == 0 {
			return nil, nil
		}
	}
	var all []string
	for _, kind := range []assets.Subject{assets.SubjectFilm, assets.SubjectSujet} {
		var titles []string
		err := c.matching(c.read, kind, groups, mostTitles).
			Join("JOIN ? AS x ON x.id = w.?", bun.Ident(tableOf(kind)), bun.Ident(kind)).
			Column("x.title").Order("x.id DESC").Limit(mostTitles).Scan(ctx, &titles)
		if err != nil {
			return nil, err
		}
		all = append(all, titles...)
	}
	return all, nil
}

// near lists the words that w may stand for, the closest first.
func near(w string, vocabulary []string) []string {
	type candidate struct {
		word string
		far  int
	}
	var all []candidate
	a := []rune(w)
	for _, v := range vocabulary {
		if far := distance(a, []rune(v), tolerance(len(a))); far <= tolerance(len(a)) {
			all = append(all, candidate{v, far})
		}
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.far, b.far), strings.Compare(a.word, b.word))
	})
	words := make([]string, 0, mostNear)
	for _, c := range all[:min(len(all), mostNear)] {
		words = append(words, c.word)
	}
	return words
}

// suggestions are the names that may be meant.
type suggestions struct {
	meant []string // the words of the query
	known map[string]bool
	all   []suggestion
}

type suggestion struct {
	name       string
	far, words int
}

// weigh adds a name in which every word of the query has one that is close, or
// which is close as a whole: « zikzak » is « Zik Zac ».
func (s *suggestions) weigh(name string) {
	folded := fold.Fold(name)
	if folded == "" || s.known[folded] {
		return
	}
	words := strings.Fields(folded)
	far, all := 0, true
	for _, w := range s.meant {
		least := closest(w, words)
		all = all && least <= tolerance(utf8.RuneCountInString(w))
		far += least
	}
	if !all {
		joined := []rune(strings.Join(s.meant, ""))
		if far = distance(joined, []rune(strings.Join(words, "")), tolerance(len(joined))); far > tolerance(len(joined)) {
			return
		}
	}
	s.known[folded] = true
	s.all = append(s.all, suggestion{name, far, len(words)})
}

func closest(w string, among []string) int {
	a, least := []rune(w), len(w)
	for _, v := range among {
		least = min(least, distance(a, []rune(v), tolerance(len(a))))
	}
	return least
}

// best lists the closest names, of two as close the shorter first.
func (s *suggestions) best(limit int) []string {
	slices.SortStableFunc(s.all, func(a, b suggestion) int {
		return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.words, b.words))
	})
	var names []string
	for _, x := range s.all[:min(len(s.all), limit)] {
		names = append(names, x.name)
	}
	return names
}

// tolerance is how many slips of the pen a word of n letters may have.
func tolerance(n int) int {
	switch {
	case n < 3:
		return 0
	case n < 6:
		return 1
	case n < 10:
		return 2
	}
	return 3
}

// distance counts the letters that are wrong, missing, too many or swapped with
// the next one between a and b (Damerau and Levenshtein, each letter touched
// once); more than most is told as most+1.
func distance(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		least := row[0]
		for j := range b {
			wrong := last[j]
			if a[i] != b[j] {
				wrong++
			}
			row[j+1] = min(wrong, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], most+1)
}
