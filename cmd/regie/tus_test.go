package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"

	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/upload"
)

// revived is a server on a data folder that is killed and started again; who
// asks for its address meanwhile waits.
type revived struct {
	data string
	cmd  *exec.Cmd
	mu   sync.Mutex
	up   chan struct{} // closed while it answers
	url  string
}

func revive(t testing.TB, data string) *revived {
	r := &revived{data: data, up: make(chan struct{})}
	r.start(t)
	t.Cleanup(r.kill)
	return r
}

func (r *revived) start(t testing.TB) {
	t.Helper()
	cmd, url := server(context.WithoutCancel(t.Context()), t, r.data)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cmd, r.url = cmd, strings.TrimSuffix(url, "/")
	close(r.up)
}

// kill is SIGKILL.
func (r *revived) kill() {
	r.mu.Lock()
	r.up = make(chan struct{})
	r.mu.Unlock()
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

// address waits until the server answers.
func (r *revived) address(ctx context.Context) (string, error) {
	r.mu.Lock()
	up := r.up
	r.mu.Unlock()
	select {
	case <-up:
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.url, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// sender is the device of one person: it sends files by tus, and never gives up.
type sender struct {
	ctx    context.Context
	client *http.Client
	server *revived
	root   string // where uploads are created
}

// sender is one that nobody knows.
func (r *revived) sender(t testing.TB) *sender {
	wire := &http.Transport{MaxIdleConnsPerHost: 100, WriteBufferSize: 64 << 10}
	t.Cleanup(wire.CloseIdleConnections)
	return &sender{ctx: t.Context(), server: r, root: upload.Root, client: &http.Client{Transport: wire}}
}

// enter is a sender who came in by a link of their own.
func (r *revived) enter(t testing.TB, name, role string) *sender {
	t.Helper()
	code, out, errs := outcome(t, r.data, "user", "add", name, "--mail", strings.ReplaceAll(strings.ToLower(name), " ", ".")+"@example.org", "--role", role, "--json")
	var u struct{ Link string }
	if code != exitDone || json.Unmarshal([]byte(out), &u) != nil {
		t.Fatalf("user add: %d %s%s", code, out, errs)
	}
	jar, _ := cookiejar.New(nil) // never fails
	s := r.sender(t)
	s.client.Jar = jar
	_, key, _ := strings.Cut(u.Link, "/regie/")
	if res, err := s.ask(http.MethodPost, "/regie/"+key, nil, nil); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the link does not open: %v, %v", res, err)
	}
	return s
}

// ask sends one request and reads the whole answer.
func (s *sender) ask(method, path string, body io.Reader, headers map[string]string) (*http.Response, error) {
	base, err := s.server.address(s.ctx)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(s.ctx, method, base+path, body)
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if n := r.Header.Get("Content-Length"); n != "" {
		r.ContentLength, _ = strconv.ParseInt(n, 10, 64)
	}
	res, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(text))
	return res, err
}

// sure asks until there is an answer with one of these statuses; what a server
// that dies leaves unanswered is asked again.
func (s *sender) sure(method, path, body string, headers map[string]string, wanted ...int) (*http.Response, error) {
	for {
		res, err := s.ask(method, path, strings.NewReader(body), headers)
		switch {
		case s.ctx.Err() != nil:
			return nil, s.ctx.Err()
		case err != nil, res.StatusCode == http.StatusLocked, res.StatusCode == http.StatusServiceUnavailable:
			continue
		}
		for _, w := range wanted {
			if res.StatusCode == w {
				return res, nil
			}
		}
		text, _ := io.ReadAll(res.Body)
		return nil, fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
}

// parcel is one file that is sent.
type parcel struct {
	id    string
	name  string
	size  int64
	sum   string
	bytes func(from int64) io.Reader
}

// parcelOf is a file of these bytes.
func parcelOf(name string, content []byte) *parcel {
	h := sha256.Sum256(content)
	return &parcel{name: name, size: int64(len(content)), sum: hex.EncodeToString(h[:]), bytes: func(from int64) io.Reader {
		return bytes.NewReader(content[from:])
	}}
}

// announce opens a transfer of rushes and says what will be sent in it; it
// returns the address of the transfer.
func (s *sender) announce(folder string, all []*parcel) (string, error) {
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
	res, err := s.sure(http.MethodPost, "/regie/deposer", "quoi=rush", form, http.StatusCreated)
	if err != nil {
		return "", err
	}
	var t struct{ Path string }
	if err := json.NewDecoder(res.Body).Decode(&t); err != nil {
		return "", err
	}
	var ask struct {
		Files []pipeline.Announced `json:"files"`
	}
	for _, p := range all {
		ask.Files = append(ask.Files, pipeline.Announced{Name: p.name, Folder: folder, Size: p.size, SHA256: p.sum})
	}
	text, _ := json.Marshal(ask) // never fails
	res, err = s.sure(http.MethodPost, t.Path+"/annoncer", string(text), map[string]string{"Content-Type": "application/json"}, http.StatusOK)
	if err != nil {
		return "", err
	}
	var answer struct{ Files []pipeline.Reply }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return "", err
	}
	for i, r := range answer.Files {
		if r.Verdict != pipeline.VerdictNew {
			return "", fmt.Errorf("%s: %+v", all[i].name, r)
		}
		all[i].id = string(r.Upload)
	}
	return t.Path, nil
}

// create makes the upload of a parcel.
func (s *sender) create(p *parcel) error {
	res, err := s.sure(http.MethodPost, s.root, "", map[string]string{
		"Tus-Resumable": "1.0.0", "Upload-Length": fmt.Sprint(p.size), "Upload-Metadata": "upload " + base64.StdEncoding.EncodeToString([]byte(p.id)),
	}, http.StatusCreated)
	if err == nil {
		p.id = path.Base(res.Header.Get("Location"))
	}
	return err
}

// offset is how much of a parcel the server has.
func (s *sender) offset(p *parcel) (int64, error) {
	res, err := s.sure(http.MethodHead, s.root+p.id, "", map[string]string{"Tus-Resumable": "1.0.0"}, http.StatusOK)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(res.Header.Get("Upload-Offset"), 10, 64)
}

// errCut is how a connection breaks while a file is sent.
var errCut = errors.New("cut")

// broken gives no more than its bytes, then breaks.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = errCut
	}
	return n, err
}

