package maker

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
	"anonymal.tv/regie/pipeline/picks"
)

// FormatRequest is a film that somebody asks for in another form.
type FormatRequest struct {
	Name     assets.FormatName
	Movie    string     // the master, or a movie that the house made
	In       Inspection // of that file
	Captions []byte     // ASS, to be burnt into the picture; nil for none
}

// makingFormat is raised when the same form begins to give other files.
const makingFormat = 1

// FormatRecipe names how a format is made, whatever the film: another recipe,
// another file.
func (m *Maker) FormatRecipe(name assets.FormatName) string {
	return recipe(struct {
		Form  form
		Video Video
		Tools string
	}{forms[name], m.o.Profiles.Video, m.o.Tools}, makingFormat)
}

// The names of what the making of a format leaves in the scratch folder.
const (
	fileSights   = "sights.raw" // small pictures, yuv420p, some a second
	fileCrop     = "crop.cmd"   // where the crop goes, for sendcmd
	fileCaptions = "captions.ass"
)

const stepLook = "Recherche du cadre"

// formatRun is one making of a format. The run that it holds has the source and no
// rungs: what makes films decodes, judges and checks here too.
type formatRun struct {
	run
	form     form
	shape    shape
	captions bool
	loud     Audio // what the sound is brought to
	frames   int64
}

// Format makes a film over in another form, in dir, which must be empty and of its
// own. Each way there is one decode; a crop costs a second, of small pictures.
func (m *Maker) Format(ctx context.Context, q FormatRequest, dir string, progress func(Step)) (File, error) {
	const op = "maker.Format"
	f, known := forms[q.Name]
	if !known || q.In.Source.Picture == nil {
		return File{}, &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Ce film n'a pas d'image : ce format ne peut pas en être fait."}
	}
	source := q.In.Source
	pic := f.picture(*source.Picture)
	source.Picture = &pic
	r := &formatRun{
		run:  run{Maker: m, ctx: ctx, master: q.Movie, dir: dir, meter: newMeter(progress, m.o.Now), plan: Plan{Source: source}},
		form: f, shape: f.shape(pic), captions: len(q.Captions) > 0, loud: f.audio(m.o.Profiles.Audio),
	}
	if r.captions {
		if err := os.WriteFile(filepath.Join(dir, fileCaptions), q.Captions, 0o600); err != nil {
			return File{}, diskTrouble(op, err)
		}
	}
	for _, step := range []func() error{r.frame, r.decodeFormat, r.judge, r.count, r.hear, r.join, r.check} {
		if err := step(); err != nil {
			return File{}, wholeFault(op, err)
		}
	}
	r.meter.at(stepCheck, 1)
	return r.made.Files[0], nil
}

// wholeFault turns a part that is missing, of a film that was made before, into an
// error.
func wholeFault(op string, err error) error {
	if part, is := err.(*Incomplete); is {
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: firstOf(part.Sheet.Verdicts), Err: err}
	}
	return err
}

func firstOf(all []string) string { return append(all, "")[0] }

// frame finds where a crop goes: a decode of small pictures, at the rate of what is
// made, so that cuts are met to the frame.
func (r *formatRun) frame() error {
	if !r.shape.Crop {
		return nil
	}
	rate := r.rate()
	every := max(1, int(math.Round(rate/sightsPerSecond)))
	if _, err := r.run.run(stepLook, 0, 0.15, SightsCommand(r.shape, r.plan.Source, every, r.master, r.dir)); err != nil {
		return failed("maker.frame", err)
	}
	shown, err := readShown(r.dir, r.plan.Source.Length)
	if err != nil {
		return internal("maker.frame", err)
	}
	small, err := os.Open(filepath.Join(r.dir, fileSights))
	if err != nil {
		return internal("maker.frame", err)
	}
	defer small.Close()
	sights, err := picks.Sights(small, r.shape.Small[0], r.shape.Small[1], func(n int) float64 { return float64(n*every) / rate })
	if err != nil || len(sights) == 0 {
		return internal("maker.frame", fmt.Errorf("%d pictures to look at: %w", len(sights), err))
	}
	var cuts []float64
	for _, c := range shown.Cuts {
		cuts = append(cuts, c.Time)
	}
	places := picks.Crop(sights, cuts, float64(r.form.Size[0])/float64(r.shape.Inner[0]))
	if err := os.WriteFile(filepath.Join(r.dir, fileCrop), []byte(r.shape.commands(places, rate)), 0o600); err != nil {
		return diskTrouble("maker.frame", err)
	}
	return os.Remove(filepath.Join(r.dir, filePicture))
}

