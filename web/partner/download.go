package partner

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/assets/french"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
	"anonymal.tv/regie/web/serve"
)

// see serves what the page of a film shows: pictures, and the player's streams.
func (p *Room) see(w http.ResponseWriter, r *http.Request, v visit) error {
	h, err := p.handed(r, v)
	if err != nil {
		return err
	}
	f, err := h.Seen(r.PathValue("file"))
	if err != nil {
		return gate.ErrHidden
	}
	defer p.running.begin(w, v.Delivery, h.ID)()
	return serve.Object(w, r, p.Desk.Blobs, f)
}

// download saves one file of the menu of a film.
func (p *Room) download(w http.ResponseWriter, r *http.Request, v visit) error {
	h, err := p.handed(r, v)
	if err != nil {
		return err
	}
	f, err := h.Downloaded(r.PathValue("file"))
	if err != nil {
		return gate.ErrHidden
	}
	if storage, can := p.Desk.Blobs.(assets.Signer); can && v.Max == 0 && r.Method == http.MethodGet {
		return p.lend(w, r, v, h.ID, f.Stored, storage)
	}
	body, err := p.Desk.Blobs.Open(r.Context(), f.Key)
	if err != nil {
		return err
	}
	defer body.Close()
	return p.hand(w, r, v, receiptOf(h.ID, f.Stored), body, h.ID)
}

// lent is how long the address of a file in the storage opens.
const lent = 5 * time.Minute

// lend sends who downloads to the storage itself. What leaves there is not seen
// here: who was given the address has the file, and a link that allows so many
// downloads gives none.
func (p *Room) lend(w http.ResponseWriter, r *http.Request, v visit, film assets.ID, f pipeline.Stored, storage assets.Signer) error {
	address, err := storage.SignedURL(r.Context(), f.Key, serve.Attachment(f.Name), lent)
	if err != nil {
		return err
	}
	receipt := receiptOf(film, f)
	receipt.Delivery, receipt.Visitor = v.ID, v.visitor
	receipt.Add(assets.Stretch{To: f.Size}, p.Now())
	p.note(r, receipt, downloads)
	http.Redirect(w, r, address.Reveal(), http.StatusFound)
	return nil
}

// receiptOf is the beginning of a download.
func receiptOf(film assets.ID, f pipeline.Stored) assets.Receipt {
	return assets.Receipt{Kind: assets.ReceiptDownloaded, Film: film, File: f.Name, SHA256: f.SHA256, Size: f.Size}
}

// texts saves what is written about a film.
func (p *Room) texts(w http.ResponseWriter, r *http.Request, v visit) error {
	h, err := p.handed(r, v)
	if err != nil {
		return err
	}
	serve.Attach(w.Header(), french.FileNameOf(h.Title, "textes", ".txt"))
	w.Header().Set("Content-Type", serve.MediaType(".txt"))
	_, err = io.WriteString(w, h.HandedText(p.Zone))
	return err
}

// everything saves all that is ready, of the link or of one of its films, as one
// archive that is never written.
func (p *Room) everything(w http.ResponseWriter, r *http.Request, v visit) error {
	film := assets.ID(r.PathValue("film"))
	e, films, err := p.Desk.HandedZip(r.Context(), v.Delivery, film)
	if assets.KindOf(err) == assets.NotFound && err != nil {
		return gate.ErrHidden
	}
	if err != nil {
		return err
	}
	defer e.Body.Close()
	size, err := e.Body.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = e.Body.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	return p.hand(w, r, v, receiptOf(film, pipeline.Stored{Name: e.Name, SHA256: e.Sum, Size: size}), e.Body, films...)
}

