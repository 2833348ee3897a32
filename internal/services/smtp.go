package services

import (
	"bufio"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
)

// Postbox is an SMTP server that takes every mail and keeps it.
type Postbox struct {
	URL string // smtp://127.0.0.1:…

	mu     sync.Mutex
	mails  []string
	answer string // to what follows RCPT TO; "" takes it
}

// StartPostbox starts a server that lives as long as t.
func StartPostbox(t testing.TB) *Postbox {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Postbox{URL: "smtp://" + ln.Addr().String()}
	var open sync.WaitGroup
	ctx, hangUp := context.WithCancel(context.Background())
	open.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { _ = conn.Close() })
			open.Go(func() { p.talk(conn) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		hangUp()
		open.Wait()
	})
	return p
}

// Mails are those that came, headers and all.
func (p *Postbox) Mails() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.mails...)
}

// Refuse makes the server answer every recipient so ("550 nobody"); "" takes
// them again.
func (p *Postbox) Refuse(answer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// talk is one connection (RFC 5321), as far as our own client needs it.
func (p *Postbox) talk(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	say("220 postbox")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		switch verb {
		case "EHLO", "HELO":
			say("250 postbox")
		case "RCPT":
			p.mu.Lock()
			answer := p.answer
			p.mu.Unlock()
			if answer == "" {
				answer = "250 ok"
			}
			say(answer)
		case "DATA":
			say("354 go on")
			if !p.take(in) {
				return
			}
			say("250 kept")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (p *Postbox) take(in *bufio.Reader) bool {
	var text strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if strings.TrimRight(line, "\r\n") == "." {
			break
		}
		text.WriteString(strings.TrimPrefix(line, "."))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails = append(p.mails, text.String())
	return true
}
