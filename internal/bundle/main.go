// Command bundle builds what the browser is given: it reads web/static/src and
// the packages npm has installed, and writes web/static/dist with names that
// carry their content's hash. It is run by go generate ./web/static, from that
// folder, and starts no other program: npm ci comes before it.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundles are the files that pages name themselves, of the public site, of the
// studio and of delivery links; what these import follows them. Each is built apart: the site lays
// out what it names, and shares nothing with pages that it never sees.
var bundles = [][]string{
	{
		"src/site.css", "src/embed.css", "src/player.js", "src/search.js", "src/favicon.svg",
	},
	{
		"src/studio.css", "src/studio.js", "src/conducteur.js", "src/room.js", "src/rushes.js", "src/selection.js",
		"src/track.js", "src/pick.js", "src/compare.js", "src/upload.js", "src/hasher.js", "src/calendar.js", "src/copy.js",
	},
	{"src/partner.css", "src/partner.js"},
}

func main() {
	log.SetFlags(0)
	if err := run("dist"); err != nil {
		log.Fatal("bundle: ", err)
	}
}

func run(dist string) error {
	if _, err := os.Stat("../../node_modules/hls.js"); err != nil {
		return errors.New("node_modules is missing: run npm ci --ignore-scripts first")
	}
	manifest := map[string]string{}
	var files []api.OutputFile
	for _, entries := range bundles {
		built, err := build(dist, entries)
		if err != nil {
			return err
		}
		more, err := names(built.Metafile, dist)
		if err != nil {
			return err
		}
		maps.Copy(manifest, more)
		files = append(files, built.OutputFiles...)
	}
	if err := empty(dist); err != nil {
		return err
	}
	for _, file := range files {
		if err := os.WriteFile(file.Path, file.Contents, 0o644); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	// Last: a dist without its manifest counts as not built.
	return os.WriteFile(filepath.Join(dist, "manifest.json"), append(text, '\n'), 0o644)
}

// build bundles some entries into dist; it writes nothing.
func build(dist string, entries []string) (api.BuildResult, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       entries,
		Outdir:            dist,
		EntryNames:        "[name]-[hash]",
		ChunkNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Bundle:            true,
		Splitting:         true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsEndOfFile,
		Loader:            map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderCopy},
		Metafile:          true,
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return result, fmt.Errorf("%d error(s), listed above", len(result.Errors))
	}
	return result, nil
}

// names maps the plain name of each built file to the name it was given.
func names(metafile, dist string) (map[string]string, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string                    `json:"entryPoint"`
			Inputs     map[string]map[string]any `json:"inputs"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, err
	}
	manifest := map[string]string{}
	for out, info := range meta.Outputs {
		plain := filepath.Base(info.EntryPoint)
		if info.EntryPoint == "" {
			if len(info.Inputs) != 1 {
				continue // a shared chunk: only other scripts name it
			}
			for in := range info.Inputs {
				plain = filepath.Base(in)
			}
		}
		if filepath.Dir(out) != dist {
			return nil, fmt.Errorf("%s was written outside %s", out, dist)
		}
		manifest[plain] = filepath.Base(out)
	}
	return manifest, nil
}

// empty removes the files of an earlier build, and keeps what git keeps.
func empty(dist string) error {
	old, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, entry := range old {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if err := os.Remove(filepath.Join(dist, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}
