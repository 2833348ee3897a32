// Package remote is how a channel is spoken to over HTTP: one call at a time,
// each answer sorted into the errors of the house. What a channel's own codes
// mean, the channel says (Client.Sort).
//
// It never repeats a call but one whose token had run out: whether and when to
// try again, the ledger knows.
package remote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers"
)

const (
	patience   = time.Minute // for an answer whose call carries no file
	mostAnswer = 4 << 20     // bytes of an answer that are read
)

// Client speaks to one channel. It is safe for use by several goroutines.
type Client struct {
	Name     string       // as people know the channel: "Vimeo"
	Base     *url.URL     // what the paths of calls are added to
	HTTP     *http.Client // as New made it
	Header   http.Header  // sent with each call
	Insecure bool         // plain http and any host: an emulator
	Hosts    []string     // besides Base, where the channel may send us; "*.example.org" stands for all below
	// Token returns what authorises a call, as the value of the header of that
	// name; stale is the one that was refused. nil: nothing is needed.
	Token func(ctx context.Context, stale string) (string, error)
	// Stale tells an answer by which a token is refused; New: a 401.
	Stale func(Answer) bool
	// Sort says what an answer that is no success means; nil, or a nil error,
	// leaves it to the general rules.
	Sort func(Answer) error
}

// New returns a client of the channel at this address.
func New(name, base string, insecure bool) (*Client, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && !insecure {
		return nil, &assets.Error{
			Kind: assets.Invalid, Op: "remote.New", Err: err,
			Msg: fmt.Sprintf("L'adresse « %s » de %s doit commencer par « https:// ».", base, name),
		}
	}
	unauthorized := func(a Answer) bool { return a.Status == http.StatusUnauthorized }
	return &Client{Name: name, Base: u, Insecure: insecure, Stale: unauthorized, HTTP: &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 20 * time.Second}).DialContext,
			TLSHandshakeTimeout:   20 * time.Second,
			ResponseHeaderTimeout: 5 * time.Minute, // the last bytes of a film are sorted before they are answered
			ForceAttemptHTTP2:     true,
			IdleConnTimeout:       time.Minute,
			MaxConnsPerHost:       8, // whatever has the same hour
		},
		// Where a channel sends us is looked at by the code that called it.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Call is one call.
type Call struct {
	Method string
	Path   string // below Base, or a whole address that Follow let through
	Query  url.Values
	Header http.Header
	JSON   any        // sent as JSON
	Form   url.Values // sent as a form
	Body   io.Reader  // sent as it is, with Length and Type
	Length int64      // bytes of Body
	Type   string     // of Body
	Want   []int      // statuses that are no failure, besides 2xx

	// Final is a call that can't be undone: when its answer is lost, or says that
	// the channel broke down, nobody knows whether it was done.
	Final  bool
	Public bool // sent without the token
}

// Answer is what came back.
type Answer struct {
	Name   string // of the channel
	Status int
	Header http.Header
	Body   []byte
	Final  bool
}

// Do makes a call and reads what it answers into out, when that is not nil. The
// answer is returned with an error, too, as far as there was one.
func (c *Client) Do(ctx context.Context, call Call, out any) (Answer, error) {
	token := ""
	for {
		fresh, err := c.token(ctx, call, token)
		if err != nil {
			return Answer{}, err
		}
		a, err := c.once(ctx, call, fresh)
		if err != nil {
			return a, err
		}
		if token == "" && fresh != "" && c.Stale(a) {
			if call.Body == nil {
				token = fresh // once more, with another
				continue
			}
			if err := c.another(ctx, call, fresh); err != nil {
				return a, err
			}
		}
		if err := c.sort(call, a); err != nil {
			return a, err
		}
		if out == nil {
			return a, nil
		}
		if err := json.Unmarshal(a.Body, out); err != nil {
			return a, c.lost(call, fmt.Errorf("%s answers %d with what is not JSON: %w", c.Name, a.Status, err))
		}
		return a, nil
	}
}

func (c *Client) token(ctx context.Context, call Call, stale string) (string, error) {
	if c.Token == nil || call.Public {
		return "", nil
	}
	return c.Token(ctx, stale)
}

// another gets another token for a call whose file was read, and can't be sent
// once more here: who attempts it again has the token. nil: there is none.
func (c *Client) another(ctx context.Context, call Call, stale string) error {
	fresh, err := c.token(ctx, call, stale)
	if err != nil || fresh == stale {
		return err
	}
	return &assets.Error{
		Kind: assets.Transient, Op: "remote.Do", Err: fmt.Errorf("%s took the token no longer at %s", c.Name, call.Path),
		Msg: "La connexion à " + c.Name + " vient d'être renouvelée : l'envoi reprendra tout seul.",
	}
}

