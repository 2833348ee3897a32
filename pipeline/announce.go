package pipeline

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
)

// Announced is a file that a device would send, as it describes it.
type Announced struct {
	ID       assets.ID `json:"id"` // of an upload that was announced before, to say its sum; "" otherwise
	Name     string    `json:"name"`
	Folder   string    `json:"folder"`
	Type     string    `json:"type"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	Print    string    `json:"print"`
	SHA256   string    `json:"sha256"` // "" until the device has summed it
}

// Verdict is what is to be done with an announced file.
type Verdict string

// The verdicts.
const (
	VerdictNew       Verdict = "new"       // send it
	VerdictResume    Verdict = "resume"    // send the rest
	VerdictSum       Verdict = "sum"       // it looks like one that is here: say its SHA-256
	VerdictDuplicate Verdict = "duplicate" // it is here: nothing to do
	VerdictRefused   Verdict = "refused"
	VerdictNoted     Verdict = "noted" // its sum
)

// Reply is the answer to one announced file.
type Reply struct {
	Verdict  Verdict     `json:"verdict"`
	Upload   assets.ID   `json:"upload,omitempty"`
	Offset   int64       `json:"offset"`             // bytes that are here
	Replaces []assets.ID `json:"replaces,omitempty"` // uploads of another file under this name, given up
	Text     string      `json:"text,omitempty"`     // a French sentence
}

// Sentences of the refusals; ux.md §2.1.
const (
	notMedia   = "Ce fichier n'est pas une vidéo, un son ou une photo."
	serverFull = "Le serveur est presque plein : vos fichiers restent sur votre téléphone, l'équipe est prévenue."
)

// ErrFull is what every way in answers when the disk has no room left.
var ErrFull = &assets.Error{Kind: assets.Transient, Op: "pipeline.Announce", Msg: serverFull, RetryAfter: time.Hour}

// announcing is the state of one call of Announce.
type announcing struct {
	*Desk
	transfer assets.Transfer
	mine     []assets.Upload // of the transfer's owner, that still owe something
	here     map[string]bool // prints of this call
	reserved int64
	change   assets.Change
}

// Announce answers for each file that a device would send, before its first
// byte: whether it is here already, how much of it is, or why it can't be
// taken. Files that are to come have room reserved for them.
func (d *Desk) Announce(ctx context.Context, id assets.ID, files []Announced) ([]Reply, error) {
	const op, many = "pipeline.Announce", 5000
	t, err := d.Catalog.Transfer(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(files) > many {
		return nil, &assets.Error{Kind: assets.Invalid, Op: op, Msg: fmt.Sprintf("Un envoi contient au plus %d fichiers. Envoyez le reste ensuite.", many)}
	}
	a := &announcing{Desk: d, transfer: t, here: map[string]bool{}}
	if a.mine, err = d.owed(ctx, t.Owner); err != nil {
		return nil, err
	}
	for _, f := range files {
		a.here[f.Print] = true
	}
	replies := make([]Reply, len(files))
	for i, f := range files {
		if replies[i], err = a.answer(ctx, tidied(f)); err != nil {
			return nil, err
		}
	}
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	return replies, d.commit(ctx, a.change)
}

// tidied is a description whose texts can be shown and compared: one file name
// without folders, composed letters, nothing that hides.
func tidied(f Announced) Announced {
	text := func(s string, limit int) string {
		s = norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(french.Clean(s), "\n", " ")))
		for utf8.RuneCountInString(s) > limit {
			_, size := utf8.DecodeLastRuneInString(s)
			s = s[:len(s)-size]
		}
		return s
	}
	f.Name = path.Base("/" + strings.ReplaceAll(text(f.Name, 1000), `\`, "/"))
	if ext := path.Ext(f.Name); utf8.RuneCountInString(f.Name) > 200 {
		f.Name = text(strings.TrimSuffix(f.Name, ext), 180) + text(ext, 20)
	}
	if f.Name == "/" || f.Name == "." || f.Name == ".." {
		f.Name = "sans nom"
	}
	f.Folder = strings.Trim(path.Clean("/"+strings.ReplaceAll(text(f.Folder, 500), `\`, "/")), "/")
	f.Type, f.Print, f.SHA256 = text(strings.ToLower(f.Type), 100), strings.ToLower(f.Print), strings.ToLower(f.SHA256)
	return f
}

func isSum(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}

// answer judges one file.
func (a *announcing) answer(ctx context.Context, f Announced) (Reply, error) {
	refused := func(text string) (Reply, error) { return Reply{Verdict: VerdictRefused, Text: text}, nil }
	switch {
	case f.SHA256 != "" && !isSum(f.SHA256), f.Print != "" && !isSum(f.Print):
		return refused("L'empreinte de ce fichier ne se lit pas. Choisissez-le à nouveau.")
	case f.ID != "":
		return a.note(f)
	case f.Size == 0:
		return refused("Ce fichier est vide.")
	case f.Size < 0 || f.Size > a.Uploads.Largest:
		return refused("Ce fichier est trop gros : " + french.Weight(a.Uploads.Largest) + " au plus.")
	case !takes(a.transfer.Kind, f):
		return refused(notMedia)
	}
	if r, found, err := a.known(ctx, f); found || err != nil {
		return r, err
	}
	u := assets.Upload{
		ID: a.NewID(), Transfer: a.transfer.ID, Owner: a.transfer.Owner, Name: f.Name, Folder: f.Folder, Type: f.Type,
		Size: f.Size, Modified: f.Modified, Print: f.Print, Claim: f.SHA256, State: assets.UploadOpen,
		CreatedAt: a.Now(), UpdatedAt: a.Now(),
	}
	replaced := a.replace(f)
	a.reserved += f.Size
	a.mine = append(a.mine, u)
	a.change.Uploads = append(a.change.Uploads, u)
	a.change.Events = append(a.change.Events, a.event(assets.SubjectUpload, u.ID, "", string(u.State), string(u.Owner), ""))
	r := Reply{Verdict: VerdictNew, Upload: u.ID, Replaces: replaced}
	if len(replaced) > 0 {
		r.Text = "Ce fichier a changé depuis tout à l'heure (l'iPhone l'a converti). On repart de zéro pour celui-ci."
	}
	return r, nil
}

// note keeps the sum that a device says of an upload that it is sending.
func (a *announcing) note(f Announced) (Reply, error) {
	for _, u := range a.mine {
		if u.ID != f.ID || u.State != assets.UploadOpen || f.SHA256 == "" {
			continue
		}
		u.Claim, u.UpdatedAt = f.SHA256, a.Now()
		a.change.Uploads = append(a.change.Uploads, u)
		a.change.Events = append(a.change.Events, a.event(assets.SubjectUpload, u.ID, string(u.State), string(u.State), string(u.Owner), ""))
		return Reply{Verdict: VerdictNoted, Upload: u.ID}, nil
	}
	return Reply{Verdict: VerdictRefused, Text: "Cet envoi n'est plus attendu. Choisissez le fichier à nouveau."}, nil
}

// known looks for the same bytes: here already, or on their way from the same
// person. What a device did not sum is only taken for the same once it did.
func (a *announcing) known(ctx context.Context, f Announced) (Reply, bool, error) {
	if f.SHA256 != "" {
		asset, err := a.Catalog.AssetBySHA256(ctx, f.SHA256)
		if err == nil && asset.Size == f.Size {
			r, err := a.duplicate(ctx, f, asset)
			return r, r.Verdict != "", err
		}
		if err != nil && assets.KindOf(err) != assets.NotFound {
			return Reply{}, true, err
		}
	}
	if f.Print == "" {
		return Reply{}, false, nil
	}
	for i, u := range a.mine {
		if u.Print == f.Print && u.Size == f.Size && !a.announcedNow(u.ID) {
			if u.Transfer != a.transfer.ID {
				u.Transfer, u.UpdatedAt = a.transfer.ID, a.Now()
				a.mine[i] = u
				a.change.Uploads = append(a.change.Uploads, u)
				a.change.Events = append(a.change.Events, a.event(assets.SubjectUpload, u.ID, string(u.State), string(u.State), string(u.Owner), "Repris dans un autre envoi."))
			}
			return Reply{Verdict: VerdictResume, Upload: u.ID, Offset: a.offset(u)}, true, nil
		}
	}
	if f.SHA256 != "" {
		return Reply{}, false, nil
	}
	done, err := a.Catalog.Uploads(ctx, assets.UploadFilter{Print: f.Print, State: assets.UploadDone})
	for _, u := range done {
		if u.Size == f.Size {
			return Reply{Verdict: VerdictSum}, true, nil
		}
	}
	return Reply{}, false, err
}

// announcedNow tells a file that this very call created: the same file chosen
// twice in one gesture.
func (a *announcing) announcedNow(id assets.ID) bool {
	for _, e := range a.change.Events {
		if e.Subject == id && e.From == "" {
			return true
		}
	}
	return false
}

// duplicate notes that a file is here already, where it can be found again;
// a zero Reply when its asset leads to nothing of this kind.
func (a *announcing) duplicate(ctx context.Context, f Announced, asset assets.Asset) (Reply, error) {
	there, err := a.already(ctx, asset, Arrival{Kind: a.transfer.Kind, Film: a.transfer.Film, Actor: string(a.transfer.Owner)})
	if err != nil || !there.Already {
		return Reply{}, err
	}
	u := assets.Upload{
		ID: a.NewID(), Transfer: a.transfer.ID, Owner: a.transfer.Owner, Name: f.Name, Folder: f.Folder, Type: f.Type, Size: f.Size,
		Modified: f.Modified, Print: f.Print, Claim: f.SHA256, SHA256: asset.SHA256, Asset: asset.ID, Rush: there.Rush, Film: there.Film,
		Already: true, Reason: a.receivedOn(asset.CreatedAt), CreatedAt: a.Now(), UpdatedAt: a.Now(),
	}
	a.change.Uploads = append(a.change.Uploads, u)
	a.change.Events = append(a.change.Events, a.event(assets.SubjectUpload, u.ID, "", string(assets.UploadDone), string(u.Owner), "Les mêmes octets étaient là."))
	return Reply{Verdict: VerdictDuplicate, Upload: u.ID, Offset: f.Size, Text: u.Reason}, nil
}

// receivedOn says that nothing is to be done again.
func (d *Desk) receivedOn(t time.Time) string {
	day := french.Day(t.In(d.Zone))
	return "Déjà reçu le " + day[:strings.LastIndexByte(day, ' ')] + ". Rien à refaire."
}

// replace gives up what came before under the same name in this transfer, when
// its file is not among those announced: the device has other bytes there now.
func (a *announcing) replace(f Announced) (gone []assets.ID) {
	for _, u := range a.mine {
		if u.State == assets.UploadOpen && u.Transfer == a.transfer.ID && u.Name == f.Name && u.Folder == f.Folder && !a.here[u.Print] {
			c := a.moveUpload(u, assets.UploadExpired, string(u.Owner), "Le fichier a changé sur l'appareil.")
			a.change.Uploads, a.change.Events = append(a.change.Uploads, c.Uploads...), append(a.change.Events, c.Events...)
			a.reserved -= u.Size
			gone = append(gone, u.ID)
		}
	}
	return gone
}

// place refuses what has none: beside what others were promised, or beside what
// the same person has on the way already.
func (a *announcing) place(ctx context.Context) error {
	if a.reserved <= 0 {
		return nil
	}
	if weight(a.mine) > a.Uploads.Quota {
		return a.tooMany()
	}
	room, err := a.room(ctx)
	if err != nil {
		return err
	}
	if room >= a.reserved {
		return nil
	}
	a.warnFull(ctx)
	return ErrFull
}

// weight is what uploads take once they are whole, in bytes.
func weight(all []assets.Upload) (sum int64) {
	for _, u := range all {
		sum += u.Size
	}
	return sum
}

// tooMany asks a person to wait for what they are sending already.
func (d *Desk) tooMany() error {
	return &assets.Error{Kind: assets.Forbidden, Op: "pipeline.Announce", Msg: "Vous avez trop de fichiers en cours d'envoi (" +
		french.Weight(d.Uploads.Quota) + " au plus à la fois). Attendez que les premiers soient arrivés : rien n'est perdu."}
}

// owed is what a person has on the way.
func (d *Desk) owed(ctx context.Context, owner assets.ID) (all []assets.Upload, err error) {
	for _, state := range []assets.UploadState{assets.UploadOpen, assets.UploadWhole} {
		some, err := d.allUploads(ctx, assets.UploadFilter{Owner: owner, State: state})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// room is how many bytes can still be promised: what is free on the disk, less
// what stays free and what was promised already.
func (d *Desk) room(ctx context.Context) (int64, error) {
	free, err := d.Uploads.Free(d.Uploads.Dir)
	if err != nil {
		return 0, &assets.Error{Kind: assets.Transient, Op: "pipeline.Announce", Msg: "Le disque du serveur ne répond pas. Réessayez dans un moment.", Err: err}
	}
	open, err := d.allUploads(ctx, assets.UploadFilter{State: assets.UploadOpen})
	for _, u := range open {
		free -= max(0, u.Size-d.offset(u))
	}
	return free - d.Uploads.Reserve, err
}

// offset is how many bytes of an upload are here.
func (d *Desk) offset(u assets.Upload) int64 {
	if u.State != assets.UploadOpen {
		return u.Size
	}
	info, err := os.Stat(d.Uploads.path(u.ID))
	if err != nil {
		return 0
	}
	return info.Size()
}
