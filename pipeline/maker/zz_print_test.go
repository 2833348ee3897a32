package maker

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"anonymal.tv/regie/pipeline/ffmpeg"
)

type echo struct {
	ffmpeg.Runner
	t *testing.T
}

func shell(c ffmpeg.Command) string {
	q := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	var b strings.Builder
	fmt.Fprintf(&b, "cd %s; $T ffmpeg -nostdin -y -v error ", c.Dir)
	for _, in := range c.Inputs {
		for _, o := range in.Options {
			b.WriteString(q(o) + " ")
		}
		b.WriteString("-threads 2 -i " + q(in.Path) + " ")
	}
	for _, a := range c.Args {
		b.WriteString(q(a) + " ")
	}
	return b.String()
}

var _ = os.Stdout
