package studio

// rights are the pages about people filmed and their authorisations.
var rights = map[string]handler{}
