package studio

// people are the pages about who works here, and oneself.
var people = map[string]handler{
	"GET /regie/moi": (*Studio).self,
}
