package studio

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// formBytes is what a form with a photo may weigh: it stays in memory, for a
// photo of a signed form must not lie open in a temporary file.
const formBytes = pipeline.ScanLimit + 1<<20

// addScan takes a photo of a signed form, and what whoever brings it reads on it.
func (s *Studio) addScan(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("consent"))
	r.Body = http.MaxBytesReader(w, r.Body, formBytes)
	if err := r.ParseMultipartForm(formBytes); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return invalid("addScan", "Ce fichier est trop lourd : 20 Mo au plus. Rien n’a été gardé.")
		}
		return invalid("addScan", "La photo n’est pas arrivée entière. Rien n’a été gardé ; envoyez-la de nouveau.")
	}
	file, err := brought(r, "photo", "fichier")
	if err != nil {
		return err
	}
	defer file.Close()
	signed, err := typedConsent(r).read(s.Zone)
	if err != nil {
		return err
	}
	c, err := s.Desk.AddScan(r.Context(), id, file, signed, actor(r))
	if err != nil {
		return err
	}
	said := "Photo reçue. "
	if c.State == assets.ConsentAsked {
		said += "Reste à dire ce que dit le formulaire : signatures et supports."
	} else if v, err := s.Desk.ShowConsent(r.Context(), id); err == nil {
		said += s.verdict(v) + "."
	}
	return s.done(w, r, consentPath(id), said)
}

// brought is the first of these fields that holds a file.
func brought(r *http.Request, fields ...string) (multipart.File, error) {
	for _, name := range fields {
		if file, head, err := r.FormFile(name); err == nil && head.Size > 0 {
			return file, nil
		}
	}
	return nil, invalid("addScan", "Choisissez la photo du formulaire signé.")
}

// scan shows a photo of a signed form. It runs nothing and stays nowhere.
func (s *Studio) scan(w http.ResponseWriter, r *http.Request) error {
	x, text, err := s.Desk.Scan(r.Context(), assets.ID(r.PathValue("consent")), number(r))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", x.Type)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-store")
	if x.Type == "application/pdf" { // a browser's reader of PDFs runs scripts
		h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="autorisation-%d.pdf"`, number(r)))
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
	return nil
}

// markScan says whether a photo can be read.
func (s *Studio) markScan(w http.ResponseWriter, r *http.Request) error {
	id, unreadable := assets.ID(r.PathValue("consent")), r.PostFormValue("lisible") == "non"
	if err := s.Desk.MarkScan(r.Context(), id, number(r), unreadable, actor(r)); err != nil {
		return err
	}
	said := "La photo " + strconv.Itoa(number(r)) + " est lisible."
	if unreadable {
		said = "Photo illisible : elle ne compte plus. Reprenez la photo."
	}
	return s.done(w, r, consentPath(id), said)
}