func (r *formatRun) decodeFormat() error {
	return r.decode(FormatCommand(r.form, r.shape, r.plan.Source, r.o.Profiles.Video, r.captions, r.master, r.dir))
}

// count reads how many pictures came out: the sound is cut to them.
func (r *formatRun) count() error {
	p, err := ffmpeg.ScanPackets(r.ctx, r.o.Runner, filepath.Join(r.dir, r.form.silent()), 0)
	if err != nil || p.Count == 0 {
		return internal("maker.count", fmt.Errorf("%d pictures: %w", p.Count, err))
	}
	r.frames, r.length = p.Count, float64(p.Count)/r.rate()
	return nil
}

// hear brings the sound to its level.
func (r *formatRun) hear() error {
	if r.plan.Source.Sound == nil {
		return nil
	}
	start := r.decoded.First.Seconds()
	came, err := readHeard(r.dir, fileStereo, start, r.length)
	if err != nil {
		return internal("maker.hear", err)
	}
	m := mixFor(came, r.loud)
	if r.form.Loudness == 0 {
		m = mix{}
	}
	m.Skip, m.Samples = start, int64(math.Round(r.length*soundRate))
	made := filepath.Join(r.dir, r.form.sound())
	return m.reach(r.loud, r.form.TruePeak, func(m mix) (heard, error) {
		if _, err := r.run.run(stepSound, 0.92, 0.94, FormatSoundCommand(r.form, m, r.dir)); err != nil {
			return heard{}, failed("maker.hear", err)
		}
		if r.form.Loudness == 0 {
			return heard{}, nil
		}
		return r.listen(r.ctx, made, r.dir, r.length)
	})
}

// join puts picture and sound together.
func (r *formatRun) join() error {
	if _, err := r.run.run(stepPack, 0.95, 0.98, FormatJoinCommand(r.form, r.plan.Source.Sound != nil, r.dir)); err != nil {
		return failed("maker.join", err)
	}
	return nil
}

// check looks at the finished file with the eyes of a stranger: its size, upright,
// and picture and sound as long as each other, from the same instant.
func (r *formatRun) check() error {
	const op = "maker.check"
	r.meter.at(stepCheck, 0.98)
	path := filepath.Join(r.dir, r.form.file())
	probed, err := ffmpeg.Probe(r.ctx, r.o.Runner, path)
	if err != nil {
		return internal(op, err)
	}
	sounds := 0
	if r.plan.Source.Sound != nil {
		sounds = 1
	}
	if len(probed.Video) != 1 || len(probed.Audio) != sounds {
		return internal(op, fmt.Errorf("%d pictures and %d sounds", len(probed.Video), len(probed.Audio)))
	}
	v := probed.Video[0]
	if got := [2]int{v.DisplayWidth, v.DisplayHeight}; v.Rotation != 0 || got != r.shape.Size {
		return internal(op, fmt.Errorf("%v turned by %d, wanted %v", got, v.Rotation, r.shape.Size))
	}
	frame := time.Duration(float64(time.Second) / r.rate())
	for _, stream := range slices.Concat([]int{v.Index}, soundsOf(probed)) {
		p, err := ffmpeg.ScanPackets(r.ctx, r.o.Runner, path, stream)
		if err != nil {
			return internal(op, err)
		}
		long := time.Duration(r.length * float64(time.Second))
		if stream == v.Index && p.Count != r.frames || p.First.Abs() > frame || (p.End-long).Abs() > frame+packets {
			return internal(op, fmt.Errorf("stream %d has %d packets from %v to %v, wanted %v", stream, p.Count, p.First, p.End, long))
		}
	}
	codec := r.form.Codec
	if codec == "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return internal(op, err)
		}
		if codec, err = avcCodec(text); err != nil {
			return internal(op, err)
		}
		if sounds > 0 {
			codec = strings.Join([]string{codec, soundCodec}, ",")
		}
	}
	return r.add(r.form.file(), assets.Rendition{
		Role: r.form.Name.Role(), Width: r.shape.Size[0], Height: r.shape.Size[1], Codec: codec, Duration: round(r.length, 3),
	})
}

// packets are two of AAC: what the last one may hold beyond the end.
const packets = 2 * soundPacket * time.Second / soundRate

func soundsOf(m ffmpeg.Media) (all []int) {
	for _, a := range m.Audio {
		all = append(all, a.Index)
	}
	return all
}
