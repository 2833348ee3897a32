package facebook

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers/remote"
)

// unsaid is how long to wait where Facebook does not say.
const unsaid = time.Hour

// problem is what Facebook says went wrong. Its code tells, not the status.
type problem struct {
	Message   string          `json:"message"`
	Code      int             `json:"code"`
	Subcode   int             `json:"error_subcode"`
	Transient bool            `json:"is_transient"`
	Data      json.RawMessage `json:"error_data"`
	Trace     string          `json:"fbtrace_id"`
}

func problemOf(a remote.Answer) problem {
	var b struct {
		Error problem `json:"error"`
	}
	_ = json.Unmarshal(a.Body, &b) // what is not Facebook's own has no code
	return b.Error
}

// meanings sorts the codes: the first line that fits.
var meanings = []struct {
	codes  []int
	spans  [][2]int
	answer func(remote.Answer, error) error
}{
	{codes: []int{190, 102}, answer: func(a remote.Answer, err error) error { return remote.Disconnected(a.Name, err) }},
	{codes: []int{4, 17, 32, 341, 613, 80008, 80009, 80014}, spans: [][2]int{{80000, 80006}}, answer: func(a remote.Answer, err error) error { return a.Later(regain(a), err) }},
	{codes: []int{1, 2}, answer: remote.Answer.Broken},
	{codes: []int{506}, answer: duplicate},
	{codes: []int{368, 1346003, 1404102, 1404112, 4854002}, answer: blocked},
	{codes: []int{10}, spans: [][2]int{{200, 299}}, answer: forbidden},
}

// sort is a Client's Sort.
func sort(a remote.Answer) error {
	p := problemOf(a)
	if p.Code == 0 {
		return nil
	}
	err := fmt.Errorf("%s answers %d, code %d/%d: %s (trace %s)", a.Name, a.Status, p.Code, p.Subcode, p.Message, p.Trace)
	if p.Code == 100 {
		switch {
		case p.Subcode == 33:
			return &assets.Error{Kind: assets.NotFound, Op: "facebook.sort", Msg: "Facebook ne trouve pas ce film.", Err: err}
		case strings.Contains(p.Message, "No permission"):
			return forbidden(a, err)
		}
	}
	for _, m := range meanings {
		if slices.Contains(m.codes, p.Code) || slices.ContainsFunc(m.spans, func(s [2]int) bool { return s[0] <= p.Code && p.Code <= s[1] }) {
			return m.answer(a, err)
		}
	}
	if p.Transient || p.Subcode == 1363030 || a.Status >= 500 {
		return a.Broken(err)
	}
	return a.Refused(remote.Message(a.Body), err)
}

// duplicate is what Facebook says of what is there already: ours, perhaps.
func duplicate(a remote.Answer, err error) error {
	if a.Final {
		return a.Broken(err)
	}
	return a.Refused(remote.Message(a.Body), err)
}

func blocked(_ remote.Answer, err error) error {
	return &assets.Error{
		Kind: assets.Forbidden, Op: "facebook.sort", Err: err,
		Msg: "Facebook bloque la page : une personne doit s'y connecter et suivre ce qu'il demande. Rien n'est public.",
	}
}

func forbidden(_ remote.Answer, err error) error {
	return &assets.Error{
		Kind: assets.Forbidden, Op: "facebook.sort", Err: err,
		Msg: "Facebook refuse : il manque une permission. Reconnectez la page en acceptant tout ce qui est demandé, puis réessayez.",
	}
}

// regain is when Facebook takes calls again, as far as it says so.
func regain(a remote.Answer) time.Duration {
	var usage map[string][]struct {
		Minutes int `json:"estimated_time_to_regain_access"`
	}
	_ = json.Unmarshal([]byte(a.Header.Get("X-Business-Use-Case-Usage")), &usage)
	var longest time.Duration
	for _, all := range usage {
		for _, u := range all {
			longest = max(longest, time.Duration(u.Minutes)*time.Minute)
		}
	}
	if longest == 0 {
		return remote.RetryAfter(a.Header, unsaid)
	}
	return longest
}
