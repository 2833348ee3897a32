package pipeline

import (
	"context"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// busy is a network that does something else while it publishes.
type busy struct {
	*network
	meanwhile func()
}

func (n *busy) Publish(ctx context.Context, r publishers.Request, save func([]byte) error) (publishers.Receipt, error) {
	n.meanwhile()
	return n.network.Publish(ctx, r, save)
}

// TestTwoAtOnce (P-01): of two channels that take a film at once, the second is
// not called failed because the first made the film public.
func TestTwoAtOnce(t *testing.T) {
	b, n, _ := networked(t, "good")
	other := &busy{network: n}
	var err error
	b.Publishers, err = publishers.NewRegistry(b.channel, other)
	b.must(err)
	film := b.take("film").Film
	b.settle()
	all, err := b.PublishApproving(t.Context(), film, []assets.Channel{assets.ChannelSite, "mastodon"}, time.Time{}, "com")
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	work := map[assets.Channel]assets.ID{}
	for _, p := range all {
		jobs, err := b.Catalog.JobsOf(t.Context(), p.ID)
		if err != nil || len(jobs) != 1 {
			t.Fatalf("%+v, %v", jobs, err)
		}
		work[p.Channel] = jobs[0].ID
	}
	other.meanwhile = func() {
		if _, err := b.Perform(t.Context(), work[assets.ChannelSite], "w1"); err != nil {
			t.Error(err)
		}
	}
	if _, err := b.Perform(t.Context(), work["mastodon"], "w2"); err != nil {
		t.Error(err)
	}
	for _, p := range all {
		if now := b.publicationNow(p.ID); now.State != assets.PublicationPublished {
			t.Errorf("%s is %s: %s", p.Channel, now.State, now.Reason)
		}
	}
	if b.state(film) != "published" || n.published != 1 || b.channel.published != 1 {
		t.Errorf("%s; sent %d and %d times", b.state(film), n.published, b.channel.published)
	}
}
