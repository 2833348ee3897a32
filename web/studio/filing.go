package studio

// filing are the pages about where films are filed.
var filing = map[string]handler{}
