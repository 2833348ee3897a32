package studio

// films are the pages about films, their versions and their BAT.
var films = map[string]handler{}
