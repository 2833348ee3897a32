package studio

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// verdictsOf says what is to be known of a file: what no delivery takes first, then
// how loud it is, then what the making found.
func verdictsOf(s *assets.Sheet) []string {
	if s == nil {
		return nil
	}
	all := pipeline.OffNorm(*s)
	if sentence := soundVerdict(s.Loudness); sentence != "" {
		all = append(all, sentence)
	}
	for _, v := range s.Verdicts {
		if s.Loudness == nil || !strings.HasPrefix(v, "Son à ") { // what the making did about it
			all = append(all, v)
		}
	}
	return all
}

// What broadcasters and web players expect, in LUFS (EBU R 128 and its practice
// on the web), and how far one may be off.
const (
	tvLoudness, tvSlack   = -23.0, 1.0
	webLowest, webHighest = -19.0, -13.0
	highestPeak           = -1.0 // dBTP
)

// soundVerdict says whether the sound fits a delivery to TV and the web.
func soundVerdict(l *assets.Loudness) string {
	if l == nil || l.Integrated == nil {
		return ""
	}
	i := *l.Integrated
	tv, web := "juste pour une livraison TV (−23)", "correct pour le web (−14 à −16)"
	switch {
	case i > tvLoudness+tvSlack:
		tv = "trop fort pour une livraison TV (−23)"
	case i < tvLoudness-tvSlack:
		tv = "trop faible pour une livraison TV (−23)"
	}
	switch {
	case i > webHighest:
		web = "trop fort pour le web (−14 à −16)"
	case i < webLowest:
		web = "trop faible pour le web (−14 à −16)"
	}
	sentence := fmt.Sprintf("Son à %s LUFS : %s, %s.", decimal(i, 1), tv, web)
	if l.TruePeak != nil && *l.TruePeak > highestPeak {
		sentence += fmt.Sprintf(" Crêtes à %s dBTP : trop hautes (−1 au plus).", decimal(*l.TruePeak, 1))
	}
	return sentence
}

// decimal writes a number as the French do: « −18,2 ».
func decimal(v float64, digits int) string {
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if math.Abs(v) < math.Pow10(-digits)/2 {
		text = strings.TrimPrefix(text, "-")
	}
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return strings.NewReplacer(".", ",", "-", "−").Replace(text)
}
