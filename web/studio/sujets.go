package studio

// sujets are the pages about what is to be told.
var sujets = map[string]handler{}
