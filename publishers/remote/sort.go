package remote

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
)

// sort turns an answer that is no success into an error: by the channel's own
// rules first, then by what its status says (RFC 9110, section 15).
func (c *Client) sort(call Call, a Answer) error {
	if a.Status >= 200 && a.Status < 300 || slices.Contains(call.Want, a.Status) {
		return nil
	}
	if c.Sort != nil {
		if err := c.Sort(a); err != nil {
			return err
		}
	}
	detail := fmt.Errorf("%s answers %d: %s", c.Name, a.Status, excerpt(a.Body))
	switch {
	case a.Status == http.StatusUnauthorized:
		return Disconnected(c.Name, detail)
	case a.Status == http.StatusTooManyRequests:
		return a.Later(RetryAfter(a.Header, 0), detail)
	case a.Status == http.StatusRequestTimeout, a.Status >= 500:
		return a.Broken(detail)
	case a.Status == http.StatusNotFound, a.Status == http.StatusGone:
		return &assets.Error{Kind: assets.NotFound, Op: "remote.Do", Msg: c.Name + " ne trouve pas ce film.", Err: detail}
	}
	return a.Refused(Message(a.Body), detail)
}

// Refused is the error of what a channel will not take, whoever asks again: text
// is its own, for a person.
func (a Answer) Refused(text string, err error) error {
	msg := a.Name + " a refusé la mise en ligne."
	if text != "" {
		msg = fmt.Sprintf("%s a refusé : « %s ».", a.Name, text)
	}
	return &assets.Error{Kind: assets.Invalid, Op: "remote.Do", Msg: msg, Err: err}
}

// Later is the error of a channel that wants to be left alone for a while; it
// did nothing.
func (a Answer) Later(after time.Duration, err error) error {
	return &assets.Error{
		Kind: assets.Transient, Op: "remote.Do", RetryAfter: after, Err: err,
		Msg: a.Name + " demande d'attendre : l'envoi reprendra tout seul.",
	}
}

// Broken is the error of a channel that broke down at its work: after a call
// that can't be undone, it may have been done (koala#699: seven posts, seven
// times a 500).
func (a Answer) Broken(err error) error {
	if a.Final {
		return lost(a.Name, err)
	}
	return &assets.Error{
		Kind: assets.Transient, Op: "remote.Do", RetryAfter: RetryAfter(a.Header, 0), Err: err,
		Msg: a.Name + " est en panne : l'envoi reprendra tout seul.",
	}
}

func lost(name string, err error) error {
	return &assets.Error{
		Kind: assets.Lost, Op: "remote.Do", Err: err,
		Msg: name + " n'a pas répondu à temps : le film y est peut-être déjà. On vérifie avant de renvoyer quoi que ce soit.",
	}
}

// lost is the error of a call whose answer did not come, or can't be read.
func (c *Client) lost(call Call, err error) error {
	if call.Final {
		return lost(c.Name, err)
	}
	return c.transient(err)
}

func (c *Client) transient(err error) error {
	return &assets.Error{
		Kind: assets.Transient, Op: "remote.Do", Err: err,
		Msg: c.Name + " n'est pas joignable : l'envoi reprendra tout seul.",
	}
}

// RetryAfter reads how long a channel wants to be left alone: Retry-After in
// seconds or as a date (RFC 9110, section 10.2.3), or the reset of its window as
// a date or in Unix time. otherwise is for a channel that does not say.
func RetryAfter(h http.Header, otherwise time.Duration) time.Duration {
	for _, name := range []string{"Retry-After", "X-Ratelimit-Reset", "X-Rate-Limit-Reset", "Ratelimit-Reset"} {
		text := strings.TrimSpace(h.Get(name))
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			if n < 1e9 {
				return max(time.Duration(n)*time.Second, 0)
			}
			return max(time.Until(time.Unix(n, 0)), time.Second)
		}
		for _, layout := range []string{http.TimeFormat, time.RFC3339Nano} {
			if at, err := time.Parse(layout, text); err == nil {
				return max(time.Until(at), time.Second)
			}
		}
	}
	return otherwise
}

// Message is what the body of a refusal says to a person, where the usual
// places hold it; "" else.
func Message(body []byte) string {
	var m struct {
		Error            json.RawMessage `json:"error"`
		ErrorDescription string          `json:"error_description"`
		Message          string          `json:"message"`
		Detail           string          `json:"detail"`
		DeveloperMessage string          `json:"developer_message"`
	}
	if json.Unmarshal(body, &m) != nil {
		return ""
	}
	var inner struct {
		Message string `json:"message"`
		UserMsg string `json:"error_user_msg"`
	}
	var text string
	if json.Unmarshal(m.Error, &text) != nil {
		_ = json.Unmarshal(m.Error, &inner)
	}
	for _, s := range []string{inner.UserMsg, inner.Message, m.Detail, m.Message, m.ErrorDescription, text, m.DeveloperMessage} {
		if s = excerpt([]byte(s)); s != "" {
			return strings.TrimRight(s, ". ")
		}
	}
	return ""
}

// excerpt is the beginning of a foreign text on one line.
func excerpt(text []byte) string {
	words := strings.Fields(strings.ToValidUTF8(string(text[:min(len(text), 400)]), ""))
	return strings.Join(words, " ")
}
