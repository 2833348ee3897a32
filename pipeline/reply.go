package pipeline

import (
	"context"
	"time"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
)

// repliesLast is how long a request is known by the name that a program gave it.
const repliesLast = 24 * time.Hour

// The longest name of a request, in bytes.
const longestName = 255

// Request is what a program asks for, under a name of its own.
type Request struct {
	User  assets.ID
	Name  string
	Print string // of everything that it says
}

// Answer is what came of a request.
type Answer struct {
	Status int // of HTTP
	Body   []byte
	Again  bool // nothing came of it, and it may be sent again
}

// replyPlace is where an answer is sealed: it may hold a secret that is shown
// once. It is sealed for a day, so keys that are turned over leave it behind.
func replyPlace(r assets.Reply) string { return "reply:" + string(r.User) + ":" + r.Name }

// Once follows a request the first time that it comes under its name, and
// answers the same every other time.
func (d *Desk) Once(ctx context.Context, q Request, follow func() Answer) (Answer, error) {
	const op = "pipeline.Once"
	if len(q.Name) > longestName {
		return Answer{}, &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Cette clé d'idempotence est trop longue : 255 octets au plus."}
	}
	now := d.Now()
	r := assets.Reply{User: q.User, Name: access.Hash(q.Name), Print: q.Print, At: now}
	known, first, err := d.Catalog.ClaimReply(ctx, r, now.Add(-repliesLast))
	switch {
	case err != nil:
		return Answer{}, err
	case !first && known.Print != q.Print:
		return Answer{}, &assets.Error{Kind: assets.Invalid, Op: op, Msg: "Cette clé d'idempotence a servi à une autre demande. Prenez-en une neuve."}
	case !first && known.Status == 0:
		return Answer{}, &assets.Error{Kind: assets.Conflict, Op: op, Msg: "Cette demande est encore suivie, ou le serveur s'est arrêté avant d'y répondre. Regardez ce qu'il en est avant d'en envoyer une autre."}
	case !first:
		body, err := d.Sealer.Open(replyPlace(known), known.Sealed)
		return Answer{Status: known.Status, Body: body}, err
	}
	a := follow()
	if a.Again {
		return a, d.Catalog.ForgetReply(ctx, r.User, r.Name)
	}
	r.Status = a.Status
	if r.Sealed, err = d.Sealer.Seal(replyPlace(r), a.Body); err == nil {
		err = d.Catalog.SaveReply(ctx, r)
	}
	return a, err
}