func (c *Client) once(ctx context.Context, call Call, token string) (Answer, error) {
	if call.Body == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	req, err := c.request(ctx, call)
	if err != nil {
		return Answer{}, &assets.Error{Kind: assets.Internal, Op: "remote.Do", Err: err}
	}
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	if err := ctx.Err(); err != nil { // nothing was sent
		return Answer{}, c.transient(err)
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return Answer{}, c.lost(call, err)
	}
	defer func() { _ = res.Body.Close() }()
	a := Answer{Name: c.Name, Status: res.StatusCode, Header: res.Header, Final: call.Final}
	a.Body, err = io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil {
		return a, c.lost(call, err)
	}
	return a, nil
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	address := call.Path
	if strings.HasPrefix(address, "/") {
		address = c.Base.String() + address
	}
	if len(call.Query) > 0 {
		address += "?" + call.Query.Encode()
	}
	body, kind := call.Body, call.Type
	switch {
	case call.JSON != nil:
		b, err := json.Marshal(call.JSON)
		if err != nil {
			return nil, err
		}
		body, kind = bytes.NewReader(b), "application/json; charset=UTF-8"
	case call.Form != nil:
		body, kind = strings.NewReader(call.Form.Encode()), "application/x-www-form-urlencoded"
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, address, body)
	if err != nil {
		return nil, err
	}
	if call.Body != nil {
		req.ContentLength = call.Length
		if call.Length == 0 {
			req.Body = http.NoBody
		}
	}
	for _, h := range []http.Header{c.Header, call.Header} {
		for name, values := range h {
			req.Header[name] = values
		}
	}
	if kind != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", kind)
	}
	return req, nil
}

// Follow checks an address that the channel gave: it must lead where the channel
// is at home, and not into the open.
func (c *Client) Follow(address string) (string, error) {
	u, err := c.Base.Parse(address)
	if err == nil && u.Host != "" && (c.Insecure || u.Scheme == "https" && (u.Host == c.Base.Host || atHome(u.Hostname(), c.Hosts))) {
		return u.String(), nil
	}
	return "", &assets.Error{
		Kind: assets.Internal, Op: "remote.Follow", Err: errors.Join(err, fmt.Errorf("%s sends us to %q", c.Name, address)),
		Msg: c.Name + " a donné une adresse inattendue : rien n'y a été envoyé. Prévenez l'administration.",
	}
}

func atHome(host string, all []string) bool {
	for _, h := range all {
		if below, wild := strings.CutPrefix(h, "*"); host == h || wild && strings.HasSuffix(host, below) {
			return true
		}
	}
	return false
}

// Blob opens a file that is to be sent, with its size. Who listens to the sending
// is told how far it is.
func Blob(ctx context.Context, blobs assets.Blobs, key string) (io.ReadSeekCloser, int64, error) {
	b, err := blobs.Stat(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	r, err := blobs.Open(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	return &sending{ReadSeekCloser: r, tell: func(at int64) { publishers.Sent(ctx, at, b.Size) }}, b.Size, nil
}

// sending is a file on its way: what comes before a byte that is asked for went.
type sending struct {
	io.ReadSeekCloser
	at   atomic.Int64 // a call that is over may still read
	tell func(at int64)
}

func (s *sending) Read(into []byte) (int, error) {
	s.tell(s.at.Load())
	n, err := s.ReadSeekCloser.Read(into)
	s.at.Add(int64(n))
	return n, err
}

func (s *sending) Seek(offset int64, whence int) (int64, error) {
	at, err := s.ReadSeekCloser.Seek(offset, whence)
	s.at.Store(at)
	return at, err
}

// Mark is a short name made of any text, always the same: by which a film is
// known again where a channel lets us write no more than a word.
func Mark(text string) string {
	sum := sha256.Sum256([]byte(text))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// Disconnected is the error of a channel that takes our token no longer.
func Disconnected(name string, err error) error {
	return &assets.Error{
		Kind: assets.Forbidden, Op: "remote.Do", Err: errors.Join(publishers.ErrDisconnected, err),
		Msg: name + " a refusé : le compte n'est plus connecté. Reconnectez-le, puis réessayez.",
	}
}
