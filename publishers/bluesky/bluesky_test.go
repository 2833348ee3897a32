package bluesky

import (
	"strings"
	"testing"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
)

const password = "abcd-efgh-ijkl-mnop"

// platform is Bluesky, with a video that is prepared for a while, or with a card,
// once it takes no more videos.
func platform(full bool) sweep.Platform {
	return sweep.Platform{
		Emulator: func() *emu.Frame {
			b := emu.NewBluesky(password)
			b.Processing, b.Full = 25*time.Second, full
			return b.Frame
		},
		Publisher: func(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (publishers.Publisher, error) {
			return open(url, v, b, now)
		},
		Tokens: []byte("@anonymal.example " + password),
		Site:   true,
	}
}

// open is Bluesky on an emulator; the house of the videos is another host.
func open(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (*Bluesky, error) {
	return New(Options{URL: url, VideoURL: strings.Replace(url, "127.0.0.1", "localhost", 1), Insecure: true, Vault: v, Blobs: b, Now: now})
}

func TestSuite(t *testing.T) { sweep.Suite(t, platform(true)) }

func TestFaultsOfAVideo(t *testing.T) { sweep.Faults(t, platform(false)) }

func TestFaultsOfACard(t *testing.T) { sweep.Faults(t, platform(true)) }

func TestKills(t *testing.T) { sweep.Kills(t, "TestKills", platform(false)) }
