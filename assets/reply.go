package assets

import "time"

// Reply is what a program was answered to a request that it gave a name. Sent
// again under this name, the request is not followed again.
type Reply struct {
	User   ID
	Name   string // hash of the name
	Print  string // hash of the request
	Status int    // of HTTP; 0 as long as nobody knows what came of it
	Sealed []byte // the answer
	At     time.Time
}
