package studio

// administration are the pages about what only the administration does.
var administration = map[string]handler{}
