package maker

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
	"anonymal.tv/regie/pipeline/picks"
)

// run is one making: what is known so far, in the order in which it is learnt.
type run struct {
	*Maker
	ctx    context.Context
	plan   Plan
	master string
	dir    string
	meter  *meter

	made    Made
	decoded decoded
	length  float64     // seconds of film, counted
	rungs   []rendition // in the order of the plan
	sound   rendition
	looks   []picks.Look
	shown   shown
	mixed   heard // the stereo mix
	mix     mix
	teaser  [][]sample
	stills  []int // candidates
}

// Make runs a plan in dir, which must be empty and of its own. It returns
// *Incomplete when the decode finds a part missing; after any error nothing in
// dir may be kept.
func (m *Maker) Make(ctx context.Context, master string, in Inspection, plan Plan, dir string, progress func(Step)) (Made, error) {
	r := &run{Maker: m, ctx: ctx, plan: plan, master: master, dir: dir, meter: newMeter(progress, m.o.Now)}
	r.made.Sheet = in.Sheet
	for _, step := range []func() error{
		r.folders, r.decodeAll, r.judge, r.readRungs, r.choose, r.measure, r.chooseTeaser, r.streams, r.finish, r.playlists, r.list,
	} {
		if err := step(); err != nil {
			return Made{}, err
		}
	}
	r.meter.at(stepCheck, 1)
	return r.made, nil
}

const (
	stepDecode = "Fabrication des images et du son"
	stepSound  = "Mise à niveau du son"
	stepPack   = "Assemblage des fichiers"
	stepCheck  = "Vérification"
)

func (r *run) folders() error {
	dirs := []string{}
	for _, rung := range r.plan.Rungs {
		dirs = append(dirs, filepath.Join(r.dir, "hls", rung.Name))
	}
	if r.plan.Source.Sound != nil {
		dirs = append(dirs, filepath.Join(r.dir, "hls", "audio"))
	}
	for _, d := range dirs {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return diskTrouble("maker.folders", err)
		}
	}
	return nil
}

// run runs one process and says what it cost.
func (r *run) run(step string, from, to float64, c ffmpeg.Command) (ffmpeg.Result, error) {
	c.Length = time.Duration(r.plan.Source.Length * float64(time.Second))
	c.CPU = 10*time.Minute + 60*c.Length // 4K60 takes 20 times its length; what takes longer will not end
	c.Progress = func(p ffmpeg.Progress) { r.meter.at(step, from+(to-from)*p.Ratio) }
	r.meter.at(step, from)
	res, err := r.o.Runner.Run(r.ctx, c)
	r.o.Log.Info("process", "step", step, "cpu", res.CPU, "wall", res.Wall, "rss", res.PeakRSS)
	if strings.Contains(res.Stderr, "No space left on device") {
		return res, diskTrouble("maker.run", errors.New(lastLines(res.Stderr, 3)))
	}
	if err == nil {
		r.meter.at(step, to)
	}
	return res, err
}

func (r *run) decodeAll() error { return r.decode(DecodeCommand(r.plan, r.master, r.dir)) }

// decode is the one decode of the master.
func (r *run) decode(c ffmpeg.Command) error {
	res, err := r.run(stepDecode, 0, 0.90, c)
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	var own *assets.Error
	if errors.As(err, &own) {
		return err
	}
	var readErr error
	if r.decoded, readErr = readDecoded(r.dir); readErr != nil {
		return internal("maker.decode", readErr)
	}
	if bad := damage(res.Stderr); len(bad) > 0 {
		r.o.Log.Warn("the master is damaged", "stderr", lastLines(res.Stderr, 5))
		return r.incomplete(sayDamaged(r.decodedLength(), r.plan.Source.Length))
	}
	if err != nil {
		return &assets.Error{Kind: kindOf(err), Op: "maker.decode", Msg: "La fabrication s'est arrêtée pendant le décodage. L'original est conservé ; elle sera tentée à nouveau.", Err: err}
	}
	if r.plan.Source.Picture != nil && r.decoded.Frames == 0 {
		return r.incomplete("Aucune image du film n'a pu être décodée. L'original reste conservé. Réexporter le film, puis le déposer à nouveau.")
	}
	return nil
}

// decodedLength is how many seconds of picture came out.
func (r *run) decodedLength() float64 {
	if r.decoded.Frames == 0 {
		return 0
	}
	return (r.decoded.Last - r.decoded.First).Seconds() + 1/r.plan.Source.Picture.Rate.Float()
}

// incomplete ends the run with a verdict.
func (r *run) incomplete(sentence string) error {
	s := r.made.Sheet
	s.Status = assets.SheetIncomplete
	s.Verdicts = append([]string{sentence}, s.Verdicts...)
	return &Incomplete{s}
}

// judge compares what came out with what the packets promised.
func (r *run) judge() error {
	promised := r.plan.Source.Length
	got := promised
	if r.plan.Source.Picture != nil {
		got = r.decodedLength()
		// A film that ends on a still picture holds it for longer than a frame.
		got = max(got, min(promised, got+r.decoded.Longest.Seconds()))
	}
	if r.plan.Source.Sound != nil {
		length, err := soundLength(r.dir)
		if err != nil {
			return internal("maker.judge", err)
		}
		if r.plan.Source.Picture == nil {
			got = length
			r.length = length
		}
	}
	if promised-got > tolerance(promised) {
		return r.incomplete(sayShort(got, promised))
	}
	return nil
}

