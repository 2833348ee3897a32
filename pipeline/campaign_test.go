package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// twoDays is « mardi et jeudi ».
var twoDays = assets.Rhythm{time.Tuesday, time.Thursday}

// rationed is a channel that takes so many films a day, in California.
type rationed struct {
	named
	films int
}

func (r rationed) Ration(at time.Time) (films int, from, until time.Time) {
	zone, _ := time.LoadLocation("America/Los_Angeles")
	year, month, day := at.In(zone).Date()
	return r.films, time.Date(year, month, day, 0, 0, 0, 0, zone), time.Date(year, month, day+1, 0, 0, 0, 0, zone)
}

func (b *bench) vouchedAll(n int) []assets.ID {
	b.Helper()
	all := make([]assets.ID, n)
	for i := range all {
		all[i] = b.vouched(fmt.Sprintf("film %d", i+1))
	}
	return all
}

// slots are the days and hours of turns, as said on the wall; "-" stays back.
func slots(turns []Turn) []string {
	var all []string
	for _, t := range turns {
		switch {
		case t.Goes():
			all = append(all, t.Outings[0].Wall)
		default:
			all = append(all, "-")
		}
	}
	return all
}

// stands is where films are on the site, as said on the wall.
func (b *bench) stands(films []assets.ID) []string {
	b.Helper()
	all := make([]string, len(films))
	for i, f := range films {
		found, err := b.Catalog.Publications(b.Context(), assets.PublicationFilter{Film: f, Channel: assets.ChannelSite, State: assets.PublicationScheduled})
		b.must(err)
		for _, p := range found {
			all[i] = p.Wall
		}
	}
	return all
}

func (b *bench) wantSlots(films []assets.ID, want ...string) {
	b.Helper()
	if got := b.stands(films); !slices.Equal(got, want) {
		b.Errorf("the films stand at\n%v, want\n%v", got, want)
	}
}

