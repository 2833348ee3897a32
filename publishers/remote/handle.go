package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

// Recall reads into h what an earlier attempt kept of what is under way; where
// nothing was kept, h stays as it is.
func Recall(resume []byte, h any) error {
	if resume == nil {
		return nil
	}
	return json.Unmarshal(resume, h)
}

// Keep saves what the next attempt must know of what is under way.
func Keep(h any, save func([]byte) error) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return save(b)
}

// Of is the file whose media a handle names: what was sent of another is never
// shown for it. The looking for what that has become is done by then.
type Of struct {
	File string `json:"file,omitempty"` // the sum of its bytes
}

// Other tells that the media, if any, is of another file than this one, and
// begins a handle of this one.
func (o *Of) Other(f assets.Rendition) bool {
	other := o.File != f.SHA256
	o.File = f.SHA256
	return other
}

// Load reads what is kept of an account.
func Load[T any](ctx context.Context, v publishers.Vault) (is T, err error) {
	kept, err := v.Load(ctx)
	if err != nil {
		return is, err
	}
	return is, json.Unmarshal(kept, &is)
}

// Movie is the film that is sent; one that has none is Invalid.
func (c *Client) Movie(req publishers.Request) (assets.Rendition, error) {
	file, has := req.Best()
	if !has {
		return file, &assets.Error{Kind: assets.Invalid, Op: "remote.Movie", Msg: fmt.Sprintf("Ce film n'a pas de vidéo à montrer sur %s : rien n'est parti.", c.Name)}
	}
	return file, nil
}

// Marked is a link to the site, on a channel, that carries a mark (Mark).
func Marked(link string, channel assets.Channel, mark string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", &assets.Error{Kind: assets.Invalid, Op: "remote.Marked", Msg: "L'adresse du film sur le site ne peut pas être partagée : rien n'est parti.", Err: err}
	}
	q := u.Query()
	q.Set("utm_source", string(channel))
	q.Set("utm_content", mark)
	u.RawQuery = q.Encode()
	return u.String(), nil
}
