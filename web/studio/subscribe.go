package studio

import (
	"context"
	"net/http"
	"strings"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/web/gate"
)

// subscriptions are the pages by which the public gets the letters, or is rid of
// them. They are there where the house keeps its own list.
var subscriptions = map[string]handler{
	"GET /newsletter":                     listed((*Studio).subscribe),
	"POST /newsletter":                    listed((*Studio).askSubscriber),
	"GET /newsletter/confirmer/{token}":   listed((*Studio).confirming),
	"POST /newsletter/confirmer/{token}":  listed((*Studio).confirm),
	"GET /newsletter/desabonner/{token}":  listed((*Studio).leaving),
	"POST /newsletter/desabonner/{token}": listed((*Studio).leaveLetters),
}

// listed is h where there is a list.
func listed(h handler) handler {
	return func(s *Studio, w http.ResponseWriter, r *http.Request) error {
		if s.Desk.Mailing == nil {
			return gate.ErrHidden
		}
		return h(s, w, r)
	}
}

// subscribeBody is one of the steps.
type subscribeBody struct{ Step, Mail, To string }

func (s *Studio) step(w http.ResponseWriter, r *http.Request, title string, b subscribeBody) error {
	return s.show(w, r, "subscribe", page{Title: title, Body: b})
}

func (s *Studio) subscribe(w http.ResponseWriter, r *http.Request) error {
	return s.step(w, r, "La lettre", subscribeBody{})
}

// askSubscriber mails the question after the answer, which is the same for every
// address.
func (s *Studio) askSubscriber(w http.ResponseWriter, r *http.Request) error {
	ip, mail := assets.AddressOf(r.Context()), strings.TrimSpace(r.FormValue("mail"))
	if err := s.guards.asks.Check(ip); err != nil {
		return err
	}
	s.guards.asks.Fail(ip)
	if at := strings.Index(mail, "@"); at < 1 || at == len(mail)-1 || len(mail) > 254 {
		return s.render(w, r, http.StatusUnprocessableEntity, "subscribe", page{
			Title: "La lettre", Fault: "Écrivez votre adresse de courriel.", Body: subscribeBody{Mail: mail},
		})
	}
	s.errand(r, "lettre:"+strings.ToLower(mail), func(ctx context.Context) error { return s.Desk.Subscribe(ctx, mail) })
	return s.step(w, r, "Regardez vos messages", subscribeBody{Step: "asked", Mail: mail})
}

// confirming asks by a button: what looks at links before people do says yes to
// nothing.
func (s *Studio) confirming(w http.ResponseWriter, r *http.Request) error {
	sub, err := s.Desk.SubscriberOf(r.Context(), r.PathValue("token"))
	switch {
	case err != nil:
		return err
	case sub.Reads():
		return s.step(w, r, "Vous êtes abonné", subscribeBody{Step: "confirmed"})
	case !sub.EndedAt.IsZero():
		return s.step(w, r, "Vous n’êtes plus abonné", subscribeBody{Step: "left"})
	}
	return s.step(w, r, "Recevoir la lettre ?", subscribeBody{Step: "confirm", Mail: sub.Mail, To: r.URL.Path})
}

func (s *Studio) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.Confirm(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return s.done(w, r, r.URL.Path, "")
}

func (s *Studio) leaving(w http.ResponseWriter, r *http.Request) error {
	sub, err := s.Desk.SubscriberOf(r.Context(), r.PathValue("token"))
	switch {
	case err != nil:
		return err
	case !sub.EndedAt.IsZero():
		return s.step(w, r, "Vous n’êtes plus abonné", subscribeBody{Step: "left"})
	}
	return s.step(w, r, "Ne plus recevoir la lettre ?", subscribeBody{Step: "leave", Mail: sub.Mail, To: r.URL.Path})
}

// leaveLetters ends a subscription, by the button of the page or by the one click
// of a mail program (RFC 8058), which follows no redirect.
func (s *Studio) leaveLetters(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.Unsubscribe(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return s.step(w, r, "Vous n’êtes plus abonné", subscribeBody{Step: "left"})
}
