package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"anonymal.tv/regie/access"
	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/pipeline"
	"anonymal.tv/regie/web/gate"
)

// Root is where every route begins.
const Root = "/api/v1"

// API serves /api/v1.
type API struct {
	desk     *pipeline.Desk
	log      *slog.Logger
	huma     huma.API
	routes   []gate.Route
	wrong    []error
	reads    map[string]http.Handler // by path: what GET answers there
	matching sync.Mutex              // a change that follows If-Match is under way
}

// New returns the API; an operation without a row in the table is an error.
func New(desk *pipeline.Desk, log *slog.Logger) (*API, error) {
	c := huma.DefaultConfig("Régie", "1")
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.Transformers = []huma.Transformer{inFrench}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	c.Security = []map[string][]string{{"token": {}}}
	a := &API{desk: desk, log: log, reads: map[string]http.Handler{}}
	a.huma = humago.New(collector{a}, c)
	for _, room := range []func(){a.films, a.making, a.publications, a.deliveries, a.review, a.rights, a.sujets, a.rushes, a.selections, a.transfers, a.people, a.webhooks, a.programme, a.house} {
		room()
	}
	add(a, "GET /openapi.json", "openapi", "La description de cette interface", func(context.Context, *struct{}) (json.RawMessage, error) {
		return json.Marshal(a.huma.OpenAPI())
	})
	return a, errors.Join(a.wrong...)
}

// Routes are what the gate mounts.
func (a *API) Routes() []gate.Route { return a.routes }

// collector is the mux that huma knows: it keeps the routes for the gate.
type collector struct{ *API }

func (c collector) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	if _, known := access.Find(pattern); !known {
		c.wrong = append(c.wrong, fmt.Errorf("api: %q is not in the table of rights", pattern))
	}
	c.API.routes = append(c.API.routes, gate.Route{Pattern: pattern, Handler: c.exact(pattern, http.HandlerFunc(h))})
}

func (collector) ServeHTTP(w http.ResponseWriter, _ *http.Request) { http.NotFound(w, nil) }

// answer is what an operation says.
type answer[T any] struct{ Body T }

// operation describes one.
func operation(route, id, summary string) huma.Operation {
	method, path, _ := strings.Cut(route, " ")
	op := huma.Operation{Method: method, Path: Root + path, OperationID: id, Summary: summary, Errors: []int{401, 404, 409, 422}}
	if method != http.MethodGet {
		op.Errors = append(op.Errors, http.StatusPreconditionFailed)
		op.Parameters = []*huma.Param{
			inHeader(idempotencyKey, "Un nom pour cette demande : renvoyée sous ce nom pendant un jour, elle n’est pas suivie deux fois"),
			inHeader(ifMatch, "L’ETag que GET donne à cette adresse : rien n’est fait si ce qui s’y trouve a changé"),
		}
	}
	return op
}

// add describes one operation, and what does it.
func add[I, O any](a *API, route, id, summary string, do func(context.Context, *I) (O, error)) {
	huma.Register(a.huma, operation(route, id, summary), func(ctx context.Context, in *I) (*answer[O], error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, a.problem(id, err)
		}
		return &answer[O]{out}, nil
	})
}

// problem says an error as RFC 9457 does; the cause stays in the log.
func (a *API) problem(op string, err error) *huma.ErrorModel {
	status := gate.Status(err)
	if status >= http.StatusInternalServerError {
		a.log.Error("an operation of the API failed", "op", op, "err", err)
	}
	p := &huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: assets.Sentence(err)}
	var field pipeline.Field
	if errors.As(err, &field) {
		p.Errors = []*huma.ErrorDetail{{Message: p.Detail, Location: "body." + string(field)}}
	}
	return p
}

// reach asks the table of rights about a record that a body names, as the gate
// does about the one in the address.
func (a *API) reach(ctx context.Context, route string, id assets.ID) error {
	right, _ := access.Find(route)
	record, err := a.desk.Record(ctx, right.Kind(), id)
	switch {
	case err != nil && assets.KindOf(err) != assets.NotFound:
		return err
	case err != nil || right.Judge(user(ctx), record) != access.Allowed:
		return gate.ErrHidden
	}
	return nil
}

// Refuse answers what the gate does not let through.
func (a *API) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := a.problem(r.Method+" "+r.URL.Path, err)
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	gate.RetryAfter(w.Header(), err)
	say(w, p)
}

const problemType = "application/problem+json"

// say answers with a problem.
func say(w http.ResponseWriter, p *huma.ErrorModel) {
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // who went away needs no answer
}

// user is who asks: the gate lets nobody else through.
func user(ctx context.Context) assets.User {
	u, _ := gate.Visitor(ctx)
	return u
}

func actor(ctx context.Context) string { return string(user(ctx).ID) }

// crew narrows a list to what a JRI may see.
func crew(ctx context.Context) assets.ID {
	if u := user(ctx); u.Role == assets.RoleJRI {
		return u.ID
	}
	return ""
}

// Page asks for a part of a list. It is exported, as all that is embedded here,
// for huma fills it by reflection.
type Page struct {
	After assets.ID `query:"after" doc:"« next » de la page précédente"`
	Limit int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// list is one page; Next is "" on the last.
type list[T any] struct {
	Items []T       `json:"items"`
	Next  assets.ID `json:"next,omitempty"`
}

// whole is a list that is short enough for one page.
func whole[T any](all []T, err error) (list[T], error) {
	return list[T]{Items: append([]T{}, all...)}, err
}

// undoable is the answer of a gesture on one record.
func undoable(batch assets.ID, err error) (changed, error) { return changed{1, batch}, err }

// paged cuts what was asked with one more than fits.
func paged[T any](all []T, limit int, id func(T) assets.ID) list[T] {
	if len(all) <= limit {
		return list[T]{Items: append([]T{}, all...)}
	}
	return list[T]{Items: all[:limit], Next: id(all[limit-1])}
}
