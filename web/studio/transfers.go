package studio

// transfers are the pages about files on their way in.
var transfers = map[string]handler{}
