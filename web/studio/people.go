package studio

// people are the pages about oneself.
var people = map[string]handler{
	"GET /regie/moi":               (*Studio).self,
	"GET /regie/moi/acces":         (*Studio).account,
	"POST /regie/moi/mot-de-passe": (*Studio).setPassword,
	"POST /regie/moi/code":         (*Studio).setCode,
	"POST /regie/moi/appareils":    (*Studio).closeDevices,
}
