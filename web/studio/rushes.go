package studio

// rushes are the pages about raw footage and selections.
var rushes = map[string]handler{}
