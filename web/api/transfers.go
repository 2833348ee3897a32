package api

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

// OneTransfer names a transfer.
type OneTransfer struct {
	Transfer assets.ID `path:"transfer"`
}

type transferIn[B any] struct {
	OneTransfer
	Body B
}

type newTransfer struct {
	Body struct {
		Kind  assets.AssetKind `json:"kind" enum:"rush,master"`
		Sujet assets.ID        `json:"sujet,omitempty"`
		Film  assets.ID        `json:"film,omitempty" doc:"qui reçoit une nouvelle version"`
	}
}

// said is a pipeline.Said as it is sent; what is left out stays as it is.
type said struct {
	People    []assets.Person `json:"people,omitempty"`
	Place     *string         `json:"place,omitempty"`
	Territory *string         `json:"territory,omitempty"`
	Minors    *assets.Answer  `json:"minors,omitempty"`
	Note      *string         `json:"note,omitempty"`
	Sujet     *assets.ID      `json:"sujet,omitempty"`
}

// announced is a pipeline.Announced as it is sent.
type announced struct {
	ID       assets.ID `json:"id,omitempty" doc:"d’un fichier déjà annoncé, pour dire sa somme"`
	Name     string    `json:"name" minLength:"1"`
	Folder   string    `json:"folder,omitempty"`
	Type     string    `json:"type,omitempty"`
	Size     int64     `json:"size" minimum:"0"`
	Modified time.Time `json:"modified,omitzero"`
	Print    string    `json:"print,omitempty" doc:"SHA-256 de la taille, du premier et du dernier Mio"`
	SHA256   string    `json:"sha256,omitempty"`
}

type announcement struct {
	Files []announced `json:"files" minItems:"1" maxItems:"5000"`
}

// transferShown is one, with its files.
type transferShown struct {
	assets.Transfer
	Uploads []uploadShown `json:"uploads"`
}

type uploadShown struct {
	assets.Upload
	Offset int64 `json:"offset" doc:"octets déjà là"`
}

// transfers are files on their way in. Their bytes come by tus, at /regie/tus/,
// under the ID that the answer to an announcement gives.
func (a *API) transfers() {
	add(a, "GET /transfers", "list-transfers", "Mes envois, du plus récent au plus ancien", func(ctx context.Context, in *struct {
		Limit int `query:"limit" minimum:"1" maximum:"100" default:"50"`
	},
	) (list[assets.Transfer], error) {
		return whole(a.desk.Catalog.Transfers(ctx, user(ctx).ID, in.Limit))
	})
	add(a, "POST /transfers", "open-transfer", "Commencer un envoi", func(ctx context.Context, in *newTransfer) (assets.Transfer, error) {
		return a.desk.OpenTransfer(ctx, user(ctx), assets.Transfer{Kind: in.Body.Kind, Sujet: in.Body.Sujet, Film: in.Body.Film})
	})
	add(a, "GET /transfers/{transfer}", "get-transfer", "Un envoi et ses fichiers", func(ctx context.Context, in *OneTransfer) (transferShown, error) {
		v, err := a.desk.ShowTransfer(ctx, in.Transfer)
		t := transferShown{Transfer: v.Transfer, Uploads: make([]uploadShown, len(v.Uploads))}
		for i, u := range v.Uploads {
			t.Uploads[i] = uploadShown(u)
		}
		return t, err
	})
	add(a, "PATCH /transfers/{transfer}", "say-of-transfer", "Préciser un envoi : personnes, lieu, mineurs", func(ctx context.Context, in *transferIn[said]) (assets.Transfer, error) {
		return a.desk.SayOfTransfer(ctx, user(ctx), in.Transfer, pipeline.Said(in.Body))
	})
	add(a, "POST /transfers/{transfer}/announce", "announce", "Annoncer des fichiers avant de les envoyer", func(ctx context.Context, in *transferIn[announcement]) (list[pipeline.Reply], error) {
		files := make([]pipeline.Announced, len(in.Body.Files))
		for i, f := range in.Body.Files {
			files[i] = pipeline.Announced(f)
		}
		return whole(a.desk.Announce(ctx, in.Transfer, files))
	})
}
