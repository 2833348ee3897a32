package maker

import (
	"math"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// finish makes the still pictures, and beside them the sound and the single
// files. The picture of sound alone comes with the sound.
func (r *run) finish() error {
	if r.plan.Source.Picture == nil {
		if err := r.finishFiles(); err != nil {
			return err
		}
		return r.finishStills()
	}
	var both errgroup.Group
	both.Go(r.finishStills)
	both.Go(r.finishFiles)
	return both.Wait()
}

func (r *run) finishStills() error {
	res, err := r.o.Runner.Run(r.ctx, StillsCommand(r.plan, r.stills, r.dir))
	if err != nil {
		return failed("maker.stills", err)
	}
	r.o.Log.Info("process", "step", "stills", "cpu", res.CPU, "wall", res.Wall, "rss", res.PeakRSS)
	return nil
}

// finishFiles makes the sound, packs the files and measures what came out; when
// that is off, once or twice again.
func (r *run) finishFiles() error {
	r.mix.Teaser = r.made.Teaser
	if r.plan.Source.Sound == nil {
		return r.pack(0.92)
	}
	const tries = 5
	var before *attempt
	for try := range tries {
		at := 0.91 + 0.01*float64(try)
		if _, err := r.run(stepSound, at, at+0.005, SoundCommand(r.plan, r.mix, r.dir)); err != nil {
			return failed("maker.finish", err)
		}
		var err error
		if r.sound, err = readRendition(r.dir, "hls/audio"); err != nil {
			return internal("maker.finish", err)
		}
		if err := writeStream(filepath.Join(r.dir, streamSound), r.sound.files(r.dir)); err != nil {
			return diskTrouble("maker.finish", err)
		}
		if err := r.pack(at + 0.005); err != nil {
			return err
		}
		made, err := readHeard(r.dir, fileMade, 0, r.length)
		if err != nil {
			return internal("maker.finish", err)
		}
		better, ok := r.mix.correct(made, before, r.plan.Profiles.Audio)
		r.o.Log.Info("sound", "gain", r.mix.Gain, "ceiling", r.mix.Ceiling, "loudness", deref(made.Integrated), "peak", deref(made.TruePeak))
		if ok {
			break
		}
		if made.Integrated != nil {
			before = &attempt{r.mix.Gain, r.mix.Ceiling, *made.Integrated}
		}
		r.mix = better
	}
	return nil
}

func deref(v *float64) float64 {
	if v == nil {
		return math.Inf(-1)
	}
	return *v
}

func (r *run) pack(from float64) error {
	if len(r.plan.Rungs) == 0 && r.plan.Source.Sound == nil {
		return nil
	}
	if _, err := r.run(stepPack, from, from+0.02, PackCommand(r.plan, len(r.teaser) > 0, r.dir)); err != nil {
		return failed("maker.pack", err)
	}
	return nil
}

// streams joins the segments of the rungs that become single files, and copies
// the pictures of the teaser.
func (r *run) streams() error {
	if len(r.rungs) == 0 {
		return nil
	}
	for i, rung := range r.plan.Rungs {
		if rung.MP4 {
			if err := writeStream(filepath.Join(r.dir, streamRung(rung)), r.rungs[i].files(r.dir)); err != nil {
				return diskTrouble("maker.streams", err)
			}
		}
	}
	err := writePassages(filepath.Join(r.dir, streamTeaser), filepath.Join(r.dir, r.rungs[0].Dir, "init.mp4"), r.teaser)
	if err != nil {
		return diskTrouble("maker.streams", err)
	}
	return nil
}
