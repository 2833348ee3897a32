package maker

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"anonymal.tv/regie/pipeline/ffmpeg"
	"anonymal.tv/regie/pipeline/picks"
)

// Source is all that making needs to know of a master. Inspect fills it in.
type Source struct {
	Length  float64  `json:"length"`            // seconds that its packets say, without what precedes the first picture
	Picture *Picture `json:"picture,omitempty"` // nil for sound alone
	Sound   *Sound   `json:"sound,omitempty"`   // nil for silent film
	Still   string   `json:"still,omitempty"`   // of a photo: how it is packed, for ProxyPlan alone
}

// Picture is the chosen video track.
type Picture struct {
	Stream     int             `json:"stream"` // index in the file
	Width      int             `json:"width"`  // pixels as shown: upright and square
	Height     int             `json:"height"`
	Coded      [2]int          `json:"coded"`                // pixels as stored, upright
	Rate       ffmpeg.Rational `json:"rate"`                 // of what is made: constant
	Interlaced string          `json:"interlaced,omitempty"` // "tff", "bff" or ""
	Format     string          `json:"format"`               // pixel format
	Matrix     string          `json:"matrix"`               // after ffmpeg's names, never unknown: bt709, smpte170m, bt2020nc, gbr…
	Primaries  string          `json:"primaries"`
	Transfer   string          `json:"transfer"`
	Full       bool            `json:"full"` // luma of 0 to 255
}

// Sound is the chosen audio track, or the two mono tracks that are left and
// right.
type Sound struct {
	Streams  []int `json:"streams"`  // indexes in the file
	Channels int   `json:"channels"` // of the first
}

// Plan is what is made of one film. It is a value: the same source and profiles
// give the same plan.
type Plan struct {
	Source   Source     `json:"source"`
	Profiles Profiles   `json:"profiles"`
	Tools    string     `json:"tools"` // versions of what it is made with
	Rungs    []Rung     `json:"rungs"` // tallest first; none for sound alone
	Large    [2]int     `json:"large"` // size of the large thumbnails
	Small    [2]int     `json:"small"`
	Every    int        `json:"every"` // frames between two candidates
	Tile     [2]int     `json:"tile"`  // size of one picture of the storyboard
	Grid     picks.Grid `json:"grid"`
	GridStep int        `json:"grid_step"` // frames between two pictures of the storyboard
}

// Rung is one size of the picture.
type Rung struct {
	Name    string `json:"name"` // the short side: "720"
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	CRF     int    `json:"crf"`
	Maxrate int    `json:"maxrate"` // kbit/s
	Buffer  int    `json:"buffer"`  // kbit
	MP4     bool   `json:"mp4"`
}

// making is raised when the same plan begins to give other files.
const making = 1

// MakePlan decides what is made. It is pure.
func MakePlan(s Source, p Profiles, tools string) (Plan, error) {
	if err := p.Validate(); err != nil {
		return Plan{}, err
	}
	if s.Picture == nil && s.Sound == nil {
		return Plan{}, fmt.Errorf("maker: a source without picture and sound")
	}
	plan := Plan{Source: s, Profiles: p, Tools: tools}
	plan.Large, plan.Small = [2]int{p.Thumbnails.Large, p.Thumbnails.Large * 9 / 16}, [2]int{p.Thumbnails.Small, p.Thumbnails.Small * 9 / 16}
	if s.Picture == nil {
		return plan, nil
	}
	plan.Rungs = rungs(*s.Picture, p)
	top := plan.Rungs[0]
	plan.Large = fit(top.Width, top.Height, p.Thumbnails.Large)
	plan.Small = fit(top.Width, top.Height, p.Thumbnails.Small)
	plan.Tile = fit(top.Width, top.Height, p.Storyboard.Long)

	rate := s.Picture.Rate.Float()
	every := max(p.Thumbnails.Every, s.Length/float64(p.Thumbnails.Most))
	if s.Length < every*float64(p.Thumbnails.Count)*2 { // a very short film still has pictures to choose from
		every = s.Length / float64(p.Thumbnails.Count*2)
	}
	plan.Every = max(1, int(math.Round(every*rate)))
	plan.Grid = picks.Storyboard(s.Length)
	plan.GridStep = max(1, int(math.Round(plan.Grid.Interval*rate)))
	return plan, nil
}

// Recipe names what the plan makes of one master: another recipe, other files.
func (p Plan) Recipe() string { return recipe(p, making) }

func recipe(plan any, making byte) string {
	text, err := json.Marshal(plan)
	if err != nil { // a plan holds numbers and strings only
		panic(err)
	}
	sum := sha256.Sum256(append(text, making))
	return hex.EncodeToString(sum[:8])
}

// rungs are the steps of the ladder that are not larger than the picture; the
// picture's own size comes first when it lies between two steps or below all.
func rungs(pic Picture, p Profiles) []Rung {
	short := even(min(pic.Width, pic.Height))
	var out []Rung
	for i, s := range p.Ladder {
		own := s
		if i == len(p.Ladder)-1 && short < s.Short || i+1 < len(p.Ladder) && short < s.Short && short > p.Ladder[i+1].Short {
			own.Short = short // what serves the next larger step serves this one
			out = append(out, rung(pic, own, p.Video))
		}
		if s.Short <= short {
			out = append(out, rung(pic, s, p.Video))
		}
	}
	out[0].MP4 = out[0].MP4 || out[0].short() < 720
	return out
}

func (r Rung) short() int { return min(r.Width, r.Height) }

// rung sizes the picture by its short side.
func rung(pic Picture, s LadderStep, v Video) Rung {
	whole := max(pic.Width, pic.Height)
	long := min(even(whole), nearestEven(float64(whole)*float64(s.Short)/float64(min(pic.Width, pic.Height))))
	w, h := long, s.Short
	if pic.Width < pic.Height {
		w, h = s.Short, long
	}
	maxrate := float64(s.Maxrate)
	if pic.Rate.Float() > 30.5 {
		maxrate *= v.Fast
	}
	return Rung{
		Name: strconv.Itoa(s.Short), Width: w, Height: h, CRF: s.CRF,
		Maxrate: int(maxrate), Buffer: int(maxrate * v.Buffer), MP4: s.MP4,
	}
}

// even is the largest even number that is not larger, at least 2: a rung never
// exceeds its source.
func even(n int) int { return max(2, n/2*2) }

func nearestEven(x float64) int { return max(2, 2*int(math.Round(x/2))) }

// fit is the size of a picture whose long side is at most long.
func fit(w, h, long int) [2]int {
	if scale := float64(long) / float64(max(w, h)); scale < 1 {
		return [2]int{nearestEven(float64(w) * scale), nearestEven(float64(h) * scale)}
	}
	return [2]int{w, h}
}
