package ffmpeg

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
)

// readProgress reads what -progress writes and reports after each block. What
// it reports never goes back. It returns at the end of r.
func readProgress(r io.Reader, length time.Duration, report func(Progress)) {
	var p Progress
	scan := bufio.NewScanner(r)
	for scan.Scan() {
		key, value, _ := strings.Cut(scan.Text(), "=")
		value = strings.TrimSpace(value)
		switch key {
		case "out_time_us":
			us, err := strconv.ParseInt(value, 10, 64)
			if err == nil && us > 0 && us < int64(1<<62)/1000 {
				p.Done = max(p.Done, time.Duration(us)*time.Microsecond)
			}
		case "speed":
			speed, err := strconv.ParseFloat(strings.TrimSuffix(value, "x"), 64)
			if err == nil && speed >= 0 {
				p.Speed = speed
			}
		case "progress":
			p.Ratio, p.ETA = outlook(p, length)
			report(p)
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line too long for the scanner must not block the tool
}

func outlook(p Progress, length time.Duration) (ratio float64, eta time.Duration) {
	if length <= 0 {
		return 0, 0
	}
	left := max(0, length-p.Done)
	ratio = min(1, float64(p.Done)/float64(length))
	if p.Speed > 0.001 {
		eta = time.Duration(float64(left) / p.Speed)
	}
	return ratio, eta
}
