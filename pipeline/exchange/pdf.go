package exchange

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"strconv"
	"strings"

	"github.com/go-pdf/fpdf"
)

// The measures of a page, in millimetres.
const (
	pageWidth, pageHeight, margin = 210.0, 297.0, 16.0
	pictureWidth, pictureHeight   = 52.0, 29.25
	lineHeight                    = 4.6
	textLeft                      = margin + pictureWidth + 6
	textWidth                     = pageWidth - margin - textLeft
)

// PDF is the selection to print and to talk about: A4, for each clip its
// picture, its name, where it begins and ends, who is in it and what was noted.
// Its fonts are those every reader has: text beyond Western Europe shows dots.
func PDF(l List) ([]byte, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	s := sheet{Fpdf: pdf, say: pdf.UnicodeTranslatorFromDescriptor("")}
	pdf.SetCreationDate(l.At)
	pdf.SetModificationDate(l.At)
	pdf.SetCatalogSort(true)
	pdf.SetTitle(line(l.Title), true)
	pdf.SetLang("fr-FR")
	pdf.SetMargins(margin, margin, margin)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetFooterFunc(func() {
		s.style("", 8, 110)
		pdf.SetXY(margin, pageHeight-margin+4)
		pdf.CellFormat(pageWidth-2*margin, 5, fmt.Sprint(pdf.PageNo()), "", 0, "R", false, 0, "")
	})
	pdf.AddPage()
	s.style("B", 20, 20)
	pdf.MultiCell(0, 9, s.text(l.Title), "", "L", false)
	s.style("", 10, 110)
	pdf.MultiCell(0, 6, s.text(summary(l)), "", "L", false)
	pdf.SetY(pdf.GetY() + 5)
	for i, c := range l.Clips {
		s.clip(i+1, c)
	}
	var b bytes.Buffer
	err := pdf.Output(&b)
	return b.Bytes(), err
}

// summary is how many clips there are, and how long they last.
func summary(l List) string {
	var total float64
	for _, c := range l.Clips {
		total += c.Rate.seconds(c.Out - c.In)
	}
	plans := " plans"
	if len(l.Clips) < 2 {
		plans = " plan"
	}
	return fmt.Sprintf("%d%s, %s au total", len(l.Clips), plans, clock(total))
}

// clock is a length in seconds: 12:05, 1:02:03.
func clock(seconds float64) string {
	s := int(seconds + 0.5)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// sheet is the document in the making.
type sheet struct {
	*fpdf.Fpdf
	say func(string) string // to the characters of the fonts
}

func (s sheet) text(text string) string {
	return s.say(strings.ReplaceAll(line(text), "\u202f", "\u00a0"))
}

func (s sheet) style(weight string, size float64, grey int) {
	s.SetFont("Helvetica", weight, size)
	s.SetTextColor(grey, grey, grey)
}

// paragraph is text of one style, and the lines it takes.
type paragraph struct {
	weight string
	grey   int
	lines  []string
}

func (s sheet) paragraph(weight string, grey int, text string) paragraph {
	s.style(weight, 10, grey)
	var lines []string
	for _, b := range s.SplitLines([]byte(s.text(text)), textWidth) {
		lines = append(lines, string(b))
	}
	return paragraph{weight, grey, lines}
}

// clip is one passage, kept together on its page as far as a page can hold it.
func (s sheet) clip(number int, c Clip) {
	text := []paragraph{
		s.paragraph("B", 20, strconv.Itoa(number)+". "+c.Name),
		s.paragraph("", 20, c.from()+" – "+timecode(c.Start+c.Out-1, c.Rate, c.Drop)+" ("+clock(c.Rate.seconds(c.Out-c.In))+")"),
		s.paragraph("", 110, strings.TrimPrefix(c.File, "rushes/")),
	}
	if len(c.People) > 0 {
		text = append(text, s.paragraph("", 20, "Avec "+strings.Join(c.People, ", ")))
	}
	if c.Note != "" {
		text = append(text, s.paragraph("I", 20, c.Note))
	}
	for _, m := range c.marks() {
		text = append(text, s.paragraph("", 60, timecode(c.Start+m.Frame, c.Rate, c.Drop)+" "+m.Text))
	}
	lines := 0
	for _, p := range text {
		lines += len(p.lines)
	}
	if height := max(pictureHeight, float64(lines)*lineHeight); s.GetY()+height > pageHeight-margin && s.GetY() > margin {
		s.AddPage()
	}
	top := s.GetY()
	s.picture(c.Rush, top)
	s.SetY(top)
	for _, p := range text {
		s.style(p.weight, 10, p.grey)
		for _, words := range p.lines {
			if s.GetY()+lineHeight > pageHeight-margin {
				s.AddPage()
				top = margin - pictureHeight
				s.style(p.weight, 10, p.grey)
			}
			s.SetX(textLeft)
			s.CellFormat(textWidth, lineHeight, words, "", 1, "L", false, 0, "")
		}
	}
	s.SetY(max(top+pictureHeight, s.GetY()) + 5)
}

// picture lays the picture of a rush into its frame, whole; a frame that stays
// grey has none.
func (s sheet) picture(r *Rush, top float64) {
	s.SetFillColor(235, 235, 235)
	s.Rect(margin, top, pictureWidth, pictureHeight, "F")
	size, err := jpeg.DecodeConfig(bytes.NewReader(r.Picture))
	if err != nil || size.Width == 0 || size.Height == 0 {
		return
	}
	s.RegisterImageOptionsReader(r.File, fpdf.ImageOptions{ImageType: "JPG"}, bytes.NewReader(r.Picture))
	scale := min(pictureWidth/float64(size.Width), pictureHeight/float64(size.Height))
	width, height := scale*float64(size.Width), scale*float64(size.Height)
	s.ImageOptions(r.File, margin+(pictureWidth-width)/2, top+(pictureHeight-height)/2, width, height, false, fpdf.ImageOptions{ImageType: "JPG"}, 0, "")
}