// hand lets a download leave, and keeps how much of it has left. A link that
// allows so many is asked before the first byte; by one that does not, those that
// are too many to be noted leave too. Of several ranges at once it
// could not be told what has left: who asks for them is given the whole, as RFC
// 9110 allows.
func (p *Room) hand(w http.ResponseWriter, r *http.Request, v visit, receipt assets.Receipt, body io.ReadSeeker, films ...assets.ID) error {
	receipt.ID, receipt.Delivery, receipt.Visitor, receipt.At = p.Desk.NewID(), v.ID, v.visitor, p.Now()
	limit := cmp.Or(v.Max, downloads)
	if strings.Contains(r.Header.Get("Range"), ",") {
		r.Header.Del("Range")
	}
	if r.Method == http.MethodGet {
		_, err := p.Desk.Catalog.NoteReceipt(r.Context(), receipt, limit)
		if err != nil && (v.Max > 0 || assets.KindOf(err) != assets.Conflict) {
			return err
		}
	}
	defer p.running.begin(w, v.Delivery, films...)()
	counted := &counter{ResponseWriter: w}
	serve.Attach(w.Header(), receipt.File)
	serve.Content(counted, r, receipt.File, receipt.SHA256, body)
	if r.Method != http.MethodGet || counted.sent == 0 {
		return nil
	}
	receipt.Add(counted.stretch(), p.Now())
	// Who has gone away has still taken what left.
	if _, err := p.Desk.Catalog.NoteReceipt(context.WithoutCancel(r.Context()), receipt, limit); err != nil && assets.KindOf(err) != assets.Conflict {
		p.Log.Warn("a receipt was not kept", "delivery", v.ID, "err", err)
	}
	return nil
}

// counter counts the bytes of an answer that left.
type counter struct {
	http.ResponseWriter
	status int
	sent   int64
}

func (c *counter) WriteHeader(status int) { c.status = status; c.ResponseWriter.WriteHeader(status) }

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.sent += int64(n)
	return n, err
}

// ReadFrom keeps the way of the kernel open: serve finds it first.
func (c *counter) ReadFrom(r io.Reader) (int64, error) {
	n, err := serve.Direct(c.ResponseWriter, r)
	c.sent += n
	return n, err
}

func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// stretch is what of the file has left: where the answer began is in its header.
func (c *counter) stretch() assets.Stretch {
	var from int64
	switch {
	case c.status == http.StatusPartialContent:
		if _, err := fmt.Sscanf(c.Header().Get("Content-Range"), "bytes %d-", &from); err != nil {
			return assets.Stretch{}
		}
	case c.status != http.StatusOK && c.status != 0:
		return assets.Stretch{}
	}
	return assets.Stretch{From: from, To: from + c.sent}
}

// running are the answers by links that are on their way. While there are any,
// each link and its films are asked about twice a second; what no longer stands is
// cut.
type running struct {
	standing func(ctx context.Context, link assets.Delivery, films ...assets.ID) (bool, error)

	mu    sync.Mutex
	all   map[*answer]bool
	alive bool
}

// answer is one of them.
type answer struct {
	link  assets.Delivery
	films []assets.ID
	conn  *http.ResponseController
}

const (
	glance = 500 * time.Millisecond
	// patient is how long the catalog may take to say that a link stands.
	patient = 5 * time.Second
)

// begin watches an answer until the function that it returns is called.
func (g *running) begin(w http.ResponseWriter, link assets.Delivery, films ...assets.ID) func() {
	a := &answer{link, films, http.NewResponseController(w)}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all == nil {
		g.all = map[*answer]bool{}
	}
	g.all[a] = true
	if !g.alive {
		g.alive = true
		go g.watch()
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.all, a)
	}
}

// watch ends when nothing is on its way any more.
func (g *running) watch() {
	for tick := time.NewTicker(glance); ; <-tick.C {
		about := g.asked()
		if about == nil {
			tick.Stop()
			return
		}
		for _, answers := range about {
			if !g.stands(answers[0]) {
				for _, a := range answers {
					_ = a.conn.SetWriteDeadline(time.Unix(1, 0)) // what is being written fails at once
				}
			}
		}
	}
}

// asked gathers the answers by what they hang on; nil when there are none.
func (g *running) asked() map[string][]*answer {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.all) == 0 {
		g.alive = false
		return nil
	}
	about := map[string][]*answer{}
	for a := range g.all {
		key := fmt.Sprint(a.link.ID, a.link.Password, a.films)
		about[key] = append(about[key], a)
	}
	return about
}

// stands asks. A catalog that does not answer ends nothing: it has let the
// answer begin.
func (g *running) stands(a *answer) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	stands, err := g.standing(ctx, a.link, a.films...)
	return stands || err != nil && assets.KindOf(err) != assets.NotFound
}
