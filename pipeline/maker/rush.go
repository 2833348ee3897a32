package maker

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
)

// rushRun is one making of a proxy. The run that it holds has the proxy's source
// and no rungs: what makes films decodes, judges and checks here too.
type rushRun struct {
	run
	proxy ProxyPlan
	peaks peaks
}

// Proxy runs a plan in dir, which must be empty and of its own. It returns
// *Incomplete when the decode finds a part missing; after any error nothing in
// dir may be kept.
func (m *Maker) Proxy(ctx context.Context, master string, in Inspection, plan ProxyPlan, dir string, progress func(Step)) (Made, error) {
	r := &rushRun{proxy: plan, run: run{
		Maker: m, ctx: ctx, master: master, dir: dir, meter: newMeter(progress, m.o.Now),
		plan: Plan{Source: plan.Source},
	}}
	r.made.Sheet = in.Sheet
	steps := []func() error{r.decodeRush, r.judge, r.count, r.hear, r.join, r.storyboard, r.wave, r.listProxy}
	if plan.Source.Still != "" {
		steps = []func() error{r.photo}
	}
	for _, step := range steps {
		err := step()
		var part *Incomplete
		if errors.As(err, &part) {
			part.Sheet.Verdicts = append([]string{r.sayNoProxy()}, part.Sheet.Verdicts...)
		}
		if err != nil {
			return Made{}, err
		}
	}
	r.meter.at(stepCheck, 1)
	return r.made, nil
}

func (r *rushRun) decodeRush() error {
	return r.decode(ProxyCommand(r.proxy, r.master, r.dir))
}

// sayNoProxy tells where the damage is, when that is known: at a hole, or where
// the pictures end.
func (r *rushRun) sayNoProxy() string {
	const rest = " L'original est conservé. Télécharger l'original."
	at := -1.0
	if p := r.proxy.Source.Picture; p != nil && r.decoded.Frames > 0 {
		promised, got := r.proxy.Source.Length, r.decodedLength()
		hole := r.decoded.Longest.Seconds()
		variable := r.made.Sheet.Video != nil && r.made.Sheet.Video.Variable
		switch {
		case !variable && hole > max(0.2, 3/p.Rate.Float()):
			at = (r.decoded.Gap - r.decoded.First).Seconds()
		case promised-got > tolerance(promised):
			at = got
		}
	}
	if at < 0 {
		return "Aperçu impossible (fichier endommagé)." + rest
	}
	s := int(at)
	return fmt.Sprintf("Aperçu impossible (fichier endommagé à %02d:%02d).", s/60, s%60) + rest
}

// count reads how many pictures came out: timecodes rest on it.
func (r *rushRun) count() error {
	pic := r.proxy.Source.Picture
	if pic == nil {
		r.made.Proxy = assets.Proxy{Frames: max(1, int(r.length*soundFrames/1000)), Rate: soundFrames}
		return nil
	}
	m, err := ffmpeg.Probe(r.ctx, r.o.Runner, filepath.Join(r.dir, fileSilent))
	if err != nil {
		return failed("maker.count", err)
	}
	if len(m.Video) != 1 || m.Video[0].Frames == 0 {
		return internal("maker.count", fmt.Errorf("maker: %s holds no picture", fileSilent))
	}
	r.made.Proxy = assets.Proxy{Frames: int(m.Video[0].Frames), Rate: thousand(pic.Rate)}
	r.length = float64(m.Video[0].Frames) / pic.Rate.Float()
	if off := r.proxy.Source.Length - r.length; off > tolerance(r.proxy.Source.Length) {
		return r.incomplete(sayShort(r.length, r.proxy.Source.Length))
	}
	return nil
}

// hear reads how loud the sound is, and cuts it to the picture. It stays as loud
// as it came: who edits must hear what there is.
func (r *rushRun) hear() error {
	if r.proxy.Source.Sound == nil {
		return nil
	}
	start := r.decoded.First.Seconds()
	heard, err := readHeard(r.dir, fileStereo, start, r.length)
	if err != nil {
		return internal("maker.hear", err)
	}
	asItCame := heard
	if !r.proxy.Source.Sound.stereo() {
		if asItCame, err = readHeard(r.dir, fileLoudness, start, r.length); err != nil {
			return internal("maker.hear", err)
		}
	}
	r.made.Sheet.Loudness, r.made.Sheet.Silence = asItCame.loudness(), heard.Silence
	r.mix = mix{Skip: start, Samples: int64(math.Round(r.length * soundRate))}
	return nil
}

