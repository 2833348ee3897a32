package vimeo

import (
	"strings"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
)

// platform is Vimeo, and made holds all emulators that served it.
func platform(made *[]*emu.Vimeo) sweep.Platform {
	return sweep.Platform{
		Emulator: func() *emu.Frame {
			v := emu.NewVimeo("secret")
			if made != nil {
				*made = append(*made, v)
			}
			return v.Frame
		},
		Publisher: func(url string, v publishers.Vault, b assets.Blobs, now assets.Clock) (publishers.Publisher, error) {
			return New(Options{URL: url, Insecure: true, Piece: 500_000, Vault: v, Blobs: b, Now: now})
		},
		Tokens: []byte("secret"),
	}
}

func TestSuite(t *testing.T) { sweep.Suite(t, platform(nil)) }

// Besides what the sweep looks at, no place stands that no film came to.
func TestFaults(t *testing.T) {
	var made []*emu.Vimeo
	sweep.Faults(t, platform(&made))
	for _, v := range made {
		if all := v.Films(); len(v.Public()) == 1 && (len(all) != 1 || !whole(all[0])) {
			t.Errorf("what stands on Vimeo: %q", all)
		}
	}
}

func TestWatch(t *testing.T) {
	sweep.Watch(t, platform(nil), true, assets.DriftHidden, assets.DriftBlocked, assets.DriftEdited, assets.DriftGone)
}

func TestKills(t *testing.T) { sweep.Kills(t, "TestKills", platform(nil)) }

// whole tells that all bytes of a film are there.
func whole(film string) bool { return strings.HasSuffix(film, " anybody true") }
