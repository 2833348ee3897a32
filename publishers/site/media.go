package site

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// media is what the site shows of one version of a film. Its folder is named
// after its content, so that the address of a media file never changes meaning.
type media struct {
	Folder   string    `json:"folder"` // "v2-1f3a…", below media/<film>/
	Files    []piece   `json:"files"`
	Duration float64   `json:"duration"`         // seconds
	Width    int       `json:"width,omitempty"`  // pixels; 0 for a film of sound alone
	Height   int       `json:"height,omitempty"` // pixels
	HLS      string    `json:"hls,omitempty"`    // names of files, from here on
	MP4      []stream  `json:"mp4,omitempty"`    // largest first
	Audio    *stream   `json:"audio,omitempty"`
	Teaser   *stream   `json:"teaser,omitempty"`
	Pictures []picture `json:"pictures,omitempty"`
	Captions string    `json:"captions,omitempty"` // WebVTT, French
	Chapters string    `json:"chapters,omitempty"` // WebVTT
}

// piece is one file of the folder and where its bytes are kept.
type piece struct {
	Name   string `json:"name"` // relative, slash-separated
	Key    string `json:"key"`
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

type stream struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

type picture struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // MIME
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// The pictures a page may show, by the codec of their rendition.
var pictureTypes = map[string]string{"image/jpeg": "jpg", "image/webp": "webp", "image/png": "png"}

// planMedia chooses, among the files of a version, what the site shows of it.
func planMedia(req publishers.Request) (media, error) {
	m := media{}
	if req.Version.Sheet != nil {
		m.Duration = req.Version.Sheet.Duration
	}
	files := slices.Clone(req.Files)
	slices.SortStableFunc(files, func(a, b assets.Rendition) int { return cmp.Compare(a.Rank, b.Rank) })
	for _, f := range files {
		if err := m.take(f); err != nil {
			return media{}, err
		}
	}
	isThumbnail := func(f assets.Rendition) bool { return f.Role == assets.RoleThumbnail }
	if best := slices.IndexFunc(files, isThumbnail); best >= 0 && len(m.Pictures) == 0 {
		for _, f := range files { // no poster was chosen: the best candidate stands in
			if isThumbnail(f) && f.Rank == files[best].Rank {
				m.takePicture(f)
			}
		}
	}
	if m.HLS == "" && len(m.MP4) == 0 && m.Audio == nil {
		return media{}, &assets.Error{
			Kind: assets.Invalid, Op: "site.Publish",
			Msg: "Ce film n'a encore aucun fichier à montrer. Rien n'a été mis en ligne.",
		}
	}
	byHeight := func(a, b stream) int { return cmp.Compare(b.Height*b.Width, a.Height*a.Width) }
	slices.SortStableFunc(m.MP4, byHeight)
	slices.SortFunc(m.Files, func(a, b piece) int { return strings.Compare(a.Name, b.Name) })

	sum := sha256.New()
	for _, p := range m.Files {
		fmt.Fprintf(sum, "%s %d %s\n", p.Name, p.Size, p.SHA256)
	}
	m.Folder = fmt.Sprintf("v%d-%s", req.Version.Number, hex.EncodeToString(sum.Sum(nil))[:16])
	return m, nil
}

func (m *media) take(f assets.Rendition) error {
	role := string(f.Role)
	switch {
	case f.Role == assets.RoleHLS && m.HLS == "":
		root := path.Dir(f.Key) + "/"
		m.HLS = "hls/" + path.Base(f.Key)
		m.Files = append(m.Files, piece{m.HLS, f.Key, f.Size, f.SHA256})
		for _, part := range f.Parts {
			inside, ok := strings.CutPrefix(part.Key, root)
			if !ok || !filepath.IsLocal(filepath.FromSlash(inside)) {
				return internalError("site.Publish", fmt.Errorf("part %q is not below %q", part.Key, root))
			}
			m.Files = append(m.Files, piece{"hls/" + inside, part.Key, part.Size, part.SHA256})
		}
		m.measure(f)
	case strings.HasPrefix(role, string(assets.RoleMP4)+"-") && pathName.MatchString(role):
		m.MP4 = append(m.MP4, m.add(role+".mp4", f))
		m.measure(f)
	case f.Role == assets.RoleAudio && m.Audio == nil:
		audio := m.add("audio.m4a", f)
		m.Audio = &audio
		m.Duration = cmp.Or(m.Duration, f.Duration)
	case f.Role == assets.RoleTeaser && m.Teaser == nil:
		teaser := m.add("teaser.mp4", f)
		m.Teaser = &teaser
	case f.Role == assets.RolePoster:
		m.takePicture(f)
	case f.Role == assets.RoleCaptions:
		m.Captions = m.add("captions.vtt", f).Name
	case f.Role == assets.RoleChapters:
		m.Chapters = m.add("chapters.vtt", f).Name
	}
	return nil
}

func (m *media) measure(f assets.Rendition) {
	m.Duration = cmp.Or(m.Duration, f.Duration)
	if f.Width > m.Width {
		m.Width, m.Height = f.Width, f.Height
	}
}

func (m *media) takePicture(f assets.Rendition) {
	ext, ok := pictureTypes[f.Codec]
	if !ok || f.Width <= 0 || f.Height <= 0 {
		return // not for a page
	}
	name := fmt.Sprintf("poster-%d.%s", f.Width, ext)
	if slices.ContainsFunc(m.Pictures, func(p picture) bool { return p.Name == name }) {
		return // two of one size: the first is the better one
	}
	s := m.add(name, f)
	m.Pictures = append(m.Pictures, picture{s.Name, f.Codec, f.Width, f.Height})
}

func (m *media) add(name string, f assets.Rendition) stream {
	m.Files = append(m.Files, piece{name, f.Key, f.Size, f.SHA256})
	return stream{Name: name, Size: f.Size, Width: f.Width, Height: f.Height}
}

// dir is the folder's path below the public one, slash-separated.
func (r *record) mediaDir() string { return "media/" + string(r.Film) + "/" + r.Media.Folder }

// layMedia makes the media folder of a film appear whole, from storage. A
// folder that is there already was complete when it was renamed into place; it
// is made again only when a file of it is missing or has another size.
func (s *Site) layMedia(ctx context.Context, rec *record) error {
	target := filepath.Join(s.opt.Public, filepath.FromSlash(rec.mediaDir()))
	if whole(target, rec.Media.Files) {
		return nil
	}
	stage, err := os.MkdirTemp(filepath.Join(s.opt.State, "stage"), "media-")
	if err != nil {
		return diskError("site.media", err)
	}
	defer os.RemoveAll(stage)
	if err := os.Chmod(stage, 0o755); err != nil {
		return diskError("site.media", err)
	}
	for _, p := range rec.Media.Files {
		if err := s.fetch(ctx, p, filepath.Join(stage, filepath.FromSlash(p.Name))); err != nil {
			return err
		}
	}
	if err := syncTree(stage); err != nil {
		return diskError("site.media", err)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return diskError("site.media", err)
	}
	if err := s.discard(target); err != nil {
		return err
	}
	if err := os.Rename(stage, target); err != nil {
		return diskError("site.media", err)
	}
	s.moved(rec.mediaDir())
	if err := syncDirs([]string{filepath.Dir(target), filepath.Dir(filepath.Dir(target))}); err != nil {
		return diskError("site.media", err)
	}
	return nil
}

func whole(dir string, files []piece) bool {
	for _, p := range files {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(p.Name)))
		if err != nil || info.Size() != p.Size {
			return false
		}
	}
	return true
}

// fetch puts the bytes of a stored object at a path: as a second name of the
// same file where the disk allows it, else as a copy.
func (s *Site) fetch(ctx context.Context, p piece, to string) error {
	if err := ctx.Err(); err != nil {
		return interrupted("site.media", err)
	}
	from, release, err := s.opt.Blobs.Local(ctx, p.Key)
	if err != nil {
		return err
	}
	defer release()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return diskError("site.media", err)
	}
	info, err := os.Stat(from)
	if err != nil {
		return diskError("site.media", err)
	}
	if info.Size() != p.Size {
		return internalError("site.media", fmt.Errorf("%s has %d bytes on storage, %d in its record", p.Key, info.Size(), p.Size))
	}
	const everyoneReads = 0o444 // another web server may run as another user
	if info.Mode().Perm()&everyoneReads == everyoneReads && os.Link(from, to) == nil {
		return nil
	}
	if err := copyFile(from, to); err != nil {
		return diskError("site.media", err)
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	return out.Close()
}
