package gate

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"anonymal.tv/regie/assets"
)

// codec writes what a session holds as JSON.
type codec struct{}

type content struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	c := content{deadline, map[string]string{}}
	for name, v := range values {
		text, ok := v.(string)
		if !ok {
			return nil, errors.New("gate: a session holds texts only, not " + name)
		}
		c.Values[name] = text
	}
	return json.Marshal(c)
}

func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var c content
	if err := json.Unmarshal(b, &c); err != nil {
		return time.Time{}, nil, err
	}
	values := map[string]any{}
	for name, text := range c.Values {
		values[name] = text
	}
	return c.Deadline, values, nil
}

// store keeps sessions in the catalog. Their tokens arrive hashed.
type store struct {
	entry assets.Entry
	now   assets.Clock
}

// hashed is how scs hashes a token before it reaches the store.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	found, err := s.entry.Session(ctx, token)
	switch {
	case assets.KindOf(err) == assets.NotFound && err != nil:
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case !s.now().Before(found.ExpiresAt):
		return nil, false, nil
	}
	return found.Content, true, nil
}

func (s store) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	var c content
	if err := json.Unmarshal(b, &c); err != nil {
		return err
	}
	now := s.now()
	return s.entry.SaveSession(ctx, assets.Session{
		Hash: token, User: assets.ID(c.Values["user"]), Content: b, Agent: c.Values["agent"],
		CreatedAt: now, SeenAt: now, ExpiresAt: expiry,
	})
}

func (s store) DeleteCtx(ctx context.Context, token string) error {
	return s.entry.EndSessions(ctx, "", token, "")
}

// scs asks for these two as well; with a context it calls those above.
func (s store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s store) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}
func (s store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
