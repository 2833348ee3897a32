package hooks

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// names is a server of names that answers from a table; a name with several
// addresses gives the next one each time it is asked.
type names struct {
	mu    sync.Mutex
	table map[string][]string
}

func (n *names) next(name string) []netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := n.table[name]
	if len(all) == 0 {
		return nil
	}
	if len(all) > 1 {
		n.table[name] = all[1:]
	}
	return []netip.Addr{netip.MustParseAddr(all[0])}
}

// resolver asks it.
func (n *names) resolver(t *testing.T) *net.Resolver {
	listener, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for packet := make([]byte, 1500); ; {
			size, from, err := listener.ReadFrom(packet)
			if err != nil {
				return
			}
			if answer := n.answer(packet[:size]); answer != nil {
				_, _ = listener.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", listener.LocalAddr().String())
	}}
}

func (n *names) answer(question []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	name, _, _ := strings.Cut(strings.TrimSuffix(q.Name.String(), "."), ".search.")
	m.Response, m.Additionals = true, nil
	header := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET}
	v6 := strings.HasPrefix(name, "six.")
	if (q.Type == dnsmessage.TypeAAAA) == v6 { // one family for each name: what is given out is what is dialled
		for _, a := range n.next(name) {
			if a.Is4() {
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: a.As4()}})
			} else {
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
			}
		}
	}
	packed, err := m.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// errStopped keeps a test from calling anybody.
var errStopped = errors.New("let through, and stopped by the test")

// watched are Hooks that note which addresses their guard lets through, and
// connect to none.
func watched(t *testing.T, table map[string][]string) (*Hooks, func() []string) {
	h := New(Options{Resolver: (&names{table: table}).resolver(t)})
	guard := h.guard
	var mu sync.Mutex
	var through []string
	h.guard = func(network, address string, c syscall.RawConn) error {
		if err := guard(network, address, c); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		through = append(through, address)
		return errStopped
	}
	return h, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return through
	}
}

// as getaddrinfo reads what looks like a number, and as nip.io answers.
var tricks = map[string]string{
	"127.1": "127.0.0.1", "127.0.1": "127.0.0.1", "0": "0.0.0.0", "0x7f.1": "127.0.0.1", "0x7f000001": "127.0.0.1", "2130706433": "127.0.0.1",
	"017700000001": "127.0.0.1", "0177.0.0.1": "127.0.0.1", "0300.0250.0.1": "192.168.0.1", "3232235521": "192.168.0.1", "10.1": "10.0.0.1",
	"2852039166": "169.254.169.254", "0251.0376.0251.0376": "169.254.169.254", "127.0.0.1.nip.io": "127.0.0.1", "10-0-0-1.nip.io": "10.0.0.1",
	"169.254.169.254.nip.io": "169.254.169.254", "app.192.168.1.1.nip.io": "192.168.1.1", "localtest.me": "127.0.0.1",
	"localhost.example.org": "127.0.0.1", "metadata.google.internal": "169.254.169.254", "carrier.example.org": "100.64.0.1",
	"benchmark.example.org": "198.18.0.1", "multicast.example.org": "224.0.0.1", "broadcast.example.org": "255.255.255.255",
	"six.local.example.org": "::1", "six.mapped.example.org": "::ffff:127.0.0.1", "six.unique.example.org": "fd00::1",
	"six.link.example.org": "fe80::1", "six.nat.example.org": "64:ff9b::7f00:1", "six.relay.example.org": "2002:7f00:1::",
}

var literals = []string{
	"127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
	"192.0.0.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "255.255.255.255", "localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]",
	"[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
	"[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[ff02::1]", "[2001:db8::1]", "[100::1]", "127.0.0.1:8443", "127.0.0.1:22",
}

// TestNothingPrivate (W-10): however an address is written and whatever its name
// resolves to, nothing that is not public is connected to. Public ones are.
func TestNothingPrivate(t *testing.T) {
	table := map[string][]string{
		"example.org": {"8.8.8.8"},
		"rebind.test": {"8.8.8.8", "127.0.0.1"},
	}
	addresses := literals
	for name, ip := range tricks {
		table[name] = []string{ip}
		addresses = append(addresses, name)
	}
	h, through := watched(t, table)
	if len(addresses) < 60 {
		t.Fatalf("only %d addresses", len(addresses))
	}
	for _, host := range addresses {
		if _, err := h.Call(t.Context(), message("https://"+host+"/")); err == nil || errors.Is(err, errStopped) {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, address := range []string{
		"gopher://127.0.0.1:6379/_INFO", "file:///etc/passwd", "ftp://127.0.0.1/", "dict://127.0.0.1/", "http://127.0.0.1/",
		"https://example.org@127.0.0.1/", "https://127.0.0.1@example.org/", "http://example.org/",
	} {
		if _, err := h.Call(t.Context(), message(address)); err == nil {
			t.Errorf("%s was called", address)
		}
	}
	if got := through(); len(got) > 0 {
		t.Errorf("let through: %v", got)
	}
	for _, host := range []string{"example.org", "1.1.1.1", "[2606:4700:4700::1111]", "rebind.test"} {
		if _, err := h.Call(t.Context(), message("https://"+host+"/")); !errors.Is(err, errStopped) {
			t.Errorf("%s is public: %v", host, err)
		}
	}
	if _, err := h.Call(t.Context(), message("https://rebind.test/")); err == nil || errors.Is(err, errStopped) {
		t.Errorf("a name that was public before: %v", err)
	}
	if got := through(); len(got) != 4 {
		t.Errorf("of four public addresses: %v", got)
	}
}

// TestNotByRedirect (W-10): nor by where an answer leads.
func TestNotByRedirect(t *testing.T) {
	inside := 0
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside++ }))
	defer target.Close()
	to := ""
	outside := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}))
	defer outside.Close()
	_, port, err := net.SplitHostPort(outside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, to = range []string{
		target.URL, "https://" + target.Listener.Addr().String(), "https://localhost:" + port, "https://[::1]/", "https://2130706433/",
		"https://127.0.0.1.nip.io/", "https://rebind.test:" + port + "/", "gopher://127.0.0.1/", "file:///etc/passwd",
	} {
		table := map[string][]string{"2130706433": {"127.0.0.1"}, "127.0.0.1.nip.io": {"127.0.0.1"}, "rebind.test": {"127.0.0.1"}}
		h := New(Options{Resolver: (&names{table: table}).resolver(t)})
		transport := h.client.Transport.(*http.Transport)
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // a server of this test
		guard, calls := h.guard, 0
		h.guard = func(network, address string, c syscall.RawConn) error {
			if calls++; calls == 1 { // the first hop stands for a program outside
				return nil
			}
			return guard(network, address, c)
		}
		if status, err := h.Call(t.Context(), message("https://127.0.0.1:"+port+"/")); err == nil || status != 0 {
			t.Errorf("to %s: %d, %v", to, status, err)
		}
		if calls == 0 {
			t.Error("the first hop was never dialled")
		}
	}
	if inside > 0 {
		t.Errorf("%d calls reached the inside", inside)
	}
}