// join makes the finished file, and takes the peaks of its sound.
func (r *rushRun) join() error {
	c := ProxyFinishCommand(r.proxy, r.mix, r.dir)
	r.peaks = newPeaks(r.proxy.Proxy.Columns, r.mix.Samples)
	c.Stdout = &r.peaks
	if _, err := r.run.run(stepPack, 0.90, 0.96, c); err != nil {
		return failed("maker.join", err)
	}
	return nil
}

// wave draws the sound.
func (r *rushRun) wave() error {
	if r.proxy.Source.Sound == nil {
		return nil
	}
	if r.peaks.at == 0 {
		return internal("maker.wave", errors.New("maker: no sample of the sound came"))
	}
	return r.write(fileWave, r.peaks.svg())
}

func (r *rushRun) write(name string, text []byte) error {
	if err := os.WriteFile(filepath.Join(r.dir, name), text, 0o644); err != nil {
		return diskTrouble("maker.write", err)
	}
	return nil
}

// listProxy checks every finished file and says what it is.
func (r *rushRun) listProxy() error {
	r.meter.at(stepCheck, 0.98)
	r.made.Sheet.Duration = round(r.length, 3)
	if r.made.Sheet.Video != nil {
		r.made.Sheet.Video.Frames = r.decoded.Frames
	}
	film := assets.Rendition{Role: assets.RoleProxy, Width: r.proxy.Rung.Width, Height: r.proxy.Rung.Height, Codec: soundCodec}
	switch {
	case r.proxy.Source.Picture != nil && r.proxy.Source.Sound != nil:
		film.Codec = proxyCodec + "," + soundCodec
	case r.proxy.Source.Picture != nil:
		film.Codec = proxyCodec
	}
	list := []func() error{func() error { return r.addMovie(r.proxy.file(), r.length, film) }}
	if r.proxy.Source.Picture != nil {
		sprite := [2]int{r.proxy.Tile[0] * cellsAcross, r.proxy.Tile[1] * cellsAcross}
		list = append(list, r.checkSteady, r.addPicture(filePoster, assets.RolePoster, r.proxy.Poster), r.addPicture(fileSprite, assets.RoleStoryboard, sprite))
	}
	if r.proxy.Source.Sound != nil {
		list = append(list, func() error {
			return r.add(fileWave, assets.Rendition{Role: assets.RoleWaveform, Width: r.proxy.Proxy.Columns, Height: waveHeight, Codec: "image/svg+xml"})
		})
	}
	for _, one := range list {
		if err := one(); err != nil {
			return internal("maker.listProxy", err)
		}
	}
	return nil
}

func (r *rushRun) addPicture(name string, role assets.Role, size [2]int) func() error {
	return func() error {
		return r.add(name, assets.Rendition{Role: role, Width: size[0], Height: size[1], Codec: "image/jpeg"})
	}
}

// checkSteady reads every packet of the finished picture: as many as were
// counted, from 0, evenly spaced, with a key frame each second.
func (r *rushRun) checkSteady() error {
	p, err := ffmpeg.ScanPackets(r.ctx, r.o.Runner, filepath.Join(r.dir, fileProxy), 0)
	if err != nil {
		return err
	}
	frame := time.Duration(float64(time.Second) / r.rate())
	far := p.End
	for i, key := range p.Keys {
		if i == 0 {
			far = key
		} else {
			far = max(far, key-p.Keys[i-1])
		}
	}
	if int(p.Count) != r.made.Proxy.Frames || p.First != 0 || p.Off > 0 || far > time.Second || p.End-p.Keys[len(p.Keys)-1] > time.Second+frame {
		return fmt.Errorf("maker: %s is not steady: %d of %d pictures, from %v, %d off, %v without a key frame", fileProxy, p.Count, r.made.Proxy.Frames, p.First, p.Off, far)
	}
	return nil
}
