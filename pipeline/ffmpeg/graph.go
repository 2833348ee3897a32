package ffmpeg

import (
	"errors"
	"fmt"
	"strings"

	graph "github.com/u2takey/ffmpeg-go"
)

// Pad is a stream at one point of a filter graph: an input's, or what comes out
// of a filter. A filter's pad feeds one filter or one output; Split it for more.
// The zero Pad is unconnected, and Build refuses it.
type Pad struct {
	input  string // of an input's: "0:v:0"
	filter *filter
	out    int // which of the filter's results
	audio  bool
}

func (p Pad) connected() bool { return p.input != "" || p.filter != nil }

// filter is one filter between its pads.
type filter struct {
	name    string
	options []Option
	in      []Pad
	source  bool // feeds itself
	split   bool // has as many results as are used
	results int
}

// From is a stream of an input: From(0, "v:0"), From(0, "a:1"), From(1, "3").
// One that is named by its number alone is a picture, or needs AsSound.
func From(input int, selector string) Pad {
	return Pad{input: fmt.Sprintf("%d:%s", input, selector), audio: strings.HasPrefix(selector, "a")}
}

// AsSound says that the pad is sound, where its selector doesn't tell.
func (p Pad) AsSound() Pad {
	p.audio = true
	return p
}

// Source is a filter that makes its pictures itself: color, testsrc.
func Source(name string, options ...Option) Pad {
	return Pad{filter: &filter{name: name, options: options, source: true, results: 1}}
}

// Option is one option of a filter. An empty Key makes a positional one. The
// value is ours, never text that a person typed: that goes by a file
// (drawtext=textfile=…:expansion=none).
type Option struct{ Key, Value string }

// Opt is an option of a filter with any plain value.
func Opt(key string, value any) Option { return Option{key, fmt.Sprint(value)} }

