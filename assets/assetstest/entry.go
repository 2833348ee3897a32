package assetstest

import (
	"sync"
	"sync/atomic"
	"time"

	"anonymal.tv/regie/assets"
)

func entryCases() map[string]func(*House) {
	return map[string]func(*House){
		"sessions":   sessions,
		"tabs":       sessionsAtOnce,
		"keys":       keys,
		"spend once": spendOnce,
		"stay spent": staySpent,
		"totp":       totpSteps,
		"totp once":  totpOnce,
		"replies":    replies,
	}
}

// User stores a person who may enter; shape may be nil.
func (h *House) User(name string, role assets.UserRole, shape func(*assets.User)) assets.User {
	h.Helper()
	id := h.IDs.New()
	u := assets.User{ID: id, Name: name, Mail: string(id) + "@example.org", Role: role, State: assets.UserActive, CreatedAt: h.Clock.Now()}
	if shape != nil {
		shape(&u)
	}
	h.Apply(assets.Change{Users: []assets.User{u}, Events: []assets.Event{h.Event(assets.SubjectUser, u.ID, "", "active")}})
	return u
}

func (h *House) goes(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// once lets twenty do the same at once, and tells how many could; the others
// must have had a Conflict.
func (h *House) once(do func() error) int32 {
	h.Helper()
	var won atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			err := do()
			if err == nil {
				won.Add(1)
			} else if assets.KindOf(err) != assets.Conflict {
				h.Error(err)
			}
		})
	}
	all.Wait()
	return won.Load()
}

func sessions(h *House) {
	now, ctx := h.Clock.Now(), h.Context()
	session := func(hash string, user assets.ID, age time.Duration) assets.Session {
		s := assets.Session{Hash: hash, User: user, Content: []byte{0, 1}, Agent: "Firefox", CreatedAt: now.Add(-age), SeenAt: now, ExpiresAt: now.Add(time.Hour)}
		h.goes(h.Catalog.SaveSession(ctx, s))
		return s
	}
	a, b, c := session("a", "u", 2*time.Hour), session("b", "u", time.Hour), session("c", "v", 0)
	got, err := h.Catalog.Session(ctx, "a")
	same(h, got, err, a)
	a.User, a.Content, a.Agent, a.SeenAt, a.ExpiresAt = "w", []byte("x"), "Chrome", now.Add(time.Minute), now.Add(2*time.Hour)
	asked := a
	asked.CreatedAt = now // it began when it began
	h.goes(h.Catalog.SaveSession(ctx, asked))
	got, err = h.Catalog.Session(ctx, "a")
	same(h, got, err, a)
	a.User = "u"
	h.goes(h.Catalog.SaveSession(ctx, a))
	all, err := h.Catalog.Sessions(ctx, "u")
	same(h, all, err, []assets.Session{b, a})

	h.goes(h.Catalog.EndSessions(ctx, "v", "a", "")) // not theirs
	h.goes(h.Catalog.EndSessions(ctx, "u", "", "b"))
	all, err = h.Catalog.Sessions(ctx, "u")
	same(h, all, err, []assets.Session{b})
	_, err = h.Catalog.Session(ctx, "a")
	h.Fails(assets.NotFound, err)
	h.goes(h.Catalog.SaveSession(ctx, a)) // a request was still under way: it brings nothing back
	_, err = h.Catalog.Session(ctx, "a")
	h.Fails(assets.NotFound, err)
	h.goes(h.Catalog.EndSessions(ctx, "", "b", ""))
	_, err = h.Catalog.Session(ctx, "b")
	h.Fails(assets.NotFound, err)
	h.Fails(assets.Invalid, h.Catalog.EndSessions(ctx, "", "", "c"))

	h.goes(h.Catalog.SweepSessions(ctx, now.Add(time.Hour-time.Second)))
	got, err = h.Catalog.Session(ctx, "c")
	same(h, got, err, c)
	h.goes(h.Catalog.SweepSessions(ctx, now.Add(time.Hour)))
	_, err = h.Catalog.Session(ctx, "c")
	h.Fails(assets.NotFound, err)
}

// sessionsAtOnce: tabs of one browser that save the same session at once all
// can, and none brings back what one of them ended.
func sessionsAtOnce(h *House) {
	s := assets.Session{Hash: "a", User: "u", CreatedAt: h.Clock.Now(), SeenAt: h.Clock.Now(), ExpiresAt: h.Clock.Now().Add(time.Hour)}
	save := func() error { return h.Catalog.SaveSession(h.Context(), s) }
	same(h, h.once(save), nil, 20)
	all, err := h.Catalog.Sessions(h.Context(), "u")
	same(h, all, err, []assets.Session{s})
	var ended atomic.Bool
	h.once(func() error {
		if ended.CompareAndSwap(false, true) {
			return h.Catalog.EndSessions(h.Context(), "u", "", "")
		}
		return save()
	})
	all, err = h.Catalog.Sessions(h.Context(), "u")
	same(h, all, err, []assets.Session{})
}

func (h *House) key(kind assets.KeyKind, user assets.ID) assets.Key {
	h.Helper()
	id := h.IDs.New()
	k := assets.Key{ID: id, Hash: "hash-" + string(id), Kind: kind, User: user, Name: "Téléphone", CreatedAt: h.Clock.Now()}
	h.Apply(assets.Change{Keys: []assets.Key{k}})
	return k
}

func keys(h *House) {
	now, ctx := h.Clock.Now(), h.Context()
	link, token, feed, other := h.key(assets.KeyLink, "u"), h.key(assets.KeyToken, "u"), h.key(assets.KeyFeed, "u"), h.key(assets.KeyToken, "v")
	all, err := h.Catalog.Keys(ctx, "u", "")
	same(h, all, err, []assets.Key{feed, token, link})
	h.goes(h.Catalog.UseKey(ctx, token.Hash, now.Add(time.Minute)))
	token.UsedAt = now.Add(time.Minute)
	all, err = h.Catalog.Keys(ctx, "u", assets.KeyToken)
	same(h, all, err, []assets.Key{token})
	h.Fails(assets.Conflict, h.Catalog.UseKey(ctx, link.Hash, now)) // opens once: is spent, not used
	_, err = h.Catalog.SpendKey(ctx, token.Hash, now)
	h.Fails(assets.Conflict, err)
	h.Fails(assets.NotFound, h.Catalog.UseKey(ctx, "unknown", now))
	_, err = h.Catalog.SpendKey(ctx, "unknown", now)
	h.Fails(assets.NotFound, err)

	h.goes(h.Catalog.EndKeys(ctx, "u", assets.KeyToken, "", now))
	token.EndedAt = now
	got, err := h.Catalog.Key(ctx, token.Hash)
	same(h, got, err, token)
	h.Fails(assets.Conflict, h.Catalog.UseKey(ctx, token.Hash, now))
	h.goes(h.Catalog.UseKey(ctx, feed.Hash, now))
	h.goes(h.Catalog.UseKey(ctx, other.Hash, now))
	h.goes(h.Catalog.EndKeys(ctx, "u", assets.KeyFeed, other.ID, now)) // not theirs
	h.goes(h.Catalog.UseKey(ctx, other.Hash, now))
	h.goes(h.Catalog.EndKeys(ctx, "v", assets.KeyToken, other.ID, now))
	h.Fails(assets.Conflict, h.Catalog.UseKey(ctx, other.Hash, now))

	taken := h.key(assets.KeyLink, "u")
	taken.ID = h.IDs.New()
	h.Refuses(assets.Conflict, assets.Change{Keys: []assets.Key{taken}}) // the hash is taken
}

func spendOnce(h *House) {
	k := h.key(assets.KeyInvite, "u")
	won := h.once(func() error {
		got, err := h.Catalog.SpendKey(h.Context(), k.Hash, h.Clock.Now())
		if err == nil && got.User != "u" {
			h.Errorf("spent %+v", got)
		}
		return err
	})
	same(h, won, nil, 1)
	late := h.key(assets.KeyLink, "u")
	late.ExpiresAt = h.Clock.Now()
	h.Apply(assets.Change{Keys: []assets.Key{late}})
	_, err := h.Catalog.SpendKey(h.Context(), late.Hash, h.Clock.Now())
	h.Fails(assets.Conflict, err)
	_, err = h.Catalog.SpendKey(h.Context(), late.Hash, h.Clock.Now().Add(-time.Second))
	h.goes(err)
}

// staySpent: a key that was read before it was spent, and is written after,
// opens nothing.
func staySpent(h *House) {
	k := h.key(assets.KeyLink, "u")
	spent, err := h.Catalog.SpendKey(h.Context(), k.Hash, h.Clock.Now())
	h.goes(err)
	k.Name = "Tablette"
	h.Apply(assets.Change{Keys: []assets.Key{k}})
	spent.Name = "Tablette"
	got, err := h.Catalog.Key(h.Context(), k.Hash)
	same(h, got, err, spent)
}

func totpSteps(h *House) {
	u := h.User("Anne", assets.RoleImage, nil)
	use := func(step int64) error { return h.Catalog.UseTOTP(h.Context(), u.ID, step) }
	h.goes(use(57))
	h.Fails(assets.Conflict, use(57))
	h.Fails(assets.Conflict, use(56))
	h.Apply(assets.Change{Users: []assets.User{u}}) // read before: must not open the step again
	h.Fails(assets.Conflict, use(57))
	u.TOTP, u.TOTPStep = []byte("secret"), 58
	h.Apply(assets.Change{Users: []assets.User{u}}) // the step that confirmed the secret
	h.Fails(assets.Conflict, use(58))
	h.goes(use(59))
	h.Fails(assets.NotFound, h.Catalog.UseTOTP(h.Context(), h.IDs.New(), 1))
}

func totpOnce(h *House) {
	u := h.User("Anne", assets.RoleImage, nil)
	same(h, h.once(func() error { return h.Catalog.UseTOTP(h.Context(), u.ID, 7) }), nil, 1)
}

// replies: of twenty who claim a name at once one has it; the others see what it
// left, until it is old, or forgotten.
func replies(h *House) {
	at := h.Clock.Now()
	claim := func(user assets.ID, print string, since time.Time) (assets.Reply, bool) {
		r, mine, err := h.Catalog.ClaimReply(h.Context(), assets.Reply{User: user, Name: "n", Print: print, At: at}, since)
		h.goes(err)
		return r, mine
	}
	won := h.once(func() error {
		if _, mine := claim("u", "first", time.Time{}); !mine {
			return &assets.Error{Kind: assets.Conflict}
		}
		return nil
	})
	same(h, won, nil, 1)
	h.goes(h.Catalog.SaveReply(h.Context(), assets.Reply{User: "u", Name: "n", Status: 200, Sealed: []byte("said")}))
	for _, c := range []struct {
		user  assets.ID
		since time.Time
		mine  bool
	}{{"u", at, false}, {"other", at, true}, {"u", at.Add(time.Second), true}, {"u", at, false}} {
		r, mine := claim(c.user, "second", c.since)
		if first := !c.mine && r.Status == 200; mine != c.mine || first && (r.Print != "first" || string(r.Sealed) != "said") {
			h.Errorf("%+v: %v, %+v", c, mine, r)
		}
	}
	h.goes(h.Catalog.ForgetReply(h.Context(), "u", "n"))
	if _, mine := claim("u", "third", at); !mine {
		h.Error("what was forgotten is still known")
	}
}
