package assets

import (
	"fmt"
	"slices"
	"strings"
)

// Machine is a state table: each state with the states that may follow it.
// The empty state stands for "not there yet": what follows it may be created.
type Machine[S ~string] map[S][]S

// May tells whether to may follow from.
func (m Machine[S]) May(from, to S) bool { return slices.Contains(m[from], to) }

// States lists every state of the table but the empty one, in alphabetical order.
func (m Machine[S]) States() []S {
	var all []S
	for from := range m {
		if from != "" {
			all = append(all, from)
		}
	}
	slices.Sort(all)
	return all
}

// markdown prints the table for docs/states.md.
func (m Machine[S]) markdown(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n| from | may become |\n|---|---|\n", title)
	row := func(name string, next []S) {
		words := make([]string, len(next))
		for i, s := range next {
			words[i] = "`" + string(s) + "`"
		}
		if len(words) == 0 {
			words = []string{"(the end)"}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", name, strings.Join(words, ", "))
	}
	row("(new)", m[""])
	for _, s := range m.States() {
		row("`"+string(s)+"`", m[s])
	}
	return b.String()
}

//go:generate go test -count=1 ../internal/house -run TestStates -update

// StatesMarkdown is the whole of docs/states.md, generated from the tables.
func StatesMarkdown() string {
	return "# What may follow what\n\nGenerated from the tables of `assets` by `go generate ./assets`; a test compares.\n\n" +
		strings.Join([]string{
			FilmMachine.markdown("Film"),
			VersionMachine.markdown("Version"),
			RushMachine.markdown("Rush"),
			PublicationMachine.markdown("Publication"),
			DeliveryMachine.markdown("Delivery"),
			JobMachine.markdown("Job"),
		}, "\n")
}

// MayMove tells whether the tables allow this event.
func (e Event) MayMove() bool {
	switch e.Kind {
	case SubjectFilm:
		return FilmMachine.May(FilmState(e.From), FilmState(e.To))
	case SubjectVersion:
		return VersionMachine.May(VersionState(e.From), VersionState(e.To))
	case SubjectRush:
		return RushMachine.May(RushState(e.From), RushState(e.To))
	case SubjectPublication:
		return PublicationMachine.May(PublicationState(e.From), PublicationState(e.To))
	case SubjectDelivery:
		return DeliveryMachine.May(DeliveryState(e.From), DeliveryState(e.To))
	default:
		return false
	}
}
