package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/captions"
)

// trackWords are what the kinds of timed text are called in the log.
func trackWords(kind assets.TrackKind) string {
	return map[assets.TrackKind]string{
		assets.TrackCaptions: "Sous-titres", assets.TrackChapters: "Chapitres", assets.TrackSynthes: "Synthés",
	}[kind]
}

// SaveTrack replaces the timed text of one kind of a film. What no player could
// show is refused with the line that is wrong, and what stood before stays.
func (d *Desk) SaveTrack(ctx context.Context, t assets.Track, actor string) error {
	const op = "pipeline.SaveTrack"
	f, err := d.Catalog.Film(ctx, t.Film)
	if err != nil {
		return err
	}
	if trackWords(t.Kind) == "" || t.Language == "" {
		return &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Ce genre de texte n'existe pas. Rien n'a été changé."}
	}
	length, err := d.lengthOf(ctx, f)
	if err != nil {
		return err
	}
	t.Cues = captions.Clean(t.Cues)
	if t.Kind == assets.TrackChapters {
		t.Cues = joined(t.Cues, length)
	}
	if err := captions.Check(t.Cues, length); err != nil {
		return err
	}
	before, err := d.Catalog.Track(ctx, t.Film, t.Kind, t.Language)
	if err != nil && assets.KindOf(err) != assets.NotFound {
		return err
	}
	t.UpdatedAt, t.UpdatedBy = d.Now(), actor
	c := assets.Change{
		Tracks: []assets.Track{t},
		Events: []assets.Event{d.edit(assets.SubjectFilm, f.ID, string(f.State), actor, trackNote(before, t), nil)},
	}
	if t.Kind != assets.TrackSynthes {
		if err := d.refresh(ctx, &c, f.ID, actor, "Textes changés."); err != nil {
			return err
		}
	}
	return d.commit(ctx, c)
}

// trackNote says what happened to a track, for the log.
func trackNote(before, after assets.Track) string {
	what := trackWords(after.Kind)
	switch {
	case len(after.Cues) == 0:
		return what + " : tout a été retiré."
	case after.Reviewed && !before.Reviewed:
		return what + " : relus."
	}
	return fmt.Sprintf("%s : %d → %d.", what, len(before.Cues), len(after.Cues))
}

// joined makes chapters follow one another: each ends where the next begins, the
// last where the film does.
func joined(cues []assets.Cue, length float64) []assets.Cue {
	for i := range cues {
		switch {
		case i+1 < len(cues):
			cues[i].End = cues[i+1].Start
		case length > cues[i].Start:
			cues[i].End = length
		default:
			cues[i].End = cues[i].Start + 1
		}
	}
	return cues
}

// lengthOf is how long the current version of a film lasts, in seconds; 0 while
// that is not known.
func (d *Desk) lengthOf(ctx context.Context, f assets.Film) (float64, error) {
	if f.Version == "" {
		return 0, nil
	}
	v, err := d.Catalog.Version(ctx, f.Version)
	if err != nil || v.Sheet == nil {
		return 0, err
	}
	return v.Sheet.Duration, nil
}

// trackFiles are the texts of a film as files that a channel can take. They are
// stored under a name made of what they hold.
func (d *Desk) trackFiles(ctx context.Context, film assets.ID) ([]assets.Rendition, error) {
	roles := map[assets.TrackKind]assets.Role{assets.TrackCaptions: assets.RoleCaptions, assets.TrackChapters: assets.RoleChapters}
	tracks, err := d.Catalog.Tracks(ctx, film)
	if err != nil {
		return nil, err
	}
	var files []assets.Rendition
	for _, t := range tracks {
		role, shown := roles[t.Kind]
		if !shown || len(t.Cues) == 0 {
			continue
		}
		text := captions.WebVTT(t.Cues)
		name := fmt.Sprintf("%s-%s-%d.vtt", t.Kind, strings.ToLower(t.Language), t.UpdatedAt.UnixMicro())
		key := path.Join("tracks", string(film), name)
		_, err := d.Blobs.Stat(ctx, key)
		if assets.KindOf(err) == assets.NotFound && err != nil {
			_, err = d.Blobs.Put(ctx, key, bytes.NewReader(text))
		}
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		files = append(files, assets.Rendition{Role: role, Key: key, Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:]), Codec: "text/vtt"})
	}
	return files, nil
}
