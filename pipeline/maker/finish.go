package maker

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/ffmpeg"
	"anonymal.tv/regie/pipeline/picks"
)

const (
	fileMaster     = "hls/master.m3u8"
	fileStoryboard = "storyboard.vtt"
)

// playlists writes every playlist from what the segments really hold, and says
// where each picture of the storyboard belongs.
func (r *run) playlists() error {
	write := func(name, text string) error {
		return os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o644)
	}
	var variants []variant
	for i, one := range r.rungs {
		variants = append(variants, variant{r.plan.Rungs[i], one.Segments, one.Track.Codec})
		if err := write(one.Dir+"/index.m3u8", mediaPlaylist(one.Segments)); err != nil {
			return diskTrouble("maker.playlists", err)
		}
	}
	var rate ffmpeg.Rational
	if p := r.plan.Source.Picture; p != nil {
		rate = p.Rate
		text := picks.StoryboardVTT(r.plan.Grid, r.length, r.plan.Tile[0], r.plan.Tile[1], func(sheet int) string { return fmt.Sprintf(storyboards, sheet) })
		if err := write(fileStoryboard, text); err != nil {
			return diskTrouble("maker.playlists", err)
		}
	}
	if r.plan.Source.Sound != nil {
		r.sound.Segments = r.sound.trimmed(r.length)
		if err := write(r.sound.Dir+"/index.m3u8", mediaPlaylist(r.sound.Segments)); err != nil {
			return diskTrouble("maker.playlists", err)
		}
	}
	if err := write(fileMaster, multivariant(variants, rate, r.sound.Segments)); err != nil {
		return diskTrouble("maker.playlists", err)
	}
	return nil
}

// list checks every finished file and says what it is.
func (r *run) list() error {
	r.meter.at(stepCheck, 0.98)
	r.made.Sheet.Duration = round(r.length, 3)
	if r.made.Sheet.Video != nil {
		r.made.Sheet.Video.Frames = r.decoded.Frames
	}
	for _, build := range []func() error{r.listHLS, r.listMovies, r.listStills} {
		if err := build(); err != nil {
			return internal("maker.list", err)
		}
	}
	r.conclude()
	return nil
}

func (r *run) add(path string, rendition assets.Rendition, parts ...string) error {
	info, err := os.Stat(filepath.Join(r.dir, path))
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return fmt.Errorf("maker: %s is empty", path)
	}
	if rendition.Duration > 0 && rendition.Bitrate == 0 {
		rendition.Bitrate = bitRate(info.Size(), rendition.Duration)
	}
	r.made.Files = append(r.made.Files, File{Path: path, Parts: parts, Rendition: rendition})
	return nil
}

func (r *run) listHLS() error {
	var parts []string
	bytes := int64(0)
	all := r.rungs
	if r.plan.Source.Sound != nil {
		all = append(slices.Clone(all), r.sound)
	}
	frame := time.Duration(float64(time.Second) / r.rate())
	for _, one := range all {
		playlist := one.Dir + "/index.m3u8"
		if err := ffmpeg.CheckOutput(r.ctx, r.o.Runner, filepath.Join(r.dir, playlist), time.Duration(r.length*float64(time.Second)), frame); err != nil {
			return err
		}
		parts = append(parts, playlist, one.Dir+"/init.mp4")
		for _, s := range one.Segments {
			parts = append(parts, one.Dir+"/"+s.Name)
		}
	}
	top := assets.Rendition{Role: assets.RoleHLS, Duration: r.length, Codec: r.codecs(0)}
	for _, s := range append(slices.Clone(all[0].Segments), r.sound.Segments...) {
		bytes += s.Bytes
	}
	top.Bitrate = bitRate(bytes, r.length)
	if len(r.plan.Rungs) > 0 {
		top.Width, top.Height = r.plan.Rungs[0].Width, r.plan.Rungs[0].Height
	} else {
		top.Bitrate = meanRate(r.sound.Segments)
	}
	if err := r.add(fileMaster, top, parts...); err != nil {
		return err
	}
	for i, rung := range r.plan.Rungs {
		one := assets.Rendition{
			Role: assets.RoleHLSVideo, Width: rung.Width, Height: rung.Height, Rank: i, Duration: r.length,
			Bitrate: meanRate(r.rungs[i].Segments), Codec: r.rungs[i].Track.Codec,
		}
		if err := r.add(r.rungs[i].Dir+"/index.m3u8", one); err != nil {
			return err
		}
	}
	if r.plan.Source.Sound == nil {
		return nil
	}
	sound := assets.Rendition{Role: assets.RoleHLSAudio, Duration: r.length, Bitrate: meanRate(r.sound.Segments), Codec: soundCodec}
	return r.add(r.sound.Dir+"/index.m3u8", sound)
}

