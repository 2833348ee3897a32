package studio

// people are the pages about oneself.
var people = map[string]handler{
	"GET /regie/moi":               (*Studio).self,
	"POST /regie/moi":              (*Studio).saveAccount,
	"GET /regie/moi/compte":        (*Studio).account,
	"POST /regie/moi/messages":     (*Studio).muteMails,
	"POST /regie/moi/mot-de-passe": (*Studio).setPassword,
	"POST /regie/moi/code":         (*Studio).setCode,
	"POST /regie/moi/appareils":    (*Studio).closeDevices,
}
