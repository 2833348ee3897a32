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

// platform is Bluesky, which takes some time to prepare a video, or takes no more
// videos: then a card is posted.
func platform(processing time.Duration, full bool) sweep.Platform {
	return sweep.Platform{
		Emulator: func() *emu.Frame {
			b := emu.NewBluesky(password)
			b.Processing, b.Full = processing, full
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

func TestSuite(t *testing.T) { sweep.Suite(t, platform(0, false)) }

func TestFaultsOfAVideo(t *testing.T) { sweep.Faults(t, platform(25*time.Second, false)) }

func TestFaultsOfACard(t *testing.T) { sweep.Faults(t, platform(0, true)) }

// A post is there or not, and no view is counted.
func TestWatch(t *testing.T) { sweep.Watch(t, platform(0, false), false, assets.DriftGone) }

func TestKillsOfAVideo(t *testing.T) { sweep.Kills(t, "TestKillsOfAVideo", platform(0, false)) }

func TestKillsOfACard(t *testing.T) { sweep.Kills(t, "TestKillsOfACard", platform(0, true)) }
