package pipeline

import (
	"bytes"
	"encoding/json"

	"anonymal.tv/regie/assets"
)

// Field is the cause of an Invalid error that comes from one field of a form:
// its name there.
type Field string

func (f Field) Error() string { return "field " + string(f) }

// wrong refuses what was typed into a field.
func wrong(op, field, sentence string) error {
	return &assets.Error{Kind: assets.Invalid, Op: op, Msg: sentence, Err: Field(field)}
}

// editsBetween says, field by field, how a record changed. Both are the same
// type; fields that JSON leaves out, and the instant of the change, are not told.
func editsBetween[T any](before, after T) assets.Edits {
	was, is := fieldsOf(before), fieldsOf(after)
	edits := assets.Edits{}
	for name := range union(was, is) {
		before, after := orNull(was[name]), orNull(is[name])
		if name != "updated_at" && !bytes.Equal(before, after) {
			edits[name] = assets.Edit{Before: before, After: after}
		}
	}
	return edits
}

func fieldsOf(record any) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	text, err := json.Marshal(record)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		panic("a record is always JSON: " + err.Error())
	}
	return fields
}

func union[V any](a, b map[string]V) map[string]bool {
	all := map[string]bool{}
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return all
}

// orNull says nothing in one way: the catalog gives [] back for null.
func orNull(text json.RawMessage) json.RawMessage {
	if text == nil || string(text) == "[]" {
		return json.RawMessage("null")
	}
	return text
}
