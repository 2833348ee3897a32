package emu

// Fate is what becomes of a film after it was published: somebody of the account
// does it, or the channel. What we write of it later makes up for what is ours.
type Fate struct {
	Gone    bool // deleted
	Hidden  bool // closed to the public
	Blocked bool // by the channel
	Title   string
	Views   int64
}

// Befall lets it happen to what has this ID.
func (f *Frame) Befall(id string, fate Fate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fates[id] = fate; fate.Gone {
		f.drop(id)
	}
	if fate.Gone || fate.Hidden || fate.Blocked {
		delete(f.commits, id)
	}
}

// mended notes that we wrote who may see something, or what it is called.
func (x *Exchange) mended(id string, seen, called bool) {
	fate := x.fates[id]
	if seen {
		fate.Hidden = false
	}
	if called {
		fate.Title = ""
	}
	x.fates[id] = fate
}
