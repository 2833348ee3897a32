package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/configs"
)

// The exit codes. They are part of the interface: docs/operations.md lists them.
const (
	exitDone        = 0
	exitInternal    = 1
	exitUsage       = 2
	exitRefused     = 3
	exitIncomplete  = 4
	exitNotFound    = 5
	exitConflict    = 6
	exitCancelled   = 7
	exitTransient   = 8
	exitUnpublished = 9
	exitInterrupted = 130
)

// exitOf gives the code for an error that reaches the command line.
var exitOf = map[assets.Kind]int{
	assets.Invalid:   exitUsage,
	assets.NotFound:  exitNotFound,
	assets.Conflict:  exitConflict,
	assets.Forbidden: exitConflict,
	assets.Transient: exitTransient,
	assets.Internal:  exitInternal,
}

// ended is the end of a command whose outcome was already printed.
type ended int

func (e ended) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// output is where a command speaks: to a person, or in JSON lines.
type output struct {
	stdout, stderr io.Writer
	json           bool
}

// object prints one JSON object on one line.
func (o *output) object(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(o.stdout, "%s\n", line)
	return err
}

// say prints a line for a person; it is silent with --json.
func (o *output) say(format string, args ...any) {
	if !o.json {
		fmt.Fprintf(o.stdout, format+"\n", args...)
	}
}

// lines prints a list: one object a line, or a table of these columns.
func lines[T any](a *app, all []T, columns func(T) []any) error {
	table := tabwriter.NewWriter(a.out.stdout, 0, 0, 2, ' ', 0)
	for _, one := range all {
		var err error
		if a.out.json {
			err = a.out.object(one)
		} else {
			row := columns(one)
			_, err = fmt.Fprintf(table, strings.Repeat("%v\t", len(row))+"\n", row...)
		}
		if err != nil {
			return err
		}
	}
	return table.Flush()
}

// fail prints an error, if it is one, and returns the exit code.
func (o *output) fail(err error) int {
	var end ended
	var usage *usageError
	var config *configs.Error
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &end):
		return int(end)
	case errors.As(err, &usage):
		return o.failure(exitUsage, assets.Invalid, usage.Error(), nil)
	case errors.As(err, &config):
		return o.failure(exitUsage, assets.Invalid, config.Error(), nil)
	case errors.Is(err, context.Canceled):
		return o.failure(exitInterrupted, assets.Transient, "Interrompu. Ce qui était déposé est conservé ; le travail reprendra au prochain « regie serve ».", nil)
	}
	kind := assets.KindOf(err)
	return o.failure(exitOf[kind], kind, assets.Sentence(err), err)
}

func (o *output) failure(code int, kind assets.Kind, msg string, cause error) int {
	if o.json {
		_ = o.object(map[string]any{"error": map[string]any{"kind": kind, "message": msg, "exit": code}})
	} else {
		fmt.Fprintln(o.stderr, msg)
	}
	if code == exitInternal && cause != nil {
		fmt.Fprintf(o.stderr, "(%v)\n", cause)
	}
	return code
}
