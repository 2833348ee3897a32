// Package post takes mails to the server of the association, by SMTP.
//
// It writes no mail, keeps none and never tries twice: what is to be said to
// whom, and when to try again, the pipeline knows.
package post

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"anonymal.tv/regie/assets"
)

// Options is what a Post is made of.
type Options struct {
	URL   assets.Secret // smtps://user:password@host:465, or smtp://…:587 (TLS is then asked for, but for this machine)
	From  string        // « Anonymal TV <regie@example.org> »
	HELO  string        // the name by which the server knows us; "" for the machine's
	Limit time.Duration // of one mail; 0 means 30 s
}

// Post is one way to the server. Each mail has a connection of its own.
type Post struct {
	from     *mail.Address
	domain   string // of our Message-IDs
	host     string
	settings []gomail.Option
	dial     gomail.DialContextFunc
}

// New checks the options; it does not call the server.
func New(o Options) (*Post, error) {
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, refuse("La clé « mail.from » n'est pas une adresse : écrivez par exemple « Anonymal TV <regie@example.org> ».", err)
	}
	u, err := url.Parse(o.URL.Reveal())
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, refuse("La clé « mail.smtp_url » n'est pas une adresse de serveur : écrivez smtps://nom:mot-de-passe@hôte:465.", nil)
	}
	if o.Limit == 0 {
		o.Limit = 30 * time.Second
	}
	settings := []gomail.Option{gomail.WithTimeout(o.Limit)}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, refuse("Le port de « mail.smtp_url » n'est pas un nombre.", nil)
		}
	}
	settings = append(settings, gomail.WithPort(port))
	dialer := &net.Dialer{Timeout: o.Limit}
	dial := dialer.DialContext
	switch {
	case u.Scheme == "smtps":
		dial = (&tls.Dialer{NetDialer: dialer, Config: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}}).DialContext
		settings = append(settings, gomail.WithSSL())
	case local(u.Hostname()):
		settings = append(settings, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		settings = append(settings, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if o.HELO != "" {
		settings = append(settings, gomail.WithHELO(o.HELO))
	}
	if name := u.User.Username(); name != "" {
		password, _ := u.User.Password()
		settings = append(settings, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(name), gomail.WithPassword(password))
	}
	if _, err := gomail.NewClient(u.Hostname(), settings...); err != nil {
		return nil, refuse("Le serveur de « mail.smtp_url » ne peut pas être utilisé ainsi.", err)
	}
	return &Post{from: from, domain: domain(from.Address), host: u.Hostname(), settings: settings, dial: dial}, nil
}

func refuse(msg string, err error) error {
	return &assets.Error{Kind: assets.Invalid, Op: "post.New", Msg: msg, Err: err}
}

// Send takes one mail to the server. A server that says that it never will is
// Invalid; one that is away, full, or does not know our password is Transient.
func (p *Post) Send(ctx context.Context, m assets.Mail) error {
	letter, err := p.letter(m)
	if err != nil {
		return &assets.Error{Kind: assets.Invalid, Op: "post.Send", Err: err, Msg: "L'adresse de ce message n'est pas utilisable."}
	}
	err = p.send(ctx, letter)
	if err == nil || letter.IsDelivered() { // a goodbye that fails takes nothing back
		return nil
	}
	var said *gomail.SendError
	if errors.As(err, &said) && said.ErrorCode() >= 500 {
		return &assets.Error{
			Kind: assets.Invalid, Op: "post.Send", Err: err,
			Msg: fmt.Sprintf("Le serveur de courriel a refusé ce message (code %d) : l'adresse n'existe peut-être plus.", said.ErrorCode()),
		}
	}
	return &assets.Error{
		Kind: assets.Transient, Op: "post.Send", Err: err,
		Msg: "Le serveur de courriel ne répond pas. Le message est gardé et partira dès qu'il répondra.",
	}
}

// send opens one connection, and closes it whatever happens: go-mail leaves it
// open when the server does not take the password.
func (p *Post) send(ctx context.Context, letter *gomail.Msg) error {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	dial := func(dialling context.Context, network, address string) (net.Conn, error) {
		conn, err := p.dial(dialling, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
	client, err := gomail.NewClient(p.host, append(slices.Clone(p.settings), gomail.WithDialContextFunc(dial))...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, letter)
}

// letter is the message as it goes over the wire. Its Message-ID is the
// mail's own, so that one sent twice is seen once.
func (p *Post) letter(m assets.Mail) (*gomail.Msg, error) {
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	letter.FromMailAddress(p.from)
	if _, err := mail.ParseAddress(m.To); err != nil {
		return nil, err
	}
	letter.AddToMailAddress(&mail.Address{Name: m.Name, Address: m.To})
	if m.ReplyTo != "" {
		if err := letter.ReplyTo(m.ReplyTo); err != nil {
			return nil, err
		}
	}
	letter.Subject(m.Subject)
	letter.SetDateWithValue(m.CreatedAt)
	letter.SetMessageIDWithValue(string(m.ID) + "@" + p.domain)
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday answers
	if m.Leave != "" {
		letter.SetGenHeader("List-Unsubscribe", "<"+m.Leave+">")
		letter.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return letter, nil
}

func domain(address string) string {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '@' {
			return address[i+1:]
		}
	}
	return address
}

// local tells a server on this machine: what goes to it crosses no network.
func local(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }
