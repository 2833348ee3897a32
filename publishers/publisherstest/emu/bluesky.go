package emu

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Bluesky is a server with one account, after the lexicons of AT Protocol, and
// the house of the videos.
type Bluesky struct {
	*Frame
	Password string // an app password
	Spent    bool   // the access token of a new session has run out already
	Stubborn bool   // what is deleted stays
	blueskyVideos

	server  string               // where the account lives, as a name of a host
	access  map[string]time.Time // until when
	refresh map[string]*blueskyRefresh
	lent    map[string]blueskyLoan
	blobs   map[string]blueskyBlob     // by link
	records map[string]json.RawMessage // by name
}

type blueskyRefresh struct {
	next  string    // the one that came for it
	until time.Time // zero: it was not used yet
}

type blueskyLoan struct {
	audience, method string
	until            time.Time
}

const (
	blueskyDID    = "did:plc:anonymal"
	blueskyHandle = "anonymal.example"
	blueskyPosts  = "app.bsky.feed.post"
	accessLife    = 2 * time.Hour
	refreshGrace  = 2 * time.Hour // in which a used refresh token gives the same again
)

// NewBluesky returns a server whose account has this app password.
func NewBluesky(password string) *Bluesky {
	b := &Bluesky{
		Frame: NewFrame(), Password: password,
		access: map[string]time.Time{}, refresh: map[string]*blueskyRefresh{}, lent: map[string]blueskyLoan{},
		blobs: map[string]blueskyBlob{}, records: map[string]json.RawMessage{},
	}
	b.drop = func(id string) { delete(b.records, id) }
	for pattern, serve := range map[string]func(*Exchange){
		"POST /xrpc/com.atproto.server.createSession":  b.createSession,
		"POST /xrpc/com.atproto.server.refreshSession": b.refreshSession,
		"GET /xrpc/com.atproto.server.getSession":      b.admitted(b.getSession),
		"GET /xrpc/com.atproto.server.getServiceAuth":  b.admitted(b.lend),
		"GET /xrpc/com.atproto.identity.resolveHandle": b.resolveHandle,
		"GET /xrpc/com.atproto.repo.getRecord":         b.getRecord,
		"POST /xrpc/com.atproto.repo.createRecord":     b.admitted(b.createRecord),
		"POST /xrpc/com.atproto.repo.deleteRecord":     b.admitted(b.deleteRecord),
		"POST /xrpc/com.atproto.repo.uploadBlob":       b.admitted(b.uploadBlob),
		"GET /xrpc/app.bsky.video.getUploadLimits":     b.limits,
		"POST /xrpc/app.bsky.video.uploadVideo":        b.uploadVideo,
		"GET /xrpc/app.bsky.video.getJobStatus":        b.jobStatus,
	} {
		b.Handle(pattern, serve)
	}
	return b
}

// Revoke ends all sessions.
func (b *Bluesky) Revoke() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.access)
	clear(b.refresh)
}

// Record is a post as it was written; nil: there is none.
func (b *Bluesky) Record(key string) json.RawMessage {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.records[key]
}

// xrpc refuses as XRPC does.
func (x *Exchange) xrpc(status int, name, message string) {
	x.JSON(status, map[string]string{"error": name, "message": message})
}

func bearerOf(x *Exchange) string {
	token, _ := strings.CutPrefix(x.Request.Header.Get("Authorization"), "Bearer ")
	return token
}

func (b *Bluesky) admitted(serve func(*Exchange)) func(*Exchange) {
	return func(x *Exchange) {
		until, known := b.access[bearerOf(x)]
		switch {
		case !known:
			x.xrpc(http.StatusUnauthorized, "AuthMissing", "Authentication Required")
		case !x.Now().Before(until):
			x.xrpc(http.StatusBadRequest, "ExpiredToken", "Token has expired")
		default:
			serve(x)
		}
	}
}

// session opens one, and says what it is.
func (b *Bluesky) session(x *Exchange, refresh string, life time.Duration) {
	access := "access-" + x.Next()
	b.access[access] = x.Now().Add(life)
	if b.refresh[refresh] == nil {
		b.refresh[refresh] = &blueskyRefresh{}
	}
	x.JSON(http.StatusOK, map[string]any{
		"did": blueskyDID, "handle": blueskyHandle, "accessJwt": access, "refreshJwt": refresh,
		"didDoc": map[string]any{"id": blueskyDID, "service": []any{map[string]string{
			"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "http://" + x.Request.Host,
		}}},
	})
}

func (b *Bluesky) createSession(x *Exchange) {
	var who struct {
		Identifier string `json:"identifier"`
		Password   string `json:"password"`
	}
	if !b.read(x, &who) {
		return
	}
	if who.Identifier != blueskyHandle && who.Identifier != blueskyDID || who.Password != b.Password {
		x.xrpc(http.StatusUnauthorized, "AuthenticationRequired", "Invalid identifier or password")
		return
	}
	life := accessLife
	if b.Spent {
		life = 0
	}
	b.server = hostOf(x)
	b.session(x, "refresh-"+x.Next(), life)
}

