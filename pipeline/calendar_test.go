package pipeline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
)

// TestCalendarSlots (F21): a film is one tile a day, with its channels in their
// order; what was called off is not shown, and a film that is ready stands aside.
func TestCalendarSlots(t *testing.T) {
	b := newCalendar(t)
	film, other, aside := b.vouched("film"), b.vouched("other"), b.vouched("aside")
	_, _, err := b.PlanAt(t.Context(), film, everywhere, b.wall("2026-12-10T18:00"), "cli")
	b.must(err)
	all, _, err := b.PlanAt(t.Context(), other, everywhere[:2], b.wall("2026-12-10T18:00"), "cli")
	b.must(err)
	_, err = b.Reschedule(t.Context(), all[1], b.wall("2026-12-17T09:00"), "cli")
	b.must(err)
	december := CalendarFilter{From: b.wall("2026-12-01T00:00").At, To: b.wall("2027-01-01T00:00").At}
	tiles := func(f CalendarFilter) string {
		t.Helper()
		slots, err := b.Calendar(t.Context(), f)
		b.must(err)
		var said []string
		for _, s := range slots {
			said = append(said, fmt.Sprintf("%t %d %s %t %d", s.Film.ID == film, len(s.Publications), s.Lead().Moment(b.Zone).Wall, s.Moves(), len(s.Refusals)))
		}
		return strings.Join(said, ", ")
	}
	const first, second = "true 3 2026-12-10T18:00 true 0", "false 1 2026-12-10T18:00 true 0, false 1 2026-12-17T09:00 true 0"
	if got := tiles(december); got != first+", "+second {
		t.Errorf("the month: %s", got)
	}
	if got := tiles(CalendarFilter{From: december.From, To: december.To, Channel: "facebook"}); got != "true 1 2026-12-10T18:10 true 0" {
		t.Errorf("one channel: %s", got)
	}
	if got := tiles(CalendarFilter{From: december.From, To: december.To, Rubrique: "none"}); got != "" {
		t.Errorf("no film: %s", got)
	}
	ready, err := b.Ready(t.Context(), CalendarFilter{})
	if err != nil || len(ready) != 1 || ready[0].ID != aside || len(ready[0].Refusals) != 0 {
		t.Errorf("ready: %+v, %v", ready, err)
	}
	b.child(film)
	_, err = b.Unpublish(t.Context(), other, everywhere, "cli")
	b.must(err)
	if got := tiles(december); got != "true 3 2026-12-10T18:00 true 1" {
		t.Errorf("with a child in it, and the other called off: %s", got)
	}
}

// TestFeedKey: a private calendar has one key at a time, which opens to whoever
// may be here until it is revoked.
func TestFeedKey(t *testing.T) {
	b := newCalendar(t)
	com := b.hire("Maxime", assets.RoleCommunication)
	old, err := b.NewFeed(t.Context(), com)
	b.must(err)
	secret, err := b.NewFeed(t.Context(), com)
	b.must(err)
	link, err := b.Invite(t.Context(), com.ID, assets.KeyLink, time.Hour, "cli")
	b.must(err)
	for _, wrong := range []assets.Secret{old, link, "", "nothing"} {
		_, err := b.Reader(t.Context(), wrong)
		b.fails(assets.NotFound, err)
	}
	u, err := b.Reader(t.Context(), secret)
	if feed, errFeed := b.Feed(t.Context(), com.ID); err != nil || errFeed != nil || u.ID != com.ID || feed == nil || feed.UsedAt.IsZero() {
		t.Errorf("%v, %+v, %v, %v", u.ID, feed, err, errFeed)
	}
	b.must(b.CloseAccess(t.Context(), com.ID, "cli"))
	_, err = b.Reader(t.Context(), secret)
	b.fails(assets.NotFound, err)
	b.must(b.ReopenAccess(t.Context(), com.ID, "cli"))
	again, err := b.NewFeed(t.Context(), com)
	b.must(err)
	b.must(b.EndFeed(t.Context(), com))
	_, err = b.Reader(t.Context(), again)
	b.fails(assets.NotFound, err)
	if feed, err := b.Feed(t.Context(), com.ID); feed != nil || err != nil {
		t.Errorf("%+v, %v", feed, err)
	}
}
