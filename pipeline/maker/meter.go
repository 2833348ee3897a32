package maker

import "time"

// meter tells how far a run is: forward only.
type meter struct {
	say   func(Step)
	now   func() time.Time
	begun time.Time
	ratio float64
	name  string
}

func newMeter(say func(Step), now func() time.Time) *meter {
	if say == nil {
		say = func(Step) {}
	}
	return &meter{say: say, now: now, begun: now()}
}

func (m *meter) at(name string, ratio float64) {
	m.ratio, m.name = max(m.ratio, min(1, ratio)), name
	s := Step{Name: m.name, Ratio: m.ratio}
	if m.ratio > 0.01 {
		s.ETA = time.Duration(float64(m.now().Sub(m.begun)) * (1 - m.ratio) / m.ratio).Round(time.Second)
	}
	m.say(s)
}
