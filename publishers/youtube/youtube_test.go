package youtube

import (
	"testing"

	"golang.org/x/oauth2"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
)

var tokens = []byte(`{"access_token":"first","refresh_token":"refresh"}`)

var platform = sweep.Platform{
	Emulator: func() *emu.Frame { return emu.NewYouTube("first", "refresh").Frame },
	Publisher: func(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (publishers.Publisher, error) {
		return open(url, v, b, now)
	},
	Tokens: tokens,
}

func open(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (*YouTube, error) {
	return New(Options{
		URL: url, Insecure: true, Piece: 256 << 10, Vault: v, Blobs: b, Now: now,
		OAuth: oauth2.Config{ClientID: "regie", ClientSecret: "s", Endpoint: oauth2.Endpoint{TokenURL: url + "/token", AuthStyle: oauth2.AuthStyleInParams}},
	})
}

func TestSuite(t *testing.T) { sweep.Suite(t, platform) }

func TestWatch(t *testing.T) {
	sweep.Watch(t, platform, true, assets.DriftHidden, assets.DriftBlocked, assets.DriftEdited, assets.DriftGone)
}

// Show 1. Beyond what the sweep sees, no case leaves a second film on the channel
// that only we can see.
func TestFaults(t *testing.T) {
	var all []*emu.YouTube
	p := platform
	p.Emulator = func() *emu.Frame {
		y := emu.NewYouTube("first", "refresh")
		all = append(all, y)
		return y.Frame
	}
	sweep.Faults(t, p)
	for _, y := range all {
		if films := y.Films(); len(films) > 1 {
			t.Errorf("on the channel are %q", films)
		}
	}
}

func TestKills(t *testing.T) { sweep.Kills(t, "TestKills", platform) }
