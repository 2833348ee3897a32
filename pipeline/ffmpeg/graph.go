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
	split   bool // has as many results as are used
	results int
}

// From is a stream of an input: From(0, "v:0"), From(0, "a:1"), From(1, "3").
// For a stream that is named by its number alone, Split takes it for video.
func From(input int, selector string) Pad {
	return Pad{input: fmt.Sprintf("%d:%s", input, selector), audio: strings.HasPrefix(selector, "a")}
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
}

// Build wires the graph that the outputs need and gives everything that follows
// the inputs on the command line, for Command.Args.
func Build(outputs ...Output) ([]string, error) {
	w := wiring{labels: map[result]string{}, seen: map[*filter]bool{}}
	for _, o := range outputs {
		if len(o.Pads) == 0 {
			return nil, fmt.Errorf("ffmpeg: filter graph: output %q is of nothing", o.Name)
		}
		for _, p := range o.Pads {
			w.use(p)
		}
	}
	var specs []string
	for _, f := range w.order {
		specs = append(specs, w.spell(f))
	}
	if err := errors.Join(w.errs...); err != nil {
		return nil, fmt.Errorf("ffmpeg: filter graph: %w", err)
	}
	var args []string
	if len(specs) > 0 {
		args = append(args, "-filter_complex", strings.Join(specs, ";"))
	}
	for _, o := range outputs {
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
// what feeds it, and the label of each pad that is used.
type wiring struct {
	order  []*filter
	seen   map[*filter]bool
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
	case w.labels[p.result()] != "":
		w.errs = append(w.errs, fmt.Errorf("a result of %s is used twice, split it", p.filter.name))
		return
	}
	f := p.filter
	if !w.seen[f] {
		w.seen[f] = true
		if len(f.in) == 0 {
			w.errs = append(w.errs, fmt.Errorf("%s has no input", f.name))
		}
		for _, in := range f.in {
			w.use(in)
		}
		w.order = append(w.order, f)
	}
	w.labels[p.result()] = fmt.Sprintf("[p%d]", len(w.labels))
}

// spell is the filter with the labels of its pads. ffmpeg-go puts name, options,
// the number of a split's results and the graph's escaping together.
func (w *wiring) spell(f *filter) string {
	var in, out strings.Builder
	for _, p := range f.in {
		if p.input != "" {
			in.WriteString("[" + p.input + "]")
		} else {
			in.WriteString(w.labels[p.result()])
		}
	}
	used := 0
	for i := range f.results {
		if label := w.labels[result{f, i}]; label != "" {
			out.WriteString(label)
			used++
		}
	}
	if !f.split && used < f.results {
		w.errs = append(w.errs, fmt.Errorf("a result of %s is not used", f.name))
	}
	args := make(graph.Args, len(f.options))
	for i, o := range f.options {
		args[i] = o.String()
	}
	node := graph.FilterMultiOutput([]*graph.Stream{graph.Input("")}, f.name, args)
	return in.String() + node.GetFilter(make([]graph.DagEdge, used)) + out.String()
}
