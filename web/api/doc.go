// Package api gives programs the verbs that people have in the studio. It has no
// use case of its own.
package api