// TestCampaignDates: mardi et jeudi at 18 h stay at 18 h, winter or summer; a
// holiday is a day like another; a slot that is taken is told and left out.
func TestCampaignDates(t *testing.T) {
	b := newCalendar(t)
	films := b.vouchedAll(5)
	other := b.vouched("another")
	_, _, err := b.PlanAt(t.Context(), other, []assets.Channel{"site"}, b.wall("2027-03-30T18:00"), "cli")
	b.must(err)
	turns, err := b.Campaign(t.Context(), Series{Films: films, Channels: everywhere, Rhythm: twoDays, First: b.wall("2027-03-24T18:00")})
	b.must(err)
	if got, want := slots(turns), []string{"2027-03-25T18:00", "2027-04-01T18:00", "2027-04-06T18:00", "2027-04-08T18:00", "2027-04-13T18:00"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if apart := turns[1].Outings[0].At.Sub(turns[0].Outings[0].At); apart != 7*24*time.Hour-time.Hour { // the night of 28 March is short
		t.Errorf("a week is %s", apart)
	}
	if said := strings.Join(turns[1].Passed, " "); !strings.Contains(said, "mardi 30\u00a0mars 2027 à 18\u00a0h\u00a000 est pris") || len(turns[0].Passed) != 0 {
		t.Errorf("said: %q", said)
	}
	turns, err = b.Campaign(t.Context(), Series{Films: films[:3], Channels: everywhere, Rhythm: assets.Rhythm{time.Sunday}, First: b.wall("2027-03-21T02:30")})
	b.must(err)
	if got, want := slots(turns), []string{"2027-03-21T02:30", "2027-03-28T03:30", "2027-04-04T02:30"}; !slices.Equal(got, want) {
		t.Errorf("2 h 30 that is not there: %v, want %v", got, want)
	}
	if got := b.stands(films); !slices.Equal(got, make([]string, 5)) {
		t.Errorf("looking has planned: %v", got)
	}
	turns, err = b.Campaign(t.Context(), Series{Films: films[:2], Channels: everywhere, Rhythm: twoDays, First: b.wall("2020-03-03T18:00")})
	b.must(err)
	if first := turns[0].Outings[0]; first.At.Before(b.Now()) {
		t.Errorf("the first is at %s", first.Wall)
	}
}

// TestCampaignRation: no day takes more than a channel does, as its days are cut.
func TestCampaignRation(t *testing.T) {
	b := newCalendar(t)
	var err error
	b.Publishers, err = publishers.NewRegistry(b.channel, rationed{named{fakeChannel: b.channel, channel: "youtube"}, 2})
	b.must(err)
	to := []assets.Channel{"site", "youtube"}
	for i, wall := range []string{"2027-03-04T08:30", "2027-03-04T20:00", "2027-03-05T08:00", "2027-03-09T07:00", "2027-03-09T20:00"} {
		_, _, err := b.PlanAt(t.Context(), b.vouched(fmt.Sprint("other ", i)), to[1:], b.wall(wall), "cli")
		b.must(err)
	}
	turns, err := b.Campaign(t.Context(), Series{Films: b.vouchedAll(3), Channels: to, Rhythm: twoDays, First: b.wall("2027-03-01T18:00")})
	b.must(err)
	// Thursday 4 has two there and one on Friday morning, which is Thursday in
	// California still: it is full. So is not Tuesday 9, whose 7 h is Monday there.
	if got, want := slots(turns), []string{"2027-03-02T18:00", "2027-03-09T18:00", "2027-03-11T18:00"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if said := strings.Join(turns[1].Passed, " "); said != "YouTube est complet le jeudi 4\u00a0mars 2027 : 2\u00a0films par jour." {
		t.Errorf("said: %q", said)
	}
}

// TestCampaign: each film that may go has its slot, those that may not stay back
// with the reason, and one gesture takes it all back.
func TestCampaign(t *testing.T) {
	b := newCalendar(t)
	com := b.hire("Communication", assets.RoleCommunication)
	films := b.vouchedAll(3)
	unread := b.take("no BAT")
	b.settle()
	films = slices.Insert(films, 1, unread.Film)
	kept := b.film(films[3])
	kept.Embargo = b.wall("2027-04-01T20:00").At
	b.must(b.Catalog.Apply(t.Context(), assets.Change{Films: []assets.Film{kept}}))
	s := Series{Films: films, Channels: everywhere, Rhythm: twoDays, First: b.wall("2027-03-02T18:00")}
	turns, batch, err := b.PlanCampaign(t.Context(), s, string(com.ID))
	b.must(err)
	if got, want := slots(turns), []string{"2027-03-02T18:00", "-", "2027-03-09T18:00", "-"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if !strings.Contains(turns[1].Refusal, "BAT") || !strings.Contains(turns[3].Refusal, "embargo") {
		t.Errorf("refused: %q, %q", turns[1].Refusal, turns[3].Refusal)
	}
	if got := b.walls(films[2]); got != "site scheduled 2027-03-09T18:00, vimeo scheduled 2027-03-09T18:00, facebook scheduled 2027-03-09T18:10" {
		t.Errorf("planned: %s", got)
	}
	_, _, err = b.PlanCampaign(t.Context(), s, string(com.ID))
	b.fails(assets.Conflict, err)
	// The film that has its BAT now takes the slot that stayed free, in the same campaign.
	_, err = b.ApproveNow(t.Context(), unread.Film, "", "cli")
	b.must(err)
	s.Rhythm = assets.Rhythm{time.Thursday, time.Tuesday}
	turns, _, err = b.PlanCampaign(t.Context(), s, string(com.ID))
	b.must(err)
	b.wantSlots(films, "2027-03-02T18:00", "2027-03-04T18:00", "2027-03-09T18:00", "")
	if !turns[0].Already || len(turns[1].Passed) != 0 {
		t.Errorf("asked again: %+v", turns)
	}
	ids := map[assets.ID]bool{}
	for _, f := range films[:3] {
		all, err := b.Planned(t.Context(), f)
		b.must(err)
		for _, p := range all {
			ids[p.Campaign] = true
		}
	}
	if len(ids) != 1 {
		t.Errorf("campaigns: %v", ids)
	}
	if _, err := b.Undo(t.Context(), batch, com); err != nil {
		t.Fatal(err)
	}
	b.wantSlots(films, "", "2027-03-04T18:00", "", "")
	for _, wrong := range []Series{{}, {Films: films}, {Films: films, Channels: everywhere}, {Films: films, Channels: everywhere, Rhythm: assets.Rhythm{7, -1}}, {Films: append(films, films[0]), Channels: everywhere, Rhythm: twoDays}, {Films: make([]assets.ID, 61), Channels: everywhere, Rhythm: twoDays}} {
		_, err := b.Campaign(t.Context(), wrong)
		b.fails(assets.Invalid, err)
	}
}

// TestCampaignFlows: those that come after a film that moves follow to the next
// slots, and one gesture puts all back; alone, it moves alone.
func TestCampaignFlows(t *testing.T) {
	b := newCalendar(t)
	com := b.hire("Communication", assets.RoleCommunication)
	films := b.vouchedAll(4)
	_, _, err := b.PlanAt(t.Context(), b.vouched("another"), everywhere[:1], b.wall("2027-03-18T18:00"), "cli")
	b.must(err)
	_, _, err = b.PlanCampaign(t.Context(), Series{Films: films, Channels: everywhere, Rhythm: twoDays, First: b.wall("2027-03-02T18:00")}, string(com.ID))
	b.must(err)
	start := []string{"2027-03-02T18:00", "2027-03-04T18:00", "2027-03-09T18:00", "2027-03-11T18:00"}
	b.wantSlots(films, start...)
	second, err := b.Planned(t.Context(), films[1])
	b.must(err)
	r, err := b.RescheduleSeries(t.Context(), second[0], b.wall("2027-03-10T19:00"), string(com.ID))
	b.must(err)
	b.wantSlots(films, "2027-03-02T18:00", "2027-03-10T19:00", "2027-03-11T19:00", "2027-03-16T19:00")
	if got := b.walls(films[2]); !strings.HasSuffix(got, "facebook scheduled 2027-03-11T19:10") || r.Films != 2 || len(r.Passed) != 0 {
		t.Errorf("%s, %+v", got, r)
	}
	if _, err := b.Undo(t.Context(), r.Batch, com); err != nil {
		t.Fatal(err)
	}
	b.wantSlots(films, start...)
	// By the channel that waits, later: what is taken is left out.
	r, err = b.RescheduleSeries(t.Context(), second[2], b.wall("2027-03-11T18:10"), string(com.ID))
	b.must(err)
	b.wantSlots(films, "2027-03-02T18:00", "2027-03-11T18:00", "2027-03-16T18:00", "2027-03-23T18:00")
	if len(r.Passed) != 1 || !strings.Contains(r.Passed[0], "jeudi 18\u00a0mars 2027") {
		t.Errorf("passed: %q", r.Passed)
	}
	_, err = b.Undo(t.Context(), r.Batch, com)
	b.must(err)
	// Earlier: they close up.
	r, err = b.RescheduleSeries(t.Context(), second[0], b.wall("2027-03-03T18:00"), string(com.ID))
	b.must(err)
	b.wantSlots(films, "2027-03-02T18:00", "2027-03-03T18:00", "2027-03-04T18:00", "2027-03-09T18:00")
	// What may not go out then keeps all where it is, and is named.
	f := b.film(films[3])
	f.Title, f.Embargo = "Le dernier", b.wall("2027-03-09T12:00").At
	b.must(b.Catalog.Apply(t.Context(), assets.Change{Films: []assets.Film{f}}))
	_, err = b.RescheduleSeries(t.Context(), second[0], b.wall("2027-02-23T18:00"), string(com.ID))
	if b.fails(assets.Invalid, err); !strings.Contains(assets.Sentence(err), "Le dernier") {
		t.Errorf("said: %s", assets.Sentence(err))
	}
	b.wantSlots(films, "2027-03-02T18:00", "2027-03-03T18:00", "2027-03-04T18:00", "2027-03-09T18:00")
	// Alone.
	_, err = b.RescheduleDay(t.Context(), second[0], b.wall("2027-03-05T18:00"), string(com.ID))
	b.must(err)
	b.wantSlots(films, "2027-03-02T18:00", "2027-03-05T18:00", "2027-03-04T18:00", "2027-03-09T18:00")
	second[0].Campaign = ""
	_, err = b.RescheduleSeries(t.Context(), second[0], b.wall("2027-03-03T18:00"), string(com.ID))
	b.fails(assets.Conflict, err)
}