func (b *Bluesky) refreshSession(x *Exchange) {
	r := b.refresh[bearerOf(x)]
	switch {
	case r == nil, !r.until.IsZero() && !x.Now().Before(r.until):
		x.xrpc(http.StatusBadRequest, "ExpiredToken", "Token has been revoked")
		return
	case r.until.IsZero():
		r.next, r.until = "refresh-"+x.Next(), x.Now().Add(refreshGrace)
	}
	b.session(x, r.next, accessLife)
}

func (b *Bluesky) getSession(x *Exchange) {
	x.JSON(http.StatusOK, map[string]string{"did": blueskyDID, "handle": blueskyHandle})
}

func (b *Bluesky) resolveHandle(x *Exchange) {
	if x.Request.URL.Query().Get("handle") != "zikzac.example" {
		x.xrpc(http.StatusBadRequest, "InvalidRequest", "Unable to resolve handle")
		return
	}
	x.JSON(http.StatusOK, map[string]string{"did": "did:plc:zikzac"})
}

// lend makes a token by which another house may do one thing for the account.
func (b *Bluesky) lend(x *Exchange) {
	q := x.Request.URL.Query()
	exp, err := strconv.ParseInt(q.Get("exp"), 10, 64)
	loan := blueskyLoan{q.Get("aud"), q.Get("lxm"), time.Unix(exp, 0)}
	if life := loan.until.Sub(x.Now()); err != nil || life <= 0 || life > time.Hour || !strings.HasPrefix(loan.audience, "did:web:") || loan.method == "" {
		x.xrpc(http.StatusBadRequest, "BadExpiration", "The token is asked for too long, or for nobody")
		return
	}
	token := "lent-" + x.Next()
	b.lent[token] = loan
	x.JSON(http.StatusOK, map[string]string{"token": token})
}

// read takes a body of these fields only.
func (b *Bluesky) read(x *Exchange, into any) bool {
	err := strictly(x.Body, into)
	if err != nil || x.Cut || !strings.HasPrefix(x.Request.Header.Get("Content-Type"), "application/json") {
		x.xrpc(http.StatusBadRequest, "InvalidRequest", fmt.Sprint("Input: ", err))
		return false
	}
	return true
}

func (b *Bluesky) getRecord(x *Exchange) {
	q := x.Request.URL.Query()
	key := q.Get("rkey")
	if b.records[key] == nil || q.Get("repo") != blueskyDID || q.Get("collection") != blueskyPosts {
		x.xrpc(http.StatusBadRequest, "RecordNotFound", "Could not locate record")
		return
	}
	x.JSON(http.StatusOK, blueskyMade(key))
}

func blueskyMade(key string) map[string]any {
	return map[string]any{"uri": "at://" + blueskyDID + "/" + blueskyPosts + "/" + key, "cid": "bafy" + key}
}

type blueskyWrite struct {
	Repo       string          `json:"repo"`
	Collection string          `json:"collection"`
	Key        string          `json:"rkey"`
	Record     json.RawMessage `json:"record"`
}

var tid = regexp.MustCompile(`^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$`)

// write reads what is to be done to a record, and refuses what is no record's
// place.
func (b *Bluesky) write(x *Exchange) (w blueskyWrite, right bool) {
	if !b.read(x, &w) {
		return w, false
	}
	if w.Repo != blueskyDID || w.Collection != blueskyPosts || !tid.MatchString(w.Key) {
		x.xrpc(http.StatusBadRequest, "InvalidRequest", "repo, collection or rkey")
		return w, false
	}
	return w, true
}

func (b *Bluesky) createRecord(x *Exchange) {
	w, right := b.write(x)
	if !right {
		return
	}
	if b.records[w.Key] != nil {
		x.xrpc(http.StatusBadRequest, "InvalidRequest", "There is already a value at key: "+blueskyPosts+"/"+w.Key)
		return
	}
	p, err := b.post(w.Record)
	if err != nil {
		x.xrpc(http.StatusBadRequest, "InvalidRequest", "Invalid "+blueskyPosts+" record: "+err.Error())
		return
	}
	b.records[w.Key] = w.Record
	x.Commit(Commit{Kind: "post", ID: w.Key, Text: p.Text, SHA: p.sha})
	x.JSON(http.StatusOK, blueskyMade(w.Key))
}

func (b *Bluesky) deleteRecord(x *Exchange) {
	w, right := b.write(x)
	if !right {
		return
	}
	if !b.Stubborn {
		delete(b.records, w.Key)
		x.Uncommit(w.Key)
	}
	x.JSON(http.StatusOK, map[string]any{})
}
