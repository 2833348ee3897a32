// Package configs reads what the people of the house may set: one YAML file,
// the environment above it, the command line above both; and the programme the
// association starts from. A wrong key is an error that names the nearest right
// one.
//
// It keeps nothing and knows no other package: cmd hands each part of the
// house the values it needs.
package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// Config is everything that can be set. regie.example.yaml explains each key.
type Config struct {
	Data      string    `yaml:"data"`
	Listen    string    `yaml:"listen"`
	BaseURL   string    `yaml:"base_url"`
	Proxies   string    `yaml:"proxies"`
	Identity  Identity  `yaml:"identity"`
	Site      Site      `yaml:"site"`
	Database  Database  `yaml:"database"`
	Redis     Redis     `yaml:"redis"`
	Mail      Mail      `yaml:"mail"`
	Webhooks  Webhooks  `yaml:"webhooks"`
	Channels  Channels  `yaml:"channels"`
	Calendar  Calendar  `yaml:"calendar"`
	Storage   Storage   `yaml:"storage"`
	Keys      KeyFile   `yaml:"keys"`
	Consent   Consent   `yaml:"consent"`
	Media     Media     `yaml:"media"`
	Uploads   Uploads   `yaml:"uploads"`
	Profiles  string    `yaml:"profiles"`
	Programme Programme `yaml:"programme"`
	Log       Log       `yaml:"log"`
}

// Identity is who answers for the site, for its legal notice.
type Identity struct {
	Name     string `yaml:"name"`
	Address  string `yaml:"address"`
	Mail     string `yaml:"mail"`
	Phone    string `yaml:"phone"`
	Director string `yaml:"director"`
	Host     string `yaml:"host"`
}

// Site is the public site.
type Site struct {
	Public  string `yaml:"public"`
	Title   string `yaml:"title"`
	Tagline string `yaml:"tagline"`
}

// Database is where the catalog is kept.
type Database struct {
	URL Secret `yaml:"url"`
}

// Redis is the broker of the workers.
type Redis struct {
	URL Secret `yaml:"url"`
}

// Mail is how the house writes to its people.
type Mail struct {
	From    string `yaml:"from"`
	SMTPURL Secret `yaml:"smtp_url"`
	ReplyTo string `yaml:"reply_to"`
}

// Webhooks is how programs are told of events.
type Webhooks struct {
	PrivateHosts string `yaml:"private_hosts"`
}

// Storage is where the bytes are kept.
type Storage struct {
	Kind string `yaml:"kind"`
	S3   S3     `yaml:"s3"`
}

// S3 is an object store.
type S3 struct {
	Endpoint  string `yaml:"endpoint"`
	Bucket    string `yaml:"bucket"`
	Region    string `yaml:"region"`
	AccessKey Secret `yaml:"access_key"`
	SecretKey Secret `yaml:"secret_key"`
	Insecure  bool   `yaml:"insecure"`
}

// KeyFile is what opens the data that lie encrypted.
type KeyFile struct {
	File string `yaml:"file"`
}

// Consent is what the association asks of people who are filmed.
type Consent struct {
	Guardians int `yaml:"guardians"`
	Years     int `yaml:"years"`
}

// Media is how films are made on this machine.
type Media struct {
	Jobs     int    `yaml:"jobs"`
	Sandbox  string `yaml:"sandbox"`
	FFmpeg   string `yaml:"ffmpeg"`
	FFprobe  string `yaml:"ffprobe"`
	MemoryMB int    `yaml:"memory_mb"`
}

// Uploads is how files are taken in.
type Uploads struct {
	Dir       string `yaml:"dir"`
	KeepHours int    `yaml:"keep_hours"`
	QuotaGB   int    `yaml:"quota_gb"`
	ReserveGB int    `yaml:"reserve_gb"`
	LargestGB int    `yaml:"largest_gb"`
	Watch     string `yaml:"watch"`
}

// Programme names the files that replace the built-in programme and texts.
type Programme struct {
	Rubriques   string `yaml:"rubriques"`
	Partners    string `yaml:"partners"`
	Territories string `yaml:"territories"`
	Texts       string `yaml:"texts"`
}

// Log is what the program says of itself.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// Default is the configuration of one machine with nothing set.
func Default() Config {
	return Config{
		Data:     "./var",
		Listen:   "127.0.0.1:8080",
		Identity: Identity{Name: "Anonymal"},
		Site: Site{
			Title:   "Anonymal TV",
			Tagline: "La web TV participative du Pays d’Aix",
		},
		Channels: defaultChannels(),
		Calendar: Calendar{Hour: "18:00", FacebookAfter: 10, MastodonAfter: 15, BlueskyAfter: 15, XAfter: 15},
		Storage:  Storage{Kind: "disk", S3: S3{Region: "us-east-1"}},
		Consent:  Consent{Guardians: 2, Years: 5},
		Media:    Media{Jobs: 1, Sandbox: "auto", FFmpeg: "ffmpeg", FFprobe: "ffprobe", MemoryMB: 6144},
		Uploads:  Uploads{KeepHours: 48, QuotaGB: 400, ReserveGB: 5, LargestGB: 200},
		Log:      Log{Level: "info", Format: "text"},
	}
}

// Sources says where a configuration is read from, each above the one before.
type Sources struct {
	File  string            // "" means REGIE_CONFIG, else regie.yaml of this folder when it is there
	Env   []string          // os.Environ()
	Flags map[string]string // key → value, e.g. "storage.kind" → "s3"
}

// Error lists all that is wrong with a configuration, as French sentences.
type Error struct{ Faults []string }

func (e *Error) Error() string { return strings.Join(e.Faults, "\n") }

// Load returns the validated configuration. Its error is an *Error.
func Load(src Sources) (Config, error) {
	c := Default()
	env := environment(src.Env)
	if err := loadFile(src.File, env["REGIE_CONFIG"], &c); err != nil {
		return Config{}, err
	}
	faults := applyEnv(&c, env)
	for _, path := range slices.Sorted(maps.Keys(src.Flags)) {
		if err := set(&c, path, src.Flags[path]); err != nil {
			faults = append(faults, err.Error())
		}
	}
	if len(faults) == 0 {
		faults = validate(c)
	}
	if len(faults) > 0 {
		return Config{}, &Error{Faults: faults}
	}
	return c, nil
}

// loadFile reads the file that was asked for, or the one of this folder.
func loadFile(asked, fromEnv string, c *Config) error {
	name := asked
	if name == "" {
		name = fromEnv
	}
	optional := name == ""
	if optional {
		name = "regie.yaml"
	}
	text, err := os.ReadFile(name)
	switch {
	case optional && errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return oneFault("Le fichier de configuration « %s » n'existe pas.", name)
	case err != nil:
		return oneFault("Le fichier de configuration « %s » ne peut pas être lu : vérifiez ses droits.", name)
	}
	return Decode(name, text, c)
}

func oneFault(format string, args ...any) *Error {
	return &Error{Faults: []string{fmt.Sprintf(format, args...)}}
}
