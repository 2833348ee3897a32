package emu

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// letters are the campaigns of a sender of newsletters.
type letters struct {
	*Frame
	all []*letter // newest first
}

type letter struct {
	ID     int    `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`

	subject string
}

func (l *letters) add(x *Exchange, name, subject string) *letter {
	id, _ := strconv.Atoi(x.Next())
	made := &letter{ID: id, Name: name, Status: "draft", subject: subject}
	l.all = append([]*letter{made}, l.all...)
	return made
}

// named is the campaign of the path; nil when there is none.
func (l *letters) named(x *Exchange) *letter {
	i := slices.IndexFunc(l.all, func(c *letter) bool { return strconv.Itoa(c.ID) == x.Request.PathValue("id") })
	if i < 0 {
		return nil
	}
	return l.all[i]
}

func (l *letters) start(x *Exchange, c *letter, status string) {
	c.Status = status
	x.Commit(Commit{Kind: "letter", ID: strconv.Itoa(c.ID), Text: c.subject})
}

// body reads the JSON of a request; fields that are not known are told of.
func (x *Exchange) body(into any) bool {
	d := json.NewDecoder(strings.NewReader(string(x.Body)))
	d.DisallowUnknownFields()
	return !x.Cut && strings.HasPrefix(x.Request.Header.Get("Content-Type"), "application/json") && d.Decode(into) == nil
}

// NewListmonk returns an instance of listmonk with one list, number 3, after
// listmonk.app/docs/apis (v6).
func NewListmonk(key string) *Frame {
	l := &letters{Frame: NewFrame()}
	refuse := func(x *Exchange, status int, text string) { x.JSON(status, map[string]string{"message": text}) }
	data := func(x *Exchange, v any) { x.JSON(http.StatusOK, map[string]any{"data": v}) }
	for pattern, serve := range map[string]func(*Exchange){
		"GET /api/lists/{id}": func(x *Exchange) {
			if x.Request.PathValue("id") != "3" {
				refuse(x, http.StatusBadRequest, "List not found")
				return
			}
			data(x, map[string]any{"id": 3, "name": "Lettre d’Anonymal"})
		},
		"POST /api/campaigns": func(x *Exchange) {
			var c struct {
				Name, Subject, Type, Body, Altbody, Messenger string
				Lists                                         []int
				ContentType                                   string `json:"content_type"`
				From                                          string `json:"from_email"`
				Tags                                          []string
			}
			switch {
			case !x.body(&c):
				refuse(x, http.StatusBadRequest, "Invalid request")
			case c.Name == "" || c.Subject == "" || len(c.Name) > 2000 || len(c.Subject) > 5000:
				refuse(x, http.StatusBadRequest, "Invalid length for name or subject")
			case !slices.Equal(c.Lists, []int{3}) || c.Type != "regular" || c.ContentType != "html" || c.Messenger != "email":
				refuse(x, http.StatusBadRequest, "Invalid fields")
			case strings.Contains(strings.ReplaceAll(c.Body+c.Altbody, "{{ UnsubscribeURL }}", ""), "{{"):
				refuse(x, http.StatusBadRequest, "Error compiling campaign template")
			default:
				data(x, l.add(x, c.Name, c.Subject))
			}
		},
		"GET /api/campaigns": func(x *Exchange) {
			data(x, map[string]any{"results": l.all[:min(50, len(l.all))], "total": len(l.all)})
		},
		"GET /api/campaigns/{id}": func(x *Exchange) {
			if c := l.named(x); c != nil {
				data(x, c)
				return
			}
			refuse(x, http.StatusNotFound, "Campaign not found")
		},
		"PUT /api/campaigns/{id}/status": func(x *Exchange) {
			var to struct{ Status string }
			c := l.named(x)
			switch {
			case c == nil:
				refuse(x, http.StatusNotFound, "Campaign not found")
			case !x.body(&to) || to.Status != "running":
				refuse(x, http.StatusBadRequest, "Unknown campaign status")
			case c.Status != "draft" && c.Status != "paused":
				refuse(x, http.StatusBadRequest, "Only paused campaigns and drafts can be started")
			default:
				l.start(x, c, "running")
				data(x, c)
			}
		},
	} {
		l.Handle(pattern, func(x *Exchange) {
			if x.Request.Header.Get("Authorization") != "token "+key {
				refuse(x, http.StatusForbidden, "invalid API credentials")
				return
			}
			serve(x)
		})
	}
	return l.Frame
}

// NewBrevo returns Brevo with one list, number 3, after developers.brevo.com (v3).
func NewBrevo(key string) *Frame {
	l := &letters{Frame: NewFrame()}
	refuse := func(x *Exchange, status int, code, text string) {
		x.JSON(status, map[string]string{"code": code, "message": text})
	}
	missing := func(x *Exchange) {
		refuse(x, http.StatusNotFound, "document_not_found", "Campaign ID does not exist")
	}
	for pattern, serve := range map[string]func(*Exchange){
		"GET /v3/contacts/lists/{id}": func(x *Exchange) {
			if x.Request.PathValue("id") != "3" {
				refuse(x, http.StatusNotFound, "document_not_found", "List ID does not exist")
				return
			}
			x.JSON(http.StatusOK, map[string]any{"id": 3, "name": "Lettre d’Anonymal"})
		},
		"POST /v3/emailCampaigns": func(x *Exchange) {
			var c struct {
				Name, Subject, HTMLContent, PreviewText, Tag string
				Sender                                       struct{ Name, Email string }
				Recipients                                   struct{ ListIDs []int }
			}
			switch {
			case !x.body(&c):
				refuse(x, http.StatusBadRequest, "invalid_parameter", "Invalid request")
			case c.Name == "" || c.Subject == "" || len(c.HTMLContent) < 10 || c.Sender.Email == "" || !slices.Equal(c.Recipients.ListIDs, []int{3}):
				refuse(x, http.StatusBadRequest, "missing_parameter", "name, subject, htmlContent, sender and recipients are needed")
			case strings.Contains(strings.ReplaceAll(c.HTMLContent+c.Subject, "{{ unsubscribe }}", ""), "{{"):
				refuse(x, http.StatusBadRequest, "invalid_parameter", "The template can not be read")
			default:
				x.JSON(http.StatusCreated, map[string]int{"id": l.add(x, c.Name, c.Subject).ID})
			}
		},
		"GET /v3/emailCampaigns": func(x *Exchange) {
			x.JSON(http.StatusOK, map[string]any{"count": len(l.all), "campaigns": l.all[:min(50, len(l.all))]})
		},
		"GET /v3/emailCampaigns/{id}": func(x *Exchange) {
			if c := l.named(x); c != nil {
				x.JSON(http.StatusOK, c)
				return
			}
			missing(x)
		},
		"POST /v3/emailCampaigns/{id}/sendNow": func(x *Exchange) {
			c := l.named(x)
			switch {
			case c == nil:
				missing(x)
			case c.Status != "draft":
				refuse(x, http.StatusBadRequest, "invalid_parameter", "Campaign is already sent or scheduled")
			default:
				l.start(x, c, "queued")
				x.W.WriteHeader(http.StatusNoContent)
			}
		},
	} {
		l.Handle(pattern, func(x *Exchange) {
			if x.Request.Header.Get("Api-Key") != key {
				refuse(x, http.StatusUnauthorized, "unauthorized", "Key not found")
				return
			}
			serve(x)
		})
	}
	return l.Frame
}
