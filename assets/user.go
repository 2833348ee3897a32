package assets

import "time"

// UserRole is what a person does in the house.
type UserRole string

// The roles.
const (
	RoleJRI            UserRole = "jri"
	RoleMonteur        UserRole = "monteur"
	RoleImage          UserRole = "image" // responsable image
	RoleCommunication  UserRole = "communication"
	RoleAdministration UserRole = "administration"
)

// UserRoles are all of them, from the narrowest.
func UserRoles() []UserRole {
	return []UserRole{RoleJRI, RoleMonteur, RoleImage, RoleCommunication, RoleAdministration}
}

// UserState tells whether a person may enter.
type UserState string

// The states of a user.
const (
	UserActive UserState = "active"
	UserClosed UserState = "closed" // « accès fermé »; what they brought stays
)

// UserMachine says which state of a user may follow which.
var UserMachine = Machine[UserState]{
	"":         {UserActive},
	UserActive: {UserClosed},
	UserClosed: {UserActive},
}

// User is a person who works in the house.
type User struct {
	ID        ID        `json:"id"`
	Name      string    `json:"name"`
	Mail      string    `json:"mail"` // compared in lower case; unique
	Phone     string    `json:"phone,omitempty"`
	Role      UserRole  `json:"role"`
	State     UserState `json:"state"`
	EndsAt    time.Time `json:"ends_at,omitzero"` // end of the contract: no entry from then on; zero for none
	Password  string    `json:"-"`                // argon2id, in PHC format; "" for none
	TOTP      []byte    `json:"-"`                // its secret, encrypted; nil for none
	TOTPStep  int64     `json:"-"`                // the last step used (RFC 6238): none is taken twice
	Keyless   bool      `json:"keyless"`          // single-key shortcuts switched off (WCAG 2.1.4)
	Muted     []string  `json:"muted,omitempty"`  // kinds of mail not wanted
	CreatedAt time.Time `json:"created_at"`
}

// Entitled tells whether the person may be in the house at an instant.
func (u User) Entitled(now time.Time) bool {
	return u.State == UserActive && (u.EndsAt.IsZero() || now.Before(u.EndsAt))
}

// UserFilter chooses users; an empty field chooses all.
type UserFilter struct {
	Role  UserRole
	State UserState
}

// Session is one open browser. Its token is kept as a hash only.
type Session struct {
	Hash      string    `json:"-"` // SHA-256 of the cookie's value, hex
	User      ID        `json:"user,omitempty"`
	Content   []byte    `json:"-"`
	Agent     string    `json:"agent,omitempty"` // what the browser calls itself
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// KeyKind says what a key opens.
type KeyKind string

// The kinds of keys.
const (
	KeyLink   KeyKind = "link"   // entry by mail: once
	KeyInvite KeyKind = "invite" // entry by QR code or by the first link: once
	KeyToken  KeyKind = "token"  // the API, until it is revoked
	KeyFeed   KeyKind = "feed"   // a private calendar, until it is revoked
)

// Key is a secret that opens something for one user. Only its hash is kept.
type Key struct {
	ID        ID        `json:"id"`
	Hash      string    `json:"-"` // SHA-256, hex; unique
	Kind      KeyKind   `json:"kind"`
	User      ID        `json:"user"`
	Name      string    `json:"name,omitempty"` // what it is for
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at,omitzero"` // zero for never
	UsedAt    time.Time `json:"used_at,omitzero"`
	EndedAt   time.Time `json:"ended_at,omitzero"` // revoked, or spent
}

// MailState is where a mail stands.
type MailState string

// The states of a mail. It is no history: it has no events.
const (
	MailWaiting MailState = "waiting"
	MailSent    MailState = "sent"
	MailKept    MailState = "kept" // no server is configured: it is read on the outbox page; a copy of a letter that was stopped
	MailFailed  MailState = "failed"
)

// Mail is one message to one person.
type Mail struct {
	ID        ID        `json:"id"`
	User      ID        `json:"user,omitempty"`
	To        string    `json:"to"`
	Name      string    `json:"name,omitempty"`
	Kind      string    `json:"kind"` // by which it can be muted: "entry", "bat", "digest"…
	Subject   string    `json:"subject"`
	Text      string    `json:"text"`
	HTML      string    `json:"html,omitempty"`
	ReplyTo   string    `json:"reply_to,omitempty"`
	Letter    ID        `json:"letter,omitempty"` // of which this is one subscriber's copy: what it says and to whom is found when it goes
	Leave     string    `json:"-"`                // the address by which its reader is rid of letters, in one click (RFC 8058); not kept
	State     MailState `json:"state"`
	Reason    string    `json:"reason,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	SentAt    time.Time `json:"sent_at,omitzero"`
}
