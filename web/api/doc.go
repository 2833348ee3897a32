// Package api gives programs the verbs that people have in the studio: /api/v1,
// described by OpenAPI 3.1. It has no use case and no right of its own: every
// operation is a row of the table of rights, judged by web/gate.
//
// Not done here: the bytes of uploads (web/upload), and pages.
package api
