package x

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers/remote"
)

// unsaid is how long to wait where X does not say: its window.
const unsaid = 15 * time.Minute

// problem is what X says went wrong, in any of its three shapes.
type problem struct {
	Title   string `json:"title"`
	Detail  string `json:"detail"`
	Type    string `json:"type"`
	Message string `json:"message"`
	Errors  []struct {
		Message string `json:"message"`
		Detail  string `json:"detail"`
		Type    string `json:"type"`
	} `json:"errors"`
}

func problemOf(a remote.Answer) (p problem) {
	_ = json.Unmarshal(a.Body, &p) // what is not X's own says nothing
	return p
}

// text is what it says, the nearest to the point first.
func (p problem) text() string {
	for _, e := range p.Errors {
		if e.Message+e.Detail != "" {
			return strings.TrimRight(e.Message+e.Detail, ". ")
		}
	}
	for _, s := range []string{p.Detail, p.Message, p.Title} {
		if s != "" {
			return strings.TrimRight(s, ". ")
		}
	}
	return ""
}

// has tells whether it speaks of something.
func (p problem) has(word string) bool {
	said := p.text() + " " + p.Type + " " + p.Title
	for _, e := range p.Errors {
		said += " " + e.Type
	}
	return strings.Contains(strings.ToLower(said), word)
}

func (p problem) error(a remote.Answer) error {
	return fmt.Errorf("%s answers %d: %s (%s)", a.Name, a.Status, p.text(), p.Type)
}

// sort is a Client's Sort.
func (x *X) sort(a remote.Answer) error {
	p := problemOf(a)
	switch {
	case a.Status == http.StatusPaymentRequired, a.Status == http.StatusTooManyRequests && (p.has("usage-capped") || p.has("usagecap") || p.has("credit")):
		return &assets.Error{
			Kind: assets.Forbidden, Op: "x.sort", Err: p.error(a),
			Msg: "Le crédit de l'association chez X est épuisé : rechargez-le, puis réessayez. Rien n'est public.",
		}
	case a.Status == http.StatusTooManyRequests:
		return a.Later(reset(a.Header, x.o.Now()), p.error(a))
	case a.Status == http.StatusForbidden && p.has("unsupported authentication"):
		return remote.Disconnected(a.Name, p.error(a))
	case a.Status == http.StatusForbidden && p.has("duplicate"):
		return &assets.Error{
			Kind: assets.Invalid, Op: "x.sort", Err: p.error(a),
			Msg: "X a refusé : un message avec ce texte y est déjà. Changez le texte, puis réessayez.",
		}
	case a.Status == http.StatusBadRequest, a.Status == http.StatusForbidden:
		return a.Refused(p.text(), p.error(a))
	}
	return nil
}

// reset is when X takes calls again: when the last of those of its windows opens
// that are used up. Where it does not say, that is not taken for zero.
func reset(h http.Header, now time.Time) time.Duration {
	var longest time.Duration
	for _, window := range []string{"X-Rate-Limit", "X-User-Limit-24hour", "X-App-Limit-24hour"} {
		at, err := strconv.ParseInt(h.Get(window+"-Reset"), 10, 64)
		if err == nil && h.Get(window+"-Remaining") == "0" {
			longest = max(longest, time.Unix(at, 0).Sub(now))
		}
	}
	if longest > 0 {
		return longest
	}
	if h.Get("Retry-After") != "" {
		return remote.RetryAfter(h, unsaid)
	}
	return unsaid
}
