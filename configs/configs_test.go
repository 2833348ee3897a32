package configs

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func example(t *testing.T) []byte {
	t.Helper()
	text, err := files.ReadFile("regie.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The example says what happens when nothing is set.
func TestExampleIsTheDefault(t *testing.T) {
	var c Config
	if err := Decode("regie.example.yaml", example(t), &c); err != nil {
		t.Fatal(err)
	}
	if want := Default(); !reflect.DeepEqual(c, want) {
		t.Errorf("the example gives\n%+v\nthe default is\n%+v", c, want)
	}
	if faults := validate(c); len(faults) > 0 {
		t.Errorf("the example does not validate: %q", faults)
	}
}

func TestExampleHasEveryKeyWithAComment(t *testing.T) {
	keys, bare := exampleKeys(string(example(t)))
	if want := Keys(Config{}); !reflect.DeepEqual(keys, want) {
		t.Errorf("keys of the example\n%q\nkeys of Config\n%q", keys, want)
	}
	if len(bare) > 0 {
		t.Errorf("keys without a comment above them: %q", bare)
	}
}

func TestAKeyWithoutCommentIsSeen(t *testing.T) {
	if _, bare := exampleKeys("# one\na: 1\nb:\n  # two\n  c: 2\n  d: 3\n"); !reflect.DeepEqual(bare, []string{"b", "b.d"}) {
		t.Errorf("bare keys: %q, want b and b.d", bare)
	}
}

// exampleKeys lists the leaf keys of a YAML text in order, and the keys, leaf
// or section, that have no comment on the line above.
func exampleKeys(text string) (leaves, bare []string) {
	line := regexp.MustCompile(`^( *)([a-z0-9_]+):(.*)$`)
	var path []string
	var before string
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n")
		if m := line.FindStringSubmatch(l); m != nil {
			depth := len(m[1]) / 2
			path = append(path[:depth], m[2])
			key := strings.Join(path, ".")
			if m[3] != "" {
				leaves = append(leaves, key)
			}
			if !strings.HasPrefix(strings.TrimSpace(before), "#") {
				bare = append(bare, key)
			}
		}
		before = l
	}
	return leaves, bare
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "regie.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is wrong in a file is said in a sentence, with its place and the way out.
func TestFaultsOfAFile(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"misspelt section", "data: x\nredsi:\n  url: a", "Clé inconnue « redsi.url » (regie.yaml, ligne 3) : vouliez-vous dire « redis.url » ?"},
		{"misspelt leaf", "storage:\n  s3:\n    bukcet: a", "Clé inconnue « storage.s3.bukcet » (regie.yaml, ligne 3) : vouliez-vous dire « storage.s3.bucket » ?"},
		{"wrong section", "s3:\n  bucket: a", "Clé inconnue « s3.bucket » (regie.yaml, ligne 2) : vouliez-vous dire « storage.s3.bucket » ?"},
		{"not a key at all", "quinquagenarian: 1", "Clé inconnue « quinquagenarian » (regie.yaml, ligne 1) : aucune clé ne lui ressemble ; regie.example.yaml les donne toutes."},
		{"wrong type", "media:\n  jobs: beaucoup", "regie.yaml : « beaucoup » n'est pas une valeur possible ici (ligne 2)."},
		{"section given a value", "redis: redis://x", "regie.yaml : « redis://x » n'est pas une valeur possible ici (ligne 1)."},
		{"twice", "data: a\ndata: b", "regie.yaml : une clé est écrite deux fois (ligne 2)."},
		{"not YAML", "data: [a", "regie.yaml n'est pas du YAML correct (ligne 1) : vérifiez l'alignement, les guillemets et les deux-points."},
		{"two documents", "data: a\n---\ndata: b", "regie.yaml contient plusieurs documents YAML : gardez le premier seul."},
		{"bad value", "log:\n  level: loud", "La clé « log.level » vaut « loud » ; les valeurs possibles sont : debug, info, warn, error."},
		{"bad address", "listen: here", "La clé « listen » vaut « here » ; écrivez une adresse et un port, par exemple 127.0.0.1:8080."},
		{"bad URL", "redis:\n  url: http://x", "La clé « redis.url » doit être une adresse qui commence par redis:// ou rediss:// ou unix://."},
		{"half an S3", "storage:\n  kind: s3\n  s3: {endpoint: h, access_key: a, secret_key: b}", "La clé « storage.s3.bucket » est vide : donnez le nom du seau S3."},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(Sources{File: write(t, test.text)})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want an *Error", err)
			}
			if got := strings.ReplaceAll(err.Error(), "\u00a0", " "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestAllUnknownKeysAreNamedAtOnce(t *testing.T) {
	_, err := Load(Sources{File: write(t, "dat: a\nlisten: 127.0.0.1:1\nmedia: {job: 2}")})
	var e *Error
	if !errors.As(err, &e) || len(e.Faults) != 2 {
		t.Errorf("faults: %v, want two", err)
	}
}

func TestOrderOfSources(t *testing.T) {
	file := write(t, "data: file\nlisten: 127.0.0.1:1\nredis: {url: redis://file}\nidentity:\n  phone: 0442000000\n")
	c, err := Load(Sources{
		File:  file,
		Env:   []string{"PATH=x", "REGIE_LISTEN=127.0.0.1:2", "REGIE_REDIS_URL=redis://env", "REGIE_MEDIA_JOBS=3", "REGIE_STORAGE_S3_INSECURE=true", "REGIE_TEST_X=1"},
		Flags: map[string]string{"listen": "127.0.0.1:3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.Data, c.Listen, c.Redis.URL.Reveal(), c.Media.Jobs, c.Storage.S3.Insecure, c.Identity.Phone}
	if want := []any{"file", "127.0.0.1:3", "redis://env", 3, true, "0442000000"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhereTheFileIsLookedFor(t *testing.T) {
	t.Chdir(t.TempDir())
	listen := func(src Sources) string {
		t.Helper()
		c, err := Load(src)
		if err != nil {
			t.Fatal(err)
		}
		return c.Data
	}
	if got := listen(Sources{}); got != "./var" {
		t.Errorf("without a file: %s", got)
	}
	if err := os.WriteFile("regie.yaml", []byte("data: here"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := listen(Sources{}); got != "here" {
		t.Errorf("regie.yaml of this folder: %s", got)
	}
	if got := listen(Sources{Env: []string{"REGIE_CONFIG=" + write(t, "data: env")}}); got != "env" {
		t.Errorf("REGIE_CONFIG: %s", got)
	}
	if _, err := Load(Sources{File: "absent.yaml"}); err == nil {
		t.Error("a file that was asked for and is absent is no error")
	}
}

func TestMediaSandboxVariable(t *testing.T) {
	for _, test := range []struct {
		env  []string
		want string
	}{
		{nil, "auto"},
		{[]string{"MEDIA_SANDBOX=off"}, "off"},
		{[]string{"MEDIA_SANDBOX=off", "REGIE_MEDIA_SANDBOX=auto"}, "auto"},
	} {
		c, err := Load(Sources{File: write(t, ""), Env: test.env})
		if err != nil || c.Media.Sandbox != test.want {
			t.Errorf("%v: %q, %v; want %q", test.env, c.Media.Sandbox, err, test.want)
		}
	}
}

func TestFaultsOfTheEnvironment(t *testing.T) {
	for env, want := range map[string]string{
		"REGIE_REDSI_URL=x":  "vouliez-vous dire « REGIE_REDIS_URL » ?",
		"REGIE_MEDIA_JOBS=x": "n'est pas un nombre entier",
		"MEDIA_SANDBOX=of":   "les valeurs possibles sont : auto, off",
	} {
		_, err := Load(Sources{File: write(t, ""), Env: []string{env}})
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "\u00a0", " "), want) {
			t.Errorf("%s: %v, want « %s »", env, err, want)
		}
	}
	_, err := Load(Sources{File: write(t, ""), Flags: map[string]string{"listne": "x"}})
	if err == nil || !strings.Contains(err.Error(), "listen") {
		t.Errorf("unknown flag: %v", err)
	}
}

// Two keys with one variable could not both be set.
func TestEveryKeyHasItsOwnVariable(t *testing.T) {
	seen := map[string]string{}
	for _, key := range Keys(Config{}) {
		if other, twice := seen[variable(key)]; twice {
			t.Errorf("%s and %s share %s", key, other, variable(key))
		}
		seen[variable(key)] = key
		c := Default()
		if err := set(&c, key, "1"); err != nil {
			t.Errorf("%s cannot be set from the environment: %v", key, err)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	const planted = "planted-value"
	c := Default()
	c.Storage.S3.SecretKey = Secret{value: planted}
	inJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	inYAML, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	secret := c.Storage.S3.SecretKey
	for _, text := range []string{
		fmt.Sprintf("%v %+v %#v", c, c, c), fmt.Sprint(secret), fmt.Sprintf("%q %x %d", secret, secret, secret),
		secret.LogValue().String(), string(inJSON), string(inYAML),
	} {
		if strings.Contains(text, planted) || !strings.Contains(text, masked) {
			t.Errorf("a secret prints: %s", text)
		}
	}
	if secret.Reveal() != planted {
		t.Errorf("Reveal gives %q", secret.Reveal())
	}
}

// A wrong value of a secret key must not be repeated in the error.
func TestFaultsDoNotTellSecrets(t *testing.T) {
	_, err := Load(Sources{File: write(t, "redis:\n  url: http://:planted-value@h")})
	if err == nil || strings.Contains(err.Error(), "planted-value") {
		t.Errorf("error: %v", err)
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "ab", 2}, {"redsi", "redis", 1}, {"cat", "cut", 1}, {"été", "ete", 2}, {"kitten", "sitting", 3}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

// What is sent to a channel goes over TLS; an emulator is allowed by name.
func TestChannelsSpeakOverTLS(t *testing.T) {
	for address, want := range map[string]struct{ alone, allowed bool }{
		"https://mastodon.example":        {true, true},
		"http://127.0.0.1:8099":           {false, true},
		"ftp://mastodon.example":          {false, false},
		"https://":                        {false, false},
		"https://secret@mastodon.example": {false, false},
	} {
		c := Default()
		c.Channels.Mastodon.APIURL = address
		if got := len(validate(c)) == 0; got != want.alone {
			t.Errorf("%s is taken: %v, want %v", address, got, want.alone)
		}
		c.Channels.AllowInsecure = true
		if got := len(validate(c)) == 0; got != want.allowed {
			t.Errorf("%s is taken with allow_insecure: %v, want %v", address, got, want.allowed)
		}
	}
	c := Default()
	c.Channels.YouTube.Mode = "on"
	if len(validate(c)) == 0 {
		t.Error("a mode that does not exist is taken")
	}
}
