package captions

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"anonymal.tv/regie/assets"
)

// assHead is how captions look when they are part of the picture: white on a black
// edge, low in a picture of 1080 lines, as large as a cinema wants them.
const assHead = `[Script Info]
ScriptType: v4.00+
PlayResX: 1920
PlayResY: 1080
WrapStyle: 0
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,DejaVu Sans,56,&H00FFFFFF,&H00000000,&H80000000,0,1,3.5,1,2,160,160,64,1

[Events]
Format: Layer, Start, End, Style, Text
`

// ASS writes cues as Advanced SubStation Alpha, for burning them into a picture.
// Whatever stands in a cue is shown as it is: a brace opens no style, and a
// backslash, behind which a joiner of no width stands, begins no command.
func ASS(cues []assets.Cue) []byte {
	var b bytes.Buffer
	b.WriteString(assHead)
	plain := strings.NewReplacer("\r", "", "\n", `\N`, `\`, "\\\u2060", "{", `\{`, "}", `\}`)
	for _, c := range cues {
		fmt.Fprintf(&b, "Dialogue: 0,%s,%s,Default,%s\n", assClock(c.Start), assClock(c.End), plain.Replace(strings.TrimSpace(c.Text)))
	}
	return b.Bytes()
}

// assClock says a time in hundredths of a second: 0:03:42.50.
func assClock(seconds float64) string {
	n := int(math.Round(max(0, seconds) * 100))
	return fmt.Sprintf("%d:%02d:%02d.%02d", n/360000, n/6000%60, n/100%60, n%100)
}
