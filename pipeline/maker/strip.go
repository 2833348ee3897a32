package maker

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline/picks"
)

// storyboard puts the pictures that the decode has left into one sheet, and
// chooses the poster among them.
func (r *rushRun) storyboard() error {
	if r.proxy.Source.Picture == nil {
		return nil
	}
	tiles, err := readPictures(filepath.Join(r.dir, fileBoard), r.proxy.Tile)
	if err != nil {
		return internal("maker.storyboard", err)
	}
	stills, err := readPictures(filepath.Join(r.dir, fileStills), r.proxy.Poster)
	if err != nil {
		return internal("maker.storyboard", err)
	}
	if err := r.writeJPEG(fileSprite, sprite(tiles)); err != nil {
		return err
	}
	return r.writeJPEG(filePoster, stills[poster(stills, r.length)])
}

func (r *rushRun) writeJPEG(name string, img image.Image) error {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: r.proxy.Proxy.JPEG}); err != nil {
		return internal("maker.writeJPEG", err)
	}
	return r.write(name, b.Bytes())
}

// readPictures reads what raw has written of jpeg: yuvj420p without padding. A
// row of them is a storyboard at most.
func readPictures(path string, size [2]int) ([]*image.YCbCr, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []*image.YCbCr
	for len(all) < cells {
		img := image.NewYCbCr(image.Rect(0, 0, size[0], size[1]), image.YCbCrSubsampleRatio420)
		for _, plane := range [][]byte{img.Y, img.Cb, img.Cr} {
			if _, err = io.ReadFull(f, plane); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
		all = append(all, img)
	}
	if err != nil && !errors.Is(err, io.EOF) || len(all) == 0 {
		return nil, fmt.Errorf("%s: %d pictures: %w", path, len(all), err)
	}
	return all, nil
}

// sprite is the sheet: always all cells, so that a place on it is a time of the
// rush whatever its length.
func sprite(tiles []*image.YCbCr) *image.YCbCr {
	w, h := tiles[0].Rect.Dx(), tiles[0].Rect.Dy()
	sheet := image.NewYCbCr(image.Rect(0, 0, w*cellsAcross, h*cellsAcross), image.YCbCrSubsampleRatio420)
	for i := range cells {
		tile, x, y := tiles[i*len(tiles)/cells], i%cellsAcross*w, i/cellsAcross*h
		for row := range h {
			copy(sheet.Y[sheet.YOffset(x, y+row):], tile.Y[row*tile.YStride:][:w])
		}
		for row := range h / 2 {
			copy(sheet.Cb[sheet.COffset(x, y+2*row):], tile.Cb[row*tile.CStride:][:w/2])
			copy(sheet.Cr[sheet.COffset(x, y+2*row):], tile.Cr[row*tile.CStride:][:w/2])
		}
	}
	return sheet
}

// poster is the index of the picture that stands for the rush.
func poster(stills []*image.YCbCr, length float64) int {
	var looks []picks.Look
	for i, s := range stills {
		at := length * float64(i) / float64(len(stills))
		looks = append(looks, picks.Measure(picks.Frame{Time: at, W: s.Rect.Dx(), H: s.Rect.Dy(), Gray: s.Y}))
	}
	chosen := picks.Thumbnails(looks, picks.Options{Count: 1, Length: length})
	if len(chosen) == 0 {
		return 0
	}
	return chosen[0].Index
}

// photo makes the poster of a photo, which is all that it needs.
func (r *rushRun) photo() error {
	res, err := r.run.run(stepDecode, 0, 0.9, PhotoCommand(r.proxy, r.master, r.dir))
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	var own *assets.Error
	if errors.As(err, &own) {
		return err
	}
	f, openErr := os.Open(filepath.Join(r.dir, filePoster))
	if openErr != nil || err != nil || len(damage(res.Stderr)) > 0 {
		if openErr == nil {
			f.Close()
		}
		r.o.Log.Warn("the photo is damaged", "stderr", lastLines(res.Stderr, 5), "err", err)
		return r.incomplete("La photo est abîmée : une partie ne se lit pas.")
	}
	defer f.Close()
	made, err := jpeg.DecodeConfig(f)
	if err != nil {
		return internal("maker.photo", err)
	}
	if v := r.made.Sheet.Video; v != nil && (v.Width > v.Height) != (made.Width > made.Height) {
		v.Width, v.Height = v.Height, v.Width // turned upright by what the camera says of itself
	}
	return r.addPicture(filePoster, assets.RolePoster, [2]int{made.Width, made.Height})()
}
