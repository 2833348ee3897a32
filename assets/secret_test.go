package assets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	const planted = "hunter2"
	s := Secret(planted)
	type holder struct {
		Key Secret
		Ptr *Secret
	}
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("open", "key", s, "holder", holder{s, &s})
	slog.New(slog.NewTextHandler(&log, nil)).Info("open", "key", s, "holder", holder{s, &s})
	asJSON, err := json.Marshal([]holder{{s, &s}})
	if err != nil {
		t.Fatal(err)
	}
	said := log.String() + string(asJSON)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		said += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, holder{Key: s})
	}
	if strings.Contains(said, planted) || strings.Contains(said, fmt.Sprintf("%x", planted)) {
		t.Errorf("the secret was shown: %s", said)
	}
	if s.Reveal() != planted {
		t.Errorf("Reveal = %q", s.Reveal())
	}
}
