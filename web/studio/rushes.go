package studio

// rushes are the pages about raw footage and selections.
var rushes = map[string]handler{
	"POST /regie/rushes/{rush}/notes": (*Studio).noteRush,
	"POST /regie/notes/{note}":        (*Studio).editNote,
	"POST /regie/notes/{note}/fait":   (*Studio).noteDone,
}
