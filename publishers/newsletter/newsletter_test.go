package newsletter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/assetstest"
	"anonymal.tv/regie/publishers"
	"anonymal.tv/regie/publishers/publisherstest"
	"anonymal.tv/regie/publishers/publisherstest/emu"
	"anonymal.tv/regie/publishers/publisherstest/sweep"
)

const key = "regie:secret"

func platform(kind string, emulator func(string) *emu.Frame) sweep.Platform {
	return sweep.Platform{
		Emulator: func() *emu.Frame { return emulator(key) },
		Publisher: func(url string, v publishers.Vault, _ assets.Blobs, now assets.Clock) (publishers.Publisher, error) {
			return New(Options{Kind: kind, URL: url, Insecure: true, From: "Anonymal TV <lettre@anonymal.example>", List: 3, Vault: v, Now: now})
		},
		Tokens: []byte(key),
	}
}

func TestSuiteListmonk(t *testing.T)  { sweep.Suite(t, platform("listmonk", emu.NewListmonk)) }
func TestFaultsListmonk(t *testing.T) { sweep.Faults(t, platform("listmonk", emu.NewListmonk)) }
func TestKillsListmonk(t *testing.T) {
	sweep.Kills(t, "TestKillsListmonk", platform("listmonk", emu.NewListmonk))
}

func TestSuiteBrevo(t *testing.T)  { sweep.Suite(t, platform("brevo", emu.NewBrevo)) }
func TestFaultsBrevo(t *testing.T) { sweep.Faults(t, platform("brevo", emu.NewBrevo)) }
func TestKillsBrevo(t *testing.T)  { sweep.Kills(t, "TestKillsBrevo", platform("brevo", emu.NewBrevo)) }

// list is an outbox in memory.
type list struct {
	sync.Mutex
	posted map[string]publishers.Letter
}

func (l *list) Post(ctx context.Context, marker string, x publishers.Letter) error {
	l.Lock()
	defer l.Unlock()
	if err := ctx.Err(); err != nil {
		return &assets.Error{Kind: assets.Transient, Op: "list.Post", Msg: "Interrompu.", Err: err}
	}
	l.posted[marker] = x
	return nil
}

func (l *list) Posted(_ context.Context, marker string) (bool, error) {
	l.Lock()
	defer l.Unlock()
	_, posted := l.posted[marker]
	return posted, nil
}

func TestSuiteOwn(t *testing.T) {
	publisherstest.Suite(t, func(t *testing.T) publisherstest.Fixture {
		l := &list{posted: map[string]publishers.Letter{}}
		own, err := NewOwn(OwnOptions{List: l, Page: "https://anonymal.example/regie/publications/"})
		if err != nil {
			t.Fatal(err)
		}
		return publisherstest.Fixture{
			Publisher: own,
			Request: func(n int) publishers.Request {
				return publishers.Request{
					Marker: fmt.Sprint("decision-", n), Film: assets.Film{ID: assets.ID(fmt.Sprint("film-", n)), Title: fmt.Sprint("Zik Zac, soir ", n)},
					Text: "Une soirée au Jas.", Link: fmt.Sprintf("https://anonymal.example/films/film-%d/", n), Files: []assets.Rendition{{Role: assets.RolePoster}},
				}
			},
			Public: func() (all []string) {
				l.Lock()
				defer l.Unlock()
				for _, x := range l.posted {
					all = append(all, x.Subject)
				}
				slices.Sort(all)
				return all
			},
		}
	})
}