// patch sends what is missing of a parcel, and breaks off after some bytes;
// less than 0 is never.
func (s *sender) patch(p *parcel, from, cut int64) (*http.Response, error) {
	body := p.bytes(from)
	if cut >= 0 {
		body = broken{io.LimitReader(body, cut)}
	}
	return s.ask(http.MethodPatch, s.root+p.id, body, map[string]string{
		"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream",
		"Upload-Offset": fmt.Sprint(from), "Content-Length": fmt.Sprint(p.size - from),
	})
}

// send sends a parcel whole. cut says after how many of the missing bytes the
// connection breaks; less than 0 is never.
func (s *sender) send(p *parcel, cut func(missing int64) int64) error {
	if err := s.create(p); err != nil {
		return err
	}
	for there := int64(0); ; {
		now, err := s.offset(p)
		switch {
		case err != nil:
			return err
		case now < there:
			return fmt.Errorf("%s went back from %d to %d", p.name, there, now)
		case now == p.size:
			return nil
		}
		there = now
		res, err := s.patch(p, now, cut(p.size-now))
		if err == nil && res.StatusCode == http.StatusNoContent {
			there, _ = strconv.ParseInt(res.Header.Get("Upload-Offset"), 10, 64)
		}
	}
}

// state is what a transfer's page tells our script.
type state struct {
	Text  string
	Safe  bool
	Files []struct{ ID, State, SHA256, Text string }
}

func (s *sender) state(path string) (state, error) {
	var st state
	res, err := s.sure(http.MethodGet, path, "", map[string]string{"Accept": "application/json"}, http.StatusOK)
	if err != nil {
		return st, err
	}
	return st, json.NewDecoder(res.Body).Decode(&st)
}
