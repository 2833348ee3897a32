package configs

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// variable is the environment variable of a key: REGIE_REDIS_URL for redis.url.
func variable(key string) string {
	return "REGIE_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// environment turns os.Environ into a map. The last of two wins, as in a shell.
func environment(list []string) map[string]string {
	env := make(map[string]string, len(list))
	for _, pair := range list {
		if name, value, ok := strings.Cut(pair, "="); ok {
			env[name] = value
		}
	}
	return env
}

// applyEnv sets what the environment sets. REGIE_CONFIG names the file and
// REGIE_TEST_… belong to the tests; any other REGIE_… must be a key.
// MEDIA_SANDBOX is the short name of REGIE_MEDIA_SANDBOX, which goes above it.
func applyEnv(c *Config, env map[string]string) []string {
	keys := Keys(c)
	byVariable := make(map[string]string, len(keys))
	for _, key := range keys {
		byVariable[variable(key)] = key
	}
	var faults []string
	apply := func(name, key string) {
		if err := set(c, key, env[name]); err != nil {
			faults = append(faults, name+" : "+err.Error())
		}
	}
	if env["MEDIA_SANDBOX"] != "" {
		apply("MEDIA_SANDBOX", "media.sandbox")
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		key, known := byVariable[name]
		switch {
		case known:
			apply(name, key)
		case name == "REGIE_CONFIG", strings.HasPrefix(name, "REGIE_TEST_"), !strings.HasPrefix(name, "REGIE_"):
		default:
			faults = append(faults, fmt.Sprintf("Variable inconnue « %s » (environnement) : %s",
				name, advice(name, slices.Sorted(maps.Keys(byVariable)))))
		}
	}
	return faults
}

// set gives one key a value written as text.
func set(c *Config, key, text string) error {
	v := reflect.ValueOf(c).Elem()
	for part := range strings.SplitSeq(key, ".") {
		if v.Kind() != reflect.Struct {
			return unknownKey(c, key)
		}
		field, ok := fieldNamed(v.Type(), part)
		if !ok {
			return unknownKey(c, key)
		}
		v = v.FieldByIndex(field.Index)
	}
	if reader, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return reader.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("« %s » n'est pas un nombre entier, et la clé « %s » en attend un", text, key)
		}
		v.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("« %s » n'est ni true ni false, et la clé « %s » attend l'un des deux", text, key)
		}
		v.SetBool(b)
	default:
		return unknownKey(c, key)
	}
	return nil
}

func unknownKey(c *Config, key string) error {
	return fmt.Errorf("clé inconnue « %s » : %s", key, advice(key, Keys(c)))
}
