package mastodon

import (
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
)

var platform = sweep.Platform{
	Emulator: func() *emu.Frame { return emu.NewMastodon("secret").Frame },
	Publisher: func(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (publishers.Publisher, error) {
		return New(Options{URL: url, Insecure: true, Vault: v, Blobs: b, Now: now})
	},
	Tokens: []byte("secret"),
}

func TestSuite(t *testing.T) { sweep.Suite(t, platform) }

func TestFaults(t *testing.T) { sweep.Faults(t, platform) }

func TestKills(t *testing.T) { sweep.Kills(t, "TestKills", platform) }
