package youtube

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"anonymal.tv/regie/assets"
	"anonymal.tv/regie/publishers/remote"
)

// sort tells what an error of YouTube means, by its reason: what its status says
// is too coarse, and its message is HTML.
func (y *YouTube) sort(a remote.Answer) error {
	var body struct {
		Error struct {
			Errors []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	if json.Unmarshal(a.Body, &body) != nil || len(body.Error.Errors) == 0 {
		return nil
	}
	reason := body.Error.Errors[0].Reason
	detail := fmt.Errorf("YouTube answers %d %s", a.Status, reason)
	switch reason {
	case "quotaExceeded", "dailyLimitExceeded":
		return a.Later(remote.RetryAfter(a.Header, y.midnight()), detail)
	case "uploadLimitExceeded":
		return a.Later(24*time.Hour, detail)
	case "rateLimitExceeded", "userRateLimitExceeded":
		return a.Later(remote.RetryAfter(a.Header, 0), detail)
	case "alreadyExists", "backendError", "processingFailure":
		return a.Broken(detail)
	}
	i := slices.IndexFunc(refusals, func(r refusal) bool { return r.reason == reason })
	if i < 0 {
		return nil
	}
	return &assets.Error{Kind: refusals[i].kind, Op: "youtube.sort", Msg: refusals[i].sentence, Err: detail}
}

// Ration tells the day on the Pacific coast, where quotas begin anew.
func (y *YouTube) Ration(at time.Time) (films int, from, until time.Time) {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		zone = time.FixedZone("PST", -8*60*60)
	}
	year, month, day := at.In(zone).Date()
	return y.o.Daily, time.Date(year, month, day, 0, 0, 0, 0, zone), time.Date(year, month, day+1, 0, 0, 0, 0, zone)
}

// midnight is how long it is to the next one there.
func (y *YouTube) midnight() time.Duration {
	now := y.o.Now()
	_, _, until := y.Ration(now)
	return until.Sub(now)
}

type refusal struct {
	reason   string
	kind     assets.Kind
	sentence string
}

// refusals are the answers that stay the same until a person does something.
var refusals = []refusal{
	{"invalidTitle", assets.Invalid, "YouTube refuse le titre de ce film. Changez-le, puis réessayez : rien n'est parti."},
	{"invalidDescription", assets.Invalid, "YouTube refuse la description de ce film. Changez-la, puis réessayez : rien n'est parti."},
	{"invalidTags", assets.Invalid, "YouTube refuse les mots-clés de ce film. Changez-les, puis réessayez : rien n'est parti."},
	{"invalidCategoryId", assets.Invalid, "YouTube ne connaît pas la catégorie réglée pour ce canal. Prévenez l'administration : rien n'est parti."},
	{"invalidRecordingDetails", assets.Invalid, "YouTube refuse le lieu de ce film. Changez-le, puis réessayez : rien n'est parti."},
	{"forbidden", assets.Invalid, "YouTube ne permet pas cela à cette chaîne. Vérifiez ses droits dans YouTube Studio."},
	{"forbiddenPrivacySetting", assets.Invalid, "YouTube ne permet pas à cette chaîne de changer qui voit ce film. Vérifiez ses droits dans YouTube Studio."},
	{"forbiddenLicenseSetting", assets.Invalid, "YouTube ne permet pas cette licence à cette chaîne. Vérifiez ses droits dans YouTube Studio."},
	{"insufficientPermissions", assets.Invalid, "L'autorisation donnée à Régie sur YouTube ne suffit pas. Reconnectez le compte en acceptant tout ce qui est demandé."},
	{"youtubeSignupRequired", assets.Invalid, "Ce compte Google n'a pas de chaîne YouTube : créez-la, puis reconnectez le compte."},
	{"authenticatedUserAccountSuspended", assets.Invalid, "La chaîne YouTube est suspendue : rien ne peut y partir."},
	{"authenticatedUserAccountClosed", assets.Invalid, "La chaîne YouTube est fermée : rien ne peut y partir."},
}
