package mastodon

import (
	"strings"
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

// Nobody but its author closes a post there, and no view is counted.
func TestWatch(t *testing.T) {
	sweep.Watch(t, platform, false, assets.DriftHidden, assets.DriftGone)
}

// TestTheLinkStandsOnce: a text that says where the film is is left alone, and one
// that is cut ends with it.
func TestTheLinkStandsOnce(t *testing.T) {
	const link = "https://exemple.org/films/avant/"
	for text, want := range map[string]string{
		"Avant la fête":                       "Avant la fête\n\n" + link,
		"À voir ici : " + link + " ce soir":   "À voir ici : " + link + " ce soir",
		strings.Repeat("a", 500) + " " + link: strings.Repeat("a", 474) + "…\n\n" + link,
	} {
		got, err := compose(publishers.Request{Text: text, Link: link}, 500)
		if err != nil || got != want || count(got, "") > 500 {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
