// Package static carries what the browser is given besides pages: style sheets,
// scripts, the font. They are built from src by go generate into dist (which is
// never committed) under names that carry their content's hash.
//
// It serves nothing itself, and it does not need the build: with an empty dist
// the plain files of src stand in, without the font and without hls.js, and
// every page still reads and plays.
package static

import (
	"embed"
	"encoding/json"
	"io/fs"
)

//go:generate go run ../../internal/bundle

//go:embed all:dist src
var files embed.FS

// FS returns one flat folder of files to serve, with a manifest.json in it that
// maps each file's plain name ("site.css") to the name it has there
// ("site-4KZ3T2QA.css"). A name that is not in the manifest was not built.
func FS() fs.FS {
	for _, dir := range []string{"dist", "src"} {
		sub, err := fs.Sub(files, dir)
		if err != nil {
			continue // not a valid path: impossible for these two constants
		}
		if _, err := fs.Stat(sub, "manifest.json"); err == nil {
			return sub
		}
	}
	return files // unreachable: src/manifest.json is embedded
}

// Names reads the manifest of such a folder: the name that each file is served
// under, by its plain one.
func Names(files fs.FS) (map[string]string, error) {
	text, err := fs.ReadFile(files, "manifest.json")
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	return names, json.Unmarshal(text, &names)
}
