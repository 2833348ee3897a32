package studio

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
)

// statusOf says how far a transfer is, in the words of ux.md §2.1.
func statusOf(v pipeline.TransferView) transferStatus {
	st := transferStatus{Files: []fileStatus{}}
	var open []assets.Upload
	var whole, refused, rushes, films, again int
	for i, u := range v.Uploads {
		if u.State == assets.UploadExpired || u.State == assets.UploadRefused && sentAnew(u, v.Uploads[i+1:]) {
			continue
		}
		st.Files = append(st.Files, fileStatus{u.ID, u.Name, u.Folder, u.Size, u.Offset, u.State, uploadWord(u), u.SHA256})
		if u.State == assets.UploadRefused {
			refused++
			continue
		}
		st.Count, st.Total, st.Here = st.Count+1, st.Total+u.Size, st.Here+u.Offset
		switch u.State {
		case assets.UploadOpen:
			open = append(open, u.Upload)
		case assets.UploadWhole:
			whole++
		case assets.UploadDone:
			st.Done++
			if u.Rush != "" {
				rushes++
			}
			if u.Film != "" {
				films++
				st.Next = "/regie/films/" + string(u.Film)
			}
			if u.Already {
				again++
			}
		}
	}
	st.Safe = st.Done > 0 && len(open)+whole == 0
	switch {
	case len(st.Files) == 0:
		st.Text = "Rien n’est encore arrivé."
	case len(open) > 0:
		st.Text = unfinished(open)
	case whole > 0:
		st.Text = "Tout est arrivé. Vérification en cours : gardez encore vos fichiers."
	case st.Done > 0 && again == st.Done:
		st.Text = "Déjà reçu. Rien à refaire : vous pouvez les effacer de votre téléphone."
	case films > 0:
		st.Text = "Version reçue et vérifiée. Elle est maintenant préparée pour être regardée."
	case st.Done > 0:
		st.Text = received(rushes, st.Done)
	default:
		st.Text = "Rien n’a été gardé de cet envoi : choisissez vos fichiers à nouveau."
	}
	if refused > 0 && st.Done > 0 {
		st.Safe = false
		st.Text = fmt.Sprintf("%s reçus et vérifiés. %s : voyez pourquoi ci-dessous, et gardez ce qui manque.",
			french.Count(st.Done, "fichier", "fichiers"), french.Count(refused, "fichier n’est pas passé", "fichiers ne sont pas passés"))
	}
	st.Text = french.Typeset(st.Text)
	return st
}

// sentAnew tells whether a refused file came again.
func sentAnew(u pipeline.UploadView, later []pipeline.UploadView) bool {
	return slices.ContainsFunc(later, func(x pipeline.UploadView) bool {
		return x.Name == u.Name && x.Folder == u.Folder && x.State != assets.UploadRefused && x.State != assets.UploadExpired
	})
}

// unfinished says how the rest is sent.
func unfinished(open []assets.Upload) string {
	one, many := pipeline.Called(open)
	them := "les"
	if len(open) == 1 {
		if them = "le"; one == "vidéo" || one == "photo" {
			them = "la"
		}
	}
	return french.Count(len(open), one+" n’a", many+" n’ont") + " pas fini. Choisissez-" + them + " à nouveau : l’envoi reprend où il s’était arrêté."
}

func received(rushes, files int) string {
	switch {
	case rushes == 1:
		return "1 rush reçu et vérifié. Vous pouvez l’effacer de votre téléphone."
	case rushes > 1:
		return french.Number(rushes) + " rushes reçus et vérifiés. Vous pouvez les effacer de votre téléphone."
	}
	return french.Count(files, "fichier reçu et vérifié", "fichiers reçus et vérifiés") + ". Vous pouvez les effacer de votre téléphone."
}

// uploadWord says where one file stands.
func uploadWord(u pipeline.UploadView) string {
	switch u.State {
	case assets.UploadOpen:
		if u.Offset > 0 && u.Size > 0 {
			return fmt.Sprintf("Interrompu à %d\u00a0%%", u.Offset*100/u.Size)
		}
		return "Pas encore commencé"
	case assets.UploadWhole:
		return "Vérification"
	case assets.UploadDone:
		if u.Reason != "" {
			return french.Typeset(u.Reason)
		}
		return "Reçu et vérifié"
	}
	return french.Typeset(u.Reason)
}

// takeFiles is the way in without a script: a form with files, each written to
// disk as it comes.
func (s *Studio) takeFiles(w http.ResponseWriter, r *http.Request) error {
	id := assets.ID(r.PathValue("transfer"))
	parts, err := r.MultipartReader()
	if err != nil {
		return invalid("takeFiles", "Choisissez d’abord des fichiers.")
	}
	taken, refused := 0, []string{}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return &assets.Error{Kind: assets.Transient, Op: "studio: takeFiles", Err: err, Msg: "L’envoi a été coupé. Ce qui était entier est en sécurité ; envoyez le reste à nouveau."}
		}
		if part.FormName() != "fichiers" || part.FileName() == "" {
			continue
		}
		why, err := s.takeFile(r, id, part)
		if err != nil {
			return err
		}
		if why != "" {
			refused = append(refused, "« "+part.FileName()+" » : "+why)
			continue
		}
		taken++
	}
	text := french.Count(taken, "fichier reçu", "fichiers reçus") + ". La vérification se fait maintenant."
	if len(refused) > 0 {
		text += " " + strings.Join(refused, " ")
	}
	return s.done(w, r, "/regie/deposer/"+string(id), french.Typeset(french.Clean(text)))
}

func (s *Studio) takeFile(r *http.Request, transfer assets.ID, part *multipart.Part) (refused string, err error) {
	return s.Desk.StoreUpload(r.Context(), transfer, pipeline.Announced{Name: part.FileName(), Type: part.Header.Get("Content-Type")}, part)
}