func (r *run) rate() float64 {
	if p := r.plan.Source.Picture; p != nil {
		return p.Rate.Float()
	}
	return float64(soundRate) / soundPacket
}

// codecs are those of a rung with the sound.
func (r *run) codecs(rung int) string {
	switch {
	case len(r.rungs) == 0:
		return soundCodec
	case r.plan.Source.Sound == nil:
		return r.rungs[rung].Track.Codec
	}
	return r.rungs[rung].Track.Codec + "," + soundCodec
}

// listMovies checks the single files with the eyes of a stranger.
func (r *run) listMovies() error {
	for i, rung := range r.plan.Rungs {
		if !rung.MP4 {
			continue
		}
		one := assets.Rendition{Role: assets.MP4Role(rung.short()), Width: rung.Width, Height: rung.Height, Codec: r.codecs(i)}
		if err := r.addMovie(movie(rung), r.length, one); err != nil {
			return err
		}
	}
	if r.plan.Source.Sound != nil {
		if err := r.addMovie(fileAudio, r.length, assets.Rendition{Role: assets.RoleAudio, Codec: soundCodec}); err != nil {
			return err
		}
	}
	if len(r.made.Teaser) > 0 {
		var length float64
		for _, s := range r.made.Teaser {
			length += s.Length()
		}
		top := r.plan.Rungs[0]
		return r.addMovie(fileTeaserMovie, length, assets.Rendition{Role: assets.RoleTeaser, Width: top.Width, Height: top.Height, Codec: r.codecs(0)})
	}
	return nil
}

// addMovie looks at a finished file with the eyes of a stranger: its index names
// as much as was asked for, and all of it is there.
func (r *run) addMovie(path string, length float64, rendition assets.Rendition) error {
	full := filepath.Join(r.dir, path)
	info, err := os.Stat(full)
	if err != nil {
		return err
	}
	if beyond, err := beyondEnd(full, info.Size()); err != nil || beyond > 0 {
		return fmt.Errorf("maker: %s lacks %d bytes: %w", path, beyond, err)
	}
	m, err := ffmpeg.Probe(r.ctx, r.o.Runner, full)
	if err != nil {
		return err
	}
	// The last packet of sound may reach beyond the last picture.
	slack := 1/r.rate() + 2*float64(soundPacket)/soundRate
	if off := math.Abs(m.Duration.Seconds() - length); off > slack {
		return fmt.Errorf("maker: %s lasts %v, wanted %.3f s", path, m.Duration, length)
	}
	pictures, sounds := min(rendition.Width, 1), 0
	if r.plan.Source.Sound != nil {
		sounds = 1
	}
	if len(m.Video) != pictures || len(m.Audio) != sounds {
		return fmt.Errorf("maker: %s has %d pictures and %d sounds", path, len(m.Video), len(m.Audio))
	}
	if pictures == 1 && math.Abs(float64(m.Video[0].Frames)-length*r.rate()) > 1 {
		return fmt.Errorf("maker: %s has %d frames in %.3f s", path, m.Video[0].Frames, length)
	}
	rendition.Duration = round(length, 3)
	return r.add(path, rendition)
}

// stillSize is one file of a chosen picture.
type stillSize struct {
	size, kind, codec string
	pixels            [2]int
}

func stillSizes(p Plan) []stillSize {
	return []stillSize{
		{"large", "jpg", "image/jpeg", p.Large},
		{"large", "webp", "image/webp", p.Large},
		{"small", "jpg", "image/jpeg", p.Small},
		{"small", "webp", "image/webp", p.Small},
	}
}

