// Package hooks tells programs of events: one POST, signed as Standard Webhooks
// 1.0 has it. It connects to public addresses only, whatever a name resolves to
// and wherever an answer leads, but for the hosts that the configuration names.
//
// What is to be told to whom, and when to try again, the pipeline knows.
package hooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
)

const (
	limit         = 10 * time.Second // of a call, redirects and all
	mostRedirects = 3
	mostAnswer    = 64 << 10 // bytes of an answer that are read
	longestURL    = 2000
)

// Options is what Hooks are made of.
type Options struct {
	Private  []string      // hosts that may be private, and may be called by http
	Resolver *net.Resolver // nil: the machine's
}

// Hooks calls programs.
type Hooks struct {
	private []string
	client  *http.Client
	guard   func(network, address string, c syscall.RawConn) error
}

var _ pipeline.Caller = (*Hooks)(nil)

// New returns Hooks that call nobody yet.
func New(o Options) *Hooks {
	h := &Hooks{private: o.Private, guard: ssrf.New(ssrf.WithAnyPort()).Safe}
	guarded := &net.Dialer{
		Resolver: o.Resolver,
		Control:  func(network, address string, c syscall.RawConn) error { return h.guard(network, address, c) },
	}
	open := &net.Dialer{Resolver: o.Resolver}
	h.client = &http.Client{
		Timeout: limit, CheckRedirect: h.follow,
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if host, _, err := net.SplitHostPort(address); err == nil && h.trusts(host) {
					return open.DialContext(ctx, network, address)
				}
				return guarded.DialContext(ctx, network, address)
			},
			DisableKeepAlives: true, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: mostAnswer,
		},
	}
	return h
}

// trusts tells whether the configuration names a host.
func (h *Hooks) trusts(host string) bool { return slices.Contains(h.private, strings.ToLower(host)) }

// Accepts says, in French, what is wrong with an address before it is called.
// Where its name leads is seen at each call.
func (h *Hooks) Accepts(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || len(address) > longestURL || u.Fragment != "":
		return refuse("« " + short(address) + " » n’est pas une adresse : écrivez-la comme https://example.org/regie.")
	case u.User != nil:
		return refuse("L’adresse ne doit pas contenir de nom ni de mot de passe : le programme reconnaît la régie à la signature.")
	case u.Scheme == "https" || u.Scheme == "http" && h.trusts(u.Hostname()):
		return nil
	}
	return refuse("L’adresse doit commencer par https://.")
}

func refuse(msg string) error {
	return &assets.Error{Kind: assets.Invalid, Op: "hooks.Accepts", Msg: msg}
}

func short(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return text
}

// errRedirect is why a redirect was not followed.
var errRedirect = errors.New("the redirect leads where calls do not go")

// follow goes where an answer leads, as long as it is the same call: a POST, to
// where Accepts would let it go, and into the local network only from there.
func (h *Hooks) follow(next *http.Request, via []*http.Request) error {
	lured := h.trusts(next.URL.Hostname()) && next.URL.Host != via[0].URL.Host
	if len(via) > mostRedirects || next.Method != http.MethodPost || lured || h.Accepts(next.URL.String()) != nil {
		return errRedirect
	}
	return nil
}

// Call makes one attempt. Only an address that leads to what is not public is
// not worth another.
func (h *Hooks) Call(ctx context.Context, m pipeline.Message) (int, error) {
	if err := h.Accepts(m.URL); err != nil {
		return 0, err
	}
	signature, err := sign(m)
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return 0, refuse("Cette adresse n’est pas utilisable.")
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Regie",
		"Webhook-Id": string(m.ID), "Webhook-Timestamp": seconds(m.At), "Webhook-Signature": signature,
	} {
		r.Header.Set(name, value)
	}
	answer, err := h.client.Do(r)
	if err != nil {
		return 0, failed(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, mostAnswer)) // what it says matters to nobody
	if answer.StatusCode/100 == 2 {
		return answer.StatusCode, nil
	}
	return answer.StatusCode, &assets.Error{
		Kind: assets.Transient, Op: "hooks.Call", RetryAfter: retryAfter(answer.Header.Get("Retry-After")),
		Msg: fmt.Sprintf("Le programme a répondu %d.", answer.StatusCode),
	}
}

// failed says why there is no answer.
func failed(err error) error {
	for _, prohibited := range []error{ssrf.ErrProhibitedIP, ssrf.ErrProhibitedNetwork, ssrf.ErrProhibitedPort, ssrf.ErrInvalidHostPort} {
		if errors.Is(err, prohibited) {
			return &assets.Error{
				Kind: assets.Invalid, Op: "hooks.Call", Err: err,
				Msg: "Cette adresse mène à un réseau privé : rien n’a été envoyé. La clé « webhooks.private_hosts » nomme les machines permises.",
			}
		}
	}
	if errors.Is(err, errRedirect) {
		return &assets.Error{Kind: assets.Invalid, Op: "hooks.Call", Err: err, Msg: "Cette adresse renvoie vers une autre où la régie ne va pas. Donnez l’adresse finale."}
	}
	return &assets.Error{Kind: assets.Transient, Op: "hooks.Call", Err: err, Msg: "Le programme ne répond pas."}
}

// longestWait bounds what an answer can ask for.
const longestWait = 24 * time.Hour

func retryAfter(header string) time.Duration {
	n, err := strconv.Atoi(header)
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, longestWait)
}

func seconds(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// sign is the signature of "id.timestamp.body", as Standard Webhooks has it.
func sign(m pipeline.Message) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Secret.Reveal(), "whsec_"))
	if err != nil {
		return "", &assets.Error{Kind: assets.Internal, Op: "hooks.sign: the secret is not base64"}
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", m.ID, seconds(m.At), m.Body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