// readRungs reads the segments of every rung and checks that they agree.
func (r *run) readRungs() error {
	if r.plan.Source.Picture == nil {
		return nil
	}
	frame := 1 / r.plan.Source.Picture.Rate.Float()
	for _, rung := range r.plan.Rungs {
		one, err := readRendition(r.dir, "hls/"+rung.Name)
		if err != nil {
			return internal("maker.readRungs", err)
		}
		r.rungs = append(r.rungs, one)
	}
	top := r.rungs[0]
	r.length = top.length()
	for _, one := range r.rungs {
		if err := one.agrees(top, frame); err != nil {
			return internal("maker.readRungs", err)
		}
	}
	if off := math.Abs(r.length - r.plan.Source.Length); off > tolerance(r.plan.Source.Length) {
		return r.incomplete(sayShort(r.length, r.plan.Source.Length))
	}
	return nil
}

// choose picks the still pictures and the teaser.
func (r *run) choose() (err error) {
	if r.plan.Source.Picture == nil {
		r.stills = []int{0}
		return nil
	}
	rate := r.plan.Source.Picture.Rate.Float()
	if r.shown, err = readShown(r.dir, r.length); err != nil {
		return internal("maker.choose", err)
	}
	last := r.plan.Rungs[len(r.plan.Rungs)-1]
	gray, err := os.Open(filepath.Join(r.dir, fileGray))
	if err != nil {
		return internal("maker.choose", err)
	}
	defer gray.Close()
	at := func(n int) float64 { return float64(n*r.plan.Every) / rate }
	if r.looks, err = picks.Looks(picks.ReadFrames(gray, last.Width, last.Height, at)); err != nil {
		return internal("maker.choose", err)
	}
	var cuts []float64
	for _, c := range r.shown.Cuts {
		cuts = append(cuts, c.Time)
	}
	for _, p := range picks.Thumbnails(r.looks, picks.Options{
		Count: r.plan.Profiles.Thumbnails.Count, Opening: r.plan.Profiles.Thumbnails.Opening, Length: r.length, Cuts: cuts,
	}) {
		r.stills = append(r.stills, p.Index)
	}
	r.made.Sheet.Black = r.shown.Black
	return nil
}

// chooseTeaser picks whole shots, and finds the pictures to copy.
func (r *run) chooseTeaser() error {
	if len(r.rungs) == 0 {
		return nil
	}
	top := r.rungs[0]
	film := picks.Film{Length: r.length, Cuts: r.shown.Cuts, Loudness: r.mixed.Second, Looks: r.looks}
	for _, s := range top.Samples {
		if s.Key {
			film.KeyFrames = append(film.KeyFrames, top.Track.seconds(s.PTS))
		}
	}
	for _, s := range r.shown.Black {
		film.Black = append(film.Black, picks.Span(s))
	}
	for _, s := range r.mixed.Silence {
		film.Silence = append(film.Silence, picks.Span(s))
	}
	for _, s := range picks.Teaser(film, picks.TeaserOptions{Min: r.plan.Profiles.Teaser.Min, Max: r.plan.Profiles.Teaser.Max}) {
		if samples, span := passage(top.Samples, assets.Span(s), top.Track); len(samples) > 0 {
			r.teaser = append(r.teaser, samples)
			r.made.Teaser = append(r.made.Teaser, span)
		}
	}
	return nil
}

// measure reads what the decode has heard, and decides how the sound is mixed.
func (r *run) measure() error {
	if r.plan.Source.Sound == nil {
		return nil
	}
	start := r.decoded.First.Seconds()
	var err error
	if r.mixed, err = readHeard(r.dir, fileStereo, start, r.length); err != nil {
		return internal("maker.measure", err)
	}
	asItCame := r.mixed
	if !r.plan.Source.Sound.stereo() {
		if asItCame, err = readHeard(r.dir, fileLoudness, start, r.length); err != nil {
			return internal("maker.measure", err)
		}
	}
	r.made.Sheet.Loudness, r.made.Sheet.Silence = asItCame.loudness(), r.mixed.Silence
	r.mix = mixFor(r.mixed, r.plan.Profiles.Audio)
	r.mix.Skip, r.mix.Samples = start, int64(math.Round(r.length*soundRate))
	if r.mix.Ceiling == 0 || r.mix.Gain == 0 {
		return nil
	}
	return r.tryLimiter()
}

// tryLimiter finds the gain that reaches the target through the limiter, which
// takes loudness away: trying costs a tenth of making.
func (r *run) tryLimiter() error {
	const tries = 4
	var before *attempt
	for range tries {
		if _, err := r.run(stepSound, 0.90, 0.91, TrialCommand(r.mix, r.dir)); err != nil {
			return failed("maker.tryLimiter", err)
		}
		tried, err := readHeard(r.dir, fileMade, 0, r.length)
		if err != nil {
			return internal("maker.tryLimiter", err)
		}
		better, ok := r.mix.correct(tried, before, r.plan.Profiles.Audio)
		if ok || tried.Integrated == nil {
			break
		}
		before = &attempt{r.mix.Gain, r.mix.Ceiling, *tried.Integrated}
		r.mix = better
		if before.loudness > r.plan.Profiles.Audio.Loudness-1 {
			break // the rest is nearly straight
		}
	}
	return nil
}

func (s Sound) stereo() bool { return len(s.Streams) == 2 || s.Channels == 2 }

// tolerance is how far two lengths may be apart, in seconds.
func tolerance(length float64) float64 {
	return ffmpeg.Tolerance(time.Duration(length * float64(time.Second))).Seconds()
}