// String is the option as its filter reads it. The graph around it is read
// before, and has its own escaping on top.
func (o Option) String() string {
	value := strings.NewReplacer(`\`, `\\`, `'`, `\'`, `:`, `\:`).Replace(o.Value)
	if o.Key == "" {
		return value
	}
	return o.Key + "=" + value
}

// Filter sends the pad through one filter.
func (p Pad) Filter(name string, options ...Option) Pad {
	return Join(name, []Pad{p}, options...)
}

// Join sends several pads through a filter with one result: overlay, hstack, amix.
func Join(name string, pads []Pad, options ...Option) Pad {
	f := &filter{name: name, in: pads, options: options, results: 1}
	return Pad{filter: f, audio: len(pads) > 0 && pads[0].audio}
}

// Concat puts segments one after another. Each segment has its picture first
// (when video) and its sound last (when audio), and so has the result.
func Concat(segments [][]Pad, video, audio bool) []Pad {
	f := &filter{name: "concat"}
	for _, s := range segments {
		f.in = append(f.in, s...)
	}
	var out []Pad
	for _, kind := range []struct{ wanted, audio bool }{{video, false}, {audio, true}} {
		if kind.wanted {
			out = append(out, Pad{filter: f, out: len(out), audio: kind.audio})
		}
	}
	f.results = len(out)
	f.options = []Option{Opt("n", len(segments)), Opt("v", one(video)), Opt("a", one(audio))}
	return out
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Split makes n pads of one. Those that nothing uses are left out of the graph.
func (p Pad) Split(n int) []Pad {
	f := &filter{name: "split", in: []Pad{p}, split: true, results: n}
	if p.audio {
		f.name = "asplit"
	}
	out := make([]Pad, n)
	for i := range out {
		out[i] = Pad{filter: f, out: i, audio: p.audio}
	}
	return out
}

// Output is one output file with its streams and its options.
type Output struct {
	Pads []Pad
	Args []string // -c:v, -b:v, -f…: in this order, before the name
	Name string   // relative to Command.Dir; "-" with -f null

	sink *filter // instead of a file
}

// Sink is the output of a pad that is wanted for what its filters write.
func (p Pad) Sink() Output {
	f := &filter{name: "nullsink", in: []Pad{p}}
	if p.audio {
		f.name = "anullsink"
	}
	return Output{sink: f}
}

// MustBuild is Build for graphs whose wiring stands in the code: it panics where
// that is wrong, which the first test of its builder meets.
func MustBuild(outputs ...Output) []string {
	args, err := Build(outputs...)
	if err != nil {
		panic(err)
	}
	return args
}

// Build wires the graph that the outputs need and gives everything that follows
// the inputs on the command line, for Command.Args.
func Build(outputs ...Output) ([]string, error) {
	w := wiring{seen: map[*filter]bool{}, used: map[result]bool{}, labels: map[result]string{}}
	for _, o := range outputs {
		switch {
		case o.sink != nil:
			w.add(o.sink)
		case len(o.Pads) == 0:
			return nil, fmt.Errorf("ffmpeg: filter graph: output %q is of nothing", o.Name)
		}
		for _, p := range o.Pads {
			w.use(p)
		}
	}
	spec := w.spell()
	if err := errors.Join(w.errs...); err != nil {
		return nil, fmt.Errorf("ffmpeg: filter graph: %w", err)
	}
	var args []string
	if spec != "" {
		args = append(args, "-filter_complex", spec)
	}
	for _, o := range outputs {
		if o.sink != nil {
			continue
		}
		for _, p := range o.Pads {
			name := p.input
			if p.filter != nil {
				name = w.labels[p.result()]
			}
			args = append(args, "-map", name)
		}
		args = append(append(args, o.Args...), o.Name)
	}
	return args, nil
}

// wiring is a graph in the making: filters in an order in which each follows
// what feeds it, the results that are used, and the labels of those that need one.
type wiring struct {
	order  []*filter
	seen   map[*filter]bool
	used   map[result]bool
	labels map[result]string
	errs   []error
}

// result is one result of a filter.
type result struct {
	filter *filter
	n      int
}

func (p Pad) result() result { return result{p.filter, p.out} }

// use counts a pad as used, and brings in the filters that it needs.
func (w *wiring) use(p Pad) {
	switch {
	case !p.connected():
		w.errs = append(w.errs, errors.New("a pad is not connected"))
		return
	case p.filter == nil:
		return
	case w.used[p.result()]:
		w.errs = append(w.errs, fmt.Errorf("a result of %s is used twice, split it", p.filter.name))
		return
	}
	w.used[p.result()] = true
	w.add(p.filter)
}

// add brings in a filter behind what feeds it.
func (w *wiring) add(f *filter) {
	if w.seen[f] {
		return
	}
	w.seen[f] = true
	if len(f.in) == 0 && !f.source {
		w.errs = append(w.errs, fmt.Errorf("%s has no input", f.name))
	}
	for _, in := range f.in {
		w.use(in)
	}
	w.order = append(w.order, f)
}

// results are those of a filter that are used.
func (w *wiring) results(f *filter) []result {
	var all []result
	for i := range f.results {
		if r := (result{f, i}); w.used[r] {
			all = append(all, r)
		}
	}
	return all
}

// follows tells whether the filter at i does nothing but carry on from the one
// before it, so that a comma says it.
func (w *wiring) follows(i int) bool {
	if i == 0 || i == len(w.order) {
		return false
	}
	before, f := w.order[i-1], w.order[i]
	return len(f.in) == 1 && f.in[0].filter == before && len(w.results(before)) == 1
}

// spell is the whole graph.
func (w *wiring) spell() string {
	var b strings.Builder
	for i, f := range w.order {
		results := w.results(f)
		if !f.split && len(results) < f.results {
			w.errs = append(w.errs, fmt.Errorf("a result of %s is not used", f.name))
		}
		if w.follows(i) {
			b.WriteString(",")
		} else {
			if i > 0 {
				b.WriteString(";")
			}
			for _, p := range f.in {
				b.WriteString(w.label(p))
			}
		}
		b.WriteString(f.spell(len(results)))
		if !w.follows(i + 1) {
			for _, r := range results {
				w.labels[r] = fmt.Sprintf("[p%d]", len(w.labels))
				b.WriteString(w.labels[r])
			}
		}
	}
	return b.String()
}

// label names the pad that a chain begins with.
func (w *wiring) label(p Pad) string {
	if p.input != "" {
		return "[" + p.input + "]"
	}
	return w.labels[p.result()]
}

// spell is the filter without its pads. ffmpeg-go puts name, options, the number
// of a split's results and the graph's escaping together.
func (f *filter) spell(results int) string {
	args := make(graph.Args, len(f.options))
	for i, o := range f.options {
		args[i] = o.String()
	}
	node := graph.FilterMultiOutput([]*graph.Stream{graph.Input("")}, f.name, args)
	return node.GetFilter(make([]graph.DagEdge, results))
}