// listStills names the thumbnails; the best one is the poster as well.
func (r *run) listStills() error {
	for i := range r.stills {
		for _, o := range stillSizes(r.plan) {
			rendition := assets.Rendition{Role: assets.RolePoster, Width: o.pixels[0], Height: o.pixels[1], Codec: o.codec}
			name := still(i+1, o.size, o.kind)
			if i == 0 {
				poster := fmt.Sprintf("poster-%s.%s", o.size, o.kind)
				if err := copyFile(filepath.Join(r.dir, poster), filepath.Join(r.dir, name)); err != nil {
					return err
				}
				if err := r.add(poster, rendition); err != nil {
					return err
				}
			}
			if r.plan.Source.Picture == nil {
				continue // the drawing of a sound is no choice
			}
			rendition.Role, rendition.Rank = assets.RoleThumbnail, i+1
			if err := r.add(name, rendition); err != nil {
				return err
			}
		}
	}
	if r.plan.Source.Picture == nil {
		return nil
	}
	for n := range r.plan.Grid.Sheets {
		w, h := r.plan.Tile[0]*r.plan.Grid.Columns, r.plan.Tile[1]*r.plan.Grid.Rows
		if err := r.add(fmt.Sprintf(storyboards, n), assets.Rendition{Role: assets.RoleStoryboard, Width: w, Height: h, Codec: "image/jpeg", Rank: n}); err != nil {
			return err
		}
	}
	return r.add(fileStoryboard, assets.Rendition{Role: assets.RoleStoryboardVTT, Codec: "text/vtt"})
}

func copyFile(dst, src string) error {
	return writeStream(dst, []string{src})
}

// conclude adds what the making has found out to the sheet.
func (r *run) conclude() {
	s := &r.made.Sheet
	say := func(sentence string) {
		if s.Status == assets.SheetOK {
			s.Status, s.Verdicts = assets.SheetWarning, nil
		}
		s.Verdicts = append(s.Verdicts, sentence)
	}
	if r.plan.Source.Sound != nil {
		loud := s.Loudness
		switch {
		case loud == nil || loud.Integrated == nil:
			say("Le son est muet, ou trop court pour être mesuré : il est laissé tel quel.")
		case r.mix.Gain == 0 && *loud.Integrated < r.plan.Profiles.Audio.Quietest:
			say(fmt.Sprintf("Le son est presque inaudible (%s LUFS) : il est laissé tel quel, car l'amplifier ferait surtout entendre du bruit.", decimal(round(*loud.Integrated, 0))))
		case r.mix.Gain > 20:
			say(fmt.Sprintf("Le son est très faible (%s LUFS) : il a été remonté, le bruit de fond aussi.", decimal(round(*loud.Integrated, 0))))
		default:
			s.Verdicts = append(s.Verdicts, sayLevel(*loud.Integrated, r.mix.Gain, r.plan.Profiles.Audio.Loudness))
		}
		if r.mix.Double > 0 {
			side := []string{"gauche", "droite"}[r.mix.Double-1]
			say("Le son n'était que sur la voie " + side + " : il est maintenant des deux côtés.")
		}
	}
	var dark float64
	for _, span := range s.Black {
		dark += span.Length()
	}
	if r.length > 0 && dark > 0.5*r.length {
		say(fmt.Sprintf("L'image est noire pendant %d %% du film.", int(math.Round(100*dark/r.length))))
	}
}

// sayLevel tells how loud the sound came, and what was done about it.
func sayLevel(integrated, gain, target float64) string {
	done := "c'est juste pour le web."
	switch {
	case gain > 0.5:
		done = fmt.Sprintf("remonté à %s LUFS pour le web ; l'original n'est pas touché.", decimal(target))
	case gain < -0.5:
		done = fmt.Sprintf("baissé à %s LUFS pour le web ; l'original n'est pas touché.", decimal(target))
	}
	return fmt.Sprintf("Son à %s LUFS : %s", decimal(round(integrated, 1)), done)
}
