package maker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"anonymal.tv/regie/assets"
)

// damage returns the lines of the decoder that say that something of the master
// is broken.
func damage(stderr string) []string {
	var bad []string
	harmless := []string{
		"Last message repeated", "non monotonically increasing dts", "Non-monotonous DTS", "Queue input is backward in time",
		"mmco: unref short failure", "number of reference frames", "deprecated pixel format",
	}
	for _, line := range strings.Split(stderr, "\n") {
		if line = strings.TrimSpace(line); line != "" && !slices.ContainsFunc(harmless, func(h string) bool { return strings.Contains(line, h) }) {
			bad = append(bad, line)
		}
	}
	return bad
}

// clock writes seconds as people do: 0,4 s, 00:12, 1:02:03.
func clock(seconds float64) string {
	if seconds < 10 {
		return decimal(round(seconds, 1)) + " s"
	}
	s := int(math.Floor(seconds + 0.05))
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

const whole = "Le fichier est complet et lisible."

const redo = " L'original reste conservé. Réexporter le film, puis le déposer à nouveau."

func sayShort(got, promised float64) string {
	return fmt.Sprintf("Le fichier s'arrête à %s alors qu'il annonce %s : l'envoi ou l'export a été coupé.", clock(got), clock(promised)) + redo
}

func sayDamaged(got, promised float64) string {
	if promised-got > tolerance(promised) {
		return fmt.Sprintf("Le fichier est abîmé et seules %s sur %s se lisent.", clock(got), clock(promised)) + redo
	}
	return "Le fichier est abîmé : des images ou du son ne se décodent pas." + redo
}

// verdict weighs what was learnt before the decode.
func (l look) verdict() (assets.SheetStatus, []string) {
	declared, readable := l.declared().Seconds(), l.packets.Length().Seconds()
	switch {
	case l.video == nil && len(l.audio) == 0:
		return assets.SheetRefused, []string{"Ce fichier ne contient ni image ni son que la maison sait lire." + redo}
	case l.head.Decoded == 0 && l.video != nil:
		return assets.SheetRefused, []string{"L'image ne peut pas être décodée" + codecName(l.video.Codec) + " : ce format n'est pas pris en charge." + redo}
	case l.head.Decoded == 0:
		return assets.SheetRefused, []string{"Le son ne peut pas être décodé" + codecName(l.audio[0].Codec) + "." + redo}
	case declared-readable > tolerance(declared):
		return assets.SheetIncomplete, []string{sayShort(readable, declared)}
	case l.beyond > 0:
		return assets.SheetIncomplete, []string{fmt.Sprintf("Il manque la fin du fichier : il annonce %s de plus que ce qui est arrivé.", size(l.beyond)) + redo}
	case len(l.audio) == 0 && len(l.media.Audio) > 0, l.unheard():
		return assets.SheetIncomplete, []string{"La piste son existe mais ne peut pas être lue : le film serait muet." + redo}
	case len(damage(l.head.Stderr)) > 0:
		return assets.SheetIncomplete, []string{"Le début du film est abîmé : ses premières images ne se décodent pas." + redo}
	case l.packets.Corrupt > 0 || l.sound.Corrupt > 0 || len(damage(l.packets.Stderr))+len(damage(l.sound.Stderr)) > 0:
		return assets.SheetIncomplete, []string{"Le fichier est abîmé : une partie de ses données manque ou ne se lit pas." + redo}
	}
	remarks := l.remarks(readable)
	if len(remarks) > 0 {
		return assets.SheetWarning, remarks
	}
	return assets.SheetOK, []string{whole}
}

// unheard: the track is there and holds nothing.
func (l look) unheard() bool { return len(l.audio) > 0 && l.sound.Count == 0 }

// remarks are what is worth knowing of a film that is taken all the same.
func (l look) remarks(readable float64) []string {
	var all []string
	if v := l.video; v != nil {
		if l.packets.Variable {
			all = append(all, fmt.Sprintf("La cadence varie : le film est mis à %s images par seconde.", decimal(l.rate().Float())))
		}
		if v.Interlaced && l.interlaced() == "" {
			all = append(all, "Le fichier se dit entrelacé, mais l'image ne l'est pas : elle est prise telle qu'elle est.")
		}
		if l.interlaced() != "" {
			all = append(all, "L'image est entrelacée : elle est désentrelacée pour le web.")
		}
		if v.HDR != "" {
			all = append(all, "L'image est en HDR : elle est convertie pour les écrans ordinaires.")
		}
		if max(v.DisplayWidth, v.DisplayHeight) < 640 {
			all = append(all, fmt.Sprintf("L'image est petite (%d × %d) : elle paraîtra floue en plein écran.", v.DisplayWidth, v.DisplayHeight))
		}
		if len(l.media.Audio) == 0 {
			all = append(all, "Le film n'a pas de son.")
		}
	} else {
		all = append(all, "Le fichier n'a pas d'image : une forme d'onde sert d'affiche.")
	}
	if l.media.Location {
		all = append(all, "Le fichier contient le lieu de tournage : il n'est repris dans aucune copie publique.")
	}
	if sound := l.sound.Length().Seconds(); l.video != nil && len(l.audio) > 0 && readable-sound > max(1, readable/20) {
		all = append(all, fmt.Sprintf("Le son s'arrête avant l'image (%s au lieu de %s) : la fin du film est muette.", clock(sound), clock(readable)))
	}
	return all
}

func codecName(codec string) string {
	if codec == "" || codec == "unknown" || codec == "none" {
		return ""
	}
	return " (" + codec + ")"
}

// decimal writes a number the French way: « −21,6 ».
func decimal(v float64) string {
	return strings.NewReplacer(".", ",", "-", "−").Replace(strconv.FormatFloat(round(v, 2), 'f', -1, 64))
}

// size writes bytes as people do.
func size(bytes int64) string {
	for _, unit := range []struct {
		bytes int64
		name  string
	}{{1e9, "Go"}, {1e6, "Mo"}, {1e3, "ko"}} {
		if bytes >= unit.bytes {
			return decimal(round(float64(bytes)/float64(unit.bytes), 1)) + " " + unit.name
		}
	}
	return strconv.FormatInt(bytes, 10) + " octets"
}

// beyondEnd walks the top boxes of a file of the MP4 family and returns how many
// bytes the last one announces that aren't there; 0 for every other file.
func beyondEnd(path string, total int64) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for pos, n := int64(0), 0; pos+8 <= total && n < 10000; n++ {
		var head [16]byte
		if _, err := f.ReadAt(head[:], pos); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		kind := string(head[4:8])
		if n == 0 && !slices.Contains([]string{"ftyp", "moov", "mdat", "wide", "free", "skip", "pnot"}, kind) {
			return 0, nil
		}
		length := int64(binary.BigEndian.Uint32(head[:]))
		switch {
		case length == 0: // up to the end
			return 0, nil
		case length == 1:
			length = int64(binary.BigEndian.Uint64(head[8:]))
		}
		if length < 8 {
			return 0, nil
		}
		if pos+length > total {
			return pos + length - total, nil
		}
		pos += length
	}
	return 0, nil
}
