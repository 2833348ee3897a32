package pipeline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anonymal.tv/regie/assets"
)

// TestNothingPublicWithoutBAT (I-01) lets versions, answers and publications come
// in any order, with the work done or not in between: what the channel shows has
// always had its BAT.
//
// long: it is one table of gestures.
func TestNothingPublicWithoutBAT(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		ctx := t.Context()
		r := b.take("film")
		film := r.Film
		vouched := map[assets.ID]bool{} // versions that a person gave the BAT
		brought := 1
		open := func(states ...assets.ApprovalState) assets.ID {
			all, err := b.Catalog.Approvals(ctx, film)
			if err != nil {
				rt.Fatal(err)
			}
			for _, a := range all {
				for _, s := range states {
					if a.State == s {
						return a.ID
					}
				}
			}
			return "none"
		}
		gave := func(a assets.Approval, err error) {
			if err == nil && a.State == assets.ApprovalGiven {
				vouched[a.Version] = true
			}
		}
		may := func(err error) {
			if err == nil {
				return
			}
			switch assets.KindOf(err) {
			case assets.Conflict, assets.NotFound, assets.Invalid:
			default:
				rt.Fatal(err)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"version": func(rt *rapid.T) {
				if brought > 5 {
					rt.Skip("enough")
				}
				brought++
				b.maker.verdict, b.maker.when = "", "inspect"
				if rapid.Bool().Draw(rt, "bad") {
					b.maker.verdict, b.maker.when = assets.SheetIncomplete, rapid.SampledFrom([]string{"inspect", "make"}).Draw(rt, "when")
				}
				_, err := b.AddVersion(ctx, film, Arrival{Name: "v.mov", Bytes: strings.NewReader(fmt.Sprint("v", brought)), Actor: "cli"})
				may(err)
			},
			"work": func(*rapid.T) { b.settle() },
			"some work": func(*rapid.T) {
				tasks, err := b.Due(ctx)
				if err != nil {
					rt.Fatal(err)
				}
				if len(tasks) > 0 {
					if j, err := b.Perform(ctx, tasks[0].Job, "w"); err != nil {
						may(b.Settle(ctx, j, Outcome{Reason: assets.Sentence(err)}))
					}
				}
			},
			"ask": func(*rapid.T) { _, err := b.AskApproval(ctx, film, "cli"); may(err) },
			"approve": func(*rapid.T) {
				a, err := b.Approve(ctx, open(assets.ApprovalAsked), "", "cli")
				gave(a, err)
				may(err)
			},
			"refuse": func(*rapid.T) { _, err := b.Refuse(ctx, open(assets.ApprovalAsked), "non", "cli"); may(err) },
			"take back": func(*rapid.T) {
				a, err := b.TakeBack(ctx, open(assets.ApprovalAsked, assets.ApprovalGiven), "cli")
				if err == nil {
					delete(vouched, a.Version)
				}
				may(err)
			},
			"publish": func(rt *rapid.T) {
				at := b.Now().Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "hours")) * time.Hour)
				_, err := b.Publish(ctx, film, []assets.Channel{assets.ChannelSite}, at, "cli")
				may(err)
			},
			"withdraw": func(*rapid.T) {
				_, err := b.Unpublish(ctx, film, []assets.Channel{assets.ChannelSite}, "cli")
				may(err)
			},
			"remake":  func(*rapid.T) { b.maker.generation++; may(b.Remake(ctx, film, "cli")) },
			"cancel":  func(*rapid.T) { may(b.Cancel(ctx, film, "cli")) },
			"an hour": func(*rapid.T) { b.clock.Advance(time.Hour) },
			"": func(rt *rapid.T) {
				for _, shown := range b.channel.public {
					if !vouched[shown.Version.ID] {
						rt.Fatalf("V%d is public without a BAT", shown.Version.Number)
					}
				}
				given := 0
				all, err := b.Catalog.Approvals(ctx, film)
				if err != nil {
					rt.Fatal(err)
				}
				for _, a := range all {
					if a.State == assets.ApprovalGiven {
						given++
					}
				}
				if given > 1 {
					rt.Fatalf("%d BATs hold", given)
				}
			},
		})
	})
}
