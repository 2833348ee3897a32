package peertube

import (
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
)

var platform = sweep.Platform{
	Emulator: func() *emu.Frame { return emu.NewPeerTube("secret").Frame },
	Publisher: func(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (publishers.Publisher, error) {
		return New(Options{URL: url, Insecure: true, Piece: 256 << 10, Vault: v, Blobs: b, Now: now})
	},
	Tokens: []byte(`{"username":"anonymal","password":"secret"}`),
}

func TestSuite(t *testing.T) { sweep.Suite(t, platform) }

// Show 1. Beyond what the sweep sees, no case leaves a second film on the channel
// that only we can see.
func TestFaults(t *testing.T) {
	var all []*emu.PeerTube
	p := platform
	p.Emulator = func() *emu.Frame {
		e := emu.NewPeerTube("secret")
		all = append(all, e)
		return e.Frame
	}
	sweep.Faults(t, p)
	for _, e := range all {
		if films := e.Films(); len(films) > 1 {
			t.Errorf("on the channel are %q", films)
		}
	}
}

func TestWatch(t *testing.T) {
	sweep.Watch(t, platform, true, assets.DriftHidden, assets.DriftBlocked, assets.DriftEdited, assets.DriftGone)
}

func TestKills(t *testing.T) { sweep.Kills(t, "TestKills", platform) }