// What people wrote fills in nothing at the sender.
func TestWordsAreNoTemplates(t *testing.T) {
	c, err := compose(publishers.Request{Marker: "m", Letter: &publishers.Letter{Subject: "{{ contact.EMAIL }}", Preheader: "{% if %}", HTML: "<p>{{ .Subscriber }}</p>", Text: "{{ x }}"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{c.Subject, c.Preheader, c.HTML, c.Text} {
		if strings.Contains(text, "{{") || strings.Contains(text, "{%") {
			t.Errorf("%q would be filled in", text)
		}
	}
}

// vault holds one key.
type vault string

func (v vault) Load(context.Context) ([]byte, error) { return []byte(v), nil }

func (v vault) Renew(context.Context, func(context.Context, []byte) ([]byte, error)) ([]byte, error) {
	return nil, errors.New("keys of senders are not renewed")
}

// desk is a newsletter at an emulated sender, with what an attempt saved last.
type desk struct {
	*testing.T
	*Newsletter
	emu    *emu.Frame
	clock  *assetstest.Clock
	resume []byte
}

// each does the same at every sender.
func each(t *testing.T, do func(d *desk)) {
	for kind, emulator := range map[string]func(string) *emu.Frame{"listmonk": emu.NewListmonk, "brevo": emu.NewBrevo} {
		t.Run(kind, func(t *testing.T) {
			d := &desk{T: t, emu: emulator(key), clock: assetstest.NewClock()}
			server := httptest.NewServer(d.emu)
			t.Cleanup(server.Close)
			var err error
			if d.Newsletter, err = New(Options{Kind: kind, URL: server.URL, Insecure: true, From: "Anonymal TV <lettre@anonymal.example>", List: 3, Vault: vault(key), Now: d.clock.Now}); err != nil {
				t.Fatal(err)
			}
			do(d)
		})
	}
}

func (d *desk) try() (publishers.Receipt, error) {
	letter := &publishers.Letter{Subject: "Zik Zac en trois films", HTML: "<p>Une soirée au Jas.</p>", Text: "Une soirée au Jas."}
	return d.Publish(d.Context(), publishers.Request{Marker: "m", Resume: d.resume, Letter: letter}, func(b []byte) error { d.resume = b; return nil })
}

func (d *desk) fails(err error, kind assets.Kind, words string) {
	d.Helper()
	if assets.KindOf(err) != kind || !strings.Contains(assets.Sentence(err), words) {
		d.Errorf("%v (%s), want %s: %s", err, assets.KindOf(err), kind, words)
	}
}

func (d *desk) letters(want int) {
	d.Helper()
	if n := len(d.emu.Commits()); n != want {
		d.Errorf("%d letters went, want %d", n, want)
	}
}

// send is the call by which a letter goes.
var send = regexp.MustCompile("/(status|sendNow)$")

// The answer to the last call is lost, and the sender still shows a draft: it is
// looked at again before anything else, and the call that arrives late is no
// second letter.
func TestALetterWhoseAnswerWasLostIsLookedAt(t *testing.T) {
	each(t, func(d *desk) {
		d.emu.Plan(emu.Fault{Path: send, Nth: 1, Action: emu.Drop})
		_, err := d.try()
		d.fails(err, assets.Lost, "On vérifie avant de renvoyer")
		_, _, err = d.Find(d.Context(), "m", d.resume)
		d.fails(err, assets.Transient, "On attend de savoir")
		d.clock.Advance(settling)
		if _, found, err := d.Find(d.Context(), "m", d.resume); err != nil || found {
			d.Fatalf("found %v, %v", found, err)
		}
		d.emu.Plan(emu.Fault{Path: send, Nth: 1, Action: func(w http.ResponseWriter, r *http.Request, effect http.HandlerFunc) {
			effect(httptest.NewRecorder(), r.Clone(r.Context())) // the lost call arrives
			effect(w, r)
		}})
		if _, err := d.try(); err != nil {
			d.Errorf("told that it went already: %v", err)
		}
		d.letters(1)
	})
}

// A letter whose answer was lost and that did go is found, and is not sent again.
func TestALetterThatWentIsFound(t *testing.T) {
	each(t, func(d *desk) {
		d.emu.Plan(emu.Fault{Path: send, Nth: 1, Action: emu.CommitThenDrop})
		_, err := d.try()
		d.fails(err, assets.Lost, "")
		if _, found, err := d.Find(d.Context(), "m", d.resume); err != nil || !found {
			d.Errorf("found %v, %v", found, err)
		}
		if _, err := d.try(); err != nil {
			d.Error(err)
		}
		d.letters(1)
	})
}

// An answer that says nothing of the status is never taken for a draft.
func TestAnAnswerWithoutAStatusSendsNothing(t *testing.T) {
	each(t, func(d *desk) {
		d.emu.Plan(emu.Fault{Path: send, Nth: 1, Action: emu.Status(http.StatusTooManyRequests, "{}", nil)})
		_, err := d.try()
		d.fails(err, assets.Transient, "")
		d.emu.Plan(emu.Fault{Method: http.MethodGet, Nth: 1, Action: emu.Status(http.StatusOK, `{"data":{}}`, nil)})
		_, err = d.try()
		d.fails(err, assets.Transient, "ne dit pas où en est la lettre")
		d.letters(0)
	})
}

// The draft that somebody deleted is made again before it was told to go; after,
// nobody knows.
func TestADraftThatWasDeleted(t *testing.T) {
	missing := emu.Status(http.StatusNotFound, "{}", nil)
	each(t, func(d *desk) {
		d.resume = []byte(`{"draft":"77"}`)
		if _, err := d.try(); err != nil {
			d.Error(err)
		}
		d.letters(1)
		d.emu.Plan(emu.Fault{Method: http.MethodGet, Action: missing})
		_, err := d.try()
		d.fails(err, assets.Lost, "a été effacée")
		_, _, err = d.Find(d.Context(), "m", d.resume)
		d.fails(err, assets.Lost, "a été effacée")
		d.letters(1)
	})
}

// A key that is taken no longer asks for a new one; a list that is not there is
// said when the account is connected.
func TestAKeyAndAListAreChecked(t *testing.T) {
	each(t, func(d *desk) {
		if who, err := d.Introduce(d.Context(), []byte(key+"\n")); err != nil || !strings.HasPrefix(who.Name, "Lettre d’Anonymal (") || string(who.Tokens) != key {
			d.Errorf("%+v, %v", who, err)
		}
		if _, err := d.Introduce(d.Context(), []byte("other")); !errors.Is(err, publishers.ErrDisconnected) {
			d.Errorf("with another key: %v", err)
		}
		d.o.List = 4
		_, err := d.Introduce(d.Context(), []byte(key))
		d.fails(err, assets.Invalid, "ne connaît pas la liste 4")
	})
}

// Brevo without credits sends nothing, and says so.
func TestNoCreditsAtBrevo(t *testing.T) {
	each(t, func(d *desk) {
		if d.o.Kind != "brevo" {
			return
		}
		d.emu.Plan(emu.Fault{Path: send, Nth: 1, Action: emu.Status(http.StatusPaymentRequired, `{"code":"not_enough_credits","message":"Insufficient credits"}`, nil)})
		_, err := d.try()
		d.fails(err, assets.Invalid, "assez de crédits")
		d.letters(0)
	})
}

// The key is in headers only.
func TestTheKeyIsInNoAddress(t *testing.T) {
	each(t, func(d *desk) {
		if _, err := d.try(); err != nil {
			d.Fatal(err)
		}
		if slices.ContainsFunc(d.emu.Journal(), func(e emu.Entry) bool { return strings.Contains(e.Path+e.Query, "secret") }) {
			d.Error("the key stands in an address")
		}
	})
}
