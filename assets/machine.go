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
			SujetMachine.markdown("Sujet"),
			UploadMachine.markdown("Upload"),
			ApprovalMachine.markdown("Approval"),
			ConsentMachine.markdown("Consent"),
			UserMachine.markdown("User"),
			AccountMachine.markdown("Account"),
			JobMachine.markdown("Job"),
		}, "\n")
}

// machine is what the tables say of one kind of record.
type machine interface {
	may(from, to string) bool
	has(state string) bool
}

func (m Machine[S]) may(from, to string) bool { return m.May(S(from), S(to)) }

func (m Machine[S]) has(state string) bool {
	_, there := m[S(state)]
	return there && state != ""
}

func machines() map[Subject]machine {
	return map[Subject]machine{
		SubjectFilm:        FilmMachine,
		SubjectVersion:     VersionMachine,
		SubjectRush:        RushMachine,
		SubjectPublication: PublicationMachine,
		SubjectDelivery:    DeliveryMachine,
		SubjectUser:        UserMachine,
		SubjectSujet:       SujetMachine,
		SubjectUpload:      UploadMachine,
		SubjectConsent:     ConsentMachine,
		SubjectApproval:    ApprovalMachine,
		SubjectAccount:     AccountMachine,
		SubjectProgramme:   ProgrammeMachine,
	}
}

// MayMove tells whether the tables allow this event. One that moves nothing
// (From is To) is allowed in every state that there is.
func (e Event) MayMove() bool {
	m, known := machines()[e.Kind]
	return known && (m.may(e.From, e.To) || e.From == e.To && m.has(e.From))
}
